-- What months leave that the line of 42_lease_line.sql has paid: an element of each array per lease, as it has them.

-- Write the cash events of paid months, of which one at price 0 has none. Return the hash of the last event, NULL when
-- there is none.
CREATE OR REPLACE FUNCTION lease_line_events_write(
    p_cash cash_wallets, p_now timestamptz, p_ids uuid[], p_projects uuid[], p_owners uuid[], p_months integer[],
    p_starts timestamptz[], p_ends timestamptz[], p_prices bigint[], p_balances bigint[], p_events bigint[])
RETURNS bytea
LANGUAGE plpgsql AS $$
DECLARE
    v_hash   bytea;
    v_prefix text := 'cash:' || p_cash.tenant_id || ':' || p_cash.organization_id || ':';
BEGIN
    WITH new AS MATERIALIZED (
        -- Once as columns and once as a row, in the order of the table's columns: to take columns out of a row is to go
        -- through it for each of them.
        SELECT d.*, c.sequence, c.event_id, ROW(
               p_cash.tenant_id, p_cash.organization_id, p_cash.currency, c.sequence, c.event_id, 'lease_renewal',
               -d.price, d.balance, d.owner_id, d.id, d.project_id, d.month, d.start_at, d.end_at,
               NULL, NULL, NULL, NULL, p_now, NULL, NULL)::cash_events AS e
          FROM unnest(p_ids, p_projects, p_owners, p_months, p_starts, p_ends, p_prices, p_balances, p_events)
               AS d (id, project_id, owner_id, month, start_at, end_at, price, balance, event)
         CROSS JOIN LATERAL (
               SELECT p_cash.last_sequence + d.event AS sequence,
                      time_ordered_uuid(p_now, v_prefix || (p_cash.last_sequence + d.event)) AS event_id OFFSET 0) c
         WHERE d.price > 0
    ), chained AS (
        SELECT new.*, ledger_chain(p_cash.last_hash, cash_event_content(e)) OVER (ORDER BY event) AS hash FROM new
    ), written AS (
        INSERT INTO cash_events
            (tenant_id, organization_id, currency, sequence, event_id, event_type, amount_cents, balance_after_cents,
             for_organization_id, social_account_id, project_id, lease_month, period_start, period_end, created_at,
             previous_hash, hash)
        SELECT p_cash.tenant_id, p_cash.organization_id, p_cash.currency, sequence, event_id, 'lease_renewal',
               -price, balance, owner_id, id, project_id, month, start_at, end_at, p_now,
               lag(hash, 1, p_cash.last_hash) OVER (ORDER BY event), hash
          FROM chained
        RETURNING sequence, hash
    )
    SELECT w.hash INTO v_hash FROM written w ORDER BY w.sequence DESC LIMIT 1;
    RETURN v_hash;
END
$$;

-- Write the charges of paid months, or settle those of leases that were tried before.
CREATE OR REPLACE FUNCTION lease_line_charges_write(
    p_cash cash_wallets, p_now timestamptz, p_ids uuid[], p_months integer[], p_starts timestamptz[],
    p_ends timestamptz[], p_prices bigint[], p_events bigint[], p_tried_at timestamptz[])
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lease_charges
        (tenant_id, social_account_id, lease_month, period_start, period_end, price_cents, status, cash_sequence,
         settled_at)
    SELECT p_cash.tenant_id, d.id, d.month, d.start_at, d.end_at, d.price, 'paid',
           CASE WHEN d.price > 0 THEN p_cash.last_sequence + d.event END, greatest(p_now, d.tried_at)
      FROM unnest(p_ids, p_months, p_starts, p_ends, p_prices, p_events, p_tried_at)
           AS d (id, month, start_at, end_at, price, event, tried_at)
    ON CONFLICT (tenant_id, social_account_id, lease_month) DO UPDATE
       SET status = excluded.status, cash_sequence = excluded.cash_sequence, settled_at = excluded.settled_at
     WHERE lease_charges.status = 'due';
END
$$;
