-- What becomes of a delivery after an attempt: it has arrived, waits for the next step of the ladder, or is abandoned; and
-- of its endpoint, which is paused when it fails for too long.

-- Return how long the attempt after one that failed waits: the ladder, off by up to a tenth, or longer if the answer
-- asked for it. NULL after the last.
CREATE OR REPLACE FUNCTION webhook_retry_after(
    p_attempts integer, p_jitter double precision, p_status integer, p_retry_after_seconds integer)
RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_attempts < 8 THEN greatest(
        ('{30s,1min,5min,15min,1h,6h,24h}'::interval[])[p_attempts] * p_jitter,
        CASE WHEN p_status IN (429, 503)
             THEN make_interval(secs => least(greatest(p_retry_after_seconds, 0), 86400)) END) END
$$;

-- Return when the attempt after one that failed is due. It depends on no time zone: a step of the ladder is in hours at most.
CREATE OR REPLACE FUNCTION webhook_next_attempt_at(
    p_now timestamptz, p_attempts integer, p_jitter double precision, p_status integer, p_retry_after_seconds integer)
RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT p_now + webhook_retry_after(p_attempts, p_jitter, p_status, p_retry_after_seconds)
$$;

-- Return what a delivery is after so many attempts, of which the last came to this. It has succeeded when it has no error
-- and was answered with 2xx.
CREATE OR REPLACE FUNCTION webhook_outcome(p_attempts integer, p_status integer, p_error text)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_error IS NULL AND p_status BETWEEN 200 AND 299 THEN 'delivered'
                WHEN p_status = 410 OR p_attempts >= 8 THEN 'abandoned'
                ELSE 'failed' END
$$;

-- Record what came of deliveries of a tenant that were claimed. For each of p_results, in their order: p_statuses says what
-- the delivery is now (delivered, failed or abandoned; stale when the claim is not the current one, and nothing changed),
-- and p_paused whether its endpoint was paused by it.
--
-- Lock order: the queues by id, the endpoints that are paused.
CREATE OR REPLACE FUNCTION webhook_deliveries_finish(
    p_tenant_id bigint, p_now timestamptz, p_results webhook_result[], OUT p_statuses text[], OUT p_paused boolean[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    v_endpoints uuid[] := ARRAY(SELECT DISTINCT r.endpoint_id FROM unnest(p_results) r);
    v_ids       uuid[] := ARRAY(SELECT r.delivery_id FROM unnest(p_results) r);
    v_queues    webhook_queues[] := '{}';
    v_queue     webhook_queues;
    -- Which attempt of its delivery each result is of; NULL of one that is stale.
    v_numbers   integer[] := array_fill(NULL::integer, ARRAY[cardinality(p_results)]);
    v_ended     record;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    PERFORM set_config('synchronous_commit', 'off', true);
    p_statuses := array_fill('stale'::text, ARRAY[cardinality(p_results)]);
    FOR v_queue IN
        SELECT * FROM webhook_queues WHERE tenant_id = p_tenant_id AND endpoint_id = ANY (v_endpoints)
         ORDER BY endpoint_id FOR NO KEY UPDATE
    LOOP
        v_queues := v_queues || v_queue;
    END LOOP;
    FOR v_ended IN
        UPDATE webhook_deliveries d
           SET attempts = d.attempts + 1,
               status = webhook_outcome(d.attempts + 1, r.status, r.error),
               claim_token = NULL,
               next_attempt_at = CASE WHEN webhook_outcome(d.attempts + 1, r.status, r.error) = 'failed'
                   THEN webhook_next_attempt_at(p_now, d.attempts + 1, r.jitter, r.status, r.retry_after_seconds) END,
               delivered_at = CASE WHEN webhook_outcome(d.attempts + 1, r.status, r.error) = 'delivered' THEN p_now END,
               abandoned_at = CASE WHEN webhook_outcome(d.attempts + 1, r.status, r.error) = 'abandoned' THEN p_now END,
               abandoned_reason = CASE WHEN webhook_outcome(d.attempts + 1, r.status, r.error) = 'abandoned'
                   THEN CASE WHEN r.status = 410 THEN 'endpoint_gone' ELSE 'attempts_exhausted' END END,
               last_response_status = r.status,
               last_response_at = CASE WHEN r.status IS NULL THEN d.last_response_at ELSE p_now END,
               last_error = r.error
          FROM unnest(p_results) WITH ORDINALITY r
         WHERE d.tenant_id = p_tenant_id AND d.id = ANY (v_ids) AND d.id = r.delivery_id AND d.endpoint_id = r.endpoint_id
           AND d.claim_token = r.claim_token
        RETURNING r.ordinality AS position, d.status, d.attempts
    LOOP
        p_statuses[v_ended.position] := v_ended.status;
        v_numbers[v_ended.position] := v_ended.attempts;
    END LOOP;
    INSERT INTO webhook_attempts (tenant_id, delivery_id, number, at, duration_ms, status, error, body)
    SELECT p_tenant_id, r.delivery_id, r.number, r.at, r.duration_ms, r.status, r.error, r.body
      FROM unnest(p_results, v_numbers) AS r (
               tenant_id, endpoint_id, delivery_id, claim_token, at, duration_ms, status, error, body,
               retry_after_seconds, jitter, number)
     WHERE r.number IS NOT NULL;
    p_paused := webhook_queues_count(p_tenant_id, p_now, v_queues, p_results, p_statuses);
END
$$;

-- Count the attempts that have ended for the endpoints whose queues are held, pause those that have failed for too long,
-- and see when each is due next. Returns for each result whether its endpoint was paused by it.
CREATE OR REPLACE FUNCTION webhook_queues_count(
    p_tenant_id bigint, p_now timestamptz, p_queues webhook_queues[], p_results webhook_result[], p_statuses text[])
RETURNS boolean[]
LANGUAGE plpgsql AS $$
DECLARE
    v_endpoints uuid[] := ARRAY(SELECT q.endpoint_id FROM unnest(p_queues) WITH ORDINALITY q ORDER BY q.ordinality);
    v_paused    boolean[] := array_fill(false, ARRAY[cardinality(p_results)]);
    v_index     integer;
    v_queue     webhook_queues;
BEGIN
    FOR v_position IN 1..cardinality(p_results) LOOP
        CONTINUE WHEN p_statuses[v_position] = 'stale';
        v_index := array_position(v_endpoints, (p_results[v_position]).endpoint_id);
        v_queue := p_queues[v_index];
        IF p_statuses[v_position] = 'delivered' THEN
            v_queue.last_success_at := greatest(v_queue.last_success_at, p_now);
            v_queue.consecutive_failure_count := 0;
            v_queue.failing_since := NULL;
        ELSE
            v_queue.last_failure_at := greatest(v_queue.last_failure_at, p_now);
            v_queue.consecutive_failure_count := v_queue.consecutive_failure_count + 1;
            v_queue.failing_since := coalesce(v_queue.failing_since, p_now);
            IF (p_results[v_position]).status = 410 THEN
                v_paused[v_position] := webhook_auto_pause(v_queue, p_now, 'gone');
            ELSIF v_queue.consecutive_failure_count >= 20 AND v_queue.failing_since <= p_now - interval '1 hour' THEN
                v_paused[v_position] := webhook_auto_pause(v_queue, p_now, 'failures');
            END IF;
        END IF;
        p_queues[v_index] := v_queue;
    END LOOP;
    UPDATE webhook_queues q
       SET last_success_at = n.last_success_at,
           last_failure_at = n.last_failure_at,
           consecutive_failure_count = n.consecutive_failure_count,
           failing_since = n.failing_since,
           next_due_at = (
               SELECT d.next_attempt_at
                 FROM webhook_endpoints w
                 JOIN webhook_deliveries d ON d.tenant_id = w.tenant_id AND d.endpoint_id = w.id
                WHERE w.tenant_id = p_tenant_id AND w.id = q.endpoint_id AND w.deleted_at IS NULL
                  AND d.next_attempt_at IS NOT NULL
                ORDER BY d.next_attempt_at LIMIT 1)
      FROM unnest(p_queues) n
     WHERE q.tenant_id = p_tenant_id AND q.endpoint_id = n.endpoint_id;
    RETURN v_paused;
END
$$;

-- Pause an endpoint, unless it is paused or deleted already; returns whether it was paused now. The partner's other
-- endpoints and the audit log hear of it.
CREATE OR REPLACE FUNCTION webhook_auto_pause(p_queue webhook_queues, p_now timestamptz, p_reason text)
RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    v_endpoint webhook_endpoints;
    v_facts    jsonb := jsonb_build_object('endpointId', p_queue.endpoint_id, 'reason', p_reason,
                                           'consecutiveFailureCount', p_queue.consecutive_failure_count);
BEGIN
    UPDATE webhook_endpoints
       SET status = 'auto_paused', paused_reason = p_reason, updated_at = greatest(updated_at, p_now)
     WHERE tenant_id = p_queue.tenant_id AND id = p_queue.endpoint_id AND status = 'active' AND deleted_at IS NULL
    RETURNING * INTO v_endpoint;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM audit_write(v_endpoint.tenant_id, p_now, v_endpoint.organization_id, 'webhook_endpoint.auto_paused',
                        ROW ('system', NULL, NULL, NULL, NULL)::caller, v_endpoint.project_id, v_facts);
    PERFORM outbox_write(v_endpoint.tenant_id, p_now, v_endpoint.organization_id, 'webhook_endpoint.auto_paused',
                         gen_random_uuid(), v_facts || jsonb_build_object('url', v_endpoint.url));
    RETURN true;
END
$$;
