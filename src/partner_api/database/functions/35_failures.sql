-- Claims that end without a result: given back by their workers, or lapsed. See 32_claims.sql.

-- Take back jobs that their workers cannot do: into the queue again if that may help and was not tried too often,
-- else they fail. A job whose cancel was accepted ends as canceled.
--
-- Facts: {status}; `running` when it will be tried again. Refused: IDEMPOTENCY_*, NOT_FOUND, CONFLICT {status} (not
-- the current claim; the job's rows do not fit together). Lock order: as jobs_lock.
CREATE OR REPLACE FUNCTION job_fail(p_tenant_id bigint, p_now timestamptz, p_items job_failure[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     job_failure;
    v_job_ids  uuid[] := '{}';
    v_records  idempotency[] := '{}';
    v_end      integer;
BEGIN
    FOREACH v_item IN ARRAY p_items LOOP
        v_job_ids := v_job_ids || v_item.job_id;
        v_records := v_records || v_item.idempotency;
    END LOOP;
    PERFORM jobs_lock(p_tenant_id, v_job_ids);
    FOREACH v_end IN ARRAY batch_runs(v_job_ids, v_records) LOOP
        v_outcomes := v_outcomes || job_fail_run(
            p_tenant_id, p_now, p_items[cardinality(v_outcomes) + 1:v_end]);
    END LOOP;
    RETURN v_outcomes;
END
$$;

-- Do the same for locked jobs, each named once, with no key twice.
CREATE OR REPLACE FUNCTION job_fail_run(p_tenant_id bigint, p_now timestamptz, p_items job_failure[])
RETURNS outcome[]
LANGUAGE plpgsql AS $$
DECLARE
    v_job_ids  uuid[];
    v_workers  text[];
    v_tokens   uuid[];
    v_records  idempotency[];
    v_begun    record;
    v_outcomes outcome[];
    v_item     job_failure;
    v_taken    integer[];
    v_ends     job_release[] := '{}';
    v_ended    uuid[];
BEGIN
    SELECT array_agg(i.job_id), array_agg(i.worker_id), array_agg(i.claim_token), array_agg(i.idempotency)
      INTO v_job_ids, v_workers, v_tokens, v_records
      FROM unnest(p_items) i;
    v_begun := reports_begin(p_tenant_id, p_now, v_job_ids, v_workers, v_tokens, v_records);
    v_outcomes := v_begun.p_outcomes;
    v_taken := array_positions(v_outcomes, NULL::outcome);
    FOR v_index IN 1..cardinality(v_taken) LOOP
        v_item := p_items[v_taken[v_index]];
        v_ends := v_ends || claim_end(
            v_begun.p_jobs[v_taken[v_index]], v_item.retryable, v_item.error_code, v_item.error_message,
            v_item.error_code, v_item.error_message, v_item.caller);
    END LOOP;
    v_ended := claims_end(p_tenant_id, p_now, v_ends);
    FOR v_index IN 1..cardinality(v_taken) LOOP
        v_outcomes[v_taken[v_index]] := CASE WHEN v_ends[v_index].job_id = ANY (v_ended)
            THEN ROW('done', NULL, jsonb_build_object('status', v_ends[v_index].status))::outcome
            ELSE ROW('refused', 'CONFLICT', '{"status": "running"}')::outcome END;
    END LOOP;
    PERFORM idempotency_keep_all(p_now, v_records, v_outcomes);
    RETURN v_outcomes;
END
$$;

-- Return how a claim of a locked job ends without a result: as `running` when the job goes back into the queue, with the
-- error that another try follows, else as job_release takes it, with the error that it ends for.
CREATE OR REPLACE FUNCTION claim_end(
    p_job jobs, p_retryable boolean, p_last_code text, p_last_message text, p_final_code text, p_final_message text,
    p_caller caller)
RETURNS job_release LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN p_job.cancel_requested_at IS NOT NULL THEN ROW(p_job.id, 'canceled', NULL, NULL, p_caller)::job_release
        WHEN p_retryable AND p_job.attempt < job_max_attempts()
            THEN ROW(p_job.id, 'running', p_last_code, p_last_message, p_caller)::job_release
        ELSE ROW(p_job.id, 'failed', p_final_code, p_final_message, p_caller)::job_release END
$$;

-- End claims of locked jobs without a result, as claim_end says; no job is named twice. Return those that were ended: one
-- whose rows do not fit together is not.
CREATE OR REPLACE FUNCTION claims_end(p_tenant_id bigint, p_now timestamptz, p_ends job_release[])
RETURNS uuid[]
LANGUAGE plpgsql AS $$
DECLARE
    v_back     job_release[] := ARRAY(SELECT e FROM unnest(p_ends) e WHERE e.status = 'running');
    v_over     job_release[] := ARRAY(SELECT e FROM unnest(p_ends) e WHERE e.status <> 'running');
    v_back_ids uuid[] := ARRAY(SELECT e.job_id FROM unnest(v_back) e);
    v_over_ids uuid[] := '{}';
BEGIN
    IF v_back <> '{}' THEN
        PERFORM jobs_requeue(p_tenant_id, v_back);
        INSERT INTO audit_events
            (tenant_id, organization_id, event_id, event_type, occurred_at, actor, api_key_id, project_id, request_id,
             details)
        SELECT p_tenant_id, r.organization_id, time_ordered_uuid(p_now, gen_random_uuid()::text), 'job.requeued', p_now,
               (e.caller).actor, (e.caller).api_key_id, j.project_id, (e.caller).request_id,
               job_audit_details(e.caller, j.id, jsonb_build_object('attempt', j.attempt, 'code', e.error_code))
          FROM unnest(v_back) e
          JOIN reservations r ON r.tenant_id = p_tenant_id AND r.job_id = e.job_id AND r.job_id = ANY (v_back_ids)
          JOIN jobs j ON j.tenant_id = p_tenant_id AND j.id = e.job_id AND j.id = ANY (v_back_ids);
    END IF;
    IF v_over <> '{}' THEN
        v_over_ids := ARRAY(
            SELECT o.job_id FROM unnest(v_over, job_release(p_tenant_id, p_now, v_over))
                   o (job_id, ends_as, error_code, error_message, caller, status, code, facts)
             WHERE o.status = 'done');
    END IF;
    RETURN v_back_ids || v_over_ids;
END
$$;

-- Put jobs back into the queue, and store why.
CREATE OR REPLACE FUNCTION jobs_requeue(p_tenant_id bigint, p_ends job_release[])
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_job_ids uuid[] := ARRAY(SELECT e.job_id FROM unnest(p_ends) e);
BEGIN
    UPDATE jobs j SET
        worker_id = NULL, claim_token = NULL, claimed_at = NULL, lease_seconds = NULL, lease_until = NULL,
        stage = 'queued', last_error_code = e.error_code, last_error_message = e.error_message
      FROM unnest(p_ends) e
     WHERE j.tenant_id = p_tenant_id AND j.id = e.job_id AND j.id = ANY (v_job_ids);
    UPDATE containers SET status = 'queued' WHERE tenant_id = p_tenant_id AND job_id = ANY (v_job_ids);
END
$$;

-- End these claims of one tenant's silent workers. p_ended is how many; p_skipped are those that are still there. Lock
-- order: as jobs_lock.
CREATE OR REPLACE FUNCTION claims_expire_these(
    p_tenant_id bigint, p_now timestamptz, p_job_ids uuid[], OUT p_ended integer, OUT p_skipped uuid[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_ends  job_release[];
    v_ended uuid[];
BEGIN
    PERFORM jobs_lock(p_tenant_id, p_job_ids);
    -- Looked at again under the lock: a worker may have been heard of meanwhile.
    v_ends := ARRAY(
        SELECT claim_end(
                   j, true, 'WORKER_LOST', 'The worker was not heard of in time.',
                   'WORKER_LOST', 'No worker finished the job; nothing was charged.',
                   ROW('system', NULL, NULL, NULL, NULL)::caller)
          FROM jobs j
         WHERE j.tenant_id = p_tenant_id AND j.id = ANY (p_job_ids) AND j.status = 'running' AND j.lease_until <= p_now
         ORDER BY j.id);
    v_ended := claims_end(p_tenant_id, p_now, v_ends);
    p_ended := cardinality(v_ended);
    p_skipped := ARRAY(SELECT e.job_id FROM unnest(v_ends) e WHERE e.job_id <> ALL (v_ended));
END
$$;
