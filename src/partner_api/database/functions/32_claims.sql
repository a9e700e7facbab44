-- Claims: a worker takes jobs, and reports on them. What its reports say is in the files after this one.
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

-- Return the next tenants after p_after, by id and at most so many, that have jobs waiting in these formats, other than
-- those that are resting.
--
-- One step reads the front of each format's queue, in the order of its index, and skips the rest of the last tenant that
-- it has met. The order within a tenant is asked for because no other index has it, such as that of all jobs that run.
CREATE OR REPLACE FUNCTION jobs_waiting_tenants(
    p_formats text[], p_after bigint, p_limit integer, p_resting uuid[])
RETURNS bigint[]
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_sort = off AS $$
DECLARE
    v_found     bigint[] := '{}';
    v_format    text;
    v_tenant_id bigint;
    v_count     integer;
    v_met       bigint[];
    v_until     bigint; -- up to here the step has met all; NULL: to the end
BEGIN
    LOOP
        v_met := '{}';
        v_until := NULL;
        FOREACH v_format IN ARRAY p_formats LOOP
            v_count := 0;
            FOR v_tenant_id IN
                SELECT tenant_id FROM jobs
                 WHERE format = v_format AND tenant_id > p_after AND status = 'running' AND claim_token IS NULL
                   AND NOT sandbox AND id <> ALL (p_resting)
                 ORDER BY tenant_id, started_at, id LIMIT p_limit
            LOOP
                v_count := v_count + 1;
                IF v_tenant_id <> ALL (v_met) THEN
                    v_met := v_met || v_tenant_id;
                END IF;
            END LOOP;
            IF v_count = p_limit THEN
                v_until := least(v_until, v_tenant_id);
            END IF;
        END LOOP;
        v_found := v_found || ARRAY(SELECT m FROM unnest(v_met) m WHERE v_until IS NULL OR m <= v_until ORDER BY m);
        EXIT WHEN v_until IS NULL OR cardinality(v_found) >= p_limit;
        p_after := v_until;
    END LOOP;
    RETURN v_found[:p_limit];
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
    v_claimed claimed_job[] := '{}';
    v_job     record;
    v_ids     uuid[] := '{}'; -- of those, and columns of theirs
    v_tokens  uuid[] := '{}';
    v_times   timestamptz[] := '{}';
    v_until   timestamptz[] := '{}';
    v_at      timestamptz(3);
    v_end     timestamptz(3);
    v_audit   audit_events[] := '{}';
BEGIN
    FOR v_job IN
        SELECT j.id, j.attempt, j.format, j.project_id, j.started_at, r.organization_id, r.credits, c.id AS container_id,
               c.inputs
          FROM jobs j
          JOIN reservations r ON r.tenant_id = p_tenant_id AND r.job_id = j.id AND r.job_id = ANY (p_job_ids)
          JOIN containers c ON c.tenant_id = p_tenant_id AND c.job_id = j.id AND c.job_id = ANY (p_job_ids)
         WHERE j.tenant_id = p_tenant_id AND j.id = ANY (p_job_ids)
         ORDER BY j.started_at, j.id
    LOOP
        -- The node that started it may have a faster clock.
        v_at := greatest(p_now, v_job.started_at);
        v_end := v_at + make_interval(secs => p_lease_seconds);
        v_ids := v_ids || v_job.id;
        v_tokens := v_tokens || p_tokens[array_position(p_job_ids, v_job.id)];
        v_times := v_times || v_at;
        v_until := v_until || v_end;
        v_claimed := v_claimed || ROW(
            v_job.id, v_job.attempt + 1, p_tokens[array_position(p_job_ids, v_job.id)], v_job.format,
            v_job.organization_id, v_job.project_id, v_job.container_id, v_job.inputs, v_job.credits, v_end)::claimed_job;
        v_audit := v_audit || ROW(
            p_tenant_id, v_job.organization_id, time_ordered_uuid(p_now, gen_random_uuid()::text), 'job.claimed', p_now,
            p_caller.actor, p_caller.api_key_id, v_job.project_id, p_caller.request_id,
            job_audit_details(p_caller, v_job.id, jsonb_build_object(
                'workerId', p_worker_id, 'attempt', v_job.attempt + 1)))::audit_events;
    END LOOP;
    FOR v_job IN UPDATE jobs SET
        worker_id = p_worker_id, claim_token = coalesce(v_tokens[array_position(v_ids, id)], claim_token),
        lease_seconds = p_lease_seconds, claimed_at = coalesce(v_times[array_position(v_ids, id)], claimed_at),
        lease_until = coalesce(v_until[array_position(v_ids, id)], lease_until),
        attempt = attempt + 1, stage = 'processing'
     WHERE tenant_id = p_tenant_id AND id = ANY (v_ids)
    RETURNING id, attempt LOOP
        -- What the row says, not what it should say.
        v_claimed[array_position(v_ids, v_job.id)].attempt := v_job.attempt;
    END LOOP;
    UPDATE containers SET status = 'processing' WHERE tenant_id = p_tenant_id AND job_id = ANY (v_ids);
    PERFORM audit_insert(p_tenant_id, v_audit);
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
