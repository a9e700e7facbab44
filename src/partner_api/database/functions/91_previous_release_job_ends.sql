-- What functions of the previous release that end jobs, and have begun, still call. See 90_previous_release.sql.

-- Ends of jobs were decided and written one by one, each in these.
CREATE OR REPLACE FUNCTION job_complete_one(p_tenant_id bigint, p_now timestamptz, p_item job_completion)
RETURNS outcome
LANGUAGE sql AS $$ SELECT (job_complete(p_tenant_id, p_now, ARRAY[p_item]))[1] $$;

CREATE OR REPLACE FUNCTION job_fail_one(p_tenant_id bigint, p_now timestamptz, p_item job_failure)
RETURNS outcome
LANGUAGE sql AS $$ SELECT (job_fail(p_tenant_id, p_now, ARRAY[p_item]))[1] $$;

CREATE OR REPLACE FUNCTION job_heartbeat_one(p_tenant_id bigint, p_now timestamptz, p_item job_heartbeat)
RETURNS outcome
LANGUAGE sql AS $$ SELECT (job_heartbeat(p_tenant_id, p_now, ARRAY[p_item]))[1] $$;

CREATE OR REPLACE FUNCTION job_cancel_one(p_tenant_id bigint, p_now timestamptz, p_item job_cancellation)
RETURNS outcome
LANGUAGE sql AS $$ SELECT (job_cancel(p_tenant_id, p_now, ARRAY[p_item]))[1] $$;

CREATE OR REPLACE FUNCTION job_claim_refusal(p_job jobs, p_now timestamptz, p_worker_id text, p_claim_token uuid)
RETURNS outcome
LANGUAGE sql AS $$
    SELECT r.p_outcomes[1]
      FROM reports_begin(p_job.tenant_id, p_now, ARRAY[p_job.id], ARRAY[p_worker_id], ARRAY[p_claim_token],
                         ARRAY[NULL::idempotency]) r
$$;

CREATE OR REPLACE FUNCTION job_complete_settle(p_job jobs, p_now timestamptz, p_item job_completion)
RETURNS outcome
LANGUAGE plpgsql AS $$
BEGIN
    RETURN (completions_settle(p_job.tenant_id, p_now, ARRAY[p_item], ARRAY[1], ARRAY[p_job]))[1];
END
$$;

CREATE OR REPLACE FUNCTION assets_insert(p_tenant_id bigint, p_now timestamptz, p_job_id uuid, p_assets jsonb)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM assets_insert(p_tenant_id, p_now, ARRAY[p_job_id], ARRAY[p_assets]);
END
$$;

CREATE OR REPLACE FUNCTION job_give_back(
    p_job jobs, p_now timestamptz, p_retryable boolean, p_last_code text, p_last_message text,
    p_final_code text, p_final_message text, p_caller caller)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    v_end job_release := claim_end(
        p_job, p_retryable, p_last_code, p_last_message, p_final_code, p_final_message, p_caller);
BEGIN
    RETURN CASE WHEN claims_end(p_job.tenant_id, p_now, ARRAY[p_job], ARRAY[v_end]) <> '{}' THEN v_end.status END;
END
$$;

CREATE OR REPLACE FUNCTION job_requeue(p_tenant_id bigint, p_job_id uuid, p_error_code text, p_error_message text)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM jobs_requeue(
        p_tenant_id, ARRAY[ROW(p_job_id, 'running', p_error_code, p_error_message, NULL)::job_release]);
END
$$;

CREATE OR REPLACE FUNCTION jobs_settled(p_tenant_id bigint, p_now timestamptz, p_settled job_settlement[])
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_item   job_settlement;
    v_job    jobs;
    v_owner  uuid;
BEGIN
    FOREACH v_item IN ARRAY p_settled LOOP
        SELECT * INTO v_job FROM jobs WHERE tenant_id = p_tenant_id AND id = v_item.job_id;
        SELECT organization_id INTO v_owner FROM reservations
         WHERE tenant_id = p_tenant_id AND job_id = v_item.job_id;
        v_job.status := 'completed';
        v_job.finished_at := p_now;
        PERFORM jobs_write_ends(
            p_tenant_id, ARRAY[v_job], ARRAY[1], ARRAY[v_owner], jobs_containers(p_tenant_id, ARRAY[v_job.id]),
            ARRAY[v_item.charged], ARRAY[v_item.caller]);
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION jobs_tell(p_tenant_id bigint, p_now timestamptz, p_job_ids uuid[])
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_job        jobs;
    v_owner      uuid;
    v_charged    bigint;
    v_containers uuid[] := jobs_containers(p_tenant_id, p_job_ids);
BEGIN
    FOR v_job IN SELECT * FROM jobs WHERE tenant_id = p_tenant_id AND id = ANY (p_job_ids) LOOP
        SELECT organization_id, charged INTO v_owner, v_charged FROM reservations
         WHERE tenant_id = p_tenant_id AND job_id = v_job.id;
        PERFORM outbox_insert(p_tenant_id, job_end_told(
            v_job, v_owner, v_containers[array_position(p_job_ids, v_job.id)], v_charged));
    END LOOP;
END
$$;
