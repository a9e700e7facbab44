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
    v_end      integer;
BEGIN
    FOREACH v_item IN ARRAY p_items LOOP
        v_job_ids := v_job_ids || v_item.job_id;
        v_records := v_records || v_item.idempotency;
    END LOOP;
    PERFORM jobs_lock(p_tenant_id, v_job_ids);
    FOREACH v_end IN ARRAY batch_runs(v_job_ids, v_records) LOOP
        v_outcomes := v_outcomes || job_cancel_run(
            p_tenant_id, p_now, p_items[cardinality(v_outcomes) + 1:v_end]);
    END LOOP;
    RETURN v_outcomes;
END
$$;

-- Do the same for locked jobs, each named once, with no key twice.
CREATE OR REPLACE FUNCTION job_cancel_run(p_tenant_id bigint, p_now timestamptz, p_items job_cancellation[])
RETURNS outcome[]
LANGUAGE plpgsql AS $$
DECLARE
    v_job_ids  uuid[] := ARRAY(SELECT i.job_id FROM unnest(p_items) i);
    v_records  idempotency[] := ARRAY(SELECT i.idempotency FROM unnest(p_items) i);
    v_kept     outcome[] := idempotency_outcomes(p_now, v_records);
    v_outcomes outcome[] := '{}';
    v_outcome  outcome;
    v_held     record;
    v_waiting  job_release[] := '{}'; -- jobs that end at once, and their positions
    v_places   integer[] := '{}';
    v_told     job_cancellation[] := '{}'; -- those whose workers are told
    v_released outcome[];
BEGIN
    FOR v_held IN
        SELECT i.position, i.job_id, i.organization_id, i.caller, j.status, j.stage, j.claim_token,
               j.cancel_requested_at, p.organization_id AS owner
          FROM unnest(p_items) WITH ORDINALITY i (job_id, organization_id, caller, idempotency, position)
          LEFT JOIN jobs j ON j.tenant_id = p_tenant_id AND j.id = i.job_id AND j.id = ANY (v_job_ids)
          LEFT JOIN projects p ON p.tenant_id = p_tenant_id AND p.id = j.project_id
         ORDER BY i.position
    LOOP
        v_outcome := v_kept[v_held.position];
        IF v_outcome.status IS NOT NULL THEN
            NULL; -- it was answered before
        ELSIF v_held.status IS NULL OR v_held.organization_id <> v_held.owner THEN
            v_outcome := ROW('refused', 'NOT_FOUND', NULL)::outcome;
        ELSIF v_held.status <> 'running' THEN
            v_outcome := ROW('done', NULL, jsonb_build_object(
                'job_id', v_held.job_id, 'accepted', false, 'reason', 'ALREADY_' || upper(v_held.status)))::outcome;
        ELSIF v_held.claim_token IS NOT NULL AND v_held.cancel_requested_at IS NULL
              AND v_held.stage = 'finalizing' THEN
            v_outcome := ROW('refused', 'CONFLICT', jsonb_build_object('stage', v_held.stage))::outcome;
        ELSE
            v_outcome := ROW('done', NULL, jsonb_build_object('job_id', v_held.job_id, 'accepted', true))::outcome;
            IF v_held.claim_token IS NULL THEN
                v_waiting := v_waiting || ROW(v_held.job_id, 'canceled', NULL, NULL, v_held.caller)::job_release;
                v_places := v_places || v_held.position::integer;
            ELSIF v_held.cancel_requested_at IS NULL THEN
                v_told := v_told || ROW(v_held.job_id, v_held.owner, v_held.caller, NULL)::job_cancellation;
            END IF;
        END IF;
        v_outcomes := v_outcomes || v_outcome;
    END LOOP;
    IF v_waiting <> '{}' THEN
        v_released := job_release(p_tenant_id, p_now, v_waiting);
        FOR v_index IN 1..cardinality(v_places) LOOP
            IF (v_released[v_index]).status = 'refused' THEN
                v_outcomes[v_places[v_index]] := v_released[v_index];
            END IF;
        END LOOP;
    END IF;
    IF v_told <> '{}' THEN
        PERFORM jobs_request_cancel(p_tenant_id, p_now, v_told);
    END IF;
    PERFORM idempotency_keep_all(p_now, v_records, v_outcomes);
    RETURN v_outcomes;
END
$$;

-- Tell the workers of jobs to stop. The items have the organizations that the jobs' projects belong to.
CREATE OR REPLACE FUNCTION jobs_request_cancel(p_tenant_id bigint, p_now timestamptz, p_items job_cancellation[])
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_job_ids uuid[] := ARRAY(SELECT i.job_id FROM unnest(p_items) i);
BEGIN
    UPDATE jobs SET cancel_requested_at = greatest(p_now, claimed_at)
     WHERE tenant_id = p_tenant_id AND id = ANY (v_job_ids);
    INSERT INTO audit_events
        (tenant_id, organization_id, event_id, event_type, occurred_at, actor, api_key_id, project_id, request_id,
         details)
    SELECT p_tenant_id, i.organization_id, time_ordered_uuid(p_now, gen_random_uuid()::text), 'job.cancel_requested',
           p_now, (i.caller).actor, (i.caller).api_key_id, j.project_id, (i.caller).request_id,
           job_audit_details(i.caller, j.id, '{}')
      FROM unnest(p_items) i
      JOIN jobs j ON j.tenant_id = p_tenant_id AND j.id = i.job_id AND j.id = ANY (v_job_ids);
END
$$;

-- End these jobs of one tenant, whose time is up: as failed, or as canceled if a cancel was accepted. p_ended is how
-- many; p_skipped are those whose reservation nothing can be released of. Lock order: as job_settle.
CREATE OR REPLACE FUNCTION jobs_expire_these(
    p_tenant_id bigint, p_now timestamptz, p_job_ids uuid[], OUT p_ended integer, OUT p_skipped uuid[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_items job_release[];
BEGIN
    -- Locked before it is decided how they end: a cancel may be just being accepted.
    PERFORM FROM jobs WHERE tenant_id = p_tenant_id AND id = ANY (p_job_ids) ORDER BY id FOR NO KEY UPDATE;
    v_items := ARRAY(
        SELECT job_expiry(j) FROM jobs j
         WHERE j.tenant_id = p_tenant_id AND j.id = ANY (p_job_ids) AND j.status = 'running');
    p_ended := 0;
    IF v_items <> '{}' THEN
        SELECT count(*) FILTER (WHERE o.status = 'done') INTO p_ended
          FROM unnest(job_release(p_tenant_id, p_now, v_items)) o;
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
    v_sandbox uuid[];
    v_items   sandbox_completion[];
    v_settled outcome[];
    v_done    sandbox_completion[];
BEGIN
    PERFORM jobs_lock(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    v_sandbox := sandbox_jobs(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    v_items := ARRAY(SELECT i FROM unnest(p_items) i WHERE i.job_id = ANY (v_sandbox));
    v_settled := job_settle(p_tenant_id, p_now, ARRAY(
        SELECT ROW(i.job_id, 0, ROW('system', NULL, NULL, NULL, NULL)::caller)::job_settlement FROM unnest(v_items) i));
    v_done := ARRAY(
        SELECT ROW(s.job_id, s.assets)::sandbox_completion
          FROM unnest(v_items, v_settled) s (job_id, assets, status, code, facts) WHERE s.status = 'done');
    PERFORM assets_insert(p_tenant_id, p_now, ARRAY(SELECT d.job_id FROM unnest(v_done) d),
                          ARRAY(SELECT d.assets FROM unnest(v_done) d));
    RETURN cardinality(v_done);
END
$$;

-- End jobs of a test tenant that cannot be made, as failed; no worker has them, and nothing is tried again. One that is
-- over is left as it is. Return how many were ended. Lock order: as jobs_lock.
CREATE OR REPLACE FUNCTION sandbox_fail(p_tenant_id bigint, p_now timestamptz, p_items job_release[])
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_sandbox uuid[];
BEGIN
    PERFORM jobs_lock(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    v_sandbox := sandbox_jobs(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    RETURN count(*) FROM unnest(job_release(p_tenant_id, p_now, ARRAY(
        SELECT ROW(i.job_id, 'failed', i.error_code, i.error_message, i.caller)::job_release
          FROM unnest(p_items) i WHERE i.job_id = ANY (v_sandbox)))) o
     WHERE o.status = 'done';
END
$$;

-- Return those of these jobs that are of a test tenant.
CREATE OR REPLACE FUNCTION sandbox_jobs(p_tenant_id bigint, p_job_ids uuid[])
RETURNS uuid[]
LANGUAGE sql STABLE AS $$
    SELECT ARRAY(SELECT id FROM jobs WHERE tenant_id = p_tenant_id AND id = ANY (p_job_ids) AND sandbox)
$$;
