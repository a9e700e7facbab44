-- Jobs that end without a worker's report: canceled, over their time, or of a test tenant, which no worker works for.

-- Cancel jobs. One that no worker has ends at once; else its worker is told, and however the claim ends, the job ends
-- as canceled. That is final.
--
-- Facts: {job_id, accepted, reason}; the reason says as what a job is over already. Refused: IDEMPOTENCY_*, NOT_FOUND,
-- CONFLICT {stage} (it is being finished). Lock order: as jobs_lock.
CREATE OR REPLACE FUNCTION job_cancel(p_tenant_id bigint, p_now timestamptz, p_items job_cancellation[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     job_cancellation;
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
        v_outcomes := v_outcomes || job_cancel_run(
            p_tenant_id, p_now, p_items[cardinality(v_outcomes) + 1:v_end]);
    END LOOP;
    RETURN v_outcomes;
END
$$;

-- Do the same for jobs that are each named once, with no key twice.
CREATE OR REPLACE FUNCTION job_cancel_run(p_tenant_id bigint, p_now timestamptz, p_items job_cancellation[])
RETURNS outcome[]
LANGUAGE plpgsql AS $$
DECLARE
    v_records  idempotency[] := ARRAY(SELECT i.idempotency FROM unnest(p_items) i);
    v_locked   record := jobs_lock_rows(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    v_owners   uuid[] := jobs_owners(p_tenant_id, v_locked.p_jobs);
    v_outcomes outcome[] := idempotency_outcomes(p_now, v_records);
    v_outcome  outcome;
    v_item     job_cancellation;
    v_job      jobs;
    v_owner    uuid;
    v_place    integer;
    v_waiting  jobs[] := '{}'; -- jobs that end at once, with how, and the positions of their items
    v_ids      uuid[] := '{}';
    v_ends     job_release[] := '{}';
    v_places   integer[] := '{}';
    v_told     jobs[] := '{}'; -- those whose workers are told
    v_asked    job_cancellation[] := '{}';
    v_released outcome[];
BEGIN
    FOR v_index IN 1..cardinality(p_items) LOOP
        CONTINUE WHEN v_outcomes[v_index].status IS NOT NULL; -- it was answered before
        v_item := p_items[v_index];
        v_place := array_position(v_locked.p_ids, v_item.job_id);
        v_job := (v_locked.p_jobs)[v_place];
        v_owner := v_owners[v_place];
        IF v_job.id IS NULL OR v_item.organization_id <> v_owner THEN
            v_outcome := ROW('refused', 'NOT_FOUND', NULL)::outcome;
        ELSIF v_job.status <> 'running' THEN
            v_outcome := ROW('done', NULL, jsonb_build_object(
                'job_id', v_job.id, 'accepted', false, 'reason', 'ALREADY_' || upper(v_job.status)))::outcome;
        ELSIF v_job.claim_token IS NOT NULL AND v_job.cancel_requested_at IS NULL AND v_job.stage = 'finalizing' THEN
            v_outcome := ROW('refused', 'CONFLICT', jsonb_build_object('stage', v_job.stage))::outcome;
        ELSE
            v_outcome := ROW('done', NULL, jsonb_build_object('job_id', v_job.id, 'accepted', true))::outcome;
            IF v_job.claim_token IS NULL THEN
                v_waiting := v_waiting || v_job;
                v_ids := v_ids || v_job.id;
                v_ends := v_ends || ROW(v_job.id, 'canceled', NULL, NULL, v_item.caller)::job_release;
                v_places := v_places || v_index;
            ELSIF v_job.cancel_requested_at IS NULL THEN
                v_told := v_told || v_job;
                v_asked := v_asked || ROW(v_job.id, v_owner, v_item.caller, NULL)::job_cancellation;
            END IF;
        END IF;
        v_outcomes[v_index] := v_outcome;
    END LOOP;
    IF v_waiting <> '{}' THEN
        v_released := jobs_release(p_tenant_id, p_now, v_ends, v_waiting, v_ids);
        FOR v_index IN 1..cardinality(v_places) LOOP
            IF (v_released[v_index]).status = 'refused' THEN
                v_outcomes[v_places[v_index]] := v_released[v_index];
            END IF;
        END LOOP;
    END IF;
    IF v_told <> '{}' THEN
        PERFORM jobs_request_cancel(p_tenant_id, p_now, v_told, v_asked);
    END IF;
    PERFORM idempotency_keep_all(p_now, v_records, v_outcomes);
    RETURN v_outcomes;
END
$$;

-- Return whose jobs are, at the same positions.
CREATE OR REPLACE FUNCTION jobs_owners(p_tenant_id bigint, p_jobs jobs[])
RETURNS uuid[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_job         jobs;
    v_project_ids uuid[] := '{}';
    v_found_ids   uuid[] := '{}';
    v_found       uuid[] := '{}';
    v_project     record;
    v_owners      uuid[] := '{}';
    v_project_id  uuid;
BEGIN
    FOREACH v_job IN ARRAY p_jobs LOOP
        v_project_ids := v_project_ids || v_job.project_id;
    END LOOP;
    FOR v_project IN
        SELECT id, organization_id FROM projects WHERE tenant_id = p_tenant_id AND id = ANY (v_project_ids)
    LOOP
        v_found_ids := v_found_ids || v_project.id;
        v_found := v_found || v_project.organization_id;
    END LOOP;
    FOREACH v_project_id IN ARRAY v_project_ids LOOP
        v_owners := v_owners || v_found[array_position(v_found_ids, v_project_id)];
    END LOOP;
    RETURN v_owners;
END
$$;

-- Tell the workers of jobs to stop. The items, at the same positions, have the organizations that the jobs belong to.
CREATE OR REPLACE FUNCTION jobs_request_cancel(
    p_tenant_id bigint, p_now timestamptz, p_jobs jobs[], p_items job_cancellation[])
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_item  job_cancellation;
    v_ids   uuid[] := '{}';
    v_audit audit_events[] := '{}';
BEGIN
    FOR v_index IN 1..cardinality(p_items) LOOP
        v_item := p_items[v_index];
        v_ids := v_ids || v_item.job_id;
        v_audit := v_audit || ROW(
            p_tenant_id, v_item.organization_id, time_ordered_uuid(p_now, gen_random_uuid()::text),
            'job.cancel_requested', p_now, (v_item.caller).actor, (v_item.caller).api_key_id,
            p_jobs[v_index].project_id, (v_item.caller).request_id,
            job_audit_details(v_item.caller, v_item.job_id, '{}'))::audit_events;
    END LOOP;
    UPDATE jobs SET cancel_requested_at = greatest(p_now, claimed_at)
     WHERE tenant_id = p_tenant_id AND id = ANY (v_ids);
    PERFORM audit_insert(p_tenant_id, v_audit);
END
$$;

-- End these jobs of one tenant, whose time is up: as failed, or as canceled if a cancel was accepted. p_ended is how
-- many; p_skipped are those whose reservation nothing can be released of. Lock order: as job_settle.
CREATE OR REPLACE FUNCTION jobs_expire_these(
    p_tenant_id bigint, p_now timestamptz, p_job_ids uuid[], OUT p_ended integer, OUT p_skipped uuid[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_locked   record;
    v_job      jobs;
    v_jobs     jobs[] := '{}';
    v_ids      uuid[] := '{}';
    v_ends     job_release[] := '{}';
    v_outcomes outcome[];
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    -- Locked before it is decided how they end: a cancel may be just being accepted.
    v_locked := jobs_lock_rows(p_tenant_id, p_job_ids);
    FOREACH v_job IN ARRAY v_locked.p_jobs LOOP
        IF v_job.status = 'running' THEN
            v_jobs := v_jobs || v_job;
            v_ids := v_ids || v_job.id;
            v_ends := v_ends || job_expiry(v_job);
        END IF;
    END LOOP;
    p_ended := 0;
    IF v_ends <> '{}' THEN
        v_outcomes := jobs_release(p_tenant_id, p_now, v_ends, v_jobs, v_ids);
        p_ended := (SELECT count(*) FROM unnest(v_outcomes) o WHERE o.status = 'done');
    END IF;
    p_skipped := ARRAY(
        SELECT job_id FROM reservations
         WHERE tenant_id = p_tenant_id AND job_id = ANY (p_job_ids) AND status = 'open');
END
$$;

-- Return how a job ends whose time is up.
CREATE OR REPLACE FUNCTION job_expiry(p_job jobs)
RETURNS job_release LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_job.cancel_requested_at IS NULL
        THEN ROW(p_job.id, 'failed', 'EXPIRED',
                 'The job was not finished within its time limit; nothing was charged.',
                 ROW('system', NULL, NULL, NULL, NULL)::caller)::job_release
        ELSE ROW(p_job.id, 'canceled', NULL, NULL, ROW('system', NULL, NULL, NULL, NULL)::caller)::job_release
    END
$$;

-- Complete jobs of a test tenant, which no worker gets and which cost nothing, with files that are stored already.
-- One that is over is left as it is. Return how many were completed. Lock order: as jobs_lock.
CREATE OR REPLACE FUNCTION sandbox_complete(p_tenant_id bigint, p_now timestamptz, p_items sandbox_completion[])
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_locked   record;
    v_item     sandbox_completion;
    v_items    sandbox_completion[] := '{}';
    v_costs    job_settlement[] := '{}';
    v_settled  outcome[];
    v_done_ids uuid[] := '{}';
    v_assets   jsonb[] := '{}';
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    v_locked := jobs_lock_rows(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        IF (v_locked.p_jobs)[array_position(v_locked.p_ids, v_item.job_id)].sandbox THEN
            v_items := v_items || v_item;
            v_costs := v_costs || ROW(
                v_item.job_id, 0, ROW('system', NULL, NULL, NULL, NULL)::caller)::job_settlement;
        END IF;
    END LOOP;
    v_settled := jobs_settle(p_tenant_id, p_now, v_costs, v_locked.p_jobs, v_locked.p_ids);
    FOR v_index IN 1..cardinality(v_items) LOOP
        IF v_settled[v_index].status = 'done' THEN
            v_done_ids := v_done_ids || v_items[v_index].job_id;
            v_assets := v_assets || v_items[v_index].assets;
        END IF;
    END LOOP;
    PERFORM assets_insert(p_tenant_id, p_now, v_done_ids, v_assets);
    RETURN cardinality(v_done_ids);
END
$$;

-- End jobs of a test tenant that cannot be made, as failed; no worker has them, and nothing is tried again. One that is
-- over is left as it is. Return how many were ended. Lock order: as jobs_lock.
CREATE OR REPLACE FUNCTION sandbox_fail(p_tenant_id bigint, p_now timestamptz, p_items job_release[])
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_locked   record;
    v_item     job_release;
    v_ends     job_release[] := '{}';
    v_outcomes outcome[];
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    v_locked := jobs_lock_rows(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        IF (v_locked.p_jobs)[array_position(v_locked.p_ids, v_item.job_id)].sandbox THEN
            v_ends := v_ends || ROW(
                v_item.job_id, 'failed', v_item.error_code, v_item.error_message, v_item.caller)::job_release;
        END IF;
    END LOOP;
    v_outcomes := jobs_release(p_tenant_id, p_now, v_ends, v_locked.p_jobs, v_locked.p_ids);
    RETURN (SELECT count(*) FROM unnest(v_outcomes) o WHERE o.status = 'done');
END
$$;
