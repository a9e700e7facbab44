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
    v_end      integer;
BEGIN
    FOREACH v_item IN ARRAY p_items LOOP
        v_job_ids := v_job_ids || v_item.job_id;
        v_records := v_records || v_item.idempotency;
    END LOOP;
    PERFORM jobs_lock(p_tenant_id, v_job_ids);
    FOREACH v_end IN ARRAY batch_runs(v_job_ids, v_records) LOOP
        v_outcomes := v_outcomes || job_complete_run(
            p_tenant_id, p_now, p_items[cardinality(v_outcomes) + 1:v_end]);
    END LOOP;
    RETURN v_outcomes;
END
$$;

-- Do the same for locked jobs, each named once, with no key twice.
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
    v_canceled integer[] := '{}'; -- and of jobs whose cancel was accepted
    v_taken    integer[];
    v_charging job_completion[] := '{}'; -- the items of the last two
    v_dropping job_completion[] := '{}';
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
        v_job := v_begun.p_jobs[v_index];
        IF (v_outcomes[v_index]).code = 'CONFLICT' AND v_job.completion = v_digests[v_index]
           AND v_job.claim_token = v_tokens[v_index] AND v_job.worker_id = v_workers[v_index] THEN
            v_repeated := v_repeated || v_index;
        ELSIF (v_outcomes[v_index]).status IS NULL AND v_job.cancel_requested_at IS NULL THEN
            v_settling := v_settling || v_index;
            v_charging := v_charging || p_items[v_index];
        ELSIF (v_outcomes[v_index]).status IS NULL THEN
            v_canceled := v_canceled || v_index;
            v_dropping := v_dropping || p_items[v_index];
        END IF;
    END LOOP;
    v_taken := v_settling || v_canceled;
    v_ended := completions_settle(p_tenant_id, p_now, v_charging)
               || completions_cancel(p_tenant_id, p_now, v_dropping);
    FOR v_index IN 1..cardinality(v_taken) LOOP
        v_outcomes[v_taken[v_index]] := v_ended[v_index];
    END LOOP;
    UPDATE jobs SET completion = v_digests[array_position(v_job_ids, id)]
     WHERE tenant_id = p_tenant_id AND id = ANY (ARRAY(
           SELECT v_job_ids[t] FROM unnest(v_taken) t WHERE (v_outcomes[t]).status = 'done'));
    FOREACH v_place IN ARRAY v_repeated LOOP
        v_outcomes[v_place] := ROW('done', NULL, jsonb_build_object(
            'status', (v_begun.p_jobs[v_place]).status, 'credits_charged', (
                SELECT charged FROM reservations WHERE tenant_id = p_tenant_id AND job_id = v_job_ids[v_place])))::outcome;
    END LOOP;
    -- What is answered again is the answer of its own key too, from now on.
    PERFORM idempotency_keep_all(p_now, v_records, v_outcomes);
    FOREACH v_place IN ARRAY v_repeated LOOP
        v_outcomes[v_place].status := 'replayed';
    END LOOP;
    RETURN v_outcomes;
END
$$;

-- Charge locked jobs, each named once, and make assets of their files, if every one of them was uploaded in this try.
-- Return the outcomes of job_complete.
CREATE OR REPLACE FUNCTION completions_settle(p_tenant_id bigint, p_now timestamptz, p_items job_completion[])
RETURNS outcome[]
LANGUAGE plpgsql AS $$
DECLARE
    v_checked  record;
    v_outcomes outcome[];
    v_sound    integer[];
    v_place    integer;
    v_item     job_completion;
    v_charges  job_settlement[] := '{}';
    v_settled  outcome[];
    v_made     integer[] := '{}'; -- positions of those that have files
BEGIN
    IF p_items = '{}' THEN
        RETURN '{}';
    END IF;
    v_checked := completions_check(p_tenant_id, p_items);
    v_outcomes := v_checked.p_refusals;
    v_sound := array_positions(v_outcomes, NULL::outcome);
    FOREACH v_place IN ARRAY v_sound LOOP
        v_item := p_items[v_place];
        v_charges := v_charges || ROW(v_item.job_id, v_item.charged, v_item.caller)::job_settlement;
    END LOOP;
    v_settled := job_settle(p_tenant_id, p_now, v_charges);
    FOR v_index IN 1..cardinality(v_sound) LOOP
        v_outcomes[v_sound[v_index]] := v_settled[v_index];
        IF (v_settled[v_index]).status = 'done' THEN
            v_outcomes[v_sound[v_index]].facts := jsonb_build_object(
                'status', 'completed', 'credits_charged', p_items[v_sound[v_index]].charged);
            IF v_checked.p_assets[v_sound[v_index]] IS NOT NULL THEN
                v_made := v_made || v_sound[v_index];
            END IF;
        END IF;
    END LOOP;
    IF v_made <> '{}' THEN
        PERFORM assets_insert(p_tenant_id, p_now, ARRAY(SELECT p_items[m].job_id FROM unnest(v_made) m),
                              ARRAY(SELECT v_checked.p_assets[m] FROM unnest(v_made) m));
    END IF;
    RETURN v_outcomes;
END
$$;

-- Return of completions, each of another job, why they are refused before they are charged, NULL if they are not, and
-- their files with where they are stored.
CREATE OR REPLACE FUNCTION completions_check(
    p_tenant_id bigint, p_items job_completion[], OUT p_refusals outcome[], OUT p_assets jsonb[])
LANGUAGE plpgsql AS $$
DECLARE
    v_job_ids uuid[] := ARRAY(SELECT i.job_id FROM unnest(p_items) i);
BEGIN
    SELECT array_agg(CASE
               -- What it became decides what a job of the format auto may cost.
               WHEN i.charged > j.slideshow_credits AND NOT i.assets @> '[{"kind": "video"}]'
                   THEN ROW('refused', 'VALIDATION', jsonb_build_object(
                       'reason', 'above_slideshow_price', 'field', 'credits_charged',
                       'maximum', j.slideshow_credits))::outcome
               WHEN f.problems IS NOT NULL
                   THEN ROW('refused', 'VALIDATION', jsonb_build_object('problems', f.problems))::outcome
               END ORDER BY i.position),
           array_agg(f.assets ORDER BY i.position)
      INTO p_refusals, p_assets
      FROM unnest(p_items) WITH ORDINALITY
           i (job_id, worker_id, claim_token, charged, assets, caller, idempotency, position)
      JOIN jobs j ON j.tenant_id = p_tenant_id AND j.id = i.job_id AND j.id = ANY (v_job_ids)
     CROSS JOIN LATERAL (
           SELECT jsonb_agg(a.asset || jsonb_build_object('storage_key', u.storage_key) ORDER BY a.ordinality) AS assets,
                  jsonb_agg(jsonb_build_object(
                      'reason', CASE WHEN u.name IS NULL THEN 'not_uploaded' ELSE 'other_file' END,
                      'field', 'assets', 'position', a.ordinality - 1,
                      'member', CASE WHEN u.name IS NULL THEN 'name' ELSE 'sha256' END)
                      ORDER BY a.ordinality)
                      FILTER (WHERE u.name IS NULL OR u.sha256 <> a.asset ->> 'sha256'
                                 OR u.size_bytes <> (a.asset ->> 'size_bytes')::bigint) AS problems
             FROM jsonb_array_elements(i.assets) WITH ORDINALITY a (asset, ordinality)
             LEFT JOIN asset_uploads u
               ON u.tenant_id = p_tenant_id AND u.job_id = i.job_id AND u.attempt = j.attempt
              AND u.name = a.asset ->> 'name') f;
END
$$;

-- End locked jobs whose cancel was accepted, each named once, although their workers completed them. Return the outcomes of
-- job_complete.
CREATE OR REPLACE FUNCTION completions_cancel(p_tenant_id bigint, p_now timestamptz, p_items job_completion[])
RETURNS outcome[]
LANGUAGE plpgsql AS $$
BEGIN
    IF p_items = '{}' THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(
        SELECT CASE o.status
               WHEN 'done' THEN ROW('done', NULL, '{"status": "canceled", "credits_charged": 0}')::outcome
               ELSE o END
          FROM unnest(job_release(p_tenant_id, p_now, ARRAY(
              SELECT ROW(i.job_id, 'canceled', NULL, NULL, i.caller)::job_release FROM unnest(p_items) i))) o);
END
$$;

-- Insert assets of stored files, those of each job in this order.
CREATE OR REPLACE FUNCTION assets_insert(p_tenant_id bigint, p_now timestamptz, p_job_ids uuid[], p_assets jsonb[])
RETURNS void
LANGUAGE sql AS $$
    INSERT INTO assets (tenant_id, id, container_id, position, kind, name, width, height, mime_type, size_bytes, sha256,
                        storage_key, created_at)
    SELECT p_tenant_id, time_ordered_uuid(p_now, 'asset:' || m.job_id || ':' || (a.asset ->> 'name')), c.id,
           a.ordinality, a.asset ->> 'kind', a.asset ->> 'name', (a.asset ->> 'width')::integer,
           (a.asset ->> 'height')::integer, a.asset ->> 'mime_type', (a.asset ->> 'size_bytes')::bigint,
           a.asset ->> 'sha256', a.asset ->> 'storage_key', p_now
      FROM unnest(p_job_ids, p_assets) m (job_id, assets)
      JOIN containers c ON c.tenant_id = p_tenant_id AND c.job_id = m.job_id AND c.job_id = ANY (p_job_ids)
     CROSS JOIN LATERAL jsonb_array_elements(m.assets) WITH ORDINALITY a (asset, ordinality)
$$;
