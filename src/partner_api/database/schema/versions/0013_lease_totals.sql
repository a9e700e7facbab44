-- What a partner's assigned leases come to. 47_lease_totals.sql says how it is kept and what follows from it.

-- Whoever changes a lease holds the lock of its partner's cash wallet. So this waits for those that are at it and keeps
-- others away until the leases are counted and the functions replaced; who only reads is not held up.
LOCK TABLE cash_wallets IN EXCLUSIVE MODE;

CREATE TABLE lease_totals (
    tenant_id     bigint PRIMARY KEY,
    leases        bigint NOT NULL DEFAULT 0,
    -- What a month of all of them costs at present.
    monthly_cents numeric NOT NULL DEFAULT 0,
    -- The sum of the numbers of the calendar months in which their first unsettled months begin.
    next_months   bigint NOT NULL DEFAULT 0,
    -- By which what is owed at an instant is less than what the present prices come to.
    settled_cents numeric NOT NULL DEFAULT 0,
    -- No month that begins later is settled, and none has a price of its own.
    exact_from    timestamptz(0),
    -- No lease that is past due stands in the line before this instant; NULL: nothing is known.
    past_due_from timestamptz(0),
    CONSTRAINT lease_totals_times CHECK (least(exact_from, past_due_from) >= '1970-01-01Z'
                                         AND greatest(exact_from, past_due_from) < '10000-01-01Z')
);

-- When in a month the months of a partner's leases begin: a row for each second of a month of 31 days that has any, and
-- for each minute, hour and day. No constraint says that nothing is below zero: what is wrong here is told wrong, and the
-- check of the books finds it, but it must not keep a lease from ending.
CREATE TABLE lease_calendar (
    tenant_id     bigint NOT NULL,
    span_seconds  integer NOT NULL CHECK (span_seconds IN (1, 60, 3600, 86400)),
    -- Seconds from the beginning of the month to that of the span.
    position      integer NOT NULL CHECK (position BETWEEN 0 AND 2678399 AND position % span_seconds = 0),
    leases        bigint NOT NULL,
    monthly_cents numeric NOT NULL,
    PRIMARY KEY (tenant_id, span_seconds, position)
);
ALTER TABLE lease_calendar ALTER COLUMN tenant_id SET (n_distinct = 100);

CREATE FUNCTION pg_temp.month_start(p_assigned_at timestamptz, p_month integer)
RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT ((p_assigned_at AT TIME ZONE 'UTC') + make_interval(months => p_month)) AT TIME ZONE 'UTC'
$$;

-- The leases, each with the first month from which all cost the present price, and what the unsettled ones before that do.
CREATE TEMPORARY TABLE counted ON COMMIT DROP AS
SELECT l.tenant_id, l.monthly_price_cents, l.assigned_at, p.month,
       (extract(year FROM l.assigned_at AT TIME ZONE 'UTC') * 12
        + extract(month FROM l.assigned_at AT TIME ZONE 'UTC'))::integer AS assigned_month, l.next_month,
       CASE WHEN p.month > l.next_month THEN (
            SELECT sum(coalesce(
                       (SELECT c.price_cents FROM lease_charges c
                         WHERE c.tenant_id = l.tenant_id AND c.social_account_id = l.social_account_id
                           AND c.lease_month = n),
                       (SELECT f.price_cents FROM lease_former_prices f
                         WHERE f.tenant_id = l.tenant_id AND f.social_account_id = l.social_account_id
                           AND f.until_month > n
                         ORDER BY f.until_month LIMIT 1),
                       l.monthly_price_cents))
              FROM generate_series(l.next_month, p.month - 1) n) ELSE 0 END AS owed_before_cents
  FROM leases l
  LEFT JOIN (SELECT tenant_id, social_account_id, max(until_month) AS month
               FROM lease_former_prices GROUP BY tenant_id, social_account_id) f
    ON f.tenant_id = l.tenant_id AND f.social_account_id = l.social_account_id
 CROSS JOIN LATERAL (
       SELECT greatest(l.next_month + (l.billing_status = 'past_due')::integer, f.month) AS month) p
 WHERE l.status = 'assigned';

INSERT INTO lease_totals (tenant_id, leases, monthly_cents, next_months, settled_cents, exact_from)
SELECT tenant_id, count(*), sum(monthly_price_cents), sum(assigned_month + next_month),
       sum(monthly_price_cents::numeric * (assigned_month + month) - owed_before_cents),
       max(pg_temp.month_start(assigned_at, month - 1))
  FROM counted
 GROUP BY tenant_id;
INSERT INTO lease_calendar (tenant_id, span_seconds, position, leases, monthly_cents)
SELECT tenant_id, span, position - position % span, count(*), sum(monthly_price_cents)
  FROM (SELECT tenant_id, monthly_price_cents,
               extract(epoch FROM assigned_at AT TIME ZONE 'UTC'
                                  - date_trunc('month', assigned_at AT TIME ZONE 'UTC'))::integer AS position
          FROM counted) c,
       unnest('{1, 60, 3600, 86400}'::integer[]) span
 GROUP BY 1, 2, 3;
