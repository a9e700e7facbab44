-- What decides how a wallet behaves: its caps and refills, and its subscription.

-- Caps and auto-refill of a child, patched key by key: a number sets, null clears, an absent key stays. Auto-refill is
-- on when both of its numbers are set.
--
-- Facts: {config: {…}, balance, available}. Refused: NOT_FOUND, KILL_SWITCH (archived), VALIDATION (a threshold
-- without an amount, or the reverse), IDEMPOTENCY_*.
CREATE OR REPLACE FUNCTION credit_configure(p_tenant_id bigint, p_now timestamptz, p_items credit_configuration[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_outcome  outcome;
    v_item     credit_configuration;
    v_wallet   wallets;
BEGIN
    PERFORM wallets_lock(p_tenant_id, ARRAY(SELECT i.organization_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcome := idempotency_outcome(p_now, v_item.idempotency);
        IF v_outcome.status IS NULL THEN
            v_wallet := wallet_lock(p_tenant_id, v_item.organization_id, p_now);
            -- What the previous release has switched off while this one came: as if the revision had found it.
            IF NOT v_wallet.auto_refill_enabled THEN
                v_wallet.refill_threshold := NULL;
                v_wallet.refill_amount := NULL;
            END IF;
            -- jsonb null and an absent key differ: ->> gives NULL for both, ? tells them apart.
            IF v_item.patch ? 'monthly_credit_cap' THEN
                v_wallet.monthly_credit_cap := (v_item.patch ->> 'monthly_credit_cap')::bigint;
            END IF;
            IF v_item.patch ? 'refill_threshold' THEN
                v_wallet.refill_threshold := (v_item.patch ->> 'refill_threshold')::bigint;
            END IF;
            IF v_item.patch ? 'refill_amount' THEN
                v_wallet.refill_amount := (v_item.patch ->> 'refill_amount')::bigint;
            END IF;
            v_wallet.auto_refill_enabled := v_wallet.refill_threshold IS NOT NULL AND v_wallet.refill_amount IS NOT NULL;
            v_outcome := CASE
                WHEN v_wallet.partner_id IS DISTINCT FROM v_item.partner_id OR v_wallet.organization_id IS NULL
                    THEN ROW('refused', 'NOT_FOUND', NULL)::outcome
                WHEN v_wallet.state = 'archived'
                    THEN ROW('refused', 'KILL_SWITCH', '{"scope": "organization"}')::outcome
                -- A server of the previous release still takes the switch; what it means is not to be guessed.
                WHEN v_item.patch ? 'auto_refill_enabled'
                    THEN ROW('refused', 'VALIDATION',
                             '{"reason": "unknown_field", "field": "auto_refill_enabled"}')::outcome
                WHEN (v_wallet.refill_threshold IS NULL) <> (v_wallet.refill_amount IS NULL)
                    THEN ROW('refused', 'VALIDATION', jsonb_build_object(
                        'reason', 'set_both', 'field',
                        CASE WHEN v_wallet.refill_amount IS NULL THEN 'refill_amount' ELSE 'refill_threshold' END))::outcome
            END;
        END IF;
        IF v_outcome.status IS NULL THEN
            PERFORM wallet_save(v_wallet);
            v_outcome := ROW('done', NULL, jsonb_build_object(
                'config', wallet_config_facts(v_wallet), 'balance', v_wallet.included_remaining + v_wallet.prepaid,
                'available', wallet_available(v_wallet)))::outcome;
            PERFORM audit_write(p_tenant_id, p_now, v_item.partner_id, 'credit_config.updated', v_item.caller, NULL,
                                wallet_config_facts(v_wallet) || jsonb_build_object('organizationId',
                                    'org_' || v_item.organization_id));
            PERFORM idempotency_store(p_now, v_item.idempotency, 200::smallint, (v_outcome.facts)::json, NULL);
        END IF;
        v_outcomes := v_outcomes || v_outcome;
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION wallet_config_facts(p_wallet wallets)
RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object(
        'monthly_credit_cap', p_wallet.monthly_credit_cap, 'refill_threshold', p_wallet.refill_threshold,
        'refill_amount', p_wallet.refill_amount, 'auto_refill_enabled', p_wallet.auto_refill_enabled)
$$;

-- Sets the subscription of an organization. Equal values change nothing. A higher allotment applies at once, as far
-- as it exceeds the highest already granted this period, so that toggling grants nothing twice; a lower one from the
-- next period. Moving the start ends the current period now.
--
-- Facts: {subscription: {…}, balance, available}. Refused: NOT_FOUND, CONFLICT (archived), VALIDATION, IDEMPOTENCY_*.
CREATE OR REPLACE FUNCTION subscription_set(p_tenant_id bigint, p_now timestamptz, p_items subscription_setting[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_outcome  outcome;
    v_item     subscription_setting;
    v_wallet   wallets;
    v_started  date;
    v_extra    bigint;
    v_number   integer;
    v_used     bigint;
    v_now      timestamptz;
    v_facts    jsonb;
BEGIN
    PERFORM wallets_lock(p_tenant_id, ARRAY(SELECT i.organization_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcome := idempotency_outcome(p_now, v_item.idempotency);
        IF v_outcome.status IS NULL THEN
            v_wallet := wallet_lock(p_tenant_id, v_item.organization_id, p_now);
            -- What a node with a faster clock has done lies in the past here too.
            v_now := greatest(p_now, v_wallet.last_event_at);
            v_started := coalesce(v_item.started_on, v_wallet.subscription_started_on, v_now::date);
            v_outcome := CASE
                WHEN v_wallet.organization_id IS NULL
                    THEN ROW('refused', 'NOT_FOUND', NULL)::outcome
                WHEN v_wallet.state = 'archived'
                    THEN ROW('refused', 'CONFLICT', '{"status": "archived"}')::outcome
                WHEN v_started > v_now::date
                    THEN ROW('refused', 'VALIDATION', '{"reason": "in_future", "field": "started_at"}')::outcome
                -- What was carried over comes on top of the allotment.
                WHEN v_item.included_credits > 9007199254740991 - v_wallet.prepaid
                     - greatest(0, v_wallet.included_this_period - v_wallet.included_granted_peak)
                    THEN out_of_range('included_credits')
            END;
        END IF;
        IF v_outcome.status IS NULL THEN
            v_wallet.subscription_tier := v_item.tier;
            v_wallet.included_credits := v_item.included_credits;
            v_wallet.billing_status := v_item.billing_status;
            v_wallet.subscription_started_on := v_started;
            IF v_wallet.period_anchor <> v_started::timestamptz THEN
                v_number := period_number_at(v_started::timestamptz, v_now);
                -- The new period may have begun before now: what was consumed since then counts in it.
                SELECT coalesce(-sum(included_delta + prepaid_delta), 0) INTO v_used
                  FROM credit_events
                 WHERE tenant_id = p_tenant_id AND organization_id = v_item.organization_id AND event_type = 'usage'
                   AND sequence >= credit_sequence_at(p_tenant_id, v_item.organization_id,
                                                      v_started::timestamptz + make_interval(months => v_number));
                -- The wallet's time is that of its last event or of its period, which may now be an earlier one.
                SELECT greatest(o.created_at, e.created_at) INTO v_wallet.last_event_at
                  FROM organizations o
                  LEFT JOIN credit_events e ON e.tenant_id = o.tenant_id AND e.organization_id = o.id
                       AND e.sequence = v_wallet.last_sequence
                 WHERE o.tenant_id = p_tenant_id AND o.id = v_item.organization_id;
                v_wallet := wallet_next_period(
                    v_wallet, v_now, v_started::timestamptz, v_number, v_used, v_item.caller);
            ELSE
                v_extra := v_wallet.included_credits - v_wallet.included_granted_peak;
                IF v_wallet.billing_status = 'active' AND v_extra > 0 THEN
                    v_wallet.included_granted_peak := v_wallet.included_credits;
                    v_wallet.included_this_period := v_wallet.included_this_period + v_extra;
                    v_wallet.included_remaining := v_wallet.included_remaining + v_extra;
                    v_wallet := credit_event_append(
                        v_wallet, v_now, 'grant', v_extra, 0, '{"reason": "subscription_raised"}', v_item.caller);
                END IF;
            END IF;
            PERFORM wallet_save(v_wallet);
            v_facts := jsonb_build_object(
                'subscription', jsonb_build_object(
                    'tier', v_wallet.subscription_tier, 'included_credits', v_wallet.included_credits,
                    'billing_status', v_wallet.billing_status,
                    'started_at', v_wallet.subscription_started_on::timestamptz,
                    'current_period', jsonb_build_object('start', v_wallet.period_start, 'end', v_wallet.period_end)),
                'balance', v_wallet.included_remaining + v_wallet.prepaid,
                'available', wallet_available(v_wallet));
            v_outcome := ROW('done', NULL, v_facts)::outcome;
            PERFORM audit_write(p_tenant_id, p_now, v_item.organization_id, 'subscription.updated', v_item.caller, NULL,
                                v_facts -> 'subscription');
            PERFORM idempotency_store(p_now, v_item.idempotency, 200::smallint, v_facts::json, NULL);
        END IF;
        v_outcomes := v_outcomes || v_outcome;
    END LOOP;
    RETURN v_outcomes;
END
$$;
