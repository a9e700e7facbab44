-- The credit wallet: periods, rollover, and the row that every movement leaves.
--
-- Every function that moves credits works the same way: lock the wallet rows in order, bring each up to date with
-- wallet_rolled, change it in memory, write its events with credit_event_append, and save it with wallet_save.

-- Balance, and what new work may spend. The CHECKs of the table keep both from being negative.
CREATE OR REPLACE FUNCTION wallet_available(p_wallet wallets)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT p_wallet.included_remaining + p_wallet.prepaid - p_wallet.reserved
$$;

-- Prepaid credits that nothing in flight may still need: what can leave the wallet.
CREATE OR REPLACE FUNCTION wallet_spendable_prepaid(p_wallet wallets)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(p_wallet.prepaid, p_wallet.included_remaining + p_wallet.prepaid - p_wallet.reserved)
$$;

-- How many credits may still be added to prepaid so that balances, now and after the next rollover, stay
-- integers that every client reads exactly.
CREATE OR REPLACE FUNCTION wallet_headroom(p_wallet wallets)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT 9007199254740991 - p_wallet.prepaid - greatest(p_wallet.included_remaining, p_wallet.included_credits)
$$;

-- Which period of an anchor an instant falls in: the largest n >= 0 with anchor + n months <= p_now. Adding months
-- to the anchor, never to the previous boundary, is what brings 31 January back to 31 March after 28 February.
CREATE OR REPLACE FUNCTION period_number_at(p_anchor timestamptz, p_now timestamptz)
RETURNS integer
LANGUAGE plpgsql STABLE SET timezone = 'UTC' AS $$
DECLARE
    v_number integer := (extract(year FROM p_now) - extract(year FROM p_anchor)) * 12
                        + extract(month FROM p_now) - extract(month FROM p_anchor);
BEGIN
    IF p_anchor + make_interval(months => v_number) > p_now THEN
        v_number := v_number - 1;
    END IF;
    RETURN greatest(v_number, 0);
END
$$;

-- Writes the ledger row of a movement that p_wallet already contains. Takes the next sequence, so the wallet
-- comes back changed and must be saved. A lagging clock is raised to the wallet's last event.
CREATE OR REPLACE FUNCTION credit_event_append(
    p_wallet wallets, p_now timestamptz, p_event_type text,
    p_included_delta bigint, p_prepaid_delta bigint, p_metadata jsonb, p_caller caller,
    p_description text DEFAULT NULL, p_transfer_id uuid DEFAULT NULL, p_job_id uuid DEFAULT NULL,
    p_project_id uuid DEFAULT NULL, p_container_id uuid DEFAULT NULL, p_format text DEFAULT NULL)
RETURNS wallets
LANGUAGE plpgsql AS $$
DECLARE
    v_event credit_events;
BEGIN
    p_wallet.last_sequence := p_wallet.last_sequence + 1;
    p_wallet.last_event_at := greatest(p_now, p_wallet.last_event_at);
    v_event := credit_event_of(
        p_wallet, p_event_type, p_included_delta, p_prepaid_delta, p_metadata, p_caller,
        p_description, p_transfer_id, p_job_id, p_project_id, p_container_id, p_format);
    p_wallet.last_hash := v_event.hash;
    PERFORM credit_events_insert(p_wallet.tenant_id, ARRAY[v_event]);
    RETURN p_wallet;
END
$$;

-- The ledger row of a movement that p_wallet already contains, the row's own sequence and time included. For batches,
-- which write all their rows with one credit_events_insert. The row's hash follows from p_wallet.last_hash and is the
-- wallet's last hash from then on: the caller keeps it. The fields are in the order of the table's columns.
CREATE OR REPLACE FUNCTION credit_event_of(
    p_wallet wallets, p_event_type text, p_included_delta bigint, p_prepaid_delta bigint, p_metadata jsonb,
    p_caller caller, p_description text, p_transfer_id uuid, p_job_id uuid, p_project_id uuid, p_container_id uuid,
    p_format text)
RETURNS credit_events
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_event credit_events;
BEGIN
    v_event := ROW(
        p_wallet.tenant_id, p_wallet.organization_id, p_wallet.last_sequence,
        credit_event_id(p_wallet.tenant_id, p_wallet.organization_id, p_wallet.last_sequence, p_wallet.last_event_at),
        p_event_type, p_included_delta, p_prepaid_delta,
        p_wallet.included_remaining, p_wallet.prepaid, p_wallet.used_this_period, p_project_id, p_format,
        p_job_id, p_container_id, p_transfer_id, p_description, coalesce(p_metadata, '{}'),
        p_caller.api_key_id, p_caller.operator_id, p_caller.request_id, p_wallet.last_event_at,
        p_wallet.last_hash, NULL)::credit_events;
    v_event.hash := credit_event_hash(v_event);
    RETURN v_event;
END
$$;

CREATE OR REPLACE FUNCTION credit_events_insert(p_tenant_id bigint, p_events credit_events[])
RETURNS void
LANGUAGE sql AS $$
    INSERT INTO credit_events
        (tenant_id, organization_id, sequence, event_id, event_type, included_delta, prepaid_delta,
         included_after, prepaid_after, usage_after, project_id, format, job_id, container_id, transfer_id,
         description, metadata, api_key_id, operator_id, request_id, created_at, previous_hash, hash)
    SELECT p_tenant_id, e.organization_id, e.sequence, e.event_id, e.event_type, e.included_delta, e.prepaid_delta,
           e.included_after, e.prepaid_after, e.usage_after, e.project_id, e.format, e.job_id, e.container_id,
           e.transfer_id, e.description, e.metadata, e.api_key_id, e.operator_id, e.request_id, e.created_at,
           e.previous_hash, e.hash
      FROM unnest(p_events) e
$$;

CREATE OR REPLACE FUNCTION credit_event_id(
    p_tenant_id bigint, p_organization_id uuid, p_sequence bigint, p_now timestamptz)
RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT time_ordered_uuid(p_now, p_tenant_id || ':' || p_organization_id || ':' || p_sequence)
$$;

-- Ends the current period at p_boundary and opens period p_number of p_anchor. The unused allotment lapses, but for
-- what open reservations need and nothing else covers: a boundary never leaves reserved work unpaid. p_used is what was
-- consumed since the new period's start, 0 unless that lies before p_boundary.
CREATE OR REPLACE FUNCTION wallet_next_period(
    p_wallet wallets, p_boundary timestamptz, p_anchor timestamptz, p_number integer, p_used bigint, p_caller caller)
RETURNS wallets
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    v_allotment bigint := CASE WHEN p_wallet.billing_status = 'active' THEN p_wallet.included_credits ELSE 0 END;
    v_carried   bigint := least(p_wallet.included_remaining,
                                greatest(0, p_wallet.reserved - p_wallet.prepaid - v_allotment));
    v_lapsing   bigint := p_wallet.included_remaining - v_carried;
BEGIN
    p_wallet.period_anchor := p_anchor;
    p_wallet.period_number := p_number;
    p_wallet.period_start := p_anchor + make_interval(months => p_number);
    p_wallet.period_end := p_anchor + make_interval(months => p_number + 1);
    p_wallet.used_this_period := p_used;
    -- Nothing that happens from here on is dated before the period, however a node's clock lags: usage counts in the
    -- period that its date lies in.
    p_wallet.last_event_at := greatest(p_wallet.period_start, p_wallet.last_event_at);
    p_wallet.included_this_period := v_carried + v_allotment;
    p_wallet.included_granted_peak := v_allotment;
    IF v_lapsing > 0 THEN
        p_wallet.included_remaining := v_carried;
        p_wallet := credit_event_append(
            p_wallet, p_boundary, 'adjustment', -v_lapsing, 0, '{"reason": "period_lapse"}', p_caller);
    END IF;
    IF v_allotment > 0 THEN
        p_wallet.included_remaining := v_carried + v_allotment;
        p_wallet := credit_event_append(
            p_wallet, p_boundary, 'grant', v_allotment, 0, '{"reason": "period_allotment"}', p_caller);
    END IF;
    RETURN p_wallet;
END
$$;

-- Brings a locked wallet to p_now: one rollover for each period that is over, dated at its boundary. What it wrote
-- stands whatever becomes of the operation that came along, so the caller saves the wallet in every case.
CREATE OR REPLACE FUNCTION wallet_rolled(p_wallet wallets, p_now timestamptz)
RETURNS wallets
LANGUAGE plpgsql AS $$
BEGIN
    WHILE p_wallet.period_end <= p_now LOOP
        p_wallet := wallet_next_period(p_wallet, p_wallet.period_end, p_wallet.period_anchor,
                                       p_wallet.period_number + 1, 0, ROW('system', NULL, NULL, NULL, NULL)::caller);
    END LOOP;
    RETURN p_wallet;
END
$$;

-- Brings a locked wallet to p_now and saves it if that changed it.
CREATE OR REPLACE FUNCTION wallet_at(p_wallet wallets, p_now timestamptz)
RETURNS wallets
LANGUAGE plpgsql AS $$
BEGIN
    IF p_wallet.period_end <= p_now THEN
        p_wallet := wallet_rolled(p_wallet, p_now);
        PERFORM wallet_save(p_wallet);
    END IF;
    RETURN p_wallet;
END
$$;

-- Brings the locked wallets of a batch to one time: p_now, raised to the last event of any of them, because credits
-- may move between them and both rows of a transfer carry one time. None of them is saved.
CREATE OR REPLACE FUNCTION wallets_rolled(INOUT p_wallets wallets[], INOUT p_now timestamptz)
LANGUAGE plpgsql AS $$
BEGIN
    SELECT greatest(p_now, max(w.last_event_at)) INTO p_now FROM unnest(p_wallets) w;
    FOR v_index IN 1..coalesce(cardinality(p_wallets), 0) LOOP
        IF p_wallets[v_index].period_end <= p_now THEN
            p_wallets[v_index] := wallet_rolled(p_wallets[v_index], p_now);
        END IF;
    END LOOP;
END
$$;

-- Locks the wallets of a batch in the order in which everybody locks them: children by id, then the partner.
CREATE OR REPLACE FUNCTION wallets_lock(p_tenant_id bigint, p_organization_ids uuid[])
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM wallets
      WHERE tenant_id = p_tenant_id AND organization_id = ANY (p_organization_ids)
      ORDER BY partner_id IS NULL, organization_id FOR NO KEY UPDATE;
END
$$;

-- Locks one wallet and brings it up to date. All fields are NULL when there is none.
CREATE OR REPLACE FUNCTION wallet_lock(p_tenant_id bigint, p_organization_id uuid, p_now timestamptz)
RETURNS wallets
LANGUAGE plpgsql AS $$
DECLARE
    v_wallet wallets;
BEGIN
    SELECT * INTO v_wallet FROM wallets
     WHERE tenant_id = p_tenant_id AND organization_id = p_organization_id
       FOR NO KEY UPDATE;
    RETURN wallet_at(v_wallet, p_now);
END
$$;

CREATE OR REPLACE FUNCTION wallet_save(p_wallet wallets)
RETURNS void
LANGUAGE sql AS $$
    SELECT wallets_save(p_wallet.tenant_id, ARRAY[p_wallet])
$$;

-- Saves the wallets of a batch in one statement, which checks the constraints of all of them at once.
CREATE OR REPLACE FUNCTION wallets_save(p_tenant_id bigint, p_wallets wallets[])
RETURNS void
LANGUAGE sql AS $$
    UPDATE wallets w SET
        state = n.state,
        subscription_tier = n.subscription_tier,
        billing_status = n.billing_status,
        included_credits = n.included_credits,
        subscription_started_on = n.subscription_started_on,
        period_anchor = n.period_anchor,
        period_number = n.period_number,
        period_start = n.period_start,
        period_end = n.period_end,
        included_this_period = n.included_this_period,
        included_granted_peak = n.included_granted_peak,
        included_remaining = n.included_remaining,
        prepaid = n.prepaid,
        reserved = n.reserved,
        used_this_period = n.used_this_period,
        running_jobs = n.running_jobs,
        monthly_credit_cap = n.monthly_credit_cap,
        refill_threshold = n.refill_threshold,
        refill_amount = n.refill_amount,
        auto_refill_enabled = n.auto_refill_enabled,
        refill_failed_at = n.refill_failed_at,
        last_sequence = n.last_sequence,
        last_event_at = n.last_event_at,
        last_hash = n.last_hash
      FROM unnest(p_wallets) n
     WHERE w.tenant_id = p_tenant_id AND w.organization_id = n.organization_id
       AND w.organization_id = ANY (ARRAY(SELECT i.organization_id FROM unnest(p_wallets) i));
$$;

-- The first touch of a wallet after a boundary writes the rollover, also when the touch is a read.
CREATE OR REPLACE FUNCTION wallets_touch(p_tenant_id bigint, p_now timestamptz, p_organization_ids uuid[])
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_wallet wallets;
    v_rolled integer := 0;
BEGIN
    FOR v_wallet IN
        SELECT w.* FROM wallets w
         WHERE w.tenant_id = p_tenant_id AND w.organization_id = ANY (p_organization_ids) AND w.period_end <= p_now
         ORDER BY w.partner_id IS NULL, w.organization_id
           FOR NO KEY UPDATE
    LOOP
        PERFORM wallet_save(wallet_rolled(v_wallet, p_now));
        v_rolled := v_rolled + 1;
    END LOOP;
    RETURN v_rolled;
END
$$;

-- The smallest sequence of a wallet whose event is dated p_at or later; one past the last when none is. Sequences
-- have no gaps and times never fall along them, so a search replaces an index on the time. It begins where p_at would
-- be if events came evenly, and looks ever farther from there until it has passed p_at: the more even a ledger, the
-- less its length matters.
CREATE OR REPLACE FUNCTION credit_sequence_at(p_tenant_id bigint, p_organization_id uuid, p_at timestamptz)
RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    -- The answer is not below v_low and not above v_high; either is found when an event has shown that.
    v_low        bigint := 1;
    v_high       bigint;
    v_low_found  boolean := false;
    v_high_found boolean := false;
    v_step       bigint := 8;
    v_middle     bigint;
    v_first      timestamptz;
    v_last       timestamptz;
    v_time       timestamptz;
BEGIN
    SELECT w.last_sequence + 1, w.last_event_at, e.created_at INTO v_high, v_last, v_first
      FROM wallets w
      LEFT JOIN credit_events e
        ON e.tenant_id = w.tenant_id AND e.organization_id = w.organization_id AND e.sequence = 1
     WHERE w.tenant_id = p_tenant_id AND w.organization_id = p_organization_id;
    IF p_at <= v_first THEN
        RETURN 1;
    END IF;
    WHILE v_low < v_high LOOP
        v_middle := CASE
            WHEN v_low_found AND v_high_found THEN (v_low + v_high) / 2
            WHEN v_low_found THEN v_low + v_step
            WHEN v_high_found THEN v_high - v_step
            WHEN p_at >= v_last THEN v_high - 1
            ELSE v_high * (extract(epoch FROM p_at - v_first) / extract(epoch FROM v_last - v_first)) END;
        v_middle := greatest(v_low, least(v_middle, v_high - 1));
        v_step := v_step * 4;
        SELECT created_at INTO v_time FROM credit_events
         WHERE tenant_id = p_tenant_id AND organization_id = p_organization_id AND sequence = v_middle;
        IF v_time < p_at THEN
            v_low := v_middle + 1;
            v_low_found := true;
        ELSE
            v_high := v_middle;
            v_high_found := true;
        END IF;
    END LOOP;
    RETURN v_low;
END
$$;

-- The newest ledger row of a wallet as the money functions answer it.
CREATE OR REPLACE FUNCTION credit_event_facts(p_wallet wallets)
RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(e) - '{tenant_id,operator_id,request_id,api_key_id,sequence}'::text[]
           || ledger_hash_facts(e.previous_hash, e.hash, credit_event_internal_hash(e))
      FROM credit_events e
     WHERE e.tenant_id = p_wallet.tenant_id AND e.organization_id = p_wallet.organization_id
       AND e.sequence = p_wallet.last_sequence
$$;

-- Return the refusal of an amount, in the field p_field, that would leave the range of exact integers.
CREATE OR REPLACE FUNCTION out_of_range(p_field text)
RETURNS outcome LANGUAGE sql IMMUTABLE AS $$
    SELECT ROW('refused', 'VALIDATION', jsonb_build_object('reason', 'out_of_range', 'field', p_field))::outcome
$$;
