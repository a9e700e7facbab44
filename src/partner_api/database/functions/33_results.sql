-- What becomes of claimed jobs: they are completed, given back, or canceled. See 32_claims.sql.

-- Complete jobs: their files become assets, and what they cost is charged. A job whose cancel was accepted ends as
-- canceled instead. The same report of the same claim again gets the same answer.
--
-- Facts: {status, credits_charged}. Refused: IDEMPOTENCY_*, NOT_FOUND, CONFLICT {status} (not the current claim),
-- VALIDATION (cost above what was reserved; a file that was not uploaded, or another than was uploaded). Lock order: as
-- jobs_lock.
CREATE OR REPLACE FUNCTION job_complete(p_tenant_id bigint, p_now timestamptz, p_items job_completion[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     job_completion;
BEGIN
    PERFORM jobs_lock(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, job_complete_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION job_complete_one(p_tenant_id bigint, p_now timestamptz, p_item job_completion)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome outcome := idempotency_outcome(p_now, p_item.idempotency);
    v_digest  bytea := sha256(convert_to(
                  jsonb_build_object('charged', p_item.charged, 'assets', p_item.assets)::text, 'UTF8'));
    v_job     jobs;
    v_facts   jsonb;
BEGIN
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    SELECT * INTO v_job FROM jobs WHERE tenant_id = p_tenant_id AND id = p_item.job_id;
    IF v_job.claim_token = p_item.claim_token AND v_job.worker_id = p_item.worker_id
       AND v_job.completion = v_digest THEN
        v_facts := jsonb_build_object('status', v_job.status, 'credits_charged', (
            SELECT charged FROM reservations WHERE tenant_id = p_tenant_id AND job_id = p_item.job_id));
        -- It is this key's answer too, from now on.
        PERFORM idempotency_keep(p_now, p_item.idempotency, ROW('done', NULL, v_facts)::outcome);
        RETURN ROW('replayed', NULL, v_facts)::outcome;
    END IF;
    v_outcome := job_claim_refusal(v_job, p_now, p_item.worker_id, p_item.claim_token);
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    IF v_job.cancel_requested_at IS NOT NULL THEN
        v_outcome := (job_release(p_tenant_id, p_now, ARRAY[
            ROW(p_item.job_id, 'canceled', NULL, NULL, p_item.caller)::job_release]))[1];
        v_facts := '{"status": "canceled", "credits_charged": 0}';
    ELSE
        v_outcome := job_complete_settle(v_job, p_now, p_item);
        v_facts := jsonb_build_object('status', 'completed', 'credits_charged', p_item.charged);
    END IF;
    IF v_outcome.status = 'refused' THEN
        RETURN v_outcome;
    END IF;
    UPDATE jobs SET completion = v_digest WHERE tenant_id = p_tenant_id AND id = p_item.job_id;
    RETURN ROW('done', NULL, v_facts)::outcome;
END
$$;

-- Settle a locked job and make assets of its files, if every one of them was uploaded in this try. Return the outcome of
-- job_settle, or the refusal.
CREATE OR REPLACE FUNCTION job_complete_settle(p_job jobs, p_now timestamptz, p_item job_completion)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome  outcome;
    v_assets   jsonb;
    v_problems jsonb;
BEGIN
    -- What it became decides what a job of the format auto may cost.
    IF p_item.charged > p_job.slideshow_credits AND NOT p_item.assets @> '[{"kind": "video"}]' THEN
        RETURN ROW('refused', 'VALIDATION', jsonb_build_object(
            'reason', 'above_slideshow_price', 'field', 'credits_charged',
            'maximum', p_job.slideshow_credits))::outcome;
    END IF;
    SELECT jsonb_agg(a.asset || jsonb_build_object('storage_key', u.storage_key) ORDER BY a.ordinality),
           jsonb_agg(jsonb_build_object(
               'reason', CASE WHEN u.name IS NULL THEN 'not_uploaded' ELSE 'other_file' END,
               'field', 'assets', 'position', a.ordinality - 1,
               'member', CASE WHEN u.name IS NULL THEN 'name' ELSE 'sha256' END)
               ORDER BY a.ordinality)
               FILTER (WHERE u.name IS NULL OR u.sha256 <> a.asset ->> 'sha256'
                          OR u.size_bytes <> (a.asset ->> 'size_bytes')::bigint)
      INTO v_assets, v_problems
      FROM jsonb_array_elements(p_item.assets) WITH ORDINALITY a (asset, ordinality)
      LEFT JOIN asset_uploads u
        ON u.tenant_id = p_job.tenant_id AND u.job_id = p_job.id AND u.attempt = p_job.attempt
       AND u.name = a.asset ->> 'name';
    IF v_problems IS NOT NULL THEN
        RETURN ROW('refused', 'VALIDATION', jsonb_build_object('problems', v_problems))::outcome;
    END IF;
    v_outcome := (job_settle(p_job.tenant_id, p_now, ARRAY[
        ROW(p_job.id, p_item.charged, p_item.caller)::job_settlement]))[1];
    IF v_outcome.status = 'done' THEN
        PERFORM assets_insert(p_job.tenant_id, p_now, p_job.id, coalesce(v_assets, '[]'));
    END IF;
    RETURN v_outcome;
END
$$;

-- Insert assets of stored files, in this order.
CREATE OR REPLACE FUNCTION assets_insert(p_tenant_id bigint, p_now timestamptz, p_job_id uuid, p_assets jsonb)
RETURNS void
LANGUAGE sql AS $$
    INSERT INTO assets (tenant_id, id, container_id, position, kind, name, width, height, mime_type, size_bytes, sha256,
                        storage_key, created_at)
    SELECT p_tenant_id, time_ordered_uuid(p_now, 'asset:' || p_job_id || ':' || (a.asset ->> 'name')), c.id,
           a.ordinality, a.asset ->> 'kind', a.asset ->> 'name', (a.asset ->> 'width')::integer,
           (a.asset ->> 'height')::integer, a.asset ->> 'mime_type', (a.asset ->> 'size_bytes')::bigint,
           a.asset ->> 'sha256', a.asset ->> 'storage_key', p_now
      FROM jsonb_array_elements(p_assets) WITH ORDINALITY a (asset, ordinality)
      JOIN containers c ON c.tenant_id = p_tenant_id AND c.job_id = p_job_id
$$;

-- Take back jobs that their workers cannot do: into the queue again if that may help and was not tried too often,
-- else they fail. A job whose cancel was accepted ends as canceled.
--
-- Facts: {status}; `running` when it will be tried again. Refused: IDEMPOTENCY_*, NOT_FOUND, CONFLICT {status} (not
-- the current claim; the job's rows do not fit together). Lock order: as jobs_lock.
CREATE OR REPLACE FUNCTION job_fail(p_tenant_id bigint, p_now timestamptz, p_items job_failure[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     job_failure;
BEGIN
    PERFORM jobs_lock(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, job_fail_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION job_fail_one(p_tenant_id bigint, p_now timestamptz, p_item job_failure)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome outcome := idempotency_outcome(p_now, p_item.idempotency);
    v_job     jobs;
    v_status  text;
BEGIN
    IF v_outcome.status IS NULL THEN
        SELECT * INTO v_job FROM jobs WHERE tenant_id = p_tenant_id AND id = p_item.job_id;
        v_outcome := job_claim_refusal(v_job, p_now, p_item.worker_id, p_item.claim_token);
    END IF;
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    v_status := job_give_back(v_job, p_now, p_item.retryable, p_item.error_code, p_item.error_message,
                              p_item.error_code, p_item.error_message, p_item.caller);
    IF v_status IS NULL THEN
        RETURN ROW('refused', 'CONFLICT', jsonb_build_object('status', v_job.status))::outcome;
    END IF;
    RETURN ROW('done', NULL, jsonb_build_object('status', v_status))::outcome;
END
$$;

-- Cancel jobs. One that no worker has ends at once; else its worker is told, and however the claim ends, the job ends
-- as canceled. That is final.
--
-- Facts: {job_id, accepted, reason}; the reason says as what a job is over already. Refused: IDEMPOTENCY_*, NOT_FOUND,
-- CONFLICT {stage} (it is being finished). Lock order: as jobs_lock.
CREATE OR REPLACE FUNCTION job_cancel(p_tenant_id bigint, p_now timestamptz, p_items job_cancellation[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     job_cancellation;
BEGIN
    PERFORM jobs_lock(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, job_cancel_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION job_cancel_one(p_tenant_id bigint, p_now timestamptz, p_item job_cancellation)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome outcome := idempotency_outcome(p_now, p_item.idempotency);
    v_job     jobs;
    v_owner   uuid;
BEGIN
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    SELECT j.* INTO v_job FROM jobs j WHERE j.tenant_id = p_tenant_id AND j.id = p_item.job_id;
    SELECT organization_id INTO v_owner FROM projects WHERE tenant_id = p_tenant_id AND id = v_job.project_id;
    IF v_job.id IS NULL OR (p_item.organization_id IS NOT NULL AND v_owner <> p_item.organization_id) THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    IF v_job.status <> 'running' THEN
        RETURN ROW('done', NULL, jsonb_build_object(
            'job_id', v_job.id, 'accepted', false, 'reason', 'ALREADY_' || upper(v_job.status)))::outcome;
    END IF;
    IF v_job.claim_token IS NULL THEN
        v_outcome := (job_release(p_tenant_id, p_now, ARRAY[
            ROW(p_item.job_id, 'canceled', NULL, NULL, p_item.caller)::job_release]))[1];
        IF v_outcome.status = 'refused' THEN
            RETURN v_outcome;
        END IF;
    ELSIF v_job.cancel_requested_at IS NULL THEN
        IF v_job.stage = 'finalizing' THEN
            RETURN ROW('refused', 'CONFLICT', jsonb_build_object('stage', v_job.stage))::outcome;
        END IF;
        UPDATE jobs SET cancel_requested_at = greatest(p_now, claimed_at)
         WHERE tenant_id = p_tenant_id AND id = p_item.job_id;
        PERFORM audit_write(p_tenant_id, p_now, v_owner, 'job.cancel_requested', p_item.caller, v_job.project_id,
                            jsonb_build_object('jobId', p_item.job_id));
    END IF;
    RETURN ROW('done', NULL, jsonb_build_object('job_id', v_job.id, 'accepted', true))::outcome;
END
$$;

-- Complete jobs of a test tenant, which no worker gets and which cost nothing, with files that are stored already.
-- One that is over is left as it is. Return how many were completed. Lock order: as jobs_lock.
CREATE OR REPLACE FUNCTION sandbox_complete(p_tenant_id bigint, p_now timestamptz, p_items sandbox_completion[])
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_item      sandbox_completion;
    v_outcome   outcome;
    v_completed integer := 0;
BEGIN
    PERFORM jobs_lock(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        IF EXISTS (SELECT FROM jobs WHERE tenant_id = p_tenant_id AND id = v_item.job_id AND sandbox) THEN
            v_outcome := (job_settle(p_tenant_id, p_now, ARRAY[
                ROW(v_item.job_id, 0, ROW('system', NULL, NULL, NULL, NULL)::caller)::job_settlement]))[1];
            IF v_outcome.status = 'done' THEN
                PERFORM assets_insert(p_tenant_id, p_now, v_item.job_id, v_item.assets);
                v_completed := v_completed + 1;
            END IF;
        END IF;
    END LOOP;
    RETURN v_completed;
END
$$;

-- End jobs of a test tenant that cannot be made, as failed; no worker has them, and nothing is tried again. One that is
-- over is left as it is. Return how many were ended. Lock order: as jobs_lock.
CREATE OR REPLACE FUNCTION sandbox_fail(p_tenant_id bigint, p_now timestamptz, p_items job_release[])
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_item   job_release;
    v_failed integer := 0;
BEGIN
    PERFORM jobs_lock(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        IF EXISTS (SELECT FROM jobs WHERE tenant_id = p_tenant_id AND id = v_item.job_id AND sandbox) THEN
            v_item.status := 'failed';
            v_failed := v_failed + ((job_release(p_tenant_id, p_now, ARRAY[v_item]))[1].status = 'done')::integer;
        END IF;
    END LOOP;
    RETURN v_failed;
END
$$;
