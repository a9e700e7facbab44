-- Transfers between the wallets of a tenant, and the operator's postings.

-- Move prepaid credits between two locked wallets in memory. The caller has checked that the sender can spare them and that
-- the receiver has room. Return both wallets, changed; the row of the transfer; and the two of the ledger.
CREATE OR REPLACE FUNCTION credit_transfer_of(
    INOUT p_from wallets, INOUT p_to wallets, p_now timestamptz, INOUT p_transfer credit_transfers, p_reason text,
    p_caller caller, OUT p_events credit_events[])
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_out credit_events;
    v_in  credit_events;
BEGIN
    -- Both rows of a transfer carry one time.
    p_now := greatest(p_now, p_from.last_event_at, p_to.last_event_at);
    p_transfer.tenant_id := p_from.tenant_id;
    p_transfer.from_organization_id := p_from.organization_id;
    p_transfer.to_organization_id := p_to.organization_id;
    p_transfer.metadata := coalesce(p_transfer.metadata, '{}');
    p_from.prepaid := p_from.prepaid - p_transfer.credits;
    p_from.last_sequence := p_from.last_sequence + 1;
    p_from.last_event_at := p_now;
    p_to.prepaid := p_to.prepaid + p_transfer.credits;
    p_to.last_sequence := p_to.last_sequence + 1;
    p_to.last_event_at := p_now;
    v_out := credit_event_of(
        p_from, 'allocation', 0, -p_transfer.credits,
        p_transfer.metadata || jsonb_strip_nulls(jsonb_build_object(
            'reason', p_reason, 'direction', 'out', 'counterpartyOrgId', 'org_' || p_to.organization_id)),
        p_caller, p_transfer.description, p_transfer.id, NULL, NULL, NULL, NULL);
    v_in := credit_event_of(
        p_to, 'allocation', 0, p_transfer.credits,
        p_transfer.metadata || jsonb_strip_nulls(jsonb_build_object(
            'reason', p_reason, 'direction', 'in', 'counterpartyOrgId', 'org_' || p_from.organization_id)),
        p_caller, p_transfer.description, p_transfer.id, NULL, NULL, NULL, NULL);
    p_from.last_hash := v_out.hash;
    p_to.last_hash := v_in.hash;
    p_events := ARRAY[v_out, v_in];
    p_transfer.balance := p_to.included_remaining + p_to.prepaid;
    p_transfer.available := wallet_available(p_to);
    p_transfer.created_at := p_now;
END
$$;

-- Move prepaid credits between two locked wallets and write it down; a child is told of what it gets. The caller has checked
-- that the sender can spare them and that the receiver has room, and saves both wallets, which come back changed.
CREATE OR REPLACE FUNCTION credit_transfer(
    INOUT p_from wallets, INOUT p_to wallets, p_now timestamptz, p_transfer credit_transfers, p_reason text, p_caller caller)
LANGUAGE plpgsql AS $$
DECLARE
    v_moved record := credit_transfer_of(p_from, p_to, p_now, p_transfer, p_reason, p_caller);
BEGIN
    p_from := v_moved.p_from;
    p_to := v_moved.p_to;
    PERFORM credit_transfers_insert(p_from.tenant_id, ARRAY[v_moved.p_transfer], v_moved.p_events);
    IF p_to.partner_id = p_from.organization_id THEN
        PERFORM credit_transfers_tell(p_from.tenant_id, ARRAY[v_moved.p_transfer], coalesce(p_reason, 'allocation'));
    END IF;
END
$$;

-- Write the rows of transfers and of their ledgers.
CREATE OR REPLACE FUNCTION credit_transfers_insert(
    p_tenant_id bigint, p_transfers credit_transfers[], p_events credit_events[])
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO credit_transfers
        (tenant_id, id, from_organization_id, to_organization_id, credits, description, metadata,
         api_key_id, idempotency_key, fingerprint, balance, available, created_at)
    SELECT p_tenant_id, t.id, t.from_organization_id, t.to_organization_id, t.credits, t.description, t.metadata,
           t.api_key_id, t.idempotency_key, t.fingerprint, t.balance, t.available, t.created_at
      FROM unnest(p_transfers) t;
    PERFORM credit_events_insert(p_tenant_id, p_events);
END
$$;

-- Write to the outbox what children have got.
CREATE OR REPLACE FUNCTION credit_transfers_tell(p_tenant_id bigint, p_transfers credit_transfers[], p_reason text)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at)
    SELECT p_tenant_id, time_ordered_uuid(t.created_at, 'credits.allocated:' || t.id), t.to_organization_id,
           'credits.allocated',
           jsonb_build_object(
               'organizationId', 'org_' || t.to_organization_id, 'transferId', 'txn_' || t.id, 'credits', t.credits,
               'reason', p_reason, 'description', t.description, 'metadata', t.metadata, 'balance', t.balance,
               'available', t.available),
           t.created_at
      FROM unnest(p_transfers) t;
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
    v_movement    text := 'credits.' || p_item.event_type;
    v_outcome     outcome := posting_outcome(p_tenant_id, p_now, p_item.idempotency, v_movement);
    v_reservation reservations;
    v_wallet      wallets;
    v_parent      wallets;
    v_swept       record;
    v_container   uuid;
    v_project     uuid;
    v_format      text;
    v_event       jsonb;
    v_sequence    bigint;
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
    v_sequence := v_wallet.last_sequence;
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
    RETURN posting_keep(p_tenant_id, p_item.organization_id, p_item.idempotency, v_movement, v_sequence, v_facts);
END
$$;
