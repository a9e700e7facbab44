-- Movements that people ask for: postings by the operator, and allocations from a partner to its children.

-- Move prepaid credits between two locked wallets and write both ledger rows; a child is told of what it gets. The caller
-- has checked that the sender can spare them and that the receiver has room, and saves both wallets, which come back
-- changed.
CREATE OR REPLACE FUNCTION credit_transfer(
    INOUT p_from wallets, INOUT p_to wallets, p_now timestamptz, p_transfer credit_transfers, p_reason text, p_caller caller)
LANGUAGE plpgsql AS $$
DECLARE
    v_shared jsonb := coalesce(p_transfer.metadata, '{}')
                      || CASE WHEN p_reason IS NULL THEN '{}' ELSE jsonb_build_object('reason', p_reason) END;
BEGIN
    -- Both rows of a transfer carry one time.
    p_now := greatest(p_now, p_from.last_event_at, p_to.last_event_at);
    p_from.prepaid := p_from.prepaid - p_transfer.credits;
    p_to.prepaid := p_to.prepaid + p_transfer.credits;
    INSERT INTO credit_transfers
        (tenant_id, id, from_organization_id, to_organization_id, credits, description, metadata,
         api_key_id, idempotency_key, fingerprint, balance, available, created_at)
    VALUES
        (p_from.tenant_id, p_transfer.id, p_from.organization_id, p_to.organization_id, p_transfer.credits,
         p_transfer.description, coalesce(p_transfer.metadata, '{}'), p_transfer.api_key_id,
         p_transfer.idempotency_key, p_transfer.fingerprint,
         p_to.included_remaining + p_to.prepaid, wallet_available(p_to), p_now);
    p_from := credit_event_append(
        p_from, p_now, 'allocation', 0, -p_transfer.credits,
        v_shared || jsonb_build_object('direction', 'out', 'counterpartyOrgId', 'org_' || p_to.organization_id),
        p_caller, p_transfer.description, p_transfer.id);
    p_to := credit_event_append(
        p_to, p_now, 'allocation', 0, p_transfer.credits,
        v_shared || jsonb_build_object('direction', 'in', 'counterpartyOrgId', 'org_' || p_from.organization_id),
        p_caller, p_transfer.description, p_transfer.id);
    IF p_to.partner_id = p_from.organization_id THEN
        PERFORM outbox_write(
            p_to.tenant_id, p_now, p_to.organization_id, 'credits.allocated', p_transfer.id,
            jsonb_build_object(
                'organizationId', 'org_' || p_to.organization_id, 'transferId', 'txn_' || p_transfer.id,
                'credits', p_transfer.credits, 'reason', coalesce(p_reason, 'allocation'),
                'description', p_transfer.description, 'metadata', coalesce(p_transfer.metadata, '{}'),
                'balance', p_to.included_remaining + p_to.prepaid, 'available', wallet_available(p_to)));
    END IF;
END
$$;

-- Empty an archived child as far as its open reservations let it: prepaid goes to the parent, allotment lapses. Return
-- both wallets, changed and not saved, and how many credits moved.
CREATE OR REPLACE FUNCTION wallet_sweep_archived(
    INOUT p_child wallets, INOUT p_parent wallets, p_now timestamptz, p_caller caller, OUT p_moved bigint)
LANGUAGE plpgsql AS $$
DECLARE
    v_transfer credit_transfers;
    v_lapsing  bigint;
    v_pair     record;
BEGIN
    -- The time of the transfer: neither wallet may be in an older period than its rows say.
    p_now := greatest(p_now, p_child.last_event_at, p_parent.last_event_at);
    p_child := wallet_roll_over_and_save(p_child, p_now);
    p_parent := wallet_roll_over_and_save(p_parent, p_now);
    -- What the parent has no room for stays in the child rather than failing the settlement that frees it.
    p_moved := least(wallet_spendable_prepaid(p_child), wallet_headroom(p_parent));
    IF p_moved > 0 THEN
        v_transfer.id := time_ordered_uuid(
            p_now, 'sweep:' || p_child.tenant_id || ':' || p_child.organization_id || ':' || p_child.last_sequence);
        v_transfer.credits := p_moved;
        SELECT * INTO v_pair FROM credit_transfer(p_child, p_parent, p_now, v_transfer, 'archive_sweep', p_caller);
        p_child := v_pair.p_from;
        p_parent := v_pair.p_to;
    END IF;
    v_lapsing := least(p_child.included_remaining, wallet_available(p_child));
    IF v_lapsing > 0 THEN
        p_child.included_remaining := p_child.included_remaining - v_lapsing;
        p_child := credit_event_append(
            p_child, p_now, 'adjustment', -v_lapsing, 0, '{"reason": "archive_lapse"}', p_caller);
    END IF;
END
$$;

-- Post to prepaid for the operator: grant, purchase, adjustment, refund.
--
-- Facts: {event, balance, available}. Refused: NOT_FOUND (no such organization, or for a refund no such job charged
-- to it), CONFLICT (archived; refunds above the charge), BILLING_EXHAUSTED (an adjustment below what can leave),
-- VALIDATION (out of range), IDEMPOTENCY_*. Lock order: the jobs' reservations, the children by id, the partner.
CREATE OR REPLACE FUNCTION credit_post(p_tenant_id bigint, p_now timestamptz, p_items credit_posting[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     credit_posting;
    v_job_ids  uuid[] := '{}';
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    FOREACH v_item IN ARRAY p_items LOOP
        IF v_item.job_id IS NOT NULL THEN
            v_job_ids := v_job_ids || v_item.job_id;
        END IF;
    END LOOP;
    IF v_job_ids <> '{}' THEN
        PERFORM FROM reservations
          WHERE tenant_id = p_tenant_id AND job_id = ANY (v_job_ids)
          ORDER BY job_id FOR NO KEY UPDATE;
    END IF;
    PERFORM wallets_lock(p_tenant_id, ARRAY(SELECT i.organization_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, credit_posting_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION credit_posting_one(p_tenant_id bigint, p_now timestamptz, p_item credit_posting)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome     outcome := idempotency_outcome(p_now, p_item.idempotency);
    v_reservation reservations;
    v_wallet      wallets;
    v_parent      wallets;
    v_swept       record;
    v_container   uuid;
    v_project     uuid;
    v_format      text;
    v_event       jsonb;
    v_facts       jsonb;
    v_audit       text;
BEGIN
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    IF p_item.event_type = 'refund' THEN
        SELECT * INTO v_reservation FROM reservations
         WHERE tenant_id = p_tenant_id AND job_id = p_item.job_id AND organization_id = p_item.organization_id
           FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
        END IF;
        IF v_reservation.refunded + p_item.credits > v_reservation.charged THEN
            RETURN ROW('refused', 'CONFLICT', jsonb_build_object(
                'charged', v_reservation.charged, 'refunded', v_reservation.refunded))::outcome;
        END IF;
        SELECT j.project_id, j.format, c.id INTO v_project, v_format, v_container
          FROM jobs j JOIN containers c ON c.tenant_id = j.tenant_id AND c.job_id = j.id
         WHERE j.tenant_id = p_tenant_id AND j.id = p_item.job_id;
    END IF;

    v_wallet := wallet_lock(p_tenant_id, p_item.organization_id, p_now);
    IF v_wallet.organization_id IS NULL THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    IF v_wallet.state = 'archived' AND p_item.event_type <> 'refund' THEN
        RETURN ROW('refused', 'CONFLICT', '{"status": "archived"}')::outcome;
    END IF;
    IF p_item.credits > wallet_headroom(v_wallet) THEN
        RETURN out_of_range('credits');
    END IF;
    IF -p_item.credits > wallet_spendable_prepaid(v_wallet) THEN
        RETURN ROW('refused', 'BILLING_EXHAUSTED', jsonb_build_object(
            'reason', 'insufficient_prepaid', 'required', -p_item.credits,
            'available', wallet_spendable_prepaid(v_wallet)))::outcome;
    END IF;

    v_wallet.prepaid := v_wallet.prepaid + p_item.credits;
    v_wallet := credit_event_append(
        v_wallet, p_now, p_item.event_type, 0, p_item.credits, p_item.metadata, p_item.caller, p_item.description,
        NULL, p_item.job_id, v_project, v_container, v_format);
    v_event := credit_event_facts(v_wallet);
    IF p_item.event_type = 'refund' THEN
        UPDATE reservations SET refunded = refunded + p_item.credits
         WHERE tenant_id = p_tenant_id AND job_id = p_item.job_id;
        IF v_wallet.state = 'archived' THEN
            v_parent := wallet_lock(p_tenant_id, v_wallet.partner_id, p_now);
            SELECT * INTO v_swept FROM wallet_sweep_archived(v_wallet, v_parent, p_now, p_item.caller);
            v_wallet := v_swept.p_child;
            PERFORM wallet_save(v_swept.p_parent, p_now);
        END IF;
    END IF;
    PERFORM wallet_save(v_wallet, p_now);

    v_facts := jsonb_build_object(
        'event', v_event, 'balance', v_wallet.included_remaining + v_wallet.prepaid,
        'available', wallet_available(v_wallet));
    v_audit := CASE p_item.event_type
        WHEN 'grant' THEN 'credits.granted' WHEN 'purchase' THEN 'credits.purchased'
        WHEN 'adjustment' THEN 'credits.adjusted' WHEN 'refund' THEN 'credits.refunded' END;
    PERFORM audit_write(p_tenant_id, p_now, p_item.organization_id, v_audit, p_item.caller, v_project,
                        jsonb_build_object('credits', p_item.credits, 'eventId', v_event -> 'event_id'));
    RETURN ROW('done', NULL, v_facts)::outcome;
END
$$;

-- Return a transfer as an allocation answers it.
CREATE OR REPLACE FUNCTION credit_allocation_facts(p_transfer credit_transfers)
RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'id', p_transfer.id, 'organization_id', p_transfer.to_organization_id, 'allocated', p_transfer.credits,
        'description', p_transfer.description, 'metadata', p_transfer.metadata, 'balance', p_transfer.balance,
        'available', p_transfer.available, 'created', p_transfer.created_at)
$$;

-- Move prepaid credits from a partner to its children, decided item by item in the order given.
--
-- Facts: those of credit_allocation_facts. Refused: NOT_FOUND (not a direct child), KILL_SWITCH (child suspended or
-- archived), BILLING_EXHAUSTED, VALIDATION (out of range), IDEMPOTENCY_*. Lock order: the children by id, then the
-- partner, each once for the whole batch.
CREATE OR REPLACE FUNCTION credit_allocate(p_tenant_id bigint, p_now timestamptz, p_items credit_allocation[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     credit_allocation;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    PERFORM wallets_lock(p_tenant_id, ARRAY(SELECT i.organization_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, credit_allocate_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION credit_allocate_one(p_tenant_id bigint, p_now timestamptz, p_item credit_allocation)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome  outcome := idempotency_outcome(p_now, p_item.idempotency);
    v_asked_at timestamptz := p_now; -- before it is raised to what other nodes have done
    v_transfer credit_transfers;
    v_child    wallets;
    v_partner  wallets;
    v_pair     record;
BEGIN
    IF v_outcome.status IS NULL THEN
        v_outcome := credit_allocation_before(p_tenant_id, p_item.idempotency);
    END IF;
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;

    v_child := wallet_lock(p_tenant_id, p_item.organization_id, p_now);
    v_partner := wallet_lock(p_tenant_id, p_item.partner_id, p_now);
    -- The time of the transfer: neither wallet may be in an older period than its rows say.
    p_now := greatest(p_now, v_child.last_event_at, v_partner.last_event_at);
    v_child := wallet_roll_over_and_save(v_child, p_now);
    v_partner := wallet_roll_over_and_save(v_partner, p_now);
    v_outcome := CASE
        WHEN v_child.partner_id IS DISTINCT FROM p_item.partner_id OR v_partner.organization_id IS NULL
            THEN ROW('refused', 'NOT_FOUND', NULL)::outcome
        WHEN v_child.state <> 'active' OR v_partner.state <> 'active'
            THEN ROW('refused', 'KILL_SWITCH', '{"scope": "organization"}')::outcome
        WHEN p_item.credits > wallet_headroom(v_child)
            THEN out_of_range('credits')
        WHEN p_item.credits > wallet_spendable_prepaid(v_partner)
            THEN ROW('refused', 'BILLING_EXHAUSTED', jsonb_build_object(
                'reason', 'insufficient_prepaid', 'required', p_item.credits,
                'available', wallet_spendable_prepaid(v_partner)))::outcome
    END;
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;

    v_transfer.id := p_item.transfer_id;
    v_transfer.credits := p_item.credits;
    v_transfer.description := p_item.description;
    v_transfer.metadata := p_item.metadata;
    IF (p_item.idempotency).key IS NOT NULL THEN
        v_transfer.api_key_id := (p_item.idempotency).caller_id;
        v_transfer.idempotency_key := (p_item.idempotency).key;
        v_transfer.fingerprint := (p_item.idempotency).fingerprint;
    END IF;
    SELECT * INTO v_pair FROM credit_transfer(v_partner, v_child, p_now, v_transfer, NULL, p_item.caller);
    PERFORM wallet_save(v_pair.p_to, p_now);
    PERFORM wallet_save(v_pair.p_from, p_now);
    PERFORM audit_write(p_tenant_id, v_asked_at, p_item.partner_id, 'credits.allocated', p_item.caller, NULL,
                        jsonb_build_object('organizationId', 'org_' || p_item.organization_id,
                                           'credits', p_item.credits, 'transferId', 'txn_' || p_item.transfer_id));
    SELECT * INTO v_transfer FROM credit_transfers WHERE tenant_id = p_tenant_id AND id = p_item.transfer_id;
    RETURN ROW('done', NULL, credit_allocation_facts(v_transfer))::outcome;
END
$$;

-- Return the outcome of an allocation whose key has moved credits before; NULL: it has not. The transfer itself remembers
-- its key for ever, beyond the record's 24 hours.
CREATE OR REPLACE FUNCTION credit_allocation_before(p_tenant_id bigint, p_record idempotency)
RETURNS outcome
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_transfer credit_transfers;
BEGIN
    IF p_record.key IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT * INTO v_transfer FROM credit_transfers
     WHERE tenant_id = p_tenant_id AND api_key_id = p_record.caller_id AND idempotency_key = p_record.key;
    RETURN CASE
        WHEN v_transfer.fingerprint = p_record.fingerprint
            THEN ROW('replayed', NULL, credit_allocation_facts(v_transfer))::outcome
        WHEN v_transfer.id IS NOT NULL THEN ROW('refused', 'IDEMPOTENCY_CONFLICT', NULL)::outcome
    END;
END
$$;
