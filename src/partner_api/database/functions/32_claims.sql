-- Claims: a worker takes jobs, says that it is alive, and is not waited for when it is silent.
--
-- A claim is the current one as long as its token is the job's. Every report names it; one that is not the current one
-- is refused and changes nothing. Lock order as in 30_jobs.sql; a function that may end jobs locks everything that
-- ending them takes before it decides anything.

-- Return how often a job is given to a worker before it fails.
CREATE OR REPLACE FUNCTION job_max_attempts()
RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 3 $$;

-- Lock jobs with what their end may change: reservations, wallets, and the partner's for what an archived child frees.
CREATE OR REPLACE FUNCTION jobs_lock(p_tenant_id bigint, p_job_ids uuid[])
RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    v_owners   uuid[];
    v_partners uuid[];
BEGIN
    PERFORM FROM jobs WHERE tenant_id = p_tenant_id AND id = ANY (p_job_ids) ORDER BY id FOR NO KEY UPDATE;
    v_owners := ARRAY(
        SELECT organization_id FROM reservations WHERE tenant_id = p_tenant_id AND job_id = ANY (p_job_ids)
         ORDER BY job_id FOR NO KEY UPDATE);
    -- An archived wallet stays archived, so this may be read before it is locked; one that is archived just now has
    -- its partner locked when the job ends, which is last in any case.
    v_partners := ARRAY(
        SELECT partner_id FROM wallets
         WHERE tenant_id = p_tenant_id AND organization_id = ANY (v_owners) AND state = 'archived');
    PERFORM wallets_lock(p_tenant_id, v_owners || v_partners);
END
$$;

-- Give waiting jobs of one tenant to a worker, the oldest first: as many as there are tokens, or fewer. p_claimed are
-- those jobs.
--
-- One that cannot be given to anybody does not hold up those behind it: a job without its reservation or its container,
-- one that was given too often, or one whose rows no statement can change. It stays as it is, and is named in p_skipped;
-- p_resting are those that the caller has met before and that are not looked at. Lock order: waits for no lock.
CREATE OR REPLACE FUNCTION jobs_claim_sound(
    p_tenant_id bigint, p_now timestamptz, p_worker_id text, p_formats text[], p_lease_seconds integer,
    p_tokens uuid[], p_resting uuid[], p_caller caller, OUT p_claimed claimed_job[], OUT p_skipped uuid[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_wanted  integer := cardinality(p_tokens);
    v_found   uuid[];
    v_sound   uuid[];
    v_job_ids uuid[] := '{}';
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    p_claimed := '{}';
    p_skipped := '{}';
    WHILE v_wanted > 0 AND cardinality(p_skipped) < 100 LOOP
        v_found := jobs_waiting_lock(
            p_tenant_id, p_now, p_formats, p_resting || p_skipped || v_job_ids, v_wanted);
        v_sound := jobs_sound(p_tenant_id, v_found);
        v_job_ids := v_job_ids || v_sound;
        p_skipped := p_skipped || ARRAY(SELECT w.id FROM unnest(v_found) w (id) WHERE w.id <> ALL (v_sound));
        EXIT WHEN cardinality(v_found) < v_wanted;
        v_wanted := v_wanted - cardinality(v_sound);
    END LOOP;
    IF v_job_ids = '{}' THEN
        RETURN;
    END IF;
    BEGIN
        p_claimed := jobs_claim_these(
            p_tenant_id, p_now, p_worker_id, p_lease_seconds, v_job_ids, p_tokens[:cardinality(v_job_ids)], p_caller);
    EXCEPTION WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
        -- Nothing of it was done. Which of them it was shows when each is alone.
        FOR v_position IN 1..cardinality(v_job_ids) LOOP
            BEGIN
                p_claimed := p_claimed || jobs_claim_these(
                    p_tenant_id, p_now, p_worker_id, p_lease_seconds, v_job_ids[v_position:v_position],
                    p_tokens[v_position:v_position], p_caller);
            EXCEPTION WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
                p_skipped := p_skipped || v_job_ids[v_position];
            END;
        END LOOP;
    END;
END
$$;

-- Lock the oldest waiting jobs of one tenant, at most so many, and return their ids in order. What another worker is
-- just taking is skipped, so that workers do not wait for each other.
--
-- The index of the queue has the jobs in order, and one reads only as many as one takes. To sort them, all that wait
-- would have to be read: there may be ten thousand.
CREATE OR REPLACE FUNCTION jobs_waiting_lock(
    p_tenant_id bigint, p_now timestamptz, p_formats text[], p_without uuid[], p_limit integer)
RETURNS uuid[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_sort = off AS $$
BEGIN
    RETURN ARRAY(
        SELECT w.id FROM unnest(p_formats) f (format)
         CROSS JOIN LATERAL (
               SELECT j.id, j.started_at FROM jobs j
                WHERE j.tenant_id = p_tenant_id AND j.format = f.format
                  AND j.status = 'running' AND j.claim_token IS NULL AND NOT j.sandbox AND j.expires_at > p_now
                  AND j.id <> ALL (p_without)
                ORDER BY j.started_at, j.id LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED) w
         ORDER BY w.started_at, w.id LIMIT p_limit);
END
$$;

-- Return which of these locked jobs a worker can be given, by what their rows say, in the order of the ids.
CREATE OR REPLACE FUNCTION jobs_sound(p_tenant_id bigint, p_job_ids uuid[])
RETURNS uuid[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
BEGIN
    RETURN ARRAY(
        SELECT w.id FROM unnest(p_job_ids) WITH ORDINALITY w (id, position)
          JOIN jobs j ON j.tenant_id = p_tenant_id AND j.id = w.id AND j.id = ANY (p_job_ids)
          JOIN reservations r ON r.tenant_id = p_tenant_id AND r.job_id = w.id AND r.job_id = ANY (p_job_ids)
          JOIN containers c ON c.tenant_id = p_tenant_id AND c.job_id = w.id AND c.job_id = ANY (p_job_ids)
         WHERE j.attempt < job_max_attempts() AND r.status = 'open'
         ORDER BY w.position);
END
$$;

-- Give these locked jobs to a worker, with one token for each. Return them.
CREATE OR REPLACE FUNCTION jobs_claim_these(
    p_tenant_id bigint, p_now timestamptz, p_worker_id text, p_lease_seconds integer, p_job_ids uuid[],
    p_tokens uuid[], p_caller caller)
RETURNS claimed_job[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_claimed claimed_job[];
BEGIN
    UPDATE jobs j SET
        worker_id = p_worker_id, claim_token = t.token, lease_seconds = p_lease_seconds,
        -- The node that started it may have a faster clock.
        claimed_at = greatest(p_now, j.started_at),
        lease_until = greatest(p_now, j.started_at) + make_interval(secs => p_lease_seconds),
        attempt = j.attempt + 1, stage = 'processing'
      FROM unnest(p_job_ids, p_tokens) t (job_id, token)
     WHERE j.tenant_id = p_tenant_id AND j.id = t.job_id AND j.id = ANY (p_job_ids);
    UPDATE containers SET status = 'processing'
     WHERE tenant_id = p_tenant_id AND job_id = ANY (p_job_ids);
    SELECT array_agg(ROW(j.id, j.attempt, j.claim_token, j.format, r.organization_id, j.project_id, c.id, c.inputs,
                         r.credits, j.lease_until)::claimed_job ORDER BY j.started_at, j.id)
      INTO v_claimed
      FROM jobs j
      JOIN reservations r ON r.tenant_id = p_tenant_id AND r.job_id = j.id AND r.job_id = ANY (p_job_ids)
      JOIN containers c ON c.tenant_id = p_tenant_id AND c.job_id = j.id AND c.job_id = ANY (p_job_ids)
     WHERE j.tenant_id = p_tenant_id AND j.id = ANY (p_job_ids);
    INSERT INTO audit_events
        (tenant_id, organization_id, event_id, event_type, occurred_at, actor, api_key_id, project_id, request_id,
         details)
    SELECT p_tenant_id, v.organization_id, time_ordered_uuid(p_now, gen_random_uuid()::text), 'job.claimed', p_now,
           p_caller.actor, p_caller.api_key_id, v.project_id, p_caller.request_id,
           job_audit_details(p_caller, v.job_id,
                             jsonb_build_object('workerId', p_worker_id, 'attempt', v.attempt))
      FROM unnest(v_claimed) v;
    RETURN v_claimed;
END
$$;

-- Lock the jobs of reports of claims, and begin to decide: no two of the reports name one job or carry one key. p_jobs are
-- the jobs, and p_outcomes why reports are refused or what they were answered before; NULL: it is the current claim of a
-- running job in its time. A job whose time is up ends here, so that what becomes of it does not depend on a sweep's
-- moment.
CREATE OR REPLACE FUNCTION reports_begin(
    p_tenant_id bigint, p_now timestamptz, p_job_ids uuid[], p_worker_ids text[], p_claim_tokens uuid[],
    p_records idempotency[], OUT p_jobs jobs[], OUT p_outcomes outcome[])
LANGUAGE plpgsql AS $$
DECLARE
    v_job     jobs;
    v_ends    job_release[] := '{}';
    v_expired jobs[] := '{}';
    v_ids     uuid[] := '{}';
BEGIN
    p_jobs := array_fill(NULL::jobs, ARRAY[cardinality(p_job_ids)]);
    FOR v_job IN
        SELECT * FROM jobs WHERE tenant_id = p_tenant_id AND id = ANY (p_job_ids) ORDER BY id FOR NO KEY UPDATE
    LOOP
        p_jobs[array_position(p_job_ids, v_job.id)] := v_job;
    END LOOP;
    p_outcomes := idempotency_outcomes(p_now, p_records);
    FOR v_index IN 1..cardinality(p_job_ids) LOOP
        CONTINUE WHEN (p_outcomes[v_index]).status IS NOT NULL;
        v_job := p_jobs[v_index];
        IF v_job.id IS NULL THEN
            p_outcomes[v_index] := ROW('refused', 'NOT_FOUND', NULL)::outcome;
        ELSIF v_job.claim_token IS DISTINCT FROM p_claim_tokens[v_index]
              OR v_job.worker_id IS DISTINCT FROM p_worker_ids[v_index] OR v_job.status <> 'running' THEN
            p_outcomes[v_index] := ROW('refused', 'CONFLICT', jsonb_build_object('status', v_job.status))::outcome;
        ELSIF v_job.expires_at <= p_now THEN
            v_expired := v_expired || v_job;
            v_ids := v_ids || v_job.id;
            v_ends := v_ends || job_expiry(v_job);
            p_outcomes[v_index] := ROW('refused', 'CONFLICT', jsonb_build_object(
                'status', (v_ends[cardinality(v_ends)]).status))::outcome;
        END IF;
    END LOOP;
    IF v_ends <> '{}' THEN
        -- Others of the batch may end too: what that takes is locked together, in order.
        PERFORM jobs_lock(p_tenant_id, p_job_ids);
        PERFORM jobs_release(p_tenant_id, p_now, v_ends, v_expired, v_ids);
    END IF;
END
$$;

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
        UPDATE jobs SET stage = v_stages[array_position(v_taken, id)],
               progress = v_progress[array_position(v_taken, id)], lease_until = v_until[array_position(v_taken, id)]
         WHERE tenant_id = p_tenant_id AND id = ANY (v_taken);
    END IF;
    PERFORM idempotency_keep_all(p_now, v_records, v_outcomes);
    RETURN v_outcomes;
END
$$;
