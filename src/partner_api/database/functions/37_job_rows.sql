-- What jobs leave in the tables when they start and when they end, for a batch at once. 30_jobs.sql and 31_job_ends.sql
-- decide it.

-- Insert accepted jobs with their containers, reservations and audit rows. p_slideshows has, at the position of each, what
-- it costs as a slideshow, or NULL.
CREATE OR REPLACE FUNCTION jobs_insert(
    p_tenant_id bigint, p_now timestamptz, p_sandbox boolean, p_items job_start[], p_slideshows bigint[])
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO jobs (tenant_id, id, project_id, format, started_at, expires_at, sandbox, slideshow_credits)
    SELECT p_tenant_id, i.job_id, i.project_id, i.format, p_now, i.expires_at, p_sandbox, p_slideshows[i.ordinality]
      FROM unnest(p_items) WITH ORDINALITY i;
    INSERT INTO containers (tenant_id, id, project_id, job_id, format, inputs, created_at)
    SELECT p_tenant_id, i.container_id, i.project_id, i.job_id, i.format, i.inputs, p_now
      FROM unnest(p_items) i;
    INSERT INTO reservations (tenant_id, job_id, organization_id, credits, created_at, expires_at)
    SELECT p_tenant_id, i.job_id, i.organization_id, i.credits, p_now, i.expires_at
      FROM unnest(p_items) i;
    INSERT INTO audit_events
        (tenant_id, organization_id, event_id, event_type, occurred_at, actor, api_key_id, project_id, request_id,
         details)
    SELECT p_tenant_id, i.organization_id, time_ordered_uuid(p_now, 'job.started:' || i.job_id), 'job.started',
           p_now, (i.caller).actor, (i.caller).api_key_id, i.project_id, (i.caller).request_id,
           job_audit_details(i.caller, i.job_id,
                             jsonb_build_object('format', i.format, 'reservedCredits', i.credits))
      FROM unnest(p_items) i;
END
$$;

-- Return a job's id as clients see it: the ULID with the same bits.
CREATE OR REPLACE FUNCTION job_id_text(p_job_id uuid)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'job_' || ulid_text(p_job_id) $$;


-- Return the containers of jobs, at the same positions.
CREATE OR REPLACE FUNCTION jobs_containers(p_tenant_id bigint, p_job_ids uuid[])
RETURNS uuid[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_ids       uuid[] := array_fill(NULL::uuid, ARRAY[cardinality(p_job_ids)]);
    v_container record;
BEGIN
    FOR v_container IN
        SELECT job_id, id FROM containers WHERE tenant_id = p_tenant_id AND job_id = ANY (p_job_ids)
    LOOP
        v_ids[array_position(p_job_ids, v_container.job_id)] := v_container.id;
    END LOOP;
    RETURN v_ids;
END
$$;

-- Write jobs that are over, as they are in p_jobs. p_places says of each where the owner and the container of its
-- reservation are; p_credits what was charged for it or, if that is nothing, released; p_callers who ended it.
CREATE OR REPLACE FUNCTION jobs_write_ends(
    p_tenant_id bigint, p_jobs jobs[], p_places integer[], p_owners uuid[], p_containers uuid[], p_credits bigint[],
    p_callers caller[])
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_job      jobs;
    v_owner    uuid;
    v_ids      uuid[] := '{}'; -- columns of the jobs
    v_statuses text[] := '{}';
    v_times    timestamptz[] := '{}';
    v_codes    text[] := '{}';
    v_messages text[] := '{}';
    v_digests  bytea[] := '{}';
    v_charged  bigint[] := '{}';
    v_audit    audit_events[] := '{}';
    v_told     outbox[] := '{}';
BEGIN
    IF p_jobs = '{}' THEN
        RETURN;
    END IF;
    FOR v_index IN 1..cardinality(p_jobs) LOOP
        v_job := p_jobs[v_index];
        v_owner := p_owners[p_places[v_index]];
        v_ids := v_ids || v_job.id;
        v_statuses := v_statuses || v_job.status;
        v_times := v_times || v_job.finished_at;
        v_codes := v_codes || v_job.error_code;
        v_messages := v_messages || v_job.error_message;
        v_digests := v_digests || v_job.completion;
        v_charged := v_charged || CASE v_job.status WHEN 'completed' THEN p_credits[v_index] ELSE 0 END;
        v_audit := v_audit || job_end_audit(v_job, v_owner, p_credits[v_index], p_callers[v_index]);
        -- A job without a container is a fault, and nothing to tell.
        IF p_containers[p_places[v_index]] IS NOT NULL THEN
            v_told := v_told || job_end_told(v_job, v_owner, p_containers[p_places[v_index]], p_credits[v_index]);
        END IF;
    END LOOP;
    -- Looking a position up takes less time than a join. A cluster takes neither a
    -- lone element of an array, nor CASE x WHEN y.
    UPDATE reservations SET
        status = CASE WHEN v_statuses[array_position(v_ids, job_id)] = 'completed' THEN 'settled' ELSE 'released' END,
        charged = coalesce(v_charged[array_position(v_ids, job_id)], charged),
        closed_at = coalesce(v_times[array_position(v_ids, job_id)], closed_at)
     WHERE tenant_id = p_tenant_id AND job_id = ANY (v_ids);
    UPDATE jobs SET
        status = coalesce(v_statuses[array_position(v_ids, id)], status),
        stage = CASE WHEN v_statuses[array_position(v_ids, id)] = 'completed' THEN 'completed' ELSE stage END,
        progress = CASE WHEN v_statuses[array_position(v_ids, id)] = 'completed' THEN 1 ELSE progress END,
        finished_at = coalesce(v_times[array_position(v_ids, id)], finished_at),
        completion = coalesce(v_digests[array_position(v_ids, id)], completion),
        error_code = coalesce(v_codes[array_position(v_ids, id)], error_code),
        error_message = coalesce(v_messages[array_position(v_ids, id)], error_message),
        last_error_code = coalesce(v_codes[array_position(v_ids, id)], last_error_code),
        last_error_message = coalesce(v_messages[array_position(v_ids, id)], last_error_message)
     WHERE tenant_id = p_tenant_id AND id = ANY (v_ids);
    UPDATE containers SET
        status = coalesce(v_statuses[array_position(v_ids, job_id)], status),
        completed_at = CASE WHEN v_statuses[array_position(v_ids, job_id)] = 'completed' THEN v_times[array_position(v_ids, job_id)] END,
        failed_at = CASE WHEN v_statuses[array_position(v_ids, job_id)] = 'failed' THEN v_times[array_position(v_ids, job_id)] END
     WHERE tenant_id = p_tenant_id AND job_id = ANY (v_ids);
    PERFORM audit_insert(p_tenant_id, v_audit);
    PERFORM outbox_insert(p_tenant_id, v_told);
END
$$;

-- Return the audit row of the end of a job, which cost so much or, if it cost nothing, frees so much.
CREATE OR REPLACE FUNCTION job_end_audit(p_job jobs, p_owner uuid, p_credits bigint, p_caller caller)
RETURNS audit_events
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ROW(
        p_job.tenant_id, p_owner,
        time_ordered_uuid(p_job.finished_at,
                          CASE p_job.status WHEN 'completed' THEN 'job.completed:' ELSE 'job.ended:' END || p_job.id),
        'job.' || p_job.status, p_job.finished_at, p_caller.actor, p_caller.api_key_id, p_job.project_id,
        p_caller.request_id,
        job_audit_details(p_caller, p_job.id, CASE p_job.status
            WHEN 'completed' THEN jsonb_build_object('creditsCharged', p_credits)
            WHEN 'failed' THEN jsonb_build_object('releasedCredits', p_credits, 'code', p_job.error_code)
            ELSE jsonb_build_object('releasedCredits', p_credits) END))::audit_events;
END
$$;

-- Return what partners may want to be told of the end of a job, which cost so much, as the outbox has it.
CREATE OR REPLACE FUNCTION job_end_told(p_job jobs, p_owner uuid, p_container_id uuid, p_credits bigint)
RETURNS outbox[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_told outbox := ROW(
        p_job.tenant_id, time_ordered_uuid(p_job.finished_at, concat('job.', p_job.status, ':', p_job.id)), p_owner,
        'job.' || p_job.status,
        jsonb_build_object('jobId', job_id_text(p_job.id), 'projectId', 'prj_' || p_job.project_id,
                           'containerId', 'cnt_' || p_container_id, 'format', p_job.format, 'status', p_job.status)
        || CASE p_job.status
           WHEN 'completed' THEN jsonb_build_object('creditsCharged', p_credits)
           WHEN 'failed' THEN jsonb_build_object('error', jsonb_build_object(
               'code', p_job.error_code, 'message', p_job.error_message))
           ELSE '{}' END,
        p_job.finished_at, NULL, NULL)::outbox;
    v_content outbox := v_told;
BEGIN
    IF p_job.status <> 'completed' THEN
        RETURN ARRAY[v_told];
    END IF;
    v_content.id := time_ordered_uuid(p_job.finished_at, 'content.generated:' || p_job.id);
    v_content.event_type := 'content.generated';
    RETURN ARRAY[v_told, v_content];
END
$$;
