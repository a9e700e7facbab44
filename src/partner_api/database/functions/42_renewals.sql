-- Renewals: what leases cost from their second month on, and how leases end.
--
-- The leases of a partner wait in one line, by the instant at which their oldest unpaid month began, then by id. The
-- cash wallet pays from the front and stops at the first that it cannot pay. Whoever changes a lease holds the lock of
-- its partner's cash wallet, so the leases themselves need none.
--
-- A request brings the time at which it arrived, and may act long after that, behind others that came later. So nothing
-- here takes p_now for the present: a month that has a charge has begun, whatever p_now says, and what happens to a lease
-- is not dated before what has happened to it, nor before the wallet's last event.

-- The time of what happens to a lease now: p_now, unless it is known to be later.
CREATE OR REPLACE FUNCTION lease_time(p_lease leases, p_now timestamptz)
RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT greatest(p_now, p_lease.past_due_since, lease_month_start(p_lease.assigned_at, p_lease.next_month - 1))
$$;

-- The price of a lease's month: that of its charge if there is one, else the present one, unless the month had begun
-- before the price changed.
CREATE OR REPLACE FUNCTION lease_month_price(p_lease leases, p_month integer)
RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT c.price_cents FROM lease_charges c
          WHERE c.tenant_id = p_lease.tenant_id AND c.social_account_id = p_lease.social_account_id
            AND c.lease_month = p_month),
        (SELECT f.price_cents FROM lease_former_prices f
          WHERE f.tenant_id = p_lease.tenant_id AND f.social_account_id = p_lease.social_account_id
            AND f.until_month > p_month
          ORDER BY f.until_month LIMIT 1),
        p_lease.monthly_price_cents)
$$;

-- How long an unpaid lease is tried before it ends.
CREATE OR REPLACE FUNCTION lease_patience()
RETURNS interval LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT interval '7 days' $$;

-- When a past-due lease is tried next: every day at the hour of the first failure.
CREATE OR REPLACE FUNCTION lease_next_attempt(p_past_due_since timestamptz, p_now timestamptz)
RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT p_past_due_since
           + make_interval(secs => 86400 * (1 + floor(extract(epoch FROM p_now - p_past_due_since) / 86400)))
$$;

-- The front of a partner's line. Those that have been tried and those that have not are each read in the order of their
-- index, so that the length of the line makes no difference. One that has been tried is due, whatever p_now says.
-- A lease whose next month is settled already stands in no line: its rows contradict each other, and to charge it
-- would be to take the month twice.
CREATE OR REPLACE FUNCTION lease_line(p_tenant_id bigint, p_now timestamptz, p_limit integer)
RETURNS SETOF leases
LANGUAGE sql STABLE AS $$
    SELECT * FROM (
        (SELECT * FROM leases l
          WHERE tenant_id = p_tenant_id AND status = 'assigned' AND billing_status = 'past_due'
            AND coalesce((SELECT c.status FROM lease_charges c
                           WHERE c.tenant_id = p_tenant_id AND c.social_account_id = l.social_account_id
                             AND c.lease_month = l.next_month), 'due') = 'due'
          ORDER BY next_due_at, social_account_id LIMIT p_limit)
        UNION ALL
        (SELECT * FROM leases l
          WHERE tenant_id = p_tenant_id AND status = 'assigned' AND billing_status = 'current' AND next_due_at <= p_now
            AND coalesce((SELECT c.status FROM lease_charges c
                           WHERE c.tenant_id = p_tenant_id AND c.social_account_id = l.social_account_id
                             AND c.lease_month = l.next_month), 'due') = 'due'
          ORDER BY next_due_at, social_account_id LIMIT p_limit)) tried_and_new
     ORDER BY next_due_at, social_account_id LIMIT p_limit
$$;

-- Pays the front of the line as far as the wallet reaches, at most p_limit leases, one month each. The wallet is locked
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
    -- The number of the cash event, counted from 1; a month at price 0 has none and repeats the number before it.
    v_events   bigint[];
    -- Of the last event, if there is one.
    v_hash     bytea;
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
               -- lease_month_price, in place: this is done for every lease of every month. Only one that was tried
               -- has a charge already.
               coalesce(CASE l.billing_status WHEN 'past_due' THEN (
                            SELECT c.price_cents FROM lease_charges c
                             WHERE c.tenant_id = p_cash.tenant_id AND c.social_account_id = l.social_account_id
                               AND c.lease_month = l.next_month) END,
                        (SELECT f.price_cents FROM lease_former_prices f
                          WHERE f.tenant_id = p_cash.tenant_id AND f.social_account_id = l.social_account_id
                            AND f.until_month > l.next_month
                          ORDER BY f.until_month LIMIT 1), l.monthly_price_cents) AS price
          FROM lease_line(p_cash.tenant_id, p_now, p_limit) l
    ), cut AS (
        SELECT line.*, sum(price) OVER up_to AS total, count(*) FILTER (WHERE price > 0) OVER up_to AS event
          FROM line
         WHERE due_at < (SELECT min(again_at) FROM line)
        WINDOW up_to AS (ORDER BY due_at, id)
    ), paid AS (
        SELECT * FROM cut WHERE total <= p_cash.balance_cents ORDER BY due_at, id
    )
    SELECT (SELECT count(*) FROM line), (SELECT count(*) FROM cut), array_agg(id), array_agg(project_id), array_agg(owner_id), array_agg(month),
           array_agg(due_at), array_agg(again_at), array_agg(price),
           array_agg((p_cash.balance_cents - total)::bigint), array_agg(event),
           array_agg(past_due_since), max(past_due_since) FILTER (WHERE price > 0)
      INTO v_seen, v_reached, v_ids, v_projects, v_owners, v_months, v_starts, v_ends, v_prices, v_balances, v_events,
           v_tried_at, v_last_try
      FROM paid;
    p_paid := coalesce(cardinality(v_ids), 0);
    p_blocked := p_paid < v_reached;
    p_more := v_seen > v_reached OR v_seen = p_limit;
    IF p_paid = 0 THEN
        RETURN;
    END IF;

    -- Events of one transaction carry one time, never before that of an event already there, nor before a lease was tried.
    p_now := greatest(p_now, p_cash.last_event_at, v_last_try);
    WITH new AS MATERIALIZED (
        -- In the order of the table's columns.
        SELECT d.event, ROW(
               p_cash.tenant_id, p_cash.organization_id, p_cash.currency, p_cash.last_sequence + d.event,
               time_ordered_uuid(p_now, 'cash:' || p_cash.tenant_id || ':' || p_cash.organization_id || ':'
                                        || (p_cash.last_sequence + d.event)),
               'lease_renewal', -d.price, d.balance, d.owner_id, d.id, d.project_id, d.month, d.start_at, d.end_at,
               NULL, NULL, NULL, NULL, p_now, NULL, NULL)::cash_events AS e
          FROM unnest(v_ids, v_projects, v_owners, v_months, v_starts, v_ends, v_prices, v_balances, v_events)
               AS d (id, project_id, owner_id, month, start_at, end_at, price, balance, event)
         WHERE d.price > 0
    ), chained AS (
        SELECT event, e, ledger_chain(p_cash.last_hash, cash_event_content(e)) OVER (ORDER BY event) AS hash FROM new
    ), written AS (
        INSERT INTO cash_events
            (tenant_id, organization_id, currency, sequence, event_id, event_type, amount_cents, balance_after_cents,
             for_organization_id, social_account_id, project_id, lease_month, period_start, period_end, created_at,
             previous_hash, hash)
        SELECT (e).tenant_id, (e).organization_id, (e).currency, (e).sequence, (e).event_id, (e).event_type,
               (e).amount_cents, (e).balance_after_cents, (e).for_organization_id, (e).social_account_id,
               (e).project_id, (e).lease_month, (e).period_start, (e).period_end, (e).created_at,
               lag(hash, 1, p_cash.last_hash) OVER (ORDER BY event), hash
          FROM chained
        RETURNING sequence, hash
    )
    SELECT w.hash INTO v_hash FROM written w ORDER BY w.sequence DESC LIMIT 1;
    INSERT INTO lease_charges
        (tenant_id, social_account_id, lease_month, period_start, period_end, price_cents, status, cash_sequence,
         settled_at)
    SELECT p_cash.tenant_id, d.id, d.month, d.start_at, d.end_at, d.price, 'paid',
           CASE WHEN d.price > 0 THEN p_cash.last_sequence + d.event END, greatest(p_now, d.tried_at)
      FROM unnest(v_ids, v_months, v_starts, v_ends, v_prices, v_events, v_tried_at)
           AS d (id, month, start_at, end_at, price, event, tried_at)
    ON CONFLICT (tenant_id, social_account_id, lease_month) DO UPDATE
       SET status = excluded.status, cash_sequence = excluded.cash_sequence, settled_at = excluded.settled_at
     WHERE lease_charges.status = 'due';
    UPDATE leases l
       SET next_month = d.month + 1, next_due_at = d.end_at,
           billing_status = 'current', past_due_since = NULL, next_attempt_at = NULL
      FROM unnest(v_ids, v_months, v_ends) AS d (id, month, end_at)
     WHERE l.tenant_id = p_cash.tenant_id AND l.social_account_id = d.id;
    INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at)
    SELECT p_cash.tenant_id, time_ordered_uuid(p_now, 'leased_account.renewed:' || d.id || d.month), d.owner_id,
           'leased_account.renewed',
           lease_outbox_data(d.id, d.project_id)
               || jsonb_build_object('leaseMonth', d.month, 'amountCents', d.price), p_now
      FROM unnest(v_ids, v_projects, v_owners, v_months, v_prices) AS d (id, project_id, owner_id, month, price);

    p_cash.balance_cents := v_balances[p_paid];
    p_cash.last_sequence := p_cash.last_sequence + v_events[p_paid];
    IF v_events[p_paid] > 0 THEN
        p_cash.last_event_at := p_now;
        p_cash.last_hash := v_hash;
    END IF;
END
$$;

-- What is told of a leased account in the outbox.
CREATE OR REPLACE FUNCTION lease_outbox_data(p_social_account_id uuid, p_project_id uuid)
RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT jsonb_build_object('socialAccountId', 'sa_' || p_social_account_id, 'projectId', 'prj_' || p_project_id)
$$;

-- The front of the line cannot be paid. A lease there that has been past due for too long has had its last attempt and
-- ends, and the next one is in front. Behind one that goes on waiting nobody is paid: what came due becomes past due,
-- what was tried is tried again a day later, and what has been past due for too long ends. At most p_limit of each.
-- Gives how many leases that changed.
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
        SELECT * FROM lease_line(p_cash.tenant_id, p_now, p_limit)
    LOOP
        EXIT WHEN coalesce(v_lease.past_due_since, p_now) > p_now - lease_patience()
               OR lease_month_price(v_lease, v_lease.next_month) <= p_cash.balance_cents;
        PERFORM lease_end_unpaid(v_lease, p_now);
        v_ended := v_ended + 1;
    END LOOP;
    IF v_ended > 0 THEN
        RETURN v_ended;
    END IF;
    FOR v_lease IN
        SELECT * FROM leases
         WHERE tenant_id = p_cash.tenant_id AND next_attempt_at <= p_now AND past_due_since <= p_now - lease_patience()
         ORDER BY next_due_at, social_account_id LIMIT p_limit
    LOOP
        PERFORM lease_end_unpaid(v_lease, p_now);
        v_ended := v_ended + 1;
    END LOOP;

    v_waiting := ARRAY(
        SELECT l FROM leases l
         WHERE l.tenant_id = p_cash.tenant_id AND l.status = 'assigned' AND l.billing_status = 'current'
           AND l.next_due_at <= p_now
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
        INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at)
        SELECT p_cash.tenant_id, time_ordered_uuid(p_now, 'leased_account.past_due:' || l.social_account_id || l.next_month),
               p.organization_id, 'leased_account.past_due', lease_outbox_data(l.social_account_id, l.project_id)
                   || jsonb_build_object('leaseMonth', l.next_month), p_now
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
                  -- Of those past due for too long, more than p_limit may be left: they end, and are not put off.
                  AND past_due_since > p_now - lease_patience() LIMIT p_limit));
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_ended + v_count + cardinality(v_waiting);
END
$$;

-- Ends a lease whose last attempt has failed.
CREATE OR REPLACE FUNCTION lease_end_unpaid(p_lease leases, p_now timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lease_charges SET status = 'uncollected', settled_at = p_now
     WHERE tenant_id = p_lease.tenant_id AND social_account_id = p_lease.social_account_id
       AND lease_month = p_lease.next_month AND status = 'due';
    PERFORM lease_end(p_lease, p_now, 'payment_failed', NULL, NULL, ROW('system', NULL, NULL, NULL, NULL)::caller);
END
$$;

-- Brings the leases of a locked cash wallet to p_now, or about p_limit of them (NULL: all). The wallet is saved.
CREATE OR REPLACE FUNCTION leases_renew_locked(
    INOUT p_cash cash_wallets, p_now timestamptz, p_limit integer, OUT p_advanced integer)
LANGUAGE plpgsql AS $$
DECLARE
    -- Each batch looks past what the ones before it have moved, so they are large. Leases that cannot be paid are gone
    -- through one by one, so fewer of them are.
    v_batch   integer := least(coalesce(p_limit, 5000), 5000);
    v_paid    record;
    v_waiting integer;
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
        p_cash.renewals_due_at := leases_due_at(p_cash.tenant_id);
        EXIT WHEN v_paid.p_paid + v_waiting = 0 OR p_advanced >= p_limit;
        -- Most wallets are done with at the first go; the others look again until there is nothing to do.
        EXIT WHEN NOT v_paid.p_blocked AND NOT v_paid.p_more AND (p_cash.renewals_due_at <= p_now) IS NOT TRUE;
    END LOOP;
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

-- When the first of a tenant's leases is to be charged or tried again; NULL: none.
CREATE OR REPLACE FUNCTION leases_due_at(p_tenant_id bigint)
RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT least(
        (SELECT min(next_due_at) FROM leases
          WHERE tenant_id = p_tenant_id AND status = 'assigned' AND billing_status = 'current'),
        (SELECT min(next_attempt_at) FROM leases
          WHERE tenant_id = p_tenant_id AND next_attempt_at IS NOT NULL))
$$;

-- Renews leases that are due at p_now, partner by partner in the order given, until it has advanced about p_limit; all in
-- one transaction, so that partners with few leases share a commit. p_taken is how many of the partners it has come to,
-- p_advanced how many leases it paid, put off or ended. A wallet that somebody else holds is left to them. p_stuck are
-- the partners that have leases due of which none could be advanced, because their rows contradict each other.
--
-- Waits for no wallet, so it cannot stand in a circle with others that wait for one while they hold another's.
CREATE OR REPLACE FUNCTION leases_renew_partners(
    p_tenant_ids bigint[], p_now timestamptz, p_limit integer, OUT p_taken integer, OUT p_advanced integer,
    OUT p_stuck bigint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_tenant_id bigint;
    v_cash      cash_wallets;
    v_renewed   record;
BEGIN
    p_taken := 0;
    p_advanced := 0;
    p_stuck := '{}';
    FOREACH v_tenant_id IN ARRAY p_tenant_ids LOOP
        p_taken := p_taken + 1;
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

-- The same, for servers of the version before it.
CREATE OR REPLACE FUNCTION leases_renew_each(
    p_tenant_ids bigint[], p_now timestamptz, p_limit integer, OUT p_taken integer, OUT p_advanced integer)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT p_taken, p_advanced FROM leases_renew_partners(p_tenant_ids, p_now, p_limit)
$$;

-- Settles every month of a lease that has begun and is not paid, oldest first: paid if p_charge and the cash wallet
-- covers it, else recorded as uncollected. The lease is about to end; the cash wallet is locked and comes back changed.
-- p_now is the lease's time, of lease_time.
CREATE OR REPLACE FUNCTION lease_catch_up(
    p_cash cash_wallets, p_lease leases, p_now timestamptz, p_for_organization_id uuid, p_caller caller,
    p_charge boolean)
RETURNS cash_wallets
LANGUAGE plpgsql AS $$
DECLARE
    v_month  integer := p_lease.next_month;
    v_start  timestamptz := p_lease.next_due_at;
    v_price  bigint;
    v_covers boolean;
BEGIN
    WHILE v_start <= p_now LOOP
        IF EXISTS (SELECT FROM lease_charges c
                    WHERE c.tenant_id = p_lease.tenant_id AND c.social_account_id = p_lease.social_account_id
                      AND c.lease_month = v_month AND c.status <> 'due') THEN
            -- Settled already, whatever the lease says of it.
            v_month := v_month + 1;
            v_start := lease_month_start(p_lease.assigned_at, v_month);
            CONTINUE;
        END IF;
        v_price := lease_month_price(p_lease, v_month);
        v_covers := p_charge AND p_cash.balance_cents >= v_price;
        IF v_covers AND v_price > 0 THEN
            p_cash := cash_event_append(p_cash, p_now, 'lease_renewal', -v_price,
                                        p_for_organization_id, p_caller, NULL, NULL, p_lease, v_month);
        END IF;
        INSERT INTO lease_charges
            (tenant_id, social_account_id, lease_month, period_start, period_end, price_cents, status, cash_sequence,
             settled_at)
        VALUES (p_lease.tenant_id, p_lease.social_account_id, v_month, v_start,
                lease_month_start(p_lease.assigned_at, v_month + 1), v_price,
                CASE WHEN v_covers THEN 'paid' ELSE 'uncollected' END,
                CASE WHEN v_covers AND v_price > 0 THEN p_cash.last_sequence END, p_now)
        ON CONFLICT (tenant_id, social_account_id, lease_month) DO UPDATE
           SET status = excluded.status, cash_sequence = excluded.cash_sequence, settled_at = excluded.settled_at
         WHERE lease_charges.status = 'due';
        IF v_covers THEN
            INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at)
            VALUES (p_lease.tenant_id,
                    time_ordered_uuid(p_now, 'leased_account.renewed:' || p_lease.social_account_id || v_month),
                    p_for_organization_id, 'leased_account.renewed',
                    lease_outbox_data(p_lease.social_account_id, p_lease.project_id)
                        || jsonb_build_object('leaseMonth', v_month, 'amountCents', v_price), p_now);
        END IF;
        v_month := v_month + 1;
        v_start := lease_month_start(p_lease.assigned_at, v_month);
    END LOOP;
    UPDATE leases SET next_month = v_month, next_due_at = v_start
     WHERE tenant_id = p_lease.tenant_id AND social_account_id = p_lease.social_account_id;
    RETURN p_cash;
END
$$;

-- Ends a lease: its social account is disconnected and its pool account available again, at this instant.
-- p_acting_id is the organization whose audit log says so, NULL: the owner of the project.
CREATE OR REPLACE FUNCTION lease_end(
    p_lease leases, p_now timestamptz, p_reason text, p_note text, p_acting_id uuid, p_caller caller)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_at           timestamptz := date_trunc('second', p_now);
    v_organization uuid;
BEGIN
    UPDATE leases
       SET status = 'disconnected', billing_status = 'current', past_due_since = NULL, next_attempt_at = NULL,
           disconnected_at = v_at, disconnected_reason = p_reason, release_note = p_note
     WHERE tenant_id = p_lease.tenant_id AND social_account_id = p_lease.social_account_id;
    UPDATE social_accounts
       SET status = 'disconnected', disconnected_at = v_at, disconnected_reason = p_reason
     WHERE tenant_id = p_lease.tenant_id AND id = p_lease.social_account_id;
    UPDATE pool_accounts
       SET status = 'available', lease_tenant_id = NULL, lease_id = NULL, updated_at = greatest(updated_at, p_now)
     WHERE id = p_lease.pool_account_id AND lease_id = p_lease.social_account_id;
    SELECT organization_id INTO v_organization FROM projects
     WHERE tenant_id = p_lease.tenant_id AND id = p_lease.project_id;
    PERFORM audit_write(
        p_lease.tenant_id, p_now, coalesce(p_acting_id, v_organization),
        CASE p_reason WHEN 'payment_failed' THEN 'leased_account.disconnected'
                      WHEN 'recalled_by_operator' THEN 'leased_account.recalled'
                      ELSE 'leased_account.released' END,
        p_caller, p_lease.project_id,
        jsonb_build_object('socialAccountId', 'sa_' || p_lease.social_account_id, 'reason', p_reason, 'note', p_note));
    PERFORM outbox_write(
        p_lease.tenant_id, p_now, v_organization, 'leased_account.disconnected', p_lease.social_account_id,
        lease_outbox_data(p_lease.social_account_id, p_lease.project_id)
            || jsonb_build_object('disconnectedReason', p_reason));
END
$$;

-- Ends one lease: a partner's release, after everything that was due by then has been charged, or an operator's recall,
-- which charges nothing. p_organization_id, when given, must be the owner of its project.
--
-- Facts: {disconnected_at}. Refused: NOT_FOUND, CONFLICT (it is over). Lock order: project, cash wallet, lease, pool
-- account.
CREATE OR REPLACE FUNCTION lease_disconnect(
    p_tenant_id bigint, p_now timestamptz, p_social_account_id uuid, p_organization_id uuid, p_reason text,
    p_note text, p_caller caller)
RETURNS outcome
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_project projects;
    v_cash    cash_wallets;
    v_renewed record;
    v_lease   leases;
    v_at      timestamptz;
    v_charges boolean := p_reason = 'released_by_partner';
BEGIN
    SELECT p.* INTO v_project FROM leases l
      JOIN projects p ON p.tenant_id = p_tenant_id AND p.id = l.project_id
     WHERE l.tenant_id = p_tenant_id AND l.social_account_id = p_social_account_id
       FOR SHARE OF p;
    IF NOT FOUND OR v_project.organization_id <> coalesce(p_organization_id, v_project.organization_id) THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    SELECT * INTO v_cash FROM cash_wallets WHERE tenant_id = p_tenant_id FOR NO KEY UPDATE;
    IF v_charges THEN
        SELECT * INTO v_renewed FROM leases_renew_locked(v_cash, p_now, NULL);
        v_cash := v_renewed.p_cash;
    END IF;
    SELECT * INTO v_lease FROM leases WHERE tenant_id = p_tenant_id AND social_account_id = p_social_account_id;
    IF v_lease.status <> 'assigned' THEN
        RETURN ROW('refused', 'CONFLICT', jsonb_build_object(
            'status', v_lease.status, 'disconnected_reason', v_lease.disconnected_reason))::outcome;
    END IF;
    v_at := lease_time(v_lease, greatest(p_now, v_cash.last_event_at));
    PERFORM lease_catch_up(v_cash, v_lease, v_at, v_project.organization_id, p_caller, v_charges);
    PERFORM lease_end(v_lease, v_at, p_reason, p_note, NULL, p_caller);
    RETURN ROW('done', NULL, jsonb_build_object('disconnected_at', date_trunc('second', v_at)))::outcome;
END
$$;

-- Sets what a lease costs from its next renewal on. Months that have begun keep the price that they had; the first that
-- is not paid has begun if it has a charge, also for a request that arrived before its instant.
--
-- Refused: NOT_FOUND, CONFLICT (the lease is over).
CREATE OR REPLACE FUNCTION lease_set_price(
    p_tenant_id bigint, p_now timestamptz, p_social_account_id uuid, p_monthly_price_cents bigint, p_caller caller)
RETURNS outcome
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_cash    cash_wallets;
    v_lease   leases;
    v_project projects;
    v_month   integer;
BEGIN
    SELECT * INTO v_cash FROM cash_wallets WHERE tenant_id = p_tenant_id FOR NO KEY UPDATE;
    SELECT * INTO v_lease FROM leases WHERE tenant_id = p_tenant_id AND social_account_id = p_social_account_id;
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    IF v_lease.status <> 'assigned' THEN
        RETURN ROW('refused', 'CONFLICT', jsonb_build_object(
            'status', v_lease.status, 'disconnected_reason', v_lease.disconnected_reason))::outcome;
    END IF;
    p_now := lease_time(v_lease, greatest(p_now, v_cash.last_event_at));
    -- The first month that has not begun.
    v_month := v_lease.next_month + (v_lease.billing_status = 'past_due')::integer;
    WHILE lease_month_start(v_lease.assigned_at, v_month) <= p_now LOOP
        v_month := v_month + 1;
    END LOOP;
    IF v_month > v_lease.next_month THEN
        INSERT INTO lease_former_prices (tenant_id, social_account_id, until_month, price_cents)
        VALUES (p_tenant_id, p_social_account_id, v_month, v_lease.monthly_price_cents)
        ON CONFLICT (tenant_id, social_account_id, until_month) DO NOTHING;
    END IF;
    UPDATE leases SET monthly_price_cents = p_monthly_price_cents
     WHERE tenant_id = p_tenant_id AND social_account_id = p_social_account_id;
    SELECT * INTO v_project FROM projects WHERE tenant_id = p_tenant_id AND id = v_lease.project_id;
    PERFORM audit_write(
        p_tenant_id, p_now, v_project.organization_id, 'leased_account.priced', p_caller, v_lease.project_id,
        jsonb_build_object('socialAccountId', 'sa_' || p_social_account_id,
                           'monthlyPriceCents', p_monthly_price_cents, 'before', v_lease.monthly_price_cents));
    RETURN ROW('done', NULL, '{}')::outcome;
END
$$;
