-- The partner's cash wallet, in US cents. Same rules as the credit wallet: lock, change, one row, save.

-- Write one cash event, and the wallet with it, which is returned. p_wallet is locked; the caller has checked that it can
-- pay.
CREATE OR REPLACE FUNCTION cash_event_append(
    p_wallet cash_wallets, p_now timestamptz, p_event_type text, p_amount_cents bigint, p_for_organization_id uuid,
    p_caller caller, p_description text, p_reference text DEFAULT NULL, p_lease leases DEFAULT NULL,
    p_lease_month integer DEFAULT NULL)
RETURNS cash_wallets
LANGUAGE plpgsql AS $$
DECLARE
    v_event cash_events;
BEGIN
    p_wallet.balance_cents := p_wallet.balance_cents + p_amount_cents;
    p_wallet.last_sequence := p_wallet.last_sequence + 1;
    p_wallet.last_event_at := greatest(p_now, p_wallet.last_event_at);
    -- In the order of the table's columns.
    v_event := ROW(
        p_wallet.tenant_id, p_wallet.organization_id, p_wallet.currency, p_wallet.last_sequence,
        time_ordered_uuid(p_wallet.last_event_at,
                          'cash:' || p_wallet.tenant_id || ':' || p_wallet.organization_id || ':' || p_wallet.last_sequence),
        p_event_type, p_amount_cents, p_wallet.balance_cents, p_for_organization_id,
        p_lease.social_account_id, p_lease.project_id, p_lease_month,
        lease_month_start(p_lease.assigned_at, p_lease_month), lease_month_start(p_lease.assigned_at, p_lease_month + 1),
        p_description, p_reference, p_caller.operator_id, p_caller.request_id, p_wallet.last_event_at,
        p_wallet.last_hash, NULL)::cash_events;
    v_event.hash := cash_event_hash(v_event);
    p_wallet.last_hash := v_event.hash;
    INSERT INTO cash_events
        (tenant_id, organization_id, currency, sequence, event_id, event_type, amount_cents, balance_after_cents,
         for_organization_id, social_account_id, project_id, lease_month, period_start, period_end, description,
         reference, operator_id, request_id, created_at, previous_hash, hash)
    VALUES
        (v_event.tenant_id, v_event.organization_id, v_event.currency, v_event.sequence, v_event.event_id,
         v_event.event_type, v_event.amount_cents, v_event.balance_after_cents, v_event.for_organization_id,
         v_event.social_account_id, v_event.project_id, v_event.lease_month, v_event.period_start, v_event.period_end,
         v_event.description, v_event.reference, v_event.operator_id, v_event.request_id, v_event.created_at,
         v_event.previous_hash, v_event.hash);
    UPDATE cash_wallets
       SET balance_cents = p_wallet.balance_cents, last_sequence = p_wallet.last_sequence,
           last_event_at = p_wallet.last_event_at, last_hash = p_wallet.last_hash
     WHERE tenant_id = p_wallet.tenant_id AND organization_id = p_wallet.organization_id
       AND currency = p_wallet.currency;
    RETURN p_wallet;
END
$$;

-- Post the operator's top-ups and adjustments.
--
-- Facts: {event, balance_cents}. Refused: NOT_FOUND (no such partner: a child has no cash wallet), BILLING_EXHAUSTED
-- (insufficient_funds), VALIDATION (out_of_range), IDEMPOTENCY_*. Lock order: cash wallet, leases.
CREATE OR REPLACE FUNCTION cash_post(p_tenant_id bigint, p_now timestamptz, p_items cash_posting[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     cash_posting;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, cash_post_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION cash_post_one(p_tenant_id bigint, p_now timestamptz, p_item cash_posting)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_movement text := 'cash.' || p_item.event_type;
    v_outcome  outcome := posting_outcome(p_tenant_id, p_now, p_item.idempotency, v_movement);
    v_wallet   cash_wallets;
    v_renewed  record;
    v_event    jsonb;
    v_sequence bigint;
    -- Raised to the wallet's last event: requests that arrived later may have been here before.
    v_now      timestamptz;
BEGIN
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    SELECT * INTO v_wallet FROM cash_wallets
     WHERE tenant_id = p_tenant_id AND organization_id = p_item.organization_id AND currency = 'USD'
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    v_now := greatest(p_now, v_wallet.last_event_at);
    -- What came due before the money is taken is paid before, also if no worker has come since.
    IF p_item.amount_cents < 0 AND v_wallet.renewals_due_at <= v_now THEN
        SELECT * INTO v_renewed FROM leases_renew_locked(v_wallet, v_now, NULL);
        v_wallet := v_renewed.p_cash;
    END IF;
    IF p_item.amount_cents > 9007199254740991 - v_wallet.balance_cents THEN
        RETURN out_of_range('amount_cents');
    END IF;
    IF -p_item.amount_cents > v_wallet.balance_cents THEN
        RETURN ROW('refused', 'BILLING_EXHAUSTED', jsonb_build_object(
            'reason', 'insufficient_funds', 'required', -p_item.amount_cents,
            'available', v_wallet.balance_cents))::outcome;
    END IF;
    v_wallet := cash_event_append(v_wallet, v_now, p_item.event_type, p_item.amount_cents, p_item.organization_id,
                                  p_item.caller, p_item.description, p_item.reference);
    v_event := cash_event_facts(v_wallet);
    v_sequence := v_wallet.last_sequence;
    -- What could not be paid before is tried with what has come in; the sweep goes on where this stops.
    IF p_item.event_type = 'topup' AND v_wallet.renewals_due_at IS NOT NULL THEN
        SELECT * INTO v_renewed FROM leases_renew_locked(v_wallet, v_now, 1000);
        v_wallet := v_renewed.p_cash;
    END IF;
    PERFORM audit_write(p_tenant_id, p_now, p_item.organization_id,
                        CASE p_item.event_type WHEN 'topup' THEN 'cash.topped_up' ELSE 'cash.adjusted' END,
                        p_item.caller, NULL,
                        jsonb_build_object('amountCents', p_item.amount_cents, 'eventId', v_event -> 'event_id'));
    RETURN posting_keep(p_tenant_id, p_item.organization_id, p_item.idempotency, v_movement, v_sequence,
                        jsonb_build_object('event', v_event, 'balance_cents', v_wallet.balance_cents));
END
$$;

-- Refund up to what a month of a lease was charged, to the wallet that paid it.
--
-- Facts: {event, balance_cents}. Refused: NOT_FOUND (no such partner, or no such lease of its own or its children's),
-- CONFLICT {charged_cents, refunded_cents} (more than the month was charged and is not refunded yet), VALIDATION
-- (out_of_range), IDEMPOTENCY_*. Lock order: cash wallet, lease charge.
CREATE OR REPLACE FUNCTION cash_refund(p_tenant_id bigint, p_now timestamptz, p_items cash_refund_item[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     cash_refund_item;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, cash_refund_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION cash_refund_one(p_tenant_id bigint, p_now timestamptz, p_item cash_refund_item)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome outcome := posting_outcome(p_tenant_id, p_now, p_item.idempotency, 'cash.refund');
    v_wallet  cash_wallets;
    v_lease   leases;
    v_charge  lease_charges;
    v_for     uuid;
    v_event   jsonb;
BEGIN
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    SELECT * INTO v_wallet FROM cash_wallets
     WHERE tenant_id = p_tenant_id AND organization_id = p_item.organization_id AND currency = 'USD'
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    SELECT * INTO v_lease FROM leases WHERE tenant_id = p_tenant_id AND social_account_id = p_item.social_account_id;
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    SELECT * INTO v_charge FROM lease_charges
     WHERE tenant_id = p_tenant_id AND social_account_id = p_item.social_account_id
       AND lease_month = p_item.lease_month
       FOR NO KEY UPDATE;
    IF v_charge.status IS DISTINCT FROM 'paid' OR v_charge.refunded_cents + p_item.amount_cents > v_charge.price_cents
    THEN
        RETURN ROW('refused', 'CONFLICT', jsonb_build_object(
            'charged_cents', CASE v_charge.status WHEN 'paid' THEN v_charge.price_cents ELSE 0 END,
            'refunded_cents', coalesce(v_charge.refunded_cents, 0)))::outcome;
    END IF;
    IF p_item.amount_cents > 9007199254740991 - v_wallet.balance_cents THEN
        RETURN out_of_range('amount_cents');
    END IF;
    -- For whom it was charged, also when the project has moved since.
    SELECT for_organization_id INTO v_for FROM cash_events
     WHERE tenant_id = p_tenant_id AND organization_id = p_item.organization_id AND currency = 'USD'
       AND sequence = v_charge.cash_sequence;
    v_wallet := cash_event_append(v_wallet, p_now, 'refund', p_item.amount_cents, v_for, p_item.caller,
                                  p_item.description, NULL, v_lease, p_item.lease_month);
    UPDATE lease_charges SET refunded_cents = refunded_cents + p_item.amount_cents
     WHERE tenant_id = p_tenant_id AND social_account_id = p_item.social_account_id
       AND lease_month = p_item.lease_month;
    v_event := cash_event_facts(v_wallet);
    PERFORM audit_write(p_tenant_id, p_now, p_item.organization_id, 'cash.refunded', p_item.caller, v_lease.project_id,
                        jsonb_build_object('amountCents', p_item.amount_cents, 'eventId', v_event -> 'event_id',
                            'socialAccountId', 'sa_' || p_item.social_account_id, 'leaseMonth', p_item.lease_month));
    RETURN posting_keep(p_tenant_id, p_item.organization_id, p_item.idempotency, 'cash.refund', v_wallet.last_sequence,
                        jsonb_build_object('event', v_event, 'balance_cents', v_wallet.balance_cents));
END
$$;

-- Return the newest row of a cash wallet as the money functions answer it.
CREATE OR REPLACE FUNCTION cash_event_facts(p_wallet cash_wallets)
RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_event cash_events;
BEGIN
    SELECT * INTO v_event FROM cash_events
     WHERE tenant_id = p_wallet.tenant_id AND organization_id = p_wallet.organization_id
       AND currency = p_wallet.currency AND sequence = p_wallet.last_sequence;
    RETURN to_jsonb(v_event) - '{tenant_id,operator_id,request_id,sequence,currency}'::text[]
           || ledger_hash_facts(v_event.previous_hash, v_event.hash, cash_event_internal_hash(v_event));
END
$$;

-- Return the smallest sequence of a cash wallet's events between two times, inclusive, and the first beyond them. NULL is
-- no bound; times are milliseconds. As in the ledger of credits, times never fall along the sequences.
CREATE OR REPLACE FUNCTION cash_sequences_between(
    p_tenant_id bigint, p_organization_id uuid, p_since timestamptz, p_until timestamptz)
RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    RETURN ARRAY[
        CASE WHEN p_since IS NULL THEN 1 ELSE cash_sequence_at(p_tenant_id, p_organization_id, p_since) END,
        CASE WHEN p_until IS NULL THEN 9223372036854775807
             ELSE cash_sequence_at(p_tenant_id, p_organization_id, p_until + interval '1 millisecond') END];
END
$$;

-- Return the smallest sequence of a cash wallet whose event is dated p_at or later; one past the last when none is.
CREATE OR REPLACE FUNCTION cash_sequence_at(p_tenant_id bigint, p_organization_id uuid, p_at timestamptz)
RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    -- The answer is not below v_low and not above v_high.
    v_low    bigint := 1;
    v_high   bigint;
    v_middle bigint;
    v_time   timestamptz;
BEGIN
    SELECT last_sequence + 1 INTO v_high FROM cash_wallets
     WHERE tenant_id = p_tenant_id AND organization_id = p_organization_id AND currency = 'USD';
    WHILE v_low < v_high LOOP
        v_middle := (v_low + v_high) / 2;
        SELECT created_at INTO v_time FROM cash_events
         WHERE tenant_id = p_tenant_id AND organization_id = p_organization_id AND currency = 'USD'
           AND sequence = v_middle;
        IF v_time < p_at THEN
            v_low := v_middle + 1;
        ELSE
            v_high := v_middle;
        END IF;
    END LOOP;
    RETURN coalesce(v_high, 1);
END
$$;
