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

-- Return the first p_limit leases of a part of a partner's line, those that have been tried (past_due) or those that have
-- not (current), whose oldest unpaid month began from p_from (NULL: nothing is known) to p_until; each with that month,
-- its price, the organization that it is for, and when it was tried, if it has a charge. A lease whose next month is settled already stands in no line: its
-- rows contradict each other, and to charge it would be to take the month twice. Everything is found by key, in the
-- order of the index, so that the length of the line makes no difference.
--
-- Without p_from the index would be read from an end at which everything has moved on, and every part of a long line
-- would cost more than the one before it.
CREATE OR REPLACE FUNCTION lease_line_part(
    p_tenant_id bigint, p_billing_status text, p_from timestamptz, p_until timestamptz, p_limit integer)
RETURNS TABLE (social_account_id uuid, project_id uuid, organization_id uuid, lease_month integer, due_at timestamptz,
               again_at timestamptz, past_due_since timestamptz, tried_at timestamptz, price_cents bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    -- Few partners have any.
    v_has_former_prices boolean;
BEGIN
    PERFORM FROM lease_former_prices f WHERE f.tenant_id = p_tenant_id LIMIT 1;
    v_has_former_prices := FOUND;
    RETURN QUERY
    SELECT l.social_account_id, l.project_id,
           (SELECT p.organization_id FROM projects p WHERE p.tenant_id = p_tenant_id AND p.id = l.project_id),
           l.next_month, l.next_due_at, lease_month_start(l.assigned_at, l.next_month + 1), l.past_due_since,
           CASE WHEN l.charge IS NOT NULL THEN coalesce(l.past_due_since, l.next_due_at) END,
           coalesce(
               CASE WHEN p_billing_status = 'past_due' THEN (
                   SELECT c.price_cents FROM lease_charges c
                    WHERE c.tenant_id = p_tenant_id AND c.social_account_id = l.social_account_id
                      AND c.lease_month = l.next_month) END,
               CASE WHEN v_has_former_prices THEN (
                   SELECT f.price_cents FROM lease_former_prices f
                    WHERE f.tenant_id = p_tenant_id AND f.social_account_id = l.social_account_id
                      AND f.until_month > l.next_month
                    ORDER BY f.until_month LIMIT 1) END,
               l.monthly_price_cents)
      FROM (SELECT w.social_account_id, w.project_id, w.assigned_at, w.next_month, w.next_due_at, w.past_due_since,
                   w.monthly_price_cents,
                   (SELECT c.status FROM lease_charges c
                     WHERE c.tenant_id = p_tenant_id AND c.social_account_id = w.social_account_id
                       AND c.lease_month = w.next_month) AS charge
              FROM leases w
             WHERE w.tenant_id = p_tenant_id AND w.status = 'assigned' AND w.billing_status = p_billing_status
               AND w.next_due_at >= coalesce(p_from, '-infinity') AND w.next_due_at <= p_until
             ORDER BY w.next_due_at, w.social_account_id
            -- So that the charge is looked up once.
            OFFSET 0) l
     WHERE coalesce(l.charge, 'due') = 'due'
     ORDER BY l.next_due_at, l.social_account_id LIMIT p_limit;
END
$$;

-- Return the front of a partner's line: of both parts, in their order. One that has been tried is due, whatever p_now
-- says. No lease that has not been tried stands before p_from (NULL: nothing is known), which is the wallet's
-- renewals_due_at, and none that has been before the total's past_due_from.
CREATE OR REPLACE FUNCTION lease_line_front(
    p_tenant_id bigint, p_now timestamptz, p_limit integer, p_from timestamptz)
RETURNS TABLE (social_account_id uuid, project_id uuid, organization_id uuid, lease_month integer, due_at timestamptz,
               again_at timestamptz, past_due_since timestamptz, tried_at timestamptz, price_cents bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_tried_from timestamptz;
BEGIN
    SELECT t.past_due_from INTO v_tried_from FROM lease_totals t WHERE t.tenant_id = p_tenant_id;
    v_tried_from := coalesce(v_tried_from, '-infinity');
    -- Most lines have none that has been tried.
    PERFORM FROM leases l
      WHERE l.tenant_id = p_tenant_id AND l.status = 'assigned' AND l.billing_status = 'past_due'
        AND l.next_due_at >= v_tried_from
      LIMIT 1;
    IF NOT FOUND THEN
        RETURN QUERY SELECT * FROM lease_line_part(p_tenant_id, 'current', p_from, p_now, p_limit);
    ELSE
        RETURN QUERY
        SELECT * FROM (
            SELECT * FROM lease_line_part(p_tenant_id, 'past_due', v_tried_from, 'infinity', p_limit)
            UNION ALL
            SELECT * FROM lease_line_part(p_tenant_id, 'current', p_from, p_now, p_limit)) tried_and_new
         ORDER BY tried_and_new.due_at, tried_and_new.social_account_id LIMIT p_limit;
    END IF;
END
$$;

-- Return where the part of a tenant's line begins that has been tried, if none of it stands before p_from (NULL: nothing
-- is known); p_from if it is empty.
CREATE OR REPLACE FUNCTION lease_tried_from(p_tenant_id bigint, p_from timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_from timestamptz;
BEGIN
    SELECT next_due_at INTO v_from FROM leases
     WHERE tenant_id = p_tenant_id AND status = 'assigned' AND billing_status = 'past_due'
       AND next_due_at >= coalesce(p_from, '-infinity')
     ORDER BY next_due_at LIMIT 1;
    RETURN coalesce(v_from, p_from);
END
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
    v_tries    integer;
    v_last_try timestamptz;
    v_again_at timestamptz; -- when the first of them stands in the line again
    -- The number of the cash event, counted from 1; a month at price 0 has none and repeats the number before it.
    v_events   bigint[];
    v_hash     bytea; -- of the last event, if there is one
    v_reached  integer;
    v_seen     integer;
BEGIN
    -- Nobody is paid a second month before others have their first: the line is cut where one of its leases would
    -- stand in it again.
    WITH line AS MATERIALIZED (
        SELECT l.social_account_id AS id, l.project_id, l.lease_month AS month, l.due_at, l.again_at,
               l.organization_id AS owner_id, l.past_due_since, l.tried_at, l.price_cents AS price
          FROM lease_line_front(p_cash.tenant_id, p_now, p_limit, p_cash.renewals_due_at) l
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
           array_agg((p_cash.balance_cents - total)::bigint), array_agg(event), array_agg(tried_at),
           count(past_due_since), max(past_due_since) FILTER (WHERE price > 0), min(again_at)
      INTO v_seen, v_reached, v_ids, v_projects, v_owners, v_months, v_starts, v_ends, v_prices, v_balances, v_events,
           v_tried_at, v_tries, v_last_try, v_again_at
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
    SELECT p_cash.tenant_id, time_ordered_uuid(t.settled_at, 'leased_account.renewed:' || d.id || d.month), d.owner_id,
           'leased_account.renewed', lease_outbox_data(d.id, d.project_id)
               || jsonb_build_object('leaseMonth', d.month, 'amountCents', d.price), t.settled_at
      FROM unnest(v_ids, v_projects, v_owners, v_months, v_prices, v_tried_at)
           AS d (id, project_id, owner_id, month, price, tried_at)
     -- As its charge has it: a month at price 0 may have been tried later than p_now.
     CROSS JOIN LATERAL (SELECT greatest(p_now, d.tried_at) AS settled_at) t;

    PERFORM lease_totals_settle(
        p_cash.tenant_id, p_paid, p_cash.balance_cents - v_balances[p_paid], v_starts[p_paid]);
    IF v_tries > 0 THEN
        PERFORM lease_totals_tried(p_cash.tenant_id, NULL);
    END IF;
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
    v_since     timestamptz := date_trunc('second', p_now);
    v_try_again timestamptz := lease_next_attempt(v_since, v_since);
    v_front     record;
    v_ends_some boolean;
    v_lease     leases;
    -- Those that come due: one element of each per lease.
    v_ids       uuid[];
    v_projects  uuid[];
    v_owners    uuid[];
    v_months    integer[];
    v_starts    timestamptz[];
    v_ends      timestamptz[];
    v_prices    bigint[];
    v_tried_at  timestamptz[];
    v_again     uuid[];
    v_ended     integer := 0;
BEGIN
    -- Most often nobody ends, and the first is enough.
    SELECT * INTO v_front FROM lease_line_front(p_cash.tenant_id, p_now, 1, p_cash.renewals_due_at);
    v_ends_some := v_front.past_due_since <= p_now - lease_patience() AND v_front.price_cents > p_cash.balance_cents;
    FOR v_front IN
        SELECT * FROM lease_line_front(
            p_cash.tenant_id, p_now, CASE WHEN v_ends_some THEN p_limit ELSE 0 END, p_cash.renewals_due_at)
    LOOP
        EXIT WHEN coalesce(v_front.past_due_since, p_now) > p_now - lease_patience()
               OR v_front.price_cents <= p_cash.balance_cents;
        SELECT * INTO v_lease FROM leases
         WHERE tenant_id = p_cash.tenant_id AND social_account_id = v_front.social_account_id;
        PERFORM lease_end_unpaid(v_lease, p_now);
        v_ended := v_ended + 1;
    END LOOP;
    IF v_ended > 0 THEN
        PERFORM lease_totals_tried(p_cash.tenant_id, NULL);
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

    SELECT array_agg(social_account_id), array_agg(project_id), array_agg(organization_id), array_agg(lease_month),
           array_agg(due_at), array_agg(again_at), array_agg(price_cents), array_agg(tried_at)
      INTO v_ids, v_projects, v_owners, v_months, v_starts, v_ends, v_prices, v_tried_at
      FROM lease_line_part(p_cash.tenant_id, 'current', p_cash.renewals_due_at, p_now, p_limit);
    IF v_ids IS NOT NULL THEN
        PERFORM lease_line_past_due_write(
            p_cash.tenant_id, p_now, v_ids, v_projects, v_owners, v_months, v_starts, v_ends, v_prices,
            v_tried_at);
        UPDATE leases
           SET billing_status = 'past_due', past_due_since = v_since, next_attempt_at = v_try_again
         WHERE tenant_id = p_cash.tenant_id AND social_account_id = ANY (v_ids);
        PERFORM lease_totals_tried(p_cash.tenant_id, v_starts[1]);
    END IF;

    v_again := ARRAY(
        SELECT social_account_id FROM leases
         WHERE tenant_id = p_cash.tenant_id AND next_attempt_at <= p_now
           AND next_attempt_at >= coalesce(p_cash.renewals_due_at, '-infinity')
           -- Of those past due for too long, more than p_limit may be left: they end, and are not put off.
           AND past_due_since > p_now - lease_patience() LIMIT p_limit);
    IF v_again <> '{}' THEN
        UPDATE leases SET next_attempt_at = lease_next_attempt(past_due_since, v_since)
         WHERE tenant_id = p_cash.tenant_id AND social_account_id = ANY (v_again);
    END IF;
    RETURN v_ended + cardinality(v_again) + coalesce(cardinality(v_ids), 0);
END
$$;
