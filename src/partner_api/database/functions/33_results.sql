-- What becomes of claimed jobs: they are completed, given back, or canceled. See 32_claims.sql.

-- Completes jobs: their files become assets, and what they cost is charged. A job whose cancel was accepted ends as
-- canceled instead. The same answer of the same claim again is answered again.
--
-- Facts: {status, credits_charged}. Refused: IDEMPOTENCY_*, NOT_FOUND, CONFLICT {status} (not the current claim),
-- VALIDATION (cost above what was reserved; a file that was not uploaded, or another than was uploaded).
CREATE OR REPLACE FUNCTION job_complete(p_tenant_id bigint, p_now timestamptz, p_items job_completion[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_outcome  outcome;
    v_item     job_completion;
BEGIN
    PERFORM jobs_lock(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcome := idempotency_outcome(p_now, v_item.idempotency);
        IF v_outcome.status IS NULL THEN
            v_outcome := job_complete_one(p_tenant_id, p_now, v_item);
            IF v_outcome.status <> 'refused' THEN
                PERFORM idempotency_store(p_now, v_item.idempotency, 200::smallint, (v_outcome.facts)::json, NULL);
            END IF;
        END IF;
        v_outcomes := v_outcomes || v_outcome;
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION job_complete_one(p_tenant_id bigint, p_now timestamptz, p_item job_completion)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_digest  bytea := sha256(convert_to(
                  jsonb_build_object('charged', p_item.charged, 'assets', p_item.assets)::text, 'UTF8'));
    v_job     jobs;
    v_outcome outcome;
    v_assets  jsonb;
    v_problems jsonb;
    v_charged bigint;
BEGIN
    SELECT * INTO v_job FROM jobs WHERE tenant_id = p_tenant_id AND id = p_item.job_id;
    IF v_job.claim_token = p_item.claim_token AND v_job.worker_id = p_item.worker_id
       AND v_job.completion = v_digest THEN
        SELECT charged INTO v_charged FROM reservations WHERE tenant_id = p_tenant_id AND job_id = p_item.job_id;
        RETURN ROW('replayed', NULL, jsonb_build_object('status', v_job.status, 'credits_charged', v_charged))::outcome;
    END IF;
    v_outcome := job_claim_refusal(v_job, p_now, p_item.worker_id, p_item.claim_token);
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    IF v_job.cancel_requested_at IS NOT NULL THEN
        v_outcome := (job_release(p_tenant_id, p_now, ARRAY[
            ROW(p_item.job_id, 'canceled', NULL, NULL, p_item.caller)::job_release]))[1];
        IF v_outcome.status = 'refused' THEN
            RETURN v_outcome;
        END IF;
        v_outcome := ROW('done', NULL, '{"status": "canceled", "credits_charged": 0}')::outcome;
    ELSE
        -- What it became decides what a job of the format auto may cost.
        IF p_item.charged > v_job.slideshow_credits AND NOT p_item.assets @> '[{"kind": "video"}]' THEN
            RETURN ROW('refused', 'VALIDATION', jsonb_build_object(
                'reason', 'above_slideshow_price', 'field', 'credits_charged',
                'maximum', v_job.slideshow_credits))::outcome;
        END IF;
        SELECT jsonb_agg(a.asset || jsonb_build_object('storage_key', u.storage_key) ORDER BY a.ordinality),
               jsonb_agg(jsonb_build_object(
                   'reason', CASE WHEN u.name IS NULL THEN 'not_uploaded' ELSE 'other_file' END,
                   'field', 'assets', 'position', a.ordinality - 1)
                   ORDER BY a.ordinality)
                   FILTER (WHERE u.name IS NULL OR u.sha256 <> a.asset ->> 'sha256'
                              OR u.size_bytes <> (a.asset ->> 'size_bytes')::bigint)
          INTO v_assets, v_problems
          FROM jsonb_array_elements(p_item.assets) WITH ORDINALITY a (asset, ordinality)
          LEFT JOIN asset_uploads u
            ON u.tenant_id = p_tenant_id AND u.job_id = p_item.job_id AND u.attempt = v_job.attempt
           AND u.name = a.asset ->> 'name';
        IF v_problems IS NOT NULL THEN
            RETURN ROW('refused', 'VALIDATION', jsonb_build_object('problems', v_problems))::outcome;
        END IF;
        v_outcome := (job_settle(p_tenant_id, p_now, ARRAY[
            ROW(p_item.job_id, p_item.charged, p_item.caller)::job_settlement]))[1];
        IF v_outcome.status = 'refused' THEN
            RETURN v_outcome;
        END IF;
        PERFORM assets_insert(p_tenant_id, p_now, p_item.job_id, coalesce(v_assets, '[]'));
        v_outcome := ROW('done', NULL, jsonb_build_object(
            'status', 'completed', 'credits_charged', p_item.charged))::outcome;
    END IF;
    UPDATE jobs SET completion = v_digest WHERE tenant_id = p_tenant_id AND id = p_item.job_id;
    RETURN v_outcome;
END
$$;

-- Makes assets of stored files, in this order.
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

-- Takes back jobs that their workers cannot do: into the queue again if that may help and was not tried too often,
-- else they fail. A job whose cancel was accepted ends as canceled.
--
-- Facts: {status}; `running` when it will be tried again. Refused: IDEMPOTENCY_*, NOT_FOUND, CONFLICT {status} (not
-- the current claim; the job's rows do not fit together).
CREATE OR REPLACE FUNCTION job_fail(p_tenant_id bigint, p_now timestamptz, p_items job_failure[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_outcome  outcome;
    v_item     job_failure;
    v_job      jobs;
    v_status   text;
BEGIN
    PERFORM jobs_lock(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcome := idempotency_outcome(p_now, v_item.idempotency);
        IF v_outcome.status IS NULL THEN
            SELECT * INTO v_job FROM jobs WHERE tenant_id = p_tenant_id AND id = v_item.job_id;
            v_outcome := job_claim_refusal(v_job, p_now, v_item.worker_id, v_item.claim_token);
        END IF;
        IF v_outcome.status IS NULL THEN
            v_status := job_give_back(v_job, p_now, v_item.retryable, v_item.error_code, v_item.error_message,
                                      v_item.error_code, v_item.error_message, v_item.caller);
            IF v_status IS NULL THEN
                v_outcome := ROW('refused', 'CONFLICT', jsonb_build_object('status', v_job.status))::outcome;
            ELSE
                v_outcome := ROW('done', NULL, jsonb_build_object('status', v_status))::outcome;
                PERFORM idempotency_store(p_now, v_item.idempotency, 200::smallint, (v_outcome.facts)::json, NULL);
            END IF;
        END IF;
        v_outcomes := v_outcomes || v_outcome;
    END LOOP;
    RETURN v_outcomes;
END
$$;

-- Cancels jobs. One that no worker has ends at once; else its worker is told, and however the claim ends, the job ends
-- as canceled. That is final.
--
-- Facts: {job_id, accepted, reason}; the reason says as what a job is over already. Refused: IDEMPOTENCY_*, NOT_FOUND,
-- CONFLICT {stage} (it is being finished).
CREATE OR REPLACE FUNCTION job_cancel(p_tenant_id bigint, p_now timestamptz, p_items job_cancellation[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_outcome  outcome;
    v_item     job_cancellation;
BEGIN
    PERFORM jobs_lock(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcome := idempotency_outcome(p_now, v_item.idempotency);
        IF v_outcome.status IS NULL THEN
            v_outcome := job_cancel_one(p_tenant_id, p_now, v_item);
            IF v_outcome.status = 'done' THEN
                PERFORM idempotency_store(
                    p_now, v_item.idempotency,
                    CASE WHEN (v_outcome.facts ->> 'accepted')::boolean THEN 202 ELSE 200 END::smallint,
                    (v_outcome.facts)::json, NULL);
            END IF;
        END IF;
        v_outcomes := v_outcomes || v_outcome;
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION job_cancel_one(p_tenant_id bigint, p_now timestamptz, p_item job_cancellation)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_job     jobs;
    v_owner   uuid;
    v_outcome outcome;
BEGIN
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

-- Completes jobs of a test tenant, which no worker gets and which cost nothing, with files that are stored already.
-- One that is over is left as it is. Gives how many were completed.
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

-- Ends jobs of a test tenant that cannot be made, as failed; no worker has them, and nothing is tried again. One that
-- is over is left as it is. Gives how many were ended.
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
