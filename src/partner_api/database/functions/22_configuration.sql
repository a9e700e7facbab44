-- What decides how a wallet behaves: its caps and refills, and its subscription.

-- Patch caps and auto-refill of children key by key: a number sets, null clears, an absent key stays. Auto-refill is on
-- when both of its numbers are set.
--
-- Facts: {config: {…}, balance, available}. Refused: NOT_FOUND, KILL_SWITCH (archived), VALIDATION (a threshold
-- without an amount, or the reverse), IDEMPOTENCY_*. Lock order: the children by id.
CREATE OR REPLACE FUNCTION credit_configure(p_tenant_id bigint, p_now timestamptz, p_items credit_configuration[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     credit_configuration;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    PERFORM wallets_lock(p_tenant_id, ARRAY(SELECT i.organization_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, credit_configure_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION credit_configure_one(p_tenant_id bigint, p_now timestamptz, p_item credit_configuration)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome outcome := idempotency_outcome(p_now, p_item.idempotency);
    v_wallet  wallets;
BEGIN
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    v_wallet := wallet_lock(p_tenant_id, p_item.organization_id, p_now);
    -- What the previous release has switched off while this one came: as if the revision had found it.
    IF NOT v_wallet.auto_refill_enabled THEN
        v_wallet.refill_threshold := NULL;
        v_wallet.refill_amount := NULL;
    END IF;
    -- jsonb null and an absent key differ: ->> gives NULL for both, ? tells them apart.
    IF p_item.patch ? 'monthly_credit_cap' THEN
        v_wallet.monthly_credit_cap := (p_item.patch ->> 'monthly_credit_cap')::bigint;
    END IF;
    IF p_item.patch ? 'refill_threshold' THEN
        v_wallet.refill_threshold := (p_item.patch ->> 'refill_threshold')::bigint;
    END IF;
    IF p_item.patch ? 'refill_amount' THEN
        v_wallet.refill_amount := (p_item.patch ->> 'refill_amount')::bigint;
    END IF;
    v_wallet.auto_refill_enabled := v_wallet.refill_threshold IS NOT NULL AND v_wallet.refill_amount IS NOT NULL;
    v_outcome := CASE
        WHEN v_wallet.partner_id IS DISTINCT FROM p_item.partner_id OR v_wallet.organization_id IS NULL
            THEN ROW('refused', 'NOT_FOUND', NULL)::outcome
        WHEN v_wallet.state = 'archived'
            THEN ROW('refused', 'KILL_SWITCH', '{"scope": "organization"}')::outcome
        -- A server of the previous release still takes the switch; what it means is not to be guessed.
        WHEN p_item.patch ? 'auto_refill_enabled'
            THEN ROW('refused', 'VALIDATION', '{"reason": "unknown_field", "field": "auto_refill_enabled"}')::outcome
        WHEN (v_wallet.refill_threshold IS NULL) <> (v_wallet.refill_amount IS NULL)
            THEN ROW('refused', 'VALIDATION', jsonb_build_object(
                'reason', 'set_both', 'field',
                CASE WHEN v_wallet.refill_amount IS NULL THEN 'refill_amount' ELSE 'refill_threshold' END))::outcome
    END;
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    PERFORM wallet_save(v_wallet, p_now);
    PERFORM audit_write(p_tenant_id, p_now, p_item.partner_id, 'credit_config.updated', p_item.caller, NULL,
                        wallet_config_facts(v_wallet)
                        || jsonb_build_object('organizationId', 'org_' || p_item.organization_id));
    RETURN ROW('done', NULL, jsonb_build_object(
        'config', wallet_config_facts(v_wallet), 'balance', v_wallet.included_remaining + v_wallet.prepaid,
        'available', wallet_available(v_wallet)))::outcome;
END
$$;

-- Return the caps and refills of a wallet as the money functions answer them.
CREATE OR REPLACE FUNCTION wallet_config_facts(p_wallet wallets)
RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object(
        'monthly_credit_cap', p_wallet.monthly_credit_cap, 'refill_threshold', p_wallet.refill_threshold,
        'refill_amount', p_wallet.refill_amount, 'auto_refill_enabled', p_wallet.auto_refill_enabled)
$$;

-- Set the subscriptions of organizations. Equal values change nothing. A higher allotment applies at once, as far
-- as it exceeds the highest already granted this period, so that toggling grants nothing twice; a lower one from the
-- next period. Moving the start ends the current period now.
--
-- Facts: {subscription: {…}, balance, available}. Refused: NOT_FOUND, CONFLICT (archived), VALIDATION (start in the
-- future, out of range), IDEMPOTENCY_*. Lock order: the wallets, the partner's last.
CREATE OR REPLACE FUNCTION subscription_set(p_tenant_id bigint, p_now timestamptz, p_items subscription_setting[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     subscription_setting;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    PERFORM wallets_lock(p_tenant_id, ARRAY(SELECT i.organization_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, subscription_set_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION subscription_set_one(p_tenant_id bigint, p_now timestamptz, p_item subscription_setting)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome outcome := idempotency_outcome(p_now, p_item.idempotency);
    v_wallet  wallets;
    v_started date;
    v_facts   jsonb;
    v_now     timestamptz;
BEGIN
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    v_wallet := wallet_lock(p_tenant_id, p_item.organization_id, p_now);
    -- What a node with a faster clock has done lies in the past here too.
    v_now := greatest(p_now, v_wallet.last_event_at);
    v_started := coalesce(p_item.started_on, v_wallet.subscription_started_on, v_now::date);
    v_outcome := CASE
        WHEN v_wallet.organization_id IS NULL
            THEN ROW('refused', 'NOT_FOUND', NULL)::outcome
        WHEN v_wallet.state = 'archived'
            THEN ROW('refused', 'CONFLICT', '{"status": "archived"}')::outcome
        WHEN v_started > v_now::date
            THEN ROW('refused', 'VALIDATION', '{"reason": "in_future", "field": "started_at"}')::outcome
        -- What was carried over comes on top of the allotment.
        WHEN p_item.included_credits > 9007199254740991 - v_wallet.prepaid
             - greatest(0, v_wallet.included_this_period - v_wallet.included_granted_peak)
            THEN out_of_range('included_credits')
    END;
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;

    v_wallet.subscription_tier := p_item.tier;
    v_wallet.included_credits := p_item.included_credits;
    v_wallet.billing_status := p_item.billing_status;
    v_wallet.subscription_started_on := v_started;
    IF v_wallet.period_anchor <> v_started::timestamptz THEN
        v_wallet := subscription_move(v_wallet, v_now, v_started::timestamptz, p_item.caller);
    ELSE
        v_wallet := subscription_raise(v_wallet, v_now, p_item.caller);
    END IF;
    PERFORM wallet_save(v_wallet, p_now);
    v_facts := jsonb_build_object(
        'subscription', jsonb_build_object(
            'tier', v_wallet.subscription_tier, 'included_credits', v_wallet.included_credits,
            'billing_status', v_wallet.billing_status,
            'started_at', v_wallet.subscription_started_on::timestamptz,
            'current_period', jsonb_build_object('start', v_wallet.period_start, 'end', v_wallet.period_end)),
        'balance', v_wallet.included_remaining + v_wallet.prepaid,
        'available', wallet_available(v_wallet));
    PERFORM audit_write(p_tenant_id, p_now, p_item.organization_id, 'subscription.updated', p_item.caller, NULL,
                        v_facts -> 'subscription');
    RETURN ROW('done', NULL, v_facts)::outcome;
END
$$;

-- Begin the period of a wallet in which p_now lies when periods are counted from p_anchor. Return the wallet, changed
-- and not saved.
CREATE OR REPLACE FUNCTION subscription_move(
    p_wallet wallets, p_now timestamptz, p_anchor timestamptz, p_caller caller)
RETURNS wallets
LANGUAGE plpgsql AS $$
DECLARE
    v_number   integer := period_number_at(p_anchor, p_now);
    v_sequence bigint := credit_sequence_at(
        p_wallet.tenant_id, p_wallet.organization_id, p_anchor + make_interval(months => v_number));
    v_used     bigint;
BEGIN
    -- The new period may have begun before now: what was consumed since then counts in it.
    SELECT coalesce(-sum(included_delta + prepaid_delta), 0) INTO v_used
      FROM credit_events
     WHERE tenant_id = p_wallet.tenant_id AND organization_id = p_wallet.organization_id AND event_type = 'usage'
       AND sequence >= v_sequence;
    -- The wallet's time is that of its last event or of its period, which may now be an earlier one.
    SELECT greatest(o.created_at, e.created_at) INTO p_wallet.last_event_at
      FROM organizations o
      LEFT JOIN credit_events e ON e.tenant_id = o.tenant_id AND e.organization_id = o.id
           AND e.sequence = p_wallet.last_sequence
     WHERE o.tenant_id = p_wallet.tenant_id AND o.id = p_wallet.organization_id;
    RETURN wallet_next_period(p_wallet, p_now, p_anchor, v_number, v_used, p_caller);
END
$$;

-- Grant what the allotment of a wallet exceeds the highest that this period had. Return the wallet, changed and not
-- saved.
CREATE OR REPLACE FUNCTION subscription_raise(p_wallet wallets, p_now timestamptz, p_caller caller)
RETURNS wallets
LANGUAGE plpgsql AS $$
DECLARE
    v_extra bigint := p_wallet.included_credits - p_wallet.included_granted_peak;
BEGIN
    IF p_wallet.billing_status = 'active' AND v_extra > 0 THEN
        p_wallet.included_granted_peak := p_wallet.included_credits;
        p_wallet.included_this_period := p_wallet.included_this_period + v_extra;
        p_wallet.included_remaining := p_wallet.included_remaining + v_extra;
        p_wallet := credit_event_append(
            p_wallet, p_now, 'grant', v_extra, 0, '{"reason": "subscription_raised"}', p_caller);
    END IF;
    RETURN p_wallet;
END
$$;

-- Return what a format costs at most: the partner's own price, else the usual one.
CREATE OR REPLACE FUNCTION format_price(p_prices jsonb, p_format text)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce((p_prices ->> p_format)::bigint,
                    CASE WHEN p_format IN ('slideshow_builder', 'slideshow_remix') THEN 50 ELSE 120 END)
$$;
