-- Claimed jobs that are completed. See 32_claims.sql.

-- Complete jobs: their files become assets, and what they cost is charged. A job whose cancel was accepted ends as
-- canceled instead. The same report of the same claim again gets the same answer.
--
-- Facts: {status, credits_charged}. Refused: IDEMPOTENCY_*, NOT_FOUND, CONFLICT {status} (not the current claim),
-- VALIDATION (cost above what was reserved; a file that was not uploaded, or another than was uploaded). Lock order: as
-- jobs_lock.
CREATE OR REPLACE FUNCTION job_complete(p_tenant_id bigint, p_now timestamptz, p_items job_completion[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     job_completion;
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
    -- A run locks what it needs. Before a second one needs more, all of it is locked, in order.
    IF cardinality(v_ends) > 1 THEN
        PERFORM jobs_lock(p_tenant_id, v_job_ids);
    END IF;
    FOREACH v_end IN ARRAY v_ends LOOP
        v_outcomes := v_outcomes || job_complete_run(
            p_tenant_id, p_now, p_items[cardinality(v_outcomes) + 1:v_end]);
    END LOOP;
    RETURN v_outcomes;
END
$$;

-- Do the same for jobs that are each named once, with no key twice.
CREATE OR REPLACE FUNCTION job_complete_run(p_tenant_id bigint, p_now timestamptz, p_items job_completion[])
RETURNS outcome[]
LANGUAGE plpgsql AS $$
DECLARE
    v_item     job_completion;
    v_job_ids  uuid[] := '{}';
    v_workers  text[] := '{}';
    v_tokens   uuid[] := '{}';
    v_records  idempotency[] := '{}';
    v_digests  bytea[] := '{}';
    v_begun    record;
    v_outcomes outcome[];
    v_job      jobs;
    v_repeated integer[] := '{}'; -- positions of the same report again,
    v_settling integer[] := '{}'; -- of what is to be charged,
    v_canceled integer[] := '{}'; -- and of jobs whose cancel was accepted;
    v_charged  jobs[] := '{}'; -- the jobs of the last two, with the digests of their reports
    v_dropped  jobs[] := '{}';
    v_taken    integer[];
    v_ended    outcome[];
    v_place    integer;
BEGIN
    FOREACH v_item IN ARRAY p_items LOOP
        v_job_ids := v_job_ids || v_item.job_id;
        v_workers := v_workers || v_item.worker_id;
        v_tokens := v_tokens || v_item.claim_token;
        v_records := v_records || v_item.idempotency;
        v_digests := v_digests || sha256(convert_to(
            jsonb_build_object('charged', v_item.charged, 'assets', v_item.assets)::text, 'UTF8'));
    END LOOP;
    v_begun := reports_begin(p_tenant_id, p_now, v_job_ids, v_workers, v_tokens, v_records);
    v_outcomes := v_begun.p_outcomes;
    FOR v_index IN 1..cardinality(v_job_ids) LOOP
        v_job := (v_begun.p_jobs)[v_index];
        IF (v_outcomes[v_index]).code = 'CONFLICT' AND v_job.completion = v_digests[v_index]
           AND v_job.claim_token = v_tokens[v_index] AND v_job.worker_id = v_workers[v_index] THEN
            v_repeated := v_repeated || v_index;
        ELSIF (v_outcomes[v_index]).status IS NULL THEN
            v_job.completion := v_digests[v_index];
            IF v_job.cancel_requested_at IS NULL THEN
                v_settling := v_settling || v_index;
                v_charged := v_charged || v_job;
            ELSE
                v_canceled := v_canceled || v_index;
                v_dropped := v_dropped || v_job;
            END IF;
        END IF;
    END LOOP;
    IF v_settling <> '{}' AND v_canceled <> '{}' THEN
        -- Each locks what it ends: together in order.
        PERFORM jobs_lock(p_tenant_id, v_job_ids);
    END IF;
    v_taken := v_settling || v_canceled;
    v_ended := completions_settle(p_tenant_id, p_now, p_items, v_settling, v_charged)
               || completions_cancel(p_tenant_id, p_now, p_items, v_canceled, v_dropped);
    FOR v_index IN 1..cardinality(v_taken) LOOP
        v_outcomes[v_taken[v_index]] := v_ended[v_index];
    END LOOP;
    v_outcomes := completions_repeat(p_tenant_id, v_job_ids, v_begun.p_jobs, v_repeated, v_outcomes);
    -- What is answered again is the answer of its own key too, from now on.
    PERFORM idempotency_keep_all(p_now, v_records, v_outcomes);
    FOREACH v_place IN ARRAY v_repeated LOOP
        v_outcomes[v_place].status := 'replayed';
    END LOOP;
    RETURN v_outcomes;
END
$$;

-- Return p_outcomes with those of reports that came before, whose positions are p_repeated: what their jobs' ends said.
CREATE OR REPLACE FUNCTION completions_repeat(
    p_tenant_id bigint, p_job_ids uuid[], p_jobs jobs[], p_repeated integer[], p_outcomes outcome[])
RETURNS outcome[]
LANGUAGE plpgsql AS $$
DECLARE
    v_place   integer;
    v_charged bigint;
BEGIN
    FOREACH v_place IN ARRAY p_repeated LOOP
        SELECT charged INTO v_charged FROM reservations WHERE tenant_id = p_tenant_id AND job_id = p_job_ids[v_place];
        p_outcomes[v_place] := ROW('done', NULL, jsonb_build_object(
            'status', p_jobs[v_place].status, 'credits_charged', v_charged))::outcome;
    END LOOP;
    RETURN p_outcomes;
END
$$;

-- Charge locked jobs and make assets of their files, if every one of them was uploaded in this try. p_places are the
-- positions of their items, each of another job. Return the outcomes of job_complete, in that order.
CREATE OR REPLACE FUNCTION completions_settle(
    p_tenant_id bigint, p_now timestamptz, p_items job_completion[], p_places integer[], p_jobs jobs[])
RETURNS outcome[]
LANGUAGE plpgsql AS $$
DECLARE
    v_checked  record;
    v_outcomes outcome[];
    v_item     job_completion;
    v_charges  job_settlement[] := '{}';
    v_charged  jobs[] := '{}';
    v_ids      uuid[] := '{}';
    v_sound    integer[] := '{}'; -- positions of those here,
    v_settled  outcome[];
    v_made     uuid[] := '{}'; -- and those of them that have files
    v_assets   jsonb[] := '{}';
BEGIN
    IF p_places = '{}' THEN
        RETURN '{}';
    END IF;
    v_checked := completions_check(p_tenant_id, p_items, p_places, p_jobs);
    v_outcomes := v_checked.p_refusals;
    FOR v_index IN 1..cardinality(p_places) LOOP
        IF v_outcomes[v_index].status IS NULL THEN
            v_item := p_items[p_places[v_index]];
            v_sound := v_sound || v_index;
            v_charges := v_charges || ROW(v_item.job_id, v_item.charged, v_item.caller)::job_settlement;
            v_charged := v_charged || p_jobs[v_index];
            v_ids := v_ids || v_item.job_id;
        END IF;
    END LOOP;
    v_settled := jobs_settle(p_tenant_id, p_now, v_charges, v_charged, v_ids);
    FOR v_index IN 1..cardinality(v_sound) LOOP
        v_outcomes[v_sound[v_index]] := v_settled[v_index];
        IF (v_settled[v_index]).status = 'done' THEN
            v_outcomes[v_sound[v_index]].facts := jsonb_build_object(
                'status', 'completed', 'credits_charged', v_charges[v_index].charged);
            IF (v_checked.p_assets)[v_sound[v_index]] IS NOT NULL THEN
                v_made := v_made || v_ids[v_index];
                v_assets := v_assets || (v_checked.p_assets)[v_sound[v_index]];
            END IF;
        END IF;
    END LOOP;
    IF v_made <> '{}' THEN
        PERFORM assets_insert(p_tenant_id, p_now, v_made, v_assets);
    END IF;
    RETURN v_outcomes;
END
$$;

-- End locked jobs whose cancel was accepted although their workers completed them. p_places are the positions of their
-- items, each of another job. Return the outcomes of job_complete, in that order.
CREATE OR REPLACE FUNCTION completions_cancel(
    p_tenant_id bigint, p_now timestamptz, p_items job_completion[], p_places integer[], p_jobs jobs[])
RETURNS outcome[]
LANGUAGE plpgsql AS $$
DECLARE
    v_item     job_completion;
    v_ids      uuid[] := '{}';
    v_ends     job_release[] := '{}';
    v_outcomes outcome[];
BEGIN
    IF p_places = '{}' THEN
        RETURN '{}';
    END IF;
    FOR v_index IN 1..cardinality(p_places) LOOP
        v_item := p_items[p_places[v_index]];
        v_ids := v_ids || v_item.job_id;
        v_ends := v_ends || ROW(v_item.job_id, 'canceled', NULL, NULL, v_item.caller)::job_release;
    END LOOP;
    v_outcomes := jobs_release(p_tenant_id, p_now, v_ends, p_jobs, v_ids);
    FOR v_index IN 1..cardinality(v_outcomes) LOOP
        IF v_outcomes[v_index].status = 'done' THEN
            v_outcomes[v_index].facts := '{"status": "canceled", "credits_charged": 0}';
        END IF;
    END LOOP;
    RETURN v_outcomes;
END
$$;
