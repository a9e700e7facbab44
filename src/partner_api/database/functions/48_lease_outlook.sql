-- What leases take from the cash wallet: reading the totals and the calendar of 47_lease_totals.sql.

-- Return of how many leases the position has come at p_at in its calendar month, and what a month of them costs.
-- Whole days before it are read as days, whole hours of its day as hours, and so on. OFFSET 0 has each part of the month
-- read by itself, by the whole key: as a join, all spans of a partner are read once and sifted wherever the statistics say
-- that these are few, also of the one partner who has most of the leases.
CREATE OR REPLACE FUNCTION lease_calendar_until(
    p_tenant_id bigint, p_at timestamptz, OUT p_leases bigint, OUT p_monthly_cents numeric)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_end      integer := lease_month_position(p_at) + 1;
    v_last_day integer := lease_last_day(p_at);
BEGIN
    SELECT coalesce(sum(c.leases), 0), coalesce(sum(c.monthly_cents), 0) INTO p_leases, p_monthly_cents
      FROM (SELECT 0 AS first, least(v_end, v_last_day) AS until
            UNION ALL
            -- Days that this month does not have are its last day.
            SELECT day, day + v_end - v_last_day FROM generate_series(v_last_day, 2592000, 86400) day
             WHERE v_end > v_last_day) r
     CROSS JOIN LATERAL (VALUES (86400, r.first, r.until - r.until % 86400),
                                (3600, r.until - r.until % 86400, r.until - r.until % 3600),
                                (60, r.until - r.until % 3600, r.until - r.until % 60),
                                (1, r.until - r.until % 60, r.until)) AS s (span, first, until)
     CROSS JOIN LATERAL (
           SELECT f.leases, f.monthly_cents FROM lease_calendar f
            WHERE f.tenant_id = p_tenant_id AND f.span_seconds = s.span AND f.position >= s.first AND f.position < s.until
           OFFSET 0) c;
END
$$;

-- Return the first instant after p_at at which a month of a counted lease begins, at the latest in the next calendar
-- month; NULL: there is no lease.
CREATE OR REPLACE FUNCTION lease_calendar_next(p_tenant_id bigint, p_at timestamptz)
RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_number   integer := lease_month_number(p_at);
    -- Positions up to this one have come.
    v_after    integer := lease_month_position(p_at);
    v_first    timestamptz;
    v_last_day integer;
    v_position integer;
    v_at       timestamptz;
BEGIN
    FOR v_month IN v_number..v_number + 1 LOOP
        v_first := lease_month_of_number(v_month);
        v_last_day := lease_last_day(v_first);
        -- The days before the last.
        SELECT position INTO v_position FROM lease_calendar
         WHERE tenant_id = p_tenant_id AND span_seconds = 1 AND position > v_after AND position < v_last_day
         ORDER BY position LIMIT 1;
        IF FOUND THEN
            v_at := v_first + make_interval(secs => v_position);
        ELSE
            -- Each of those that are the last one here.
            FOR v_day IN v_last_day..2592000 BY 86400 LOOP
                SELECT position INTO v_position FROM lease_calendar
                 WHERE tenant_id = p_tenant_id AND span_seconds = 1
                   AND position >= greatest(v_day, v_after + 1 + v_day - v_last_day) AND position < v_day + 86400
                 ORDER BY position LIMIT 1;
                IF FOUND THEN
                    v_at := least(v_at, v_first + make_interval(secs => v_last_day + v_position % 86400));
                END IF;
            END LOOP;
        END IF;
        EXIT WHEN v_at IS NOT NULL;
        v_after := -1;
    END LOOP;
    RETURN v_at;
END
$$;

-- Return the unsettled months of leases that begin by p_until, one row each: those of leases that are due by then.
CREATE OR REPLACE FUNCTION lease_months_until(p_tenant_id bigint, p_until timestamptz)
RETURNS TABLE (due_at timestamptz, price_cents bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT lease_month_start(l.assigned_at, n), coalesce(
               -- Only a month that was tried has a charge.
               CASE WHEN l.billing_status = 'past_due' AND n = l.next_month THEN (
                   SELECT c.price_cents FROM lease_charges c
                    WHERE c.tenant_id = p_tenant_id AND c.social_account_id = l.social_account_id
                      AND c.lease_month = n) END,
               (SELECT f.price_cents FROM lease_former_prices f
                 WHERE f.tenant_id = p_tenant_id AND f.social_account_id = l.social_account_id AND f.until_month > n
                 ORDER BY f.until_month LIMIT 1),
               l.monthly_price_cents)
      FROM leases l
     CROSS JOIN LATERAL generate_series(
           l.next_month, greatest(l.next_month, lease_calendar_months(l.assigned_at, p_until))) n
     WHERE l.tenant_id = p_tenant_id AND l.status = 'assigned'
       AND l.billing_status = ANY ('{current, past_due}') AND l.next_due_at <= p_until
       AND lease_month_start(l.assigned_at, n) <= p_until;
END
$$;

-- Return how many unsettled months of a partner's leases begin by p_at, and what they cost.
CREATE OR REPLACE FUNCTION lease_owed(
    p_totals lease_totals, p_at timestamptz, OUT p_months bigint, OUT p_cents numeric)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_number integer := lease_month_number(p_at);
    v_until  record;
BEGIN
    IF p_at >= p_totals.exact_from THEN
        SELECT * INTO v_until FROM lease_calendar_until(p_totals.tenant_id, p_at);
        p_months := p_totals.leases * v_number - p_totals.next_months + v_until.p_leases;
        p_cents := p_totals.monthly_cents * v_number - p_totals.settled_cents + v_until.p_monthly_cents;
    ELSE
        SELECT count(*), coalesce(sum(price_cents), 0) INTO p_months, p_cents
          FROM lease_months_until(p_totals.tenant_id, p_at);
    END IF;
END
$$;

-- Return when the first month begins that p_balance_cents do not reach for, of a partner that owes more than that by some
-- time, but not at exact_from. The months before exact_from are paid for, so it is where the sums of the calendar say.
CREATE OR REPLACE FUNCTION lease_first_unpaid_in_calendar(p_totals lease_totals, p_balance_cents bigint)
RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
DECLARE
    -- In the month after it the present prices alone come to more.
    v_number   integer := div(p_balance_cents + p_totals.settled_cents, nullif(p_totals.monthly_cents, 0));
    v_left     numeric := p_balance_cents + p_totals.settled_cents - p_totals.monthly_cents * v_number;
    v_month    timestamptz := lease_month_of_number(v_number);
    v_last_day integer := lease_last_day(v_month);
    v_position integer := 0;
    v_within   integer := 2678400;
    v_before   numeric;
    v_span     integer;
BEGIN
    -- The day, in it the hour, and so on.
    FOREACH v_span IN ARRAY '{86400, 3600, 60, 1}'::integer[] LOOP
        SELECT s.position, s.through - s.cents INTO v_position, v_before
          FROM (SELECT t.position, t.cents, sum(t.cents) OVER (ORDER BY t.position) AS through
                  FROM (SELECT least(c.position, v_last_day + c.position % 86400) AS position,
                               sum(c.monthly_cents) AS cents
                          FROM generate_series(
                                   v_position, CASE WHEN v_position < v_last_day THEN v_position ELSE 2678399 END,
                                   86400) first
                         CROSS JOIN LATERAL (
                               SELECT f.position, f.monthly_cents FROM lease_calendar f
                                WHERE f.tenant_id = p_totals.tenant_id AND f.span_seconds = v_span
                                  AND f.position >= first AND f.position < first + v_within
                               OFFSET 0) c
                         GROUP BY 1) t) s
         WHERE s.through > v_left
         ORDER BY s.position LIMIT 1;
        v_left := v_left - v_before;
        v_within := v_span;
    END LOOP;
    RETURN v_month + make_interval(secs => v_position);
END
$$;

-- Return the same of a partner that owes more at exact_from already: from the front of the line, no further than the
-- balance reaches. When a lease could not be paid, that is the first one; otherwise nobody has come to charge them yet.
CREATE OR REPLACE FUNCTION lease_first_unpaid_in_line(p_totals lease_totals, p_balance_cents bigint)
RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_leases integer := 1;
    v_seen   integer;
    v_until  timestamptz;
    v_first  record;
    v_at     timestamptz;
BEGIN
    SELECT * INTO v_first FROM lease_line_front(p_totals.tenant_id, p_totals.exact_from, 1, NULL);
    IF v_first.price_cents > p_balance_cents THEN
        RETURN v_first.due_at;
    END IF;
    LOOP
        v_leases := v_leases * 32;
        SELECT count(*), max(due_at) INTO v_seen, v_until
          FROM lease_line_front(p_totals.tenant_id, p_totals.exact_from, v_leases, NULL);
        IF v_seen < v_leases THEN
            v_until := p_totals.exact_from;
        END IF;
        SELECT min(s.due_at) INTO v_at
          FROM (SELECT due_at, sum(price_cents) OVER (ORDER BY due_at) AS through
                  FROM lease_months_until(p_totals.tenant_id, v_until)) s
         WHERE s.through > p_balance_cents;
        EXIT WHEN v_at IS NOT NULL OR v_seen < v_leases;
    END LOOP;
    RETURN v_at;
END
$$;

-- Return what a partner's leases take from its cash wallet until p_until, as of p_now: the renewals to come with their
-- sum, the months that have begun and are not paid, when the next month begins, up to which second everything is paid,
-- and what is missing for it all. All of it goes by key, so it is planned once, because planning would take most of the
-- time; and no table is read whole, because a plan that was made while it was small is kept when it has grown. It takes
-- the same time for ten leases as for a million, unless p_now is before exact_from, as a clock that is behind may have it.
CREATE OR REPLACE FUNCTION lease_outlook(
    p_tenant_id bigint, p_organization_id uuid, p_now timestamptz, p_until timestamptz, OUT balance_cents bigint,
    OUT renewals bigint, OUT total_cents bigint, OUT next_renewal_at timestamptz, OUT covered_until timestamptz,
    OUT shortfall_cents bigint, OUT past_due bigint, OUT past_due_cents bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    v_cash   cash_wallets;
    v_totals lease_totals;
    v_now    record;
    v_until  record;
    v_exact  record;
    v_first  timestamptz;
BEGIN
    SELECT * INTO v_cash FROM cash_wallets
     WHERE tenant_id = p_tenant_id AND organization_id = p_organization_id AND currency = 'USD';
    IF NOT FOUND THEN
        RETURN;
    END IF;
    balance_cents := v_cash.balance_cents;
    SELECT * INTO v_totals FROM lease_totals WHERE tenant_id = p_tenant_id;
    IF coalesce(v_totals.leases, 0) = 0 THEN
        renewals := 0; total_cents := 0; covered_until := p_until; shortfall_cents := 0; past_due := 0;
        past_due_cents := 0;
        RETURN;
    END IF;
    SELECT * INTO v_now FROM lease_owed(v_totals, least(p_now, p_until));
    SELECT * INTO v_until FROM lease_owed(v_totals, p_until);
    past_due := v_now.p_months;
    past_due_cents := v_now.p_cents;
    renewals := v_until.p_months - v_now.p_months;
    total_cents := v_until.p_cents - v_now.p_cents;
    shortfall_cents := greatest(0, v_until.p_cents - balance_cents);
    covered_until := p_until;
    IF shortfall_cents > 0 THEN
        SELECT * INTO v_exact FROM lease_owed(v_totals, v_totals.exact_from);
        v_first := CASE
            WHEN v_exact.p_cents > balance_cents THEN lease_first_unpaid_in_line(v_totals, balance_cents)
            ELSE lease_first_unpaid_in_calendar(v_totals, balance_cents) END;
        covered_until := least(p_until, v_first - interval '1 second');
    END IF;
    IF p_now >= v_totals.exact_from THEN
        next_renewal_at := lease_calendar_next(p_tenant_id, p_now);
    ELSE
        SELECT min(lease_next_renewal(assigned_at, p_now)) INTO next_renewal_at FROM leases
         WHERE tenant_id = p_tenant_id AND status = 'assigned';
    END IF;
END
$$;
