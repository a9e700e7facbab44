-- What the ledgers come to by day: daily_totals.
--
-- A wallet's rows are numbered without gaps, in the order of their commits, and the wallet has the number of the last
-- one. So it is enough to keep up to which number each ledger is counted: what comes after it is added to the days that
-- it is of, and the number moved, in one commit. Whoever is killed, however many count at once, and whatever day a late
-- row is of, each row is counted once. Nobody who writes the ledgers waits for it or does anything for it.

-- Return the ledgers of a tenant that have rows which are not counted, at most p_limit.
CREATE OR REPLACE FUNCTION daily_totals_behind(
    p_tenant_id bigint, p_limit integer, OUT p_ledgers text[], OUT p_organization_ids uuid[], OUT p_sequences bigint[])
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
    SELECT array_agg(b.ledger), array_agg(b.organization_id), array_agg(b.last_sequence)
      INTO p_ledgers, p_organization_ids, p_sequences
      FROM (SELECT 'credits' AS ledger, w.organization_id, w.last_sequence FROM wallets w
              LEFT JOIN daily_totals_counted c
                ON c.tenant_id = p_tenant_id AND c.ledger = 'credits' AND c.organization_id = w.organization_id
             WHERE w.tenant_id = p_tenant_id AND w.last_sequence > coalesce(c.sequence, 0)
            UNION ALL
            SELECT 'cash', w.organization_id, w.last_sequence FROM cash_wallets w
              LEFT JOIN daily_totals_counted c
                ON c.tenant_id = p_tenant_id AND c.ledger = 'cash' AND c.organization_id = w.organization_id
             WHERE w.tenant_id = p_tenant_id AND w.currency = 'USD' AND w.last_sequence > coalesce(c.sequence, 0)
             ORDER BY 1, 2 LIMIT p_limit) b;
END
$$;

-- Return what rows of ledgers come to by day: of each, those after p_after up to p_until.
CREATE OR REPLACE FUNCTION daily_totals_of(
    p_tenant_id bigint, p_ledgers text[], p_organization_ids uuid[], p_after bigint[], p_until bigint[])
RETURNS daily_totals[]
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
    -- Each ledger's rows are grouped by themselves, so that they are found by its key, one ledger after the other.
    RETURN ARRAY(
        SELECT ROW(p_tenant_id, s.day, sum(s.used), sum(s.credits_refunded), sum(s.purchased), sum(s.paid_in),
                   sum(s.charged), sum(s.cash_refunded))::daily_totals
          FROM (SELECT e.day, e.used, e.refunded AS credits_refunded, e.purchased, 0 AS paid_in, 0 AS charged,
                       0 AS cash_refunded
                  FROM unnest(p_ledgers, p_organization_ids, p_after, p_until) n (ledger, organization_id, after, until)
                 CROSS JOIN LATERAL (
                       SELECT (created_at AT TIME ZONE 'UTC')::date AS day,
                              -coalesce(sum(included_delta + prepaid_delta) FILTER (WHERE event_type = 'usage'), 0) AS used,
                              coalesce(sum(prepaid_delta) FILTER (WHERE event_type = 'refund'), 0) AS refunded,
                              coalesce(sum(prepaid_delta) FILTER (WHERE event_type = 'purchase'), 0) AS purchased
                         FROM credit_events
                        WHERE tenant_id = p_tenant_id AND organization_id = n.organization_id
                          AND sequence > n.after AND sequence <= n.until
                        GROUP BY 1) e
                 WHERE n.ledger = 'credits'
                UNION ALL
                SELECT e.day, 0, 0, 0, e.paid_in, e.charged, e.refunded
                  FROM unnest(p_ledgers, p_organization_ids, p_after, p_until) n (ledger, organization_id, after, until)
                 CROSS JOIN LATERAL (
                       SELECT (created_at AT TIME ZONE 'UTC')::date AS day,
                              coalesce(sum(amount_cents) FILTER (WHERE event_type = 'topup'), 0) AS paid_in,
                              -coalesce(sum(amount_cents) FILTER (
                                            WHERE event_type IN ('lease_charge', 'lease_renewal')), 0) AS charged,
                              coalesce(sum(amount_cents) FILTER (WHERE event_type = 'refund'), 0) AS refunded
                         FROM cash_events
                        WHERE tenant_id = p_tenant_id AND organization_id = n.organization_id AND currency = 'USD'
                          AND sequence > n.after AND sequence <= n.until
                        GROUP BY 1) e
                 WHERE n.ledger = 'cash') s
         GROUP BY s.day ORDER BY s.day);
END
$$;

-- Count rows of a tenant's ledgers that are not in its daily totals, at most p_limit. Return how many it counted: fewer
-- than p_limit, when all are counted that were there when it was called. Lock order: ledgers by kind and organization,
-- then days; waits for no wallet.
CREATE OR REPLACE FUNCTION daily_totals_count(p_tenant_id bigint, p_limit integer)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    v_behind           record;
    v_ledger           record;
    v_left             bigint := p_limit;
    v_ledgers          text[] := '{}';
    v_organization_ids uuid[] := '{}';
    v_after            bigint[] := '{}';
    v_until            bigint[] := '{}';
    v_days             daily_totals[];
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    SELECT * INTO v_behind FROM daily_totals_behind(p_tenant_id, p_limit);
    INSERT INTO daily_totals_counted (tenant_id, ledger, organization_id, sequence)
    SELECT p_tenant_id, n.ledger, n.organization_id, 0
      FROM unnest(v_behind.p_ledgers, v_behind.p_organization_ids) n (ledger, organization_id)
     ORDER BY 2, 3
    ON CONFLICT (tenant_id, ledger, organization_id) DO NOTHING;
    FOR v_ledger IN
        -- Where each of them is counted to is read under its lock; what another has counted meanwhile is left out.
        SELECT c.ledger, c.organization_id, c.sequence, n.last_sequence
          FROM unnest(v_behind.p_ledgers, v_behind.p_organization_ids, v_behind.p_sequences)
               n (ledger, organization_id, last_sequence)
          JOIN daily_totals_counted c
            ON c.tenant_id = p_tenant_id AND c.ledger = n.ledger AND c.organization_id = n.organization_id
         WHERE c.sequence < n.last_sequence
         ORDER BY c.ledger, c.organization_id
           FOR NO KEY UPDATE OF c
    LOOP
        EXIT WHEN v_left = 0;
        v_ledgers := v_ledgers || v_ledger.ledger;
        v_organization_ids := v_organization_ids || v_ledger.organization_id;
        v_after := v_after || v_ledger.sequence;
        v_until := v_until || least(v_ledger.last_sequence, v_ledger.sequence + v_left);
        v_left := v_left - least(v_ledger.last_sequence - v_ledger.sequence, v_left);
    END LOOP;
    v_days := daily_totals_of(p_tenant_id, v_ledgers, v_organization_ids, v_after, v_until);
    INSERT INTO daily_totals AS d (tenant_id, day, credits_used, credits_refunded, credits_purchased,
                                   cash_paid_in_cents, cash_charged_cents, cash_refunded_cents)
    SELECT p_tenant_id, n.day, n.credits_used, n.credits_refunded, n.credits_purchased,
           n.cash_paid_in_cents, n.cash_charged_cents, n.cash_refunded_cents
      FROM unnest(v_days) n ORDER BY n.day
    ON CONFLICT (tenant_id, day) DO UPDATE
       SET credits_used = d.credits_used + excluded.credits_used,
           credits_refunded = d.credits_refunded + excluded.credits_refunded,
           credits_purchased = d.credits_purchased + excluded.credits_purchased,
           cash_paid_in_cents = d.cash_paid_in_cents + excluded.cash_paid_in_cents,
           cash_charged_cents = d.cash_charged_cents + excluded.cash_charged_cents,
           cash_refunded_cents = d.cash_refunded_cents + excluded.cash_refunded_cents;
    UPDATE daily_totals_counted c SET sequence = n.until
      FROM unnest(v_ledgers, v_organization_ids, v_until) n (ledger, organization_id, until)
     WHERE c.tenant_id = p_tenant_id AND c.ledger = n.ledger AND c.organization_id = n.organization_id;
    RETURN p_limit - v_left;
END
$$;
