-- The line of a partner's leases: what they cost from their second month on, and who waits when that cannot be paid.
--
-- The leases of a partner wait in one line, by the instant at which their oldest unpaid month began, then by id. The
-- cash wallet pays from the front and stops at the first that it cannot pay. Whoever changes a lease holds the lock of
-- its partner's cash wallet, so the leases themselves need none.
--
-- A request brings the time at which it arrived, and may act long after that, behind others that came later. So nothing
-- here takes p_now for the present: a month that has a charge has begun, whatever p_now says, and what happens to a lease
-- is not dated before what has happened to it, nor before the wallet's last event.

-- How long an unpaid lease is tried before it ends: its grace period.
CREATE OR REPLACE FUNCTION lease_patience()
RETURNS interval LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT interval '7 days' $$;

-- Return when a past-due lease is tried next: every day at the hour of the first failure.
CREATE OR REPLACE FUNCTION lease_next_attempt(p_past_due_since timestamptz, p_now timestamptz)
RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT p_past_due_since
           + make_interval(secs => 86400 * (1 + floor(extract(epoch FROM p_now - p_past_due_since) / 86400)))
$$;

-- Return the front of a partner's line. Those that have been tried and those that have not are each read in the order of
-- their index, so that the length of the line makes no difference. One that has been tried is due, whatever p_now says.
-- A lease whose next month is settled already stands in no line: its rows contradict each other, and to charge it
-- would be to take the month twice.
--
-- Where the line begins is known: no lease that has not been tried stands before p_from (NULL: nothing is known), which
-- is the wallet's renewals_due_at, and none that has been before the total's past_due_from. Without that the index would
-- be read from an end at which everything has moved on, and every part of a long line would cost more than the one
-- before it.
CREATE OR REPLACE FUNCTION lease_line(p_tenant_id bigint, p_now timestamptz, p_limit integer, p_from timestamptz)
RETURNS SETOF leases
LANGUAGE sql STABLE AS $$
    SELECT * FROM (
        (SELECT * FROM leases l
          WHERE tenant_id = p_tenant_id AND status = 'assigned' AND billing_status = 'past_due'
            AND next_due_at >= coalesce(
                (SELECT past_due_from FROM lease_totals WHERE tenant_id = p_tenant_id), '-infinity')
            AND coalesce((SELECT c.status FROM lease_charges c
                           WHERE c.tenant_id = p_tenant_id AND c.social_account_id = l.social_account_id
                             AND c.lease_month = l.next_month), 'due') = 'due'
          ORDER BY next_due_at, social_account_id LIMIT p_limit)
        UNION ALL
        (SELECT * FROM leases l
          WHERE tenant_id = p_tenant_id AND status = 'assigned' AND billing_status = 'current' AND next_due_at <= p_now
            AND next_due_at >= coalesce(p_from, '-infinity')
            AND coalesce((SELECT c.status FROM lease_charges c
                           WHERE c.tenant_id = p_tenant_id AND c.social_account_id = l.social_account_id
                             AND c.lease_month = l.next_month), 'due') = 'due'
          ORDER BY next_due_at, social_account_id LIMIT p_limit)) tried_and_new
     ORDER BY next_due_at, social_account_id LIMIT p_limit
$$;

-- Return where the part of a tenant's line begins that has been tried, if none of it stands before p_from (NULL: nothing
-- is known); p_from if it is empty.
CREATE OR REPLACE FUNCTION lease_tried_from(p_tenant_id bigint, p_from timestamptz)
RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT coalesce(min(next_due_at), p_from) FROM leases
     WHERE tenant_id = p_tenant_id AND status = 'assigned' AND billing_status = 'past_due'
       AND next_due_at >= coalesce(p_from, '-infinity')
$$;

-- Pay the front of the line as far as the wallet reaches, at most p_limit leases, one month each. The wallet is locked
-- and comes back changed but not saved; p_paid is how many were paid, p_blocked whether the next one cannot be, p_more
-- whether others stand behind those that were looked at.
CREATE OR REPLACE FUNCTION lease_line_charge(
    INOUT p_cash cash_wallets, p_now timestamptz, p_limit integer, OUT p_paid integer, OUT p_blocked boolean,
    OUT p_more boolean)
LANGUAGE plpgsql AS $$
DECLARE
    -- What is paid, in order: one element of each per lease. Arrays side by side need no join.
    v_ids      uuid[];
    v_projects uuid[];
    v_owners   uuid[];
    v_months   integer[];
    v_starts   timestamptz[];
    v_ends     timestamptz[];
    v_prices   bigint[];
    v_balances bigint[];
    v_tried_at timestamptz[];
    v_last_try timestamptz;
    v_again_at timestamptz; -- when the first of them stands in the line again
    -- The number of the cash event, counted from 1; a month at price 0 has none and repeats the number before it.
    v_events   bigint[];
    v_hash     bytea; -- of the last event, if there is one
    v_is_present boolean := NOT EXISTS (SELECT FROM lease_former_prices WHERE tenant_id = p_cash.tenant_id);
    v_reached  integer;
    v_seen     integer;
BEGIN
    -- Nobody is paid a second month before others have their first: the line is cut where one of its leases would
    -- stand in it again.
    WITH line AS (
        SELECT l.social_account_id AS id, l.project_id, l.next_month AS month, l.next_due_at AS due_at,
               lease_month_start(l.assigned_at, l.next_month + 1) AS again_at,
               (SELECT p.organization_id FROM projects p
                 WHERE p.tenant_id = p_cash.tenant_id AND p.id = l.project_id) AS owner_id,
               l.past_due_since,
               -- Only one that was tried has a charge already, and few partners have former prices.
               CASE WHEN v_is_present AND l.billing_status = 'current' THEN l.monthly_price_cents
                    ELSE (SELECT * FROM lease_price_at(p_cash.tenant_id, l.social_account_id, l.next_month,
                                                       l.billing_status = 'past_due', l.monthly_price_cents))
               END AS price
          FROM lease_line(p_cash.tenant_id, p_now, p_limit, p_cash.renewals_due_at) l
    ), cut AS (
        SELECT line.*, sum(price) OVER up_to AS total, count(*) FILTER (WHERE price > 0) OVER up_to AS event
          FROM line
         WHERE due_at < (SELECT min(again_at) FROM line)
        WINDOW up_to AS (ORDER BY due_at, id)
    ), paid AS (
        SELECT * FROM cut WHERE total <= p_cash.balance_cents ORDER BY due_at, id
    )
    SELECT (SELECT count(*) FROM line), (SELECT count(*) FROM cut), array_agg(id), array_agg(project_id),
           array_agg(owner_id), array_agg(month), array_agg(due_at), array_agg(again_at), array_agg(price),
           array_agg((p_cash.balance_cents - total)::bigint), array_agg(event), array_agg(past_due_since),
           max(past_due_since) FILTER (WHERE price > 0), min(again_at)
      INTO v_seen, v_reached, v_ids, v_projects, v_owners, v_months, v_starts, v_ends, v_prices, v_balances, v_events,
           v_tried_at, v_last_try, v_again_at
      FROM paid;
    p_paid := coalesce(cardinality(v_ids), 0);
    p_blocked := p_paid < v_reached;
    p_more := v_seen > v_reached OR v_seen = p_limit;
    IF p_paid = 0 THEN
        RETURN;
    END IF;

    -- Events of one transaction carry one time, never before that of an event already there, nor before a lease was tried.
    p_now := greatest(p_now, p_cash.last_event_at, v_last_try);
    v_hash := lease_line_events_write(
        p_cash, p_now, v_ids, v_projects, v_owners, v_months, v_starts, v_ends, v_prices, v_balances, v_events);
    PERFORM lease_line_charges_write(
        p_cash, p_now, v_ids, v_months, v_starts, v_ends, v_prices, v_events, v_tried_at);
    UPDATE leases l
       SET next_month = d.month + 1, next_due_at = d.end_at,
           billing_status = 'current', past_due_since = NULL, next_attempt_at = NULL
      FROM unnest(v_ids, v_months, v_ends) AS d (id, month, end_at)
     WHERE l.tenant_id = p_cash.tenant_id AND l.social_account_id = d.id;
    INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at)
    SELECT p_cash.tenant_id, time_ordered_uuid(p_now, 'leased_account.renewed:' || d.id || d.month), d.owner_id,
           'leased_account.renewed', lease_outbox_data(d.id, d.project_id)
               || jsonb_build_object('leaseMonth', d.month, 'amountCents', d.price), p_now
      FROM unnest(v_ids, v_projects, v_owners, v_months, v_prices) AS d (id, project_id, owner_id, month, price);

    PERFORM lease_totals_settle(
        p_cash.tenant_id, p_paid, p_cash.balance_cents - v_balances[p_paid], v_starts[p_paid]);
    -- One that is paid late may be due again at once, before those that have not been tried.
    p_cash.renewals_due_at := least(p_cash.renewals_due_at, v_again_at);
    p_cash.balance_cents := v_balances[p_paid];
    p_cash.last_sequence := p_cash.last_sequence + v_events[p_paid];
    IF v_events[p_paid] > 0 THEN
        p_cash.last_event_at := p_now;
        p_cash.last_hash := v_hash;
    END IF;
END
$$;

-- Let the line wait, whose front cannot be paid. A lease there that has been past due for too long has had its last attempt and
-- ends, and the next one is in front. Behind one that goes on waiting nobody is paid: what came due becomes past due,
-- what was tried is tried again a day later, and what has been past due for too long ends. At most p_limit of each.
-- Return how many leases that changed.
CREATE OR REPLACE FUNCTION lease_line_wait(p_cash cash_wallets, p_now timestamptz, p_limit integer)
RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    v_since   timestamptz := date_trunc('second', p_now);
    v_lease   leases;
    v_waiting leases[];
    v_ended   integer := 0;
    v_count   integer;
BEGIN
    FOR v_lease IN
        SELECT * FROM lease_line(p_cash.tenant_id, p_now, p_limit, p_cash.renewals_due_at)
    LOOP
        EXIT WHEN coalesce(v_lease.past_due_since, p_now) > p_now - lease_patience()
               OR lease_month_price(v_lease, v_lease.next_month) <= p_cash.balance_cents;
        PERFORM lease_end_unpaid(v_lease, p_now);
        v_ended := v_ended + 1;
    END LOOP;
    IF v_ended > 0 THEN
        UPDATE lease_totals SET past_due_from = lease_tried_from(tenant_id, past_due_from)
         WHERE tenant_id = p_cash.tenant_id;
        RETURN v_ended;
    END IF;
    FOR v_lease IN
        SELECT * FROM leases
         WHERE tenant_id = p_cash.tenant_id AND next_attempt_at <= p_now
           AND next_attempt_at >= coalesce(p_cash.renewals_due_at, '-infinity')
           AND past_due_since <= p_now - lease_patience()
         ORDER BY next_due_at, social_account_id LIMIT p_limit
    LOOP
        PERFORM lease_end_unpaid(v_lease, p_now);
        v_ended := v_ended + 1;
    END LOOP;

    v_waiting := ARRAY(
        SELECT l FROM leases l
         WHERE l.tenant_id = p_cash.tenant_id AND l.status = 'assigned' AND l.billing_status = 'current'
           AND l.next_due_at <= p_now AND l.next_due_at >= coalesce(p_cash.renewals_due_at, '-infinity')
           AND coalesce((SELECT c.status FROM lease_charges c
                          WHERE c.tenant_id = p_cash.tenant_id AND c.social_account_id = l.social_account_id
                            AND c.lease_month = l.next_month), 'due') = 'due'
         ORDER BY l.next_due_at, l.social_account_id LIMIT p_limit);
    IF v_waiting <> '{}' THEN
        INSERT INTO lease_charges
            (tenant_id, social_account_id, lease_month, period_start, period_end, price_cents, status)
        SELECT p_cash.tenant_id, l.social_account_id, l.next_month, l.next_due_at,
               lease_month_start(l.assigned_at, l.next_month + 1), lease_month_price(l, l.next_month), 'due'
          FROM unnest(v_waiting) l
        ON CONFLICT (tenant_id, social_account_id, lease_month) DO NOTHING;
        UPDATE leases l
           SET billing_status = 'past_due', past_due_since = v_since,
               next_attempt_at = lease_next_attempt(v_since, v_since)
          FROM unnest(v_waiting) d
         WHERE l.tenant_id = p_cash.tenant_id AND l.social_account_id = d.social_account_id;
        UPDATE lease_totals
           SET past_due_from = lease_tried_from(
                   tenant_id, CASE WHEN past_due_from <= v_waiting[1].next_due_at THEN past_due_from END)
         WHERE tenant_id = p_cash.tenant_id;
        INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at)
        SELECT p_cash.tenant_id, time_ordered_uuid(p_now, 'leased_account.past_due:' || l.social_account_id || l.next_month),
               p.organization_id, 'leased_account.past_due', lease_outbox_data(l.social_account_id, l.project_id)
                   || jsonb_build_object('leaseMonth', l.next_month,
                                         'amountCents', lease_month_price(l, l.next_month)), p_now
          FROM unnest(v_waiting) l
          JOIN projects p ON p.tenant_id = p_cash.tenant_id AND p.id = l.project_id;
        INSERT INTO audit_events
            (tenant_id, organization_id, event_id, event_type, occurred_at, actor, project_id, details)
        SELECT p_cash.tenant_id, p.organization_id,
               time_ordered_uuid(p_now, 'audit:leased_account.past_due:' || l.social_account_id || l.next_month),
               'leased_account.past_due', p_now, 'system', l.project_id,
               jsonb_build_object('socialAccountId', 'sa_' || l.social_account_id, 'leaseMonth', l.next_month)
          FROM unnest(v_waiting) l
          JOIN projects p ON p.tenant_id = p_cash.tenant_id AND p.id = l.project_id;
    END IF;

    UPDATE leases SET next_attempt_at = lease_next_attempt(past_due_since, v_since)
     WHERE tenant_id = p_cash.tenant_id AND social_account_id = ANY (ARRAY(
               SELECT social_account_id FROM leases
                WHERE tenant_id = p_cash.tenant_id AND next_attempt_at <= p_now
                  AND next_attempt_at >= coalesce(p_cash.renewals_due_at, '-infinity')
                  -- Of those past due for too long, more than p_limit may be left: they end, and are not put off.
                  AND past_due_since > p_now - lease_patience() LIMIT p_limit));
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_ended + v_count + cardinality(v_waiting);
END
$$;
