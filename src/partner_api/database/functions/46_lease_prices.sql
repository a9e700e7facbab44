-- What a month of a lease costs, and changing it.

-- Return the price of a month of a lease: that of its charge if it has one, else the present price, unless the month had
-- begun before that was set.
CREATE OR REPLACE FUNCTION lease_month_price(p_lease leases, p_month integer)
RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_cents bigint;
BEGIN
    SELECT price_cents INTO v_cents FROM lease_charges
     WHERE tenant_id = p_lease.tenant_id AND social_account_id = p_lease.social_account_id AND lease_month = p_month;
    IF NOT FOUND THEN
        SELECT price_cents INTO v_cents FROM lease_former_prices
         WHERE tenant_id = p_lease.tenant_id AND social_account_id = p_lease.social_account_id
           AND until_month > p_month
         ORDER BY until_month LIMIT 1;
    END IF;
    RETURN coalesce(v_cents, p_lease.monthly_price_cents);
END
$$;

-- Set what leases cost from their next renewal on. Months that have begun keep the price that they had; the first that is
-- not paid has begun if it has a charge, and those that had begun at an earlier change have begun at this one, also for a
-- request that arrived before their instant.
--
-- Facts: those of lease_facts. Refused: NOT_FOUND, CONFLICT {status, disconnected_reason} (it is over), IDEMPOTENCY_*.
-- Lock order: cash wallet, lease.
CREATE OR REPLACE FUNCTION lease_set_price(p_tenant_id bigint, p_now timestamptz, p_items lease_set_price_item[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     lease_set_price_item;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, lease_set_price_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION lease_set_price_one(p_tenant_id bigint, p_now timestamptz, p_item lease_set_price_item)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome outcome := idempotency_outcome(p_now, p_item.idempotency);
    v_cash    cash_wallets;
    v_lease   leases;
    v_priced  leases;
    v_facts   jsonb;
    v_at      timestamptz;
    v_month   integer;
BEGIN
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    SELECT * INTO v_cash FROM cash_wallets WHERE tenant_id = p_tenant_id FOR NO KEY UPDATE;
    SELECT * INTO v_lease FROM leases
     WHERE tenant_id = p_tenant_id AND social_account_id = p_item.social_account_id;
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    IF v_lease.status <> 'assigned' THEN
        RETURN lease_is_over(v_lease);
    END IF;
    -- The last month that had begun when the price was changed before.
    SELECT max(until_month) - 1 INTO v_month FROM lease_former_prices
     WHERE tenant_id = p_tenant_id AND social_account_id = p_item.social_account_id;
    v_at := greatest(lease_moment(v_lease, greatest(p_now, v_cash.last_event_at)),
                     lease_month_start(v_lease.assigned_at, v_month));
    -- The first month that has not begun.
    v_month := v_lease.next_month + (v_lease.billing_status = 'past_due')::integer;
    WHILE lease_month_start(v_lease.assigned_at, v_month) <= v_at LOOP
        v_month := v_month + 1;
    END LOOP;
    PERFORM lease_count(v_lease, -1);
    IF v_month > v_lease.next_month THEN
        INSERT INTO lease_former_prices (tenant_id, social_account_id, until_month, price_cents)
        VALUES (p_tenant_id, p_item.social_account_id, v_month, v_lease.monthly_price_cents)
        ON CONFLICT (tenant_id, social_account_id, until_month) DO NOTHING;
    END IF;
    UPDATE leases SET monthly_price_cents = p_item.monthly_price_cents
     WHERE tenant_id = p_tenant_id AND social_account_id = p_item.social_account_id
    RETURNING * INTO v_priced;
    PERFORM lease_count(v_priced, 1);
    v_facts := lease_facts(p_tenant_id, p_item.social_account_id, p_now);
    PERFORM audit_write(
        p_tenant_id, v_at, (v_facts ->> 'organization_id')::uuid, 'leased_account.priced', p_item.caller,
        v_lease.project_id,
        jsonb_build_object('socialAccountId', 'sa_' || p_item.social_account_id,
                           'monthlyPriceCents', p_item.monthly_price_cents, 'before', v_lease.monthly_price_cents));
    RETURN ROW('done', NULL, v_facts)::outcome;
END
$$;
