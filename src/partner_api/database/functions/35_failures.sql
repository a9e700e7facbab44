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
    v_ends     integer[];
    v_end      integer;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    FOREACH v_item IN ARRAY p_items LOOP
        v_job_ids := v_job_ids || v_item.job_id;
        v_records := v_records || v_item.idempotency;
    END LOOP;
    v_ends := batch_runs(v_job_ids, v_records);
    -- As in job_complete.
    IF cardinality(v_ends) > 1 THEN
        PERFORM jobs_lock(p_tenant_id, v_job_ids);
    END IF;
    FOREACH v_end IN ARRAY v_ends LOOP
        v_outcomes := v_outcomes || job_fail_run(
            p_tenant_id, p_now, p_items[cardinality(v_outcomes) + 1:v_end]);
    END LOOP;
    RETURN v_outcomes;
END
$$;

-- Do the same for jobs that are each named once, with no key twice.
CREATE OR REPLACE FUNCTION job_fail_run(p_tenant_id bigint, p_now timestamptz, p_items job_failure[])
RETURNS outcome[]
LANGUAGE plpgsql AS $$
DECLARE
    v_item     job_failure;
    v_job_ids  uuid[] := '{}';
    v_workers  text[] := '{}';
    v_tokens   uuid[] := '{}';
    v_records  idempotency[] := '{}';
    v_begun    record;
    v_outcomes outcome[];
    v_taken    integer[] := '{}'; -- positions of reports that count, with their jobs and how those end
    v_jobs     jobs[] := '{}';
    v_ends     job_release[] := '{}';
    v_ended    uuid[];
BEGIN
    FOREACH v_item IN ARRAY p_items LOOP
        v_job_ids := v_job_ids || v_item.job_id;
        v_workers := v_workers || v_item.worker_id;
        v_tokens := v_tokens || v_item.claim_token;
        v_records := v_records || v_item.idempotency;
    END LOOP;
    v_begun := reports_begin(p_tenant_id, p_now, v_job_ids, v_workers, v_tokens, v_records);
    v_outcomes := v_begun.p_outcomes;
    FOR v_index IN 1..cardinality(p_items) LOOP
        CONTINUE WHEN (v_outcomes[v_index]).status IS NOT NULL;
        v_item := p_items[v_index];
        v_taken := v_taken || v_index;
        v_jobs := v_jobs || (v_begun.p_jobs)[v_index];
        v_ends := v_ends || claim_end(
            (v_begun.p_jobs)[v_index], v_item.retryable, v_item.error_code, v_item.error_message,
            v_item.error_code, v_item.error_message, v_item.caller);
    END LOOP;
    v_ended := claims_end(p_tenant_id, p_now, v_jobs, v_ends);
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

-- End claims of locked jobs without a result, as claim_end says of the job at the same position; no job is there twice.
-- Return those that were ended: one whose rows do not fit together is not.
CREATE OR REPLACE FUNCTION claims_end(p_tenant_id bigint, p_now timestamptz, p_jobs jobs[], p_ends job_release[])
RETURNS uuid[]
LANGUAGE plpgsql AS $$
DECLARE
    v_back     jobs[] := '{}'; -- those that go back into the queue, and those that are over
    v_back_as  job_release[] := '{}';
    v_over     jobs[] := '{}';
    v_over_as  job_release[] := '{}';
    v_ended    uuid[] := '{}';
    v_over_ids uuid[] := '{}';
    v_outcomes outcome[];
BEGIN
    FOR v_index IN 1..cardinality(p_ends) LOOP
        IF p_ends[v_index].status = 'running' THEN
            v_back := v_back || p_jobs[v_index];
            v_back_as := v_back_as || p_ends[v_index];
            v_ended := v_ended || p_ends[v_index].job_id;
        ELSE
            v_over := v_over || p_jobs[v_index];
            v_over_as := v_over_as || p_ends[v_index];
            v_over_ids := v_over_ids || p_ends[v_index].job_id;
        END IF;
    END LOOP;
    IF v_back <> '{}' THEN
        PERFORM jobs_requeue(p_tenant_id, v_back_as);
        -- Only they have ended so far.
        PERFORM jobs_requeue_audit(p_tenant_id, p_now, v_ended, v_back, v_back_as);
    END IF;
    IF v_over <> '{}' THEN
        v_outcomes := jobs_release(p_tenant_id, p_now, v_over_as, v_over, v_over_ids);
        FOR v_index IN 1..cardinality(v_over_ids) LOOP
            IF v_outcomes[v_index].status = 'done' THEN
                v_ended := v_ended || v_over_ids[v_index];
            END IF;
        END LOOP;
    END IF;
    RETURN v_ended;
END
$$;

-- Put jobs back into the queue, and store why.
CREATE OR REPLACE FUNCTION jobs_requeue(p_tenant_id bigint, p_ends job_release[])
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_end      job_release;
    v_job_ids  uuid[] := '{}';
    v_codes    text[] := '{}';
    v_messages text[] := '{}';
BEGIN
    FOREACH v_end IN ARRAY p_ends LOOP
        v_job_ids := v_job_ids || v_end.job_id;
        v_codes := v_codes || v_end.error_code;
        v_messages := v_messages || v_end.error_message;
    END LOOP;
    UPDATE jobs SET
        worker_id = NULL, claim_token = NULL, claimed_at = NULL, lease_seconds = NULL, lease_until = NULL,
        stage = 'queued', last_error_code = coalesce(v_codes[array_position(v_job_ids, id)], last_error_code),
        last_error_message = coalesce(v_messages[array_position(v_job_ids, id)], last_error_message)
     WHERE tenant_id = p_tenant_id AND id = ANY (v_job_ids);
    UPDATE containers SET status = 'queued' WHERE tenant_id = p_tenant_id AND job_id = ANY (v_job_ids);
END
$$;

-- Write the audit rows of jobs that go back into the queue. p_job_ids are those of both arrays.
CREATE OR REPLACE FUNCTION jobs_requeue_audit(
    p_tenant_id bigint, p_now timestamptz, p_job_ids uuid[], p_jobs jobs[], p_ends job_release[])
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_reserved record;
    v_place    integer;
    v_end      job_release;
    v_audit    audit_events[] := '{}';
BEGIN
    FOR v_reserved IN
        SELECT job_id, organization_id FROM reservations WHERE tenant_id = p_tenant_id AND job_id = ANY (p_job_ids)
    LOOP
        v_place := array_position(p_job_ids, v_reserved.job_id);
        v_end := p_ends[v_place];
        v_audit := v_audit || ROW(
            p_tenant_id, v_reserved.organization_id, time_ordered_uuid(p_now, gen_random_uuid()::text), 'job.requeued',
            p_now, (v_end.caller).actor, (v_end.caller).api_key_id, p_jobs[v_place].project_id,
            (v_end.caller).request_id,
            job_audit_details(v_end.caller, v_end.job_id, jsonb_build_object(
                'attempt', p_jobs[v_place].attempt, 'code', v_end.error_code)))::audit_events;
    END LOOP;
    PERFORM audit_insert(p_tenant_id, v_audit);
END
$$;

-- End these claims of one tenant's silent workers. p_ended is how many; p_skipped are those that are still there. Lock
-- order: as jobs_lock.
CREATE OR REPLACE FUNCTION claims_expire_these(
    p_tenant_id bigint, p_now timestamptz, p_job_ids uuid[], OUT p_ended integer, OUT p_skipped uuid[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_locked record;
    v_job    jobs;
    v_jobs   jobs[] := '{}';
    v_ids    uuid[] := '{}';
    v_ends   job_release[] := '{}';
    v_ended  uuid[];
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    v_locked := jobs_lock_rows(p_tenant_id, p_job_ids);
    FOREACH v_job IN ARRAY v_locked.p_jobs LOOP
        -- Looked at again under the lock: a worker may have been heard of meanwhile.
        IF v_job.status = 'running' AND v_job.lease_until <= p_now THEN
            v_jobs := v_jobs || v_job;
            v_ids := v_ids || v_job.id;
            v_ends := v_ends || claim_end(
                v_job, true, 'WORKER_LOST', 'The worker was not heard of in time.',
                'WORKER_LOST', 'No worker finished the job; nothing was charged.',
                ROW('system', NULL, NULL, NULL, NULL)::caller);
        END IF;
    END LOOP;
    v_ended := claims_end(p_tenant_id, p_now, v_jobs, v_ends);
    p_ended := cardinality(v_ended);
    p_skipped := ARRAY(SELECT i FROM unnest(v_ids) i WHERE i <> ALL (v_ended));
END
$$;
