-- Renewals: bringing the leases of one partner, or of many, up to date.

-- Bring the leases of a locked cash wallet to p_now, or about p_limit of them (NULL: all). The wallet is saved.
CREATE OR REPLACE FUNCTION leases_renew_locked(
    INOUT p_cash cash_wallets, p_now timestamptz, p_limit integer, OUT p_advanced integer)
LANGUAGE plpgsql AS $$
DECLARE
    -- Leases that cannot be paid are gone through one by one, so fewer of them are.
    v_batch   integer := least(coalesce(p_limit, 5000), 5000);
    v_paid    record;
    v_waiting integer;
    v_done    boolean;
    v_due     record;
    v_due_at  timestamptz;
    v_tried   timestamptz;
BEGIN
    p_advanced := 0;
    LOOP
        -- Others may have come later and been here before.
        p_now := greatest(p_now, p_cash.last_event_at);
        SELECT * INTO v_paid FROM lease_line_charge(p_cash, p_now, v_batch);
        p_cash := v_paid.p_cash;
        p_now := greatest(p_now, p_cash.last_event_at);
        p_advanced := p_advanced + v_paid.p_paid;
        v_waiting := 0;
        IF v_paid.p_blocked THEN
            v_waiting := lease_line_wait(p_cash, p_now, least(v_batch, 1000));
            p_advanced := p_advanced + v_waiting;
        END IF;
        -- Nothing is due before the time that the wallet knows, so the next batch begins there. When the line has been
        -- gone through that is not relied on: if it was too late, those that stand before it are not left behind.
        v_done := v_paid.p_paid + v_waiting = 0 OR NOT v_paid.p_blocked AND NOT v_paid.p_more;
        SELECT * INTO v_due FROM leases_due(p_cash.tenant_id, CASE WHEN NOT v_done THEN p_cash.renewals_due_at END);
        v_due_at := least(v_due.month_at, v_due.try_at);
        EXIT WHEN v_paid.p_paid + v_waiting = 0 AND (v_due_at < p_cash.renewals_due_at) IS NOT TRUE;
        p_cash.renewals_due_at := v_due_at;
        EXIT WHEN p_advanced >= p_limit;
        -- Most wallets are done with at the first go; the others look again until there is nothing to do.
        EXIT WHEN v_done AND (v_due_at <= p_now) IS NOT TRUE;
    END LOOP;
    p_cash.renewals_due_at := v_due_at;
    IF v_done AND v_due.try_at IS NOT NULL THEN
        v_tried := lease_tried_from(p_cash.tenant_id, NULL);
        UPDATE lease_totals SET past_due_from = v_tried WHERE tenant_id = p_cash.tenant_id AND past_due_from > v_tried;
    END IF;
    IF p_advanced >= p_limit THEN
        -- There may be more.
        p_cash.renewals_due_at := least(date_trunc('second', p_now), p_cash.renewals_due_at);
    END IF;
    UPDATE cash_wallets
       SET balance_cents = p_cash.balance_cents, last_sequence = p_cash.last_sequence,
           last_event_at = p_cash.last_event_at, last_hash = p_cash.last_hash,
           renewals_due_at = p_cash.renewals_due_at
     WHERE tenant_id = p_cash.tenant_id AND organization_id = p_cash.organization_id
       AND currency = p_cash.currency;
END
$$;

-- Return when the first of a tenant's leases is to be charged and when one is to be tried again, if none is before p_from
-- (NULL: nothing is known); NULL: none is.
CREATE OR REPLACE FUNCTION leases_due(
    p_tenant_id bigint, p_from timestamptz, OUT month_at timestamptz, OUT try_at timestamptz)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- As a cluster takes them soonest.
    SELECT next_due_at INTO month_at FROM leases
     WHERE tenant_id = p_tenant_id AND status = 'assigned' AND billing_status = 'current'
       AND next_due_at >= coalesce(p_from, '-infinity')
     ORDER BY next_due_at LIMIT 1;
    SELECT next_attempt_at INTO try_at FROM leases
     WHERE tenant_id = p_tenant_id AND next_attempt_at >= coalesce(p_from, '-infinity')
     ORDER BY next_attempt_at LIMIT 1;
END
$$;

-- Renew leases of a partner that are due at p_now, and then those of other partners in the order given, until about
-- p_limit are advanced; all in one transaction, so that partners with few leases share a commit. On a cluster it runs
-- where the first one is, and the others should be there too. p_taken is how many of the partners were visited,
-- p_advanced how many leases it paid, put off or ended. A wallet that somebody else holds is left to them. p_stuck are
-- the partners that have leases due of which none could be advanced, because their rows contradict each other.
--
-- Waits for no wallet, so it cannot stand in a circle with others that wait for one while they hold another's.
CREATE OR REPLACE FUNCTION leases_renew(
    p_tenant_id bigint, p_now timestamptz, p_limit integer, p_others bigint[], OUT p_taken integer,
    OUT p_advanced integer, OUT p_stuck bigint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_tenant_id bigint;
    v_cash      cash_wallets;
    v_renewed   record;
BEGIN
    p_taken := 0;
    p_advanced := 0;
    p_stuck := '{}';
    FOREACH v_tenant_id IN ARRAY p_tenant_id || p_others LOOP
        p_taken := p_taken + 1;
        PERFORM tenant_hold(v_tenant_id);
        SELECT * INTO v_cash FROM cash_wallets
         WHERE tenant_id = v_tenant_id AND renewals_due_at <= p_now
           FOR NO KEY UPDATE SKIP LOCKED;
        IF FOUND THEN
            SELECT * INTO v_renewed FROM leases_renew_locked(v_cash, p_now, p_limit - p_advanced);
            p_advanced := p_advanced + v_renewed.p_advanced;
            v_cash := v_renewed.p_cash;
            IF v_renewed.p_advanced = 0 AND v_cash.renewals_due_at <= p_now THEN
                p_stuck := p_stuck || v_tenant_id;
            END IF;
        END IF;
        EXIT WHEN p_advanced >= p_limit;
    END LOOP;
END
$$;

-- Return which leases of a partner would be changed by renewals at these moments, in order, until about p_limit are
-- advanced, and how: the two states are those after it. It is done, read and taken back. None if somebody else holds the
-- cash wallet.
CREATE OR REPLACE FUNCTION leases_rehearse(p_tenant_id bigint, p_moments timestamptz[], p_limit integer)
RETURNS TABLE (social_account_id uuid, project_id uuid, organization_id uuid, status text, billing_status text,
               months_paid bigint, paid_cents bigint, newly_due boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_moment  timestamptz;
    v_renewed record;
    v_left    integer := p_limit;
    -- By which whatever was changed here is known.
    v_xid     xid;
BEGIN
    FOREACH v_moment IN ARRAY p_moments LOOP
        WHILE v_left > 0 LOOP
            SELECT * INTO v_renewed FROM leases_renew(p_tenant_id, v_moment, v_left, '{}');
            EXIT WHEN v_renewed.p_advanced = 0;
            v_left := v_left - v_renewed.p_advanced;
        END LOOP;
    END LOOP;
    IF v_left < p_limit THEN
        SELECT w.xmin INTO v_xid FROM cash_wallets w WHERE w.tenant_id = p_tenant_id;
        RETURN QUERY
        SELECT l.social_account_id, l.project_id, p.organization_id, l.status, l.billing_status,
               count(c.status) FILTER (WHERE c.status = 'paid'),
               coalesce(sum(c.price_cents) FILTER (WHERE c.status = 'paid'), 0)::bigint,
               coalesce(bool_or(c.status = 'due'), false)
          FROM leases l
          JOIN projects p ON p.tenant_id = p_tenant_id AND p.id = l.project_id
          LEFT JOIN lease_charges c
            ON c.tenant_id = p_tenant_id AND c.social_account_id = l.social_account_id AND c.xmin = v_xid
         WHERE l.tenant_id = p_tenant_id AND l.xmin = v_xid
         GROUP BY l.social_account_id, l.project_id, p.organization_id, l.status, l.billing_status
         ORDER BY l.social_account_id;
    END IF;
    -- The rows to return stay.
    RAISE SQLSTATE 'LR000';
EXCEPTION WHEN SQLSTATE 'LR000' THEN
    NULL;
END
$$;
