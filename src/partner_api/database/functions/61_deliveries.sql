-- Sending: a sender claims deliveries that are due, sends them outside any transaction, and reports what came of each.
--
-- Whoever claims or finishes deliveries of an endpoint holds its queue. That a claim or a report survives a crash of
-- the database is not worth waiting for the disk: what is lost is sent once more, and at least once is all that is
-- promised. As in 60_events.sql, plans must be good for ever.

-- Return how many of p_most are free, of what p_counts says that p_busy has in use.
CREATE OR REPLACE FUNCTION webhook_slots(p_most integer, p_id text, p_busy text[], p_counts integer[])
RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT greatest(0, p_most - coalesce(p_counts[array_position(p_busy, p_id)], 0))
$$;

-- Claim deliveries of a tenant that are due, at most p_slots: those of the endpoint that waits longest first, and of each
-- endpoint as many as p_per_endpoint, less those that the sender is busy with: p_busy has the ids of endpoints,
-- p_busy_counts how many of each.
--
-- A claim is lost after p_claim_seconds: the delivery is due again. What is due of an endpoint to which nothing can be
-- sent is abandoned, and so is an event that is in the outbox no more. What others hold is left to them: this waits for
-- nobody.
CREATE OR REPLACE FUNCTION webhook_deliveries_claim(
    p_tenant_id bigint, p_now timestamptz, p_slots integer, p_per_endpoint integer, p_claim_seconds integer,
    p_busy text[], p_busy_counts integer[], OUT p_claimed webhook_claimed[], OUT p_abandoned integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    v_endpoint_id uuid;
    v_endpoint    record;
    v_some        record;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    PERFORM set_config('synchronous_commit', 'off', true);
    p_claimed := '{}';
    p_abandoned := 0;
    FOREACH v_endpoint_id IN ARRAY ARRAY(
        SELECT endpoint_id FROM webhook_queues
         WHERE tenant_id = p_tenant_id AND next_due_at <= p_now
           AND webhook_slots(p_per_endpoint, endpoint_id::text, p_busy, p_busy_counts) > 0
         ORDER BY next_due_at LIMIT p_slots FOR NO KEY UPDATE SKIP LOCKED)
    LOOP
        EXIT WHEN cardinality(p_claimed) >= p_slots;
        SELECT w.deleted_at, webhook_hindrance(w.status, o.status, partner.status) AS hindrance,
               CASE WHEN w.scope = 'own' THEN w.organization_id END AS only_of INTO v_endpoint
          FROM webhook_endpoints w
          JOIN organizations o ON o.tenant_id = w.tenant_id AND o.id = w.organization_id
          LEFT JOIN organizations partner ON partner.tenant_id = o.tenant_id AND partner.id = o.parent_id
         WHERE w.tenant_id = p_tenant_id AND w.id = v_endpoint_id;
        IF v_endpoint.hindrance IS NOT NULL AND v_endpoint.deleted_at IS NULL THEN
            p_abandoned := p_abandoned + webhook_deliveries_abandon(p_tenant_id, v_endpoint_id, p_now, v_endpoint.hindrance);
        ELSIF v_endpoint.deleted_at IS NULL THEN
            v_some := webhook_endpoint_claim(
                p_tenant_id, v_endpoint_id, v_endpoint.only_of, p_now,
                least(p_slots - cardinality(p_claimed),
                      webhook_slots(p_per_endpoint, v_endpoint_id::text, p_busy, p_busy_counts)), p_claim_seconds);
            p_claimed := p_claimed || v_some.p_claimed;
            p_abandoned := p_abandoned + v_some.p_abandoned;
        END IF;
        UPDATE webhook_queues
           SET next_due_at = CASE WHEN v_endpoint.deleted_at IS NULL THEN (
               SELECT next_attempt_at FROM webhook_deliveries
                WHERE tenant_id = p_tenant_id AND endpoint_id = v_endpoint_id AND next_attempt_at IS NOT NULL
                ORDER BY next_attempt_at LIMIT 1) END
         WHERE tenant_id = p_tenant_id AND endpoint_id = v_endpoint_id;
    END LOOP;
END
$$;

-- Abandon what is due of an endpoint to which nothing can be sent, some hundreds at a time; return how many.
CREATE OR REPLACE FUNCTION webhook_deliveries_abandon(
    p_tenant_id bigint, p_endpoint_id uuid, p_now timestamptz, p_reason text)
RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    v_abandoned integer;
BEGIN
    UPDATE webhook_deliveries
       SET status = 'abandoned', claim_token = NULL, next_attempt_at = NULL, abandoned_at = p_now,
           abandoned_reason = p_reason
     WHERE tenant_id = p_tenant_id AND endpoint_id = p_endpoint_id AND id = ANY (ARRAY(
           SELECT id FROM webhook_deliveries
            WHERE tenant_id = p_tenant_id AND endpoint_id = p_endpoint_id AND next_attempt_at <= p_now
            ORDER BY next_attempt_at LIMIT 500));
    GET DIAGNOSTICS v_abandoned = ROW_COUNT;
    RETURN v_abandoned;
END
$$;

-- Claim at most p_slots deliveries that are due of an endpoint: those whose claim was lost, then the longest due first;
-- however many are due, none is long in the hands of a sender that is gone. p_only_of: whose events it gets;
-- NULL: also those of all children. What is left of the children from before is abandoned: keys that may not act for
-- them may change where it is sent.
CREATE OR REPLACE FUNCTION webhook_endpoint_claim(
    p_tenant_id bigint, p_endpoint_id uuid, p_only_of uuid, p_now timestamptz, p_slots integer,
    p_claim_seconds integer, OUT p_claimed webhook_claimed[], OUT p_abandoned integer)
LANGUAGE plpgsql AS $$
DECLARE
    v_ids uuid[] := ARRAY(
        SELECT id FROM webhook_deliveries
         WHERE tenant_id = p_tenant_id AND endpoint_id = p_endpoint_id AND status = 'delivering'
           AND next_attempt_at <= p_now
         ORDER BY next_attempt_at LIMIT p_slots);
    v_tokens uuid[];
BEGIN
    v_ids := v_ids || ARRAY(
        SELECT id FROM webhook_deliveries
         WHERE tenant_id = p_tenant_id AND endpoint_id = p_endpoint_id AND status <> 'delivering'
           AND next_attempt_at <= p_now
         ORDER BY next_attempt_at LIMIT p_slots - cardinality(v_ids));
    v_tokens := ARRAY(SELECT gen_random_uuid() FROM unnest(v_ids));
    UPDATE webhook_deliveries d
       SET status = 'delivering', claim_token = due.token,
           next_attempt_at = p_now + make_interval(secs => p_claim_seconds)
      FROM unnest(v_ids, v_tokens) AS due (id, token)
     WHERE d.tenant_id = p_tenant_id AND d.endpoint_id = p_endpoint_id AND d.id = ANY (v_ids) AND d.id = due.id
       AND (p_only_of IS NULL OR d.organization_id = p_only_of)
       -- EXISTS might be answered by reading the whole outbox once.
       AND (d.data IS NOT NULL
            OR (SELECT true FROM outbox e WHERE e.tenant_id = p_tenant_id AND e.id = d.event_id));
    p_claimed := ARRAY(
        SELECT ROW (d.tenant_id, d.id, d.endpoint_id, d.claim_token, w.url, w.secret,
                    CASE WHEN w.previous_secret_expires_at > p_now THEN w.previous_secret END,
                    d.event_id, d.event_type, d.event_created_at, d.organization_id, coalesce(d.data, e.data),
                    d.replay_of, d.attempts + 1)::webhook_claimed
          FROM unnest(v_ids) AS due (id)
         CROSS JOIN LATERAL (SELECT * FROM webhook_deliveries WHERE tenant_id = p_tenant_id AND id = due.id OFFSET 0) d
         CROSS JOIN LATERAL (
               SELECT * FROM webhook_endpoints WHERE tenant_id = p_tenant_id AND id = d.endpoint_id OFFSET 0) w
          LEFT JOIN LATERAL (
               SELECT * FROM outbox WHERE tenant_id = p_tenant_id AND id = d.event_id OFFSET 0) e ON true
         WHERE d.status = 'delivering' AND d.next_attempt_at > p_now);
    p_abandoned := cardinality(v_ids) - cardinality(p_claimed);
    IF p_abandoned > 0 THEN
        UPDATE webhook_deliveries
           SET status = 'abandoned', claim_token = NULL, next_attempt_at = NULL, abandoned_at = p_now,
               abandoned_reason = CASE WHEN organization_id <> p_only_of THEN 'out_of_scope' ELSE 'event_expired' END
         WHERE tenant_id = p_tenant_id AND endpoint_id = p_endpoint_id AND id = ANY (v_ids) AND next_attempt_at <= p_now;
        GET DIAGNOSTICS p_abandoned = ROW_COUNT;
    END IF;
END
$$;
