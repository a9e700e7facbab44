-- What servers of the previous release still call of leases while they are replaced, and its functions: as in
-- 90_previous_release.sql.

-- The same as leases_renew, and as lease_outlook.
CREATE OR REPLACE FUNCTION leases_renew_partners(
    p_tenant_ids bigint[], p_now timestamptz, p_limit integer, OUT p_taken integer, OUT p_advanced integer,
    OUT p_stuck bigint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    SELECT * INTO p_taken, p_advanced, p_stuck FROM leases_renew(p_tenant_ids[1], p_now, p_limit, p_tenant_ids[2:]);
END
$$;

CREATE OR REPLACE FUNCTION lease_outlook(
    p_cash cash_wallets, p_now timestamptz, p_until timestamptz, OUT renewals bigint, OUT total_cents bigint,
    OUT next_renewal_at timestamptz, OUT covered_until timestamptz, OUT shortfall_cents bigint, OUT past_due bigint,
    OUT past_due_cents bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    SELECT o.renewals, o.total_cents, o.next_renewal_at, o.covered_until, o.shortfall_cents, o.past_due,
           o.past_due_cents
      INTO renewals, total_cents, next_renewal_at, covered_until, shortfall_cents, past_due, past_due_cents
      FROM lease_outlook(p_cash.tenant_id, p_cash.organization_id, p_now, p_until) o;
END
$$;

-- The line told whole leases, and a price was a part of the statement that asked for it.
CREATE OR REPLACE FUNCTION lease_line(p_tenant_id bigint, p_now timestamptz, p_limit integer, p_from timestamptz)
RETURNS SETOF leases
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_id uuid;
BEGIN
    FOR v_id IN SELECT f.social_account_id FROM lease_line_front(p_tenant_id, p_now, p_limit, p_from) f LOOP
        RETURN QUERY SELECT * FROM leases WHERE tenant_id = p_tenant_id AND social_account_id = v_id;
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION lease_price_at(
    p_tenant_id bigint, p_social_account_id uuid, p_month integer, p_charged boolean, p_present_cents bigint)
RETURNS SETOF bigint
LANGUAGE plpgsql STABLE ROWS 1 AS $$
DECLARE
    v_lease leases;
BEGIN
    v_lease.tenant_id := p_tenant_id;
    v_lease.social_account_id := p_social_account_id;
    v_lease.monthly_price_cents := p_present_cents;
    RETURN NEXT lease_month_price(v_lease, p_month);
END
$$;

CREATE OR REPLACE FUNCTION leases_due_at(p_tenant_id bigint, p_from timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_due record;
BEGIN
    SELECT * INTO v_due FROM leases_due(p_tenant_id, p_from);
    RETURN least(v_due.month_at, v_due.try_at);
END
$$;
