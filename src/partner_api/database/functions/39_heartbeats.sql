-- Workers say that they are alive, and how far they are. See 32_claims.sql.

-- Return the stages of a job that its worker reports, in their order. What comes before and after them is not for it to say.
CREATE OR REPLACE FUNCTION job_stages()
RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT '{processing,generating,rendering,uploading,finalizing}'::text[]
$$;

-- Return the later one of a job's stage and the one that was reported. One that is no worker's to report changes nothing; a
-- stage of the time before there was a list counts as the first.
CREATE OR REPLACE FUNCTION job_stage_reached(p_stage text, p_reported text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN array_position(job_stages(), p_reported) > coalesce(array_position(job_stages(), p_stage), 1)
                THEN p_reported ELSE p_stage END
$$;

-- Extend claims, and store how far the work is. Neither stage nor progress goes back: reports may arrive late.
--
-- Facts: {cancel_requested, lease_until}. Refused: IDEMPOTENCY_*, NOT_FOUND, CONFLICT {status} (not the current claim).
-- Lock order: the jobs by id, and what their end changes as jobs_lock has it, if one of them is over its time.
CREATE OR REPLACE FUNCTION job_heartbeat(p_tenant_id bigint, p_now timestamptz, p_items job_heartbeat[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     job_heartbeat;
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
        v_outcomes := v_outcomes || job_heartbeat_run(
            p_tenant_id, p_now, p_items[cardinality(v_outcomes) + 1:v_end]);
    END LOOP;
    RETURN v_outcomes;
END
$$;

-- Do the same for jobs that are each named once, with no key twice.
CREATE OR REPLACE FUNCTION job_heartbeat_run(p_tenant_id bigint, p_now timestamptz, p_items job_heartbeat[])
RETURNS outcome[]
LANGUAGE plpgsql AS $$
DECLARE
    v_item     job_heartbeat;
    v_job_ids  uuid[] := '{}';
    v_workers  text[] := '{}';
    v_tokens   uuid[] := '{}';
    v_records  idempotency[] := '{}';
    v_begun    record;
    v_outcomes outcome[];
    v_job      jobs;
    v_taken    uuid[] := '{}'; -- jobs whose reports count, and their columns
    v_stages   text[] := '{}';
    v_progress float8[] := '{}';
    v_until    timestamptz[] := '{}';
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
        v_job := (v_begun.p_jobs)[v_index];
        -- Times are stored in milliseconds, and answered as they are stored.
        v_job.lease_until := greatest(v_job.lease_until, p_now + make_interval(secs => v_job.lease_seconds));
        v_taken := v_taken || v_job.id;
        v_stages := v_stages || job_stage_reached(v_job.stage, v_item.stage);
        v_progress := v_progress || greatest(v_job.progress, v_item.progress);
        v_until := v_until || v_job.lease_until;
        v_outcomes[v_index] := ROW('done', NULL, jsonb_build_object(
            'cancel_requested', v_job.cancel_requested_at IS NOT NULL, 'lease_until', v_job.lease_until))::outcome;
    END LOOP;
    IF v_taken <> '{}' THEN
        UPDATE jobs SET stage = coalesce(v_stages[array_position(v_taken, id)], stage),
               progress = coalesce(v_progress[array_position(v_taken, id)], progress),
               lease_until = coalesce(v_until[array_position(v_taken, id)], lease_until)
         WHERE tenant_id = p_tenant_id AND id = ANY (v_taken);
    END IF;
    PERFORM idempotency_keep_all(p_now, v_records, v_outcomes);
    RETURN v_outcomes;
END
$$;
