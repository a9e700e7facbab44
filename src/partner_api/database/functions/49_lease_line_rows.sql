-- What months leave that the line of 42_lease_line.sql has paid, or could not: an element of each array per lease, as it has them.

-- Write the cash events of paid months, of which one at price 0 has none. Return the hash of the last event, NULL when
-- there is none.
CREATE OR REPLACE FUNCTION lease_line_events_write(
    p_cash cash_wallets, p_now timestamptz, p_ids uuid[], p_projects uuid[], p_owners uuid[], p_months integer[],
    p_starts timestamptz[], p_ends timestamptz[], p_prices bigint[], p_balances bigint[], p_events bigint[])
RETURNS bytea
LANGUAGE plpgsql AS $$
DECLARE
    v_prefix    text := 'cash:' || p_cash.tenant_id || ':' || p_cash.organization_id || ':';
    v_sequences bigint[];
    v_event_ids uuid[];
    v_hashes    bytea[];
BEGIN
    -- Once as columns and once as a row, in the order of the table's columns: to take columns out of a row is to go
    -- through it for each of them.
    WITH new AS MATERIALIZED (
        SELECT d.event, c.sequence, c.event_id, ROW(
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
        SELECT event, sequence, event_id,
               ledger_chain(p_cash.last_hash, cash_event_content(e)) OVER (ORDER BY event) AS hash
          FROM new
    )
    SELECT array_agg(sequence ORDER BY event), array_agg(event_id ORDER BY event), array_agg(hash ORDER BY event)
      INTO v_sequences, v_event_ids, v_hashes
      FROM chained;
    IF v_hashes IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO cash_events
        (tenant_id, organization_id, currency, sequence, event_id, event_type, amount_cents, balance_after_cents,
         for_organization_id, social_account_id, project_id, lease_month, period_start, period_end, created_at,
         previous_hash, hash)
    SELECT p_cash.tenant_id, p_cash.organization_id, p_cash.currency, w.sequence, w.event_id, 'lease_renewal',
           -d.price, d.balance, d.owner_id, d.id, d.project_id, d.month, d.start_at, d.end_at, p_now,
           w.previous_hash, w.hash
      FROM unnest(p_ids, p_projects, p_owners, p_months, p_starts, p_ends, p_prices, p_balances, p_events)
           AS d (id, project_id, owner_id, month, start_at, end_at, price, balance, event)
      JOIN unnest(v_sequences, v_event_ids, p_cash.last_hash || v_hashes[:cardinality(v_hashes) - 1], v_hashes)
           WITH ORDINALITY AS w (sequence, event_id, previous_hash, hash, event) ON w.event = d.event
     WHERE d.price > 0;
    RETURN v_hashes[cardinality(v_hashes)];
END
$$;

-- Write the charges of paid months, or settle those that are there already, of leases that were tried before.
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
           CASE WHEN d.price > 0 THEN p_cash.last_sequence + d.event END, p_now
      FROM unnest(p_ids, p_months, p_starts, p_ends, p_prices, p_events, p_tried_at)
           AS d (id, month, start_at, end_at, price, event, tried_at)
     WHERE d.tried_at IS NULL;
    IF array_remove(p_tried_at, NULL) <> '{}' THEN
        UPDATE lease_charges c
           SET status = 'paid', cash_sequence = CASE WHEN d.price > 0 THEN p_cash.last_sequence + d.event END,
               settled_at = greatest(p_now, d.tried_at)
          FROM unnest(p_ids, p_months, p_prices, p_events, p_tried_at) AS d (id, month, price, event, tried_at)
         WHERE c.tenant_id = p_cash.tenant_id AND c.social_account_id = d.id AND c.lease_month = d.month
           AND c.status = 'due' AND d.tried_at IS NOT NULL;
    END IF;
END
$$;

-- Write what it leaves that leases come due and cannot be paid: their charges, and the rows of the outbox and the audit
-- log.
CREATE OR REPLACE FUNCTION lease_line_past_due_write(
    p_tenant_id bigint, p_now timestamptz, p_ids uuid[], p_projects uuid[], p_owners uuid[], p_months integer[],
    p_starts timestamptz[], p_ends timestamptz[], p_prices bigint[], p_tried_at timestamptz[])
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lease_charges
        (tenant_id, social_account_id, lease_month, period_start, period_end, price_cents, status)
    SELECT p_tenant_id, d.id, d.month, d.start_at, d.end_at, d.price, 'due'
      FROM unnest(p_ids, p_months, p_starts, p_ends, p_prices, p_tried_at)
           AS d (id, month, start_at, end_at, price, tried_at)
     WHERE d.tried_at IS NULL;
    INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at)
    SELECT p_tenant_id, time_ordered_uuid(p_now, 'leased_account.past_due:' || d.id || d.month), d.owner_id,
           'leased_account.past_due', lease_outbox_data(d.id, d.project_id)
               || jsonb_build_object('leaseMonth', d.month, 'amountCents', d.price), p_now
      FROM unnest(p_ids, p_projects, p_owners, p_months, p_prices) AS d (id, project_id, owner_id, month, price);
    INSERT INTO audit_events
        (tenant_id, organization_id, event_id, event_type, occurred_at, actor, project_id, details)
    SELECT p_tenant_id, d.owner_id, time_ordered_uuid(p_now, 'audit:leased_account.past_due:' || d.id || d.month),
           'leased_account.past_due', p_now, 'system', d.project_id,
           jsonb_build_object('socialAccountId', 'sa_' || d.id, 'leaseMonth', d.month)
      FROM unnest(p_ids, p_projects, p_owners, p_months) AS d (id, project_id, owner_id, month);
END
$$;
