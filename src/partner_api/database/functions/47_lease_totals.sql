-- What a partner's assigned leases come to: what they owe at an instant, and how far the cash wallet reaches.
--
-- The months of a lease begin at one position in every calendar month, counted in seconds; in a month that is too short
-- for it, at that time of its last day. Renewals do not change it. So a lease is counted once, at its position in
-- lease_calendar, when it is assigned, until it ends. Of a lease whose first unsettled month begins in calendar month m
-- (lease_month_number), the months that begin by an instant of calendar month M are M - m, and one more if its position
-- has come by then. Summed over all leases that is
--
--     leases * M - next_months + those whose position in the month has come,
--
-- and what these months cost at the present prices is the same sum with prices in it. Paying a month adds 1 to
-- next_months and its price to settled_cents, which also holds by how much months that had begun before a price was set
-- cost more or less than they would now. That is right from exact_from on, the beginning of the last month that is
-- settled or has such a price; before it a lease may have settled more than has begun, so it is counted lease by lease,
-- and those are the few that are due by then.
--
-- Everything here changes under the lock of the cash wallet: in lease_totals_settle, and in lease_count of whoever assigns
-- a lease, ends it or sets its price.

-- Return the number of the calendar month of an instant; the next month has the next number.
CREATE OR REPLACE FUNCTION lease_month_number(p_at timestamptz)
RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT (extract(year FROM p_at AT TIME ZONE 'UTC') * 12 + extract(month FROM p_at AT TIME ZONE 'UTC'))::integer
$$;

-- Return when the calendar month of a number begins.
CREATE OR REPLACE FUNCTION lease_month_of_number(p_number integer)
RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT make_timestamptz((p_number - 1) / 12, (p_number - 1) % 12 + 1, 1, 0, 0, 0, 'UTC')
$$;

-- Return the position of an instant in its calendar month, in whole seconds.
CREATE OR REPLACE FUNCTION lease_month_position(p_at timestamptz)
RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT floor(extract(epoch FROM p_at AT TIME ZONE 'UTC' - date_trunc('month', p_at AT TIME ZONE 'UTC')))::integer
$$;

-- Return the position at which the last day of an instant's calendar month begins.
CREATE OR REPLACE FUNCTION lease_last_day(p_at timestamptz)
RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT lease_month_position(lease_month_of_number(lease_month_number(p_at) + 1) - interval '1 day')
$$;

-- Return the first month of a lease from which on all cost its present price, and what it has settled by then in the
-- sense of lease_totals. It is not settled and does not begin before the lease's next month.
CREATE OR REPLACE FUNCTION lease_present_price(p_lease leases, OUT p_month integer, OUT p_settled_cents numeric)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_until integer;
BEGIN
    SELECT max(until_month) INTO v_until FROM lease_former_prices
     WHERE tenant_id = p_lease.tenant_id AND social_account_id = p_lease.social_account_id;
    p_month := greatest(p_lease.next_month + (p_lease.billing_status = 'past_due')::integer, v_until);
    p_settled_cents := p_lease.monthly_price_cents::numeric * (lease_month_number(p_lease.assigned_at) + p_month);
    FOR v_month IN p_lease.next_month..p_month - 1 LOOP
        p_settled_cents := p_settled_cents - lease_month_price(p_lease, v_month);
    END LOOP;
END
$$;

-- Count an assigned lease in its partner's totals, p_times 1, or no longer, -1: as it is in the row, whatever months have
-- been settled since. The cash wallet is locked.
CREATE OR REPLACE FUNCTION lease_count(p_lease leases, p_times integer)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_present    record;
    v_position   integer := lease_month_position(p_lease.assigned_at);
    v_minute     integer := v_position - v_position % 60;
    v_hour       integer := v_position - v_position % 3600;
    v_day        integer := v_position - v_position % 86400;
    v_cents      bigint := p_times * p_lease.monthly_price_cents;
    v_month      integer := p_times * (lease_month_number(p_lease.assigned_at) + p_lease.next_month);
    v_exact_from timestamptz;
BEGIN
    SELECT * INTO v_present FROM lease_present_price(p_lease);
    v_exact_from := lease_month_start(p_lease.assigned_at, v_present.p_month - 1);
    INSERT INTO lease_totals AS t (tenant_id, leases, monthly_cents, next_months, settled_cents, exact_from)
    VALUES (p_lease.tenant_id, p_times, v_cents, v_month, p_times * v_present.p_settled_cents, v_exact_from)
    ON CONFLICT (tenant_id) DO UPDATE
       SET leases = t.leases + excluded.leases, monthly_cents = t.monthly_cents + excluded.monthly_cents,
           next_months = t.next_months + excluded.next_months,
           settled_cents = t.settled_cents + excluded.settled_cents,
           exact_from = greatest(t.exact_from, excluded.exact_from);
    INSERT INTO lease_calendar AS c (tenant_id, span_seconds, position, leases, monthly_cents)
    VALUES (p_lease.tenant_id, 1, v_position, p_times, v_cents), (p_lease.tenant_id, 60, v_minute, p_times, v_cents),
           (p_lease.tenant_id, 3600, v_hour, p_times, v_cents), (p_lease.tenant_id, 86400, v_day, p_times, v_cents)
    ON CONFLICT (tenant_id, span_seconds, position) DO UPDATE
       SET leases = c.leases + excluded.leases, monthly_cents = c.monthly_cents + excluded.monthly_cents;
    DELETE FROM lease_calendar
     WHERE tenant_id = p_lease.tenant_id AND leases = 0 AND monthly_cents = 0
       AND (span_seconds = 1 AND position = v_position OR span_seconds = 60 AND position = v_minute
            OR span_seconds = 3600 AND position = v_hour OR span_seconds = 86400 AND position = v_day);
END
$$;

-- Keep in the totals that months were settled that the line paid, the last of which began at p_until.
CREATE OR REPLACE FUNCTION lease_totals_settle(p_tenant_id bigint, p_months integer, p_cents bigint, p_until timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lease_totals
       SET next_months = next_months + p_months, settled_cents = settled_cents + p_cents,
           exact_from = greatest(exact_from, p_until)
     WHERE tenant_id = p_tenant_id;
END
$$;

-- Keep in the totals where the part of the line begins that has been tried, after some have left it, or after some have
-- come, the first of which stands at p_come_from (NULL: none have).
CREATE OR REPLACE FUNCTION lease_totals_tried(p_tenant_id bigint, p_come_from timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_from timestamptz;
BEGIN
    SELECT past_due_from INTO v_from FROM lease_totals WHERE tenant_id = p_tenant_id;
    IF p_come_from < v_from THEN
        v_from := NULL;
    END IF;
    v_from := lease_tried_from(p_tenant_id, v_from);
    UPDATE lease_totals SET past_due_from = v_from WHERE tenant_id = p_tenant_id;
END
$$;

-- Count a tenant's leases anew, whatever the totals were: for databases in which somebody has changed leases by hand.
CREATE OR REPLACE FUNCTION lease_totals_recount(p_tenant_id bigint)
RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_lease leases;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    PERFORM FROM cash_wallets WHERE tenant_id = p_tenant_id FOR NO KEY UPDATE;
    DELETE FROM lease_totals WHERE tenant_id = p_tenant_id;
    DELETE FROM lease_calendar WHERE tenant_id = p_tenant_id;
    -- Those that cost the same in every month that is not settled, together; there may be very many.
    INSERT INTO lease_totals (tenant_id, leases, monthly_cents, next_months, settled_cents, exact_from)
    SELECT p_tenant_id, count(*), sum(monthly_price_cents), sum(lease_month_number(assigned_at) + next_month),
           sum(monthly_price_cents::numeric * (lease_month_number(assigned_at) + next_month)),
           max(lease_month_start(assigned_at, next_month - 1))
      FROM leases l
     WHERE tenant_id = p_tenant_id AND status = 'assigned' AND billing_status = 'current'
       AND NOT EXISTS (SELECT FROM lease_former_prices f
                        WHERE f.tenant_id = p_tenant_id AND f.social_account_id = l.social_account_id)
    HAVING count(*) > 0;
    INSERT INTO lease_calendar (tenant_id, span_seconds, position, leases, monthly_cents)
    SELECT p_tenant_id, span, l.position - l.position % span, count(*), sum(l.monthly_price_cents)
      FROM (SELECT lease_month_position(assigned_at) AS position, monthly_price_cents FROM leases l
             WHERE tenant_id = p_tenant_id AND status = 'assigned' AND billing_status = 'current'
               AND NOT EXISTS (SELECT FROM lease_former_prices f
                                WHERE f.tenant_id = p_tenant_id AND f.social_account_id = l.social_account_id)) l,
           unnest('{1, 60, 3600, 86400}'::integer[]) span
     GROUP BY 2, 3;
    FOR v_lease IN
        SELECT * FROM leases l
         WHERE tenant_id = p_tenant_id AND status = 'assigned'
           AND (billing_status = 'past_due'
                OR EXISTS (SELECT FROM lease_former_prices f
                            WHERE f.tenant_id = p_tenant_id AND f.social_account_id = l.social_account_id))
    LOOP
        PERFORM lease_count(v_lease, 1);
    END LOOP;
END
$$;
