-- The credit wallet: what is available in it, its periods, and how it is locked, brought up to date and saved.
--
-- Every function that moves credits works the same way: lock the wallet rows in order, bring each up to date with
-- wallet_roll_over, change it in memory, write its events with credit_event_append, and save it with wallet_save.

-- Return what new work may spend. The CHECKs of the table keep it, and the balance, from being negative.
CREATE OR REPLACE FUNCTION wallet_available(p_wallet wallets)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT p_wallet.included_remaining + p_wallet.prepaid - p_wallet.reserved
$$;

-- Return the prepaid credits that nothing in flight may still need: what can leave the wallet.
CREATE OR REPLACE FUNCTION wallet_spendable_prepaid(p_wallet wallets)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(p_wallet.prepaid, p_wallet.included_remaining + p_wallet.prepaid - p_wallet.reserved)
$$;

-- Return whether a wallet has less available than its refill threshold. One without a threshold never has, such as a
-- partner's or an archived one.
CREATE OR REPLACE FUNCTION wallet_is_low(p_wallet wallets)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(wallet_available(p_wallet) < p_wallet.refill_threshold, false)
$$;

-- Return how many credits may still be added to prepaid so that balances, now and after the next rollover, stay
-- integers that every client reads exactly.
CREATE OR REPLACE FUNCTION wallet_headroom(p_wallet wallets)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT 9007199254740991 - p_wallet.prepaid - greatest(p_wallet.included_remaining, p_wallet.included_credits)
$$;

-- Return which period of an anchor an instant falls in: the largest n >= 0 with anchor + n months <= p_now. Adding months
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

-- End the current period at p_boundary and open period p_number of p_anchor. The unused allotment lapses, but for
-- what open reservations need and nothing else covers: a boundary never leaves reserved work unpaid. p_used is what was
-- consumed since the new period's start, 0 unless that lies before p_boundary. Return the wallet, changed and not saved.
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

-- Bring a locked wallet to p_now: one rollover for each period that is over, dated at its boundary. Return the wallet,
-- which the caller saves in every case: the rows written here stand whatever becomes of the operation that came along.
CREATE OR REPLACE FUNCTION wallet_roll_over(p_wallet wallets, p_now timestamptz)
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

-- Bring a locked wallet to p_now, and save it if that changed it. Return the wallet.
CREATE OR REPLACE FUNCTION wallet_roll_over_and_save(p_wallet wallets, p_now timestamptz)
RETURNS wallets
LANGUAGE plpgsql AS $$
BEGIN
    IF p_wallet.period_end <= p_now THEN
        p_wallet := wallet_roll_over(p_wallet, p_now);
        PERFORM wallet_save(p_wallet, p_now);
        p_wallet.is_low := wallet_is_low(p_wallet);
    END IF;
    RETURN p_wallet;
END
$$;

-- Bring the locked wallets of a batch to one time: p_now, raised to the last event of any of them, because credits
-- may move between them and both rows of a transfer carry one time. None of them is saved.
CREATE OR REPLACE FUNCTION wallets_roll_over(INOUT p_wallets wallets[], INOUT p_now timestamptz)
LANGUAGE plpgsql AS $$
BEGIN
    FOR v_index IN 1..coalesce(cardinality(p_wallets), 0) LOOP
        p_now := greatest(p_now, p_wallets[v_index].last_event_at);
    END LOOP;
    FOR v_index IN 1..coalesce(cardinality(p_wallets), 0) LOOP
        IF p_wallets[v_index].period_end <= p_now THEN
            p_wallets[v_index] := wallet_roll_over(p_wallets[v_index], p_now);
        END IF;
    END LOOP;
END
$$;

-- Return whose each of some wallets is.
CREATE OR REPLACE FUNCTION wallet_owners(p_wallets wallets[])
RETURNS uuid[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    v_owners uuid[] := '{}';
BEGIN
    FOR v_index IN 1..cardinality(p_wallets) LOOP
        v_owners := v_owners || p_wallets[v_index].organization_id;
    END LOOP;
    RETURN v_owners;
END
$$;

-- Lock the wallets of a batch in the order in which everybody locks them: children by id, then the partner.
CREATE OR REPLACE FUNCTION wallets_lock(p_tenant_id bigint, p_organization_ids uuid[])
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM wallets
      WHERE tenant_id = p_tenant_id AND organization_id = ANY (p_organization_ids)
      ORDER BY partner_id IS NULL, organization_id FOR NO KEY UPDATE;
END
$$;

-- Lock one wallet, bring it up to date, save it if that changed it, and return it. All fields are NULL when there is none.
CREATE OR REPLACE FUNCTION wallet_lock(p_tenant_id bigint, p_organization_id uuid, p_now timestamptz)
RETURNS wallets
LANGUAGE plpgsql AS $$
DECLARE
    v_wallet wallets;
BEGIN
    SELECT * INTO v_wallet FROM wallets
     WHERE tenant_id = p_tenant_id AND organization_id = p_organization_id
       FOR NO KEY UPDATE;
    RETURN wallet_roll_over_and_save(v_wallet, p_now);
END
$$;

-- Save one wallet.
CREATE OR REPLACE FUNCTION wallet_save(p_wallet wallets, p_now timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM wallets_save(p_wallet.tenant_id, ARRAY[p_wallet], p_now);
END
$$;

-- Save the wallets of a batch in one statement, which checks the constraints of all of them at once. What is saved decides
-- which of them are low, so one that was refilled in the batch is not: those that were not low before are told of. The
-- arguments still say that they were not; whoever goes on with them says so, or they are told of twice.
CREATE OR REPLACE FUNCTION wallets_save(p_tenant_id bigint, p_wallets wallets[], p_now timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_wallet wallets;
    v_low    wallets[] := '{}';
BEGIN
    FOR v_index IN 1..coalesce(cardinality(p_wallets), 0) LOOP
        v_wallet := p_wallets[v_index];
        IF wallet_is_low(v_wallet) <> v_wallet.is_low THEN
            v_wallet.is_low := NOT v_wallet.is_low;
            p_wallets[v_index] := v_wallet;
            IF v_wallet.is_low THEN
                v_low := v_low || v_wallet;
            END IF;
        END IF;
    END LOOP;
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
        last_hash = n.last_hash,
        is_low = n.is_low
      FROM unnest(p_wallets) n
     WHERE w.tenant_id = p_tenant_id AND w.organization_id = n.organization_id
       AND w.organization_id = ANY (ARRAY(SELECT i.organization_id FROM unnest(p_wallets) i));
    IF v_low <> '{}' THEN
        PERFORM wallets_tell_low(p_tenant_id, v_low, p_now);
    END IF;
END
$$;

-- Write to the outbox that wallets have got low.
CREATE OR REPLACE FUNCTION wallets_tell_low(p_tenant_id bigint, p_wallets wallets[], p_now timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_wallet wallets;
BEGIN
    FOREACH v_wallet IN ARRAY p_wallets LOOP
        PERFORM outbox_write(
            p_tenant_id, greatest(p_now, v_wallet.last_event_at), v_wallet.organization_id, 'credits.low',
            gen_random_uuid(),
            jsonb_build_object(
                'organizationId', 'org_' || v_wallet.organization_id, 'available', wallet_available(v_wallet),
                'balance', v_wallet.included_remaining + v_wallet.prepaid,
                'refillThreshold', v_wallet.refill_threshold, 'refillAmount', v_wallet.refill_amount));
    END LOOP;
END
$$;

-- Write the rollovers of wallets whose period is over: a read is the first touch after a boundary too. Return how many
-- wallets that changed. Lock order: the children by id, then the partner.
CREATE OR REPLACE FUNCTION wallets_roll_over_due(p_tenant_id bigint, p_now timestamptz, p_organization_ids uuid[])
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_wallet wallets;
    v_rolled integer := 0;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    FOR v_wallet IN
        SELECT w.* FROM wallets w
         WHERE w.tenant_id = p_tenant_id AND w.organization_id = ANY (p_organization_ids) AND w.period_end <= p_now
         ORDER BY w.partner_id IS NULL, w.organization_id
           FOR NO KEY UPDATE
    LOOP
        PERFORM wallet_save(wallet_roll_over(v_wallet, p_now), p_now);
        v_rolled := v_rolled + 1;
    END LOOP;
    RETURN v_rolled;
END
$$;

-- Return the refusal of an amount, in the field p_field, that would leave the range of exact integers.
CREATE OR REPLACE FUNCTION out_of_range(p_field text)
RETURNS outcome LANGUAGE sql IMMUTABLE AS $$
    SELECT ROW('refused', 'VALIDATION', jsonb_build_object('reason', 'out_of_range', 'field', p_field))::outcome
$$;
