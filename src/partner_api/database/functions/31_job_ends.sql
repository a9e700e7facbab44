-- How a job ends: settled at its real cost, or released without a charge. Only other functions call these: what ends a
-- job is a worker's report, a cancel or its time. 30_jobs.sql says why the statements look as they do.

-- Lock the open reservations of a batch. Return the wallets that they hold, in lock order, brought to p_now or to when
-- the last of the jobs may end, which a faster clock may have put into the next period: no usage is dated beyond its
-- wallet's period. The partner's wallet is among them when an archived child's freed credits go there.
CREATE OR REPLACE FUNCTION reservation_wallets_lock(p_tenant_id bigint, p_now timestamptz, p_job_ids uuid[])
RETURNS wallets[]
LANGUAGE plpgsql AS $$
DECLARE
    v_owners      uuid[];
    v_wallets     wallets[];
    v_archived    boolean;
    v_has_partner boolean;
BEGIN
    SELECT greatest(p_now, max(job_last_at(j))) INTO p_now FROM (
        SELECT * FROM jobs WHERE tenant_id = p_tenant_id AND id = ANY (p_job_ids) ORDER BY id FOR NO KEY UPDATE) j;
    v_owners := ARRAY(
        SELECT organization_id FROM reservations WHERE tenant_id = p_tenant_id AND job_id = ANY (p_job_ids)
         ORDER BY job_id FOR NO KEY UPDATE);
    SELECT array_agg(w), bool_or(w.state = 'archived' AND w.partner_id IS NOT NULL), bool_or(w.partner_id IS NULL)
      INTO v_wallets, v_archived, v_has_partner FROM (
        SELECT * FROM wallets
         WHERE tenant_id = p_tenant_id AND organization_id = ANY (v_owners)
         ORDER BY partner_id IS NULL, organization_id FOR NO KEY UPDATE) w;
    v_wallets := coalesce(v_wallets, '{}');
    IF v_archived AND NOT v_has_partner THEN
        v_wallets := v_wallets || wallet_lock(p_tenant_id, v_wallets[1].partner_id, p_now);
    END IF;
    RETURN (wallets_roll_over(v_wallets, p_now)).p_wallets;
END
$$;

-- Save the wallets of a batch; what closing the batch's reservations freed in archived ones goes to the partner.
CREATE OR REPLACE FUNCTION reservation_wallets_save(p_wallets wallets[], p_now timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_last  integer := cardinality(p_wallets);
    v_swept record;
BEGIN
    FOR v_index IN 1..v_last LOOP
        IF p_wallets[v_index].state = 'archived' AND p_wallets[v_index].partner_id IS NOT NULL THEN
            -- Lock order puts the partner last.
            SELECT * INTO v_swept FROM wallet_sweep_archived(
                p_wallets[v_index], p_wallets[v_last], p_now, ROW('system', NULL, NULL, NULL, NULL)::caller);
            p_wallets[v_index] := v_swept.p_child;
            p_wallets[v_last] := v_swept.p_parent;
        END IF;
    END LOOP;
    PERFORM wallets_save(p_wallets[1].tenant_id, p_wallets, p_now);
END
$$;

-- Return when the last happened to a job that runs. It does not end before that, whenever what ends it arrived.
CREATE OR REPLACE FUNCTION job_last_at(p_job jobs)
RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT greatest(p_job.started_at, p_job.claimed_at, p_job.cancel_requested_at)
$$;

-- Return a job's id as clients see it: the ULID with the same bits.
CREATE OR REPLACE FUNCTION job_id_text(p_job_id uuid)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'job_' || ulid_text(p_job_id) $$;

-- Write to the outbox what partners may want to be told of jobs that are over, as of their end.
CREATE OR REPLACE FUNCTION jobs_tell(p_tenant_id bigint, p_job_ids uuid[])
RETURNS void
LANGUAGE sql AS $$
    INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at)
    SELECT p_tenant_id, time_ordered_uuid(t.finished_at, e.event_type || ':' || t.job_id), t.organization_id,
           e.event_type, t.data, t.finished_at
      FROM (
           SELECT j.id AS job_id, j.status, j.finished_at, r.organization_id,
                  jsonb_build_object('jobId', job_id_text(j.id), 'projectId', 'prj_' || j.project_id,
                                     'containerId', 'cnt_' || c.id, 'format', j.format, 'status', j.status)
                  || CASE j.status
                     WHEN 'completed' THEN jsonb_build_object('creditsCharged', r.charged)
                     WHEN 'failed' THEN jsonb_build_object('error', jsonb_build_object(
                         'code', j.error_code, 'message', j.error_message))
                     ELSE '{}' END AS data
             FROM jobs j
             JOIN reservations r ON r.tenant_id = p_tenant_id AND r.job_id = j.id AND r.job_id = ANY (p_job_ids)
             JOIN containers c ON c.tenant_id = p_tenant_id AND c.job_id = j.id AND c.job_id = ANY (p_job_ids)
            WHERE j.tenant_id = p_tenant_id AND j.id = ANY (p_job_ids)
           OFFSET 0) t -- the text is made once for both events
     CROSS JOIN LATERAL (
           SELECT 'job.' || t.status AS event_type UNION ALL
           SELECT 'content.generated' WHERE t.status = 'completed') e
$$;

-- Settle jobs: the real cost leaves the wallet, included credits first, and the rest of the reservation is free.
--
-- Facts: {credits_charged}. Refused: NOT_FOUND, CONFLICT {status} (already over), VALIDATION (cost above what was
-- reserved). Lock order: jobs and their reservations by id, the children's wallets by id, the partner's.
CREATE OR REPLACE FUNCTION job_settle(p_tenant_id bigint, p_now timestamptz, p_items job_settlement[])
RETURNS outcome[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_job_ids  uuid[] := ARRAY(SELECT i.job_id FROM unnest(p_items) i);
    v_wallets  wallets[] := reservation_wallets_lock(p_tenant_id, p_now, v_job_ids);
    v_owners   uuid[] := wallet_owners(v_wallets);
    v_wallet   wallets;
    v_held     record;
    v_index    integer;
    v_included bigint;
    v_settled  job_settlement[] := '{}';
    v_ids      uuid[] := '{}'; -- of those, and when each is over
    v_times    timestamptz[] := '{}';
    v_event    credit_events;
    v_events   credit_events[] := '{}';
BEGIN
    FOR v_held IN
        SELECT i.job_id, i.charged, i.caller, j.status, j.project_id, j.format, c.id AS container_id,
               r.organization_id, r.credits, greatest(p_now, job_last_at(j)) AS ends_at
          FROM unnest(p_items) WITH ORDINALITY i (job_id, charged, caller, position)
          LEFT JOIN reservations r
            ON r.tenant_id = p_tenant_id AND r.job_id = i.job_id AND r.job_id = ANY (v_job_ids)
          LEFT JOIN jobs j ON j.tenant_id = p_tenant_id AND j.id = i.job_id AND j.id = ANY (v_job_ids)
          LEFT JOIN containers c
            ON c.tenant_id = p_tenant_id AND c.job_id = i.job_id AND c.job_id = ANY (v_job_ids)
         ORDER BY i.position
    LOOP
        IF v_held.organization_id IS NULL THEN
            v_outcomes := v_outcomes || ROW('refused', 'NOT_FOUND', NULL)::outcome;
            CONTINUE;
        END IF;
        -- A job named twice in one batch is over after the first.
        IF v_held.status <> 'running' OR v_held.job_id = ANY (v_ids) THEN
            v_outcomes := v_outcomes || ROW('refused', 'CONFLICT', jsonb_build_object(
                'status', CASE WHEN v_held.status = 'running' THEN 'completed' ELSE v_held.status END))::outcome;
            CONTINUE;
        END IF;
        IF v_held.charged NOT BETWEEN 0 AND v_held.credits THEN
            v_outcomes := v_outcomes || ROW('refused', 'VALIDATION', jsonb_build_object(
                'reason', 'above_reservation', 'field', 'credits_charged', 'maximum', v_held.credits))::outcome;
            CONTINUE;
        END IF;
        v_index := array_position(v_owners, v_held.organization_id);
        v_wallet := v_wallets[v_index];
        v_included := least(v_held.charged, v_wallet.included_remaining);
        v_wallet.reserved := v_wallet.reserved - v_held.credits;
        v_wallet.running_jobs := v_wallet.running_jobs - 1;
        IF v_held.charged > 0 THEN
            v_wallet.included_remaining := v_wallet.included_remaining - v_included;
            v_wallet.prepaid := v_wallet.prepaid - (v_held.charged - v_included);
            v_wallet.used_this_period := v_wallet.used_this_period + v_held.charged;
            v_wallet.last_sequence := v_wallet.last_sequence + 1;
            v_wallet.last_event_at := greatest(v_held.ends_at, v_wallet.last_event_at);
            v_event := credit_event_of(
                v_wallet, 'usage', -v_included, v_included - v_held.charged, '{}', v_held.caller, NULL, NULL,
                v_held.job_id, v_held.project_id, v_held.container_id, v_held.format);
            v_wallet.last_hash := v_event.hash;
            v_events := v_events || v_event;
        END IF;
        v_wallets[v_index] := v_wallet;
        v_settled := v_settled || ROW(v_held.job_id, v_held.charged, v_held.caller)::job_settlement;
        v_ids := v_ids || v_held.job_id;
        v_times := v_times || v_held.ends_at;
        v_outcomes := v_outcomes || ROW('done', NULL, jsonb_build_object('credits_charged', v_held.charged))::outcome;
    END LOOP;
    IF v_events <> '{}' THEN
        PERFORM credit_events_insert(p_tenant_id, v_events);
    END IF;
    PERFORM jobs_settled(p_tenant_id, v_settled, v_times);
    PERFORM reservation_wallets_save(v_wallets, p_now);
    RETURN v_outcomes;
END
$$;

-- Write that jobs were completed at these costs, each at its time.
CREATE OR REPLACE FUNCTION jobs_settled(p_tenant_id bigint, p_settled job_settlement[], p_times timestamptz[])
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_job_ids uuid[];
    v_charged bigint[];
BEGIN
    IF p_settled = '{}' THEN
        RETURN;
    END IF;
    SELECT array_agg(s.job_id), array_agg(s.charged) INTO v_job_ids, v_charged FROM unnest(p_settled) s;
    -- Looking a position up takes less time than a join.
    UPDATE reservations SET status = 'settled', charged = v_charged[array_position(v_job_ids, job_id)],
           closed_at = p_times[array_position(v_job_ids, job_id)]
     WHERE tenant_id = p_tenant_id AND job_id = ANY (v_job_ids);
    UPDATE jobs SET status = 'completed', stage = 'completed', progress = 1,
           finished_at = p_times[array_position(v_job_ids, id)]
     WHERE tenant_id = p_tenant_id AND id = ANY (v_job_ids);
    UPDATE containers SET status = 'completed', completed_at = p_times[array_position(v_job_ids, job_id)]
     WHERE tenant_id = p_tenant_id AND job_id = ANY (v_job_ids);
    INSERT INTO audit_events
        (tenant_id, organization_id, event_id, event_type, occurred_at, actor, api_key_id, project_id, request_id,
         details)
    SELECT p_tenant_id, r.organization_id, time_ordered_uuid(s.ended_at, 'job.completed:' || r.job_id), 'job.completed',
           s.ended_at, (s.caller).actor, (s.caller).api_key_id, j.project_id, (s.caller).request_id,
           job_audit_details(s.caller, r.job_id, jsonb_build_object('creditsCharged', r.charged))
      FROM unnest(p_settled, p_times) s (job_id, charged, caller, ended_at)
      JOIN reservations r ON r.tenant_id = p_tenant_id AND r.job_id = s.job_id AND r.job_id = ANY (v_job_ids)
      JOIN jobs j ON j.tenant_id = p_tenant_id AND j.id = s.job_id AND j.id = ANY (v_job_ids);
    PERFORM jobs_tell(p_tenant_id, v_job_ids);
END
$$;

-- End jobs that will not be charged: failed, canceled or expired. The whole reservation is free again, no ledger row.
--
-- Facts: {released_credits}. Refused: NOT_FOUND, CONFLICT {status} (already over). Lock order: as job_settle.
CREATE OR REPLACE FUNCTION job_release(p_tenant_id bigint, p_now timestamptz, p_items job_release[])
RETURNS outcome[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_job_ids  uuid[] := ARRAY(SELECT i.job_id FROM unnest(p_items) i);
    v_wallets  wallets[] := reservation_wallets_lock(p_tenant_id, p_now, v_job_ids);
    v_owners   uuid[] := wallet_owners(v_wallets);
    v_held     record;
    v_index    integer;
    v_earlier  integer;
    v_released job_release[] := '{}';
    v_ids      uuid[] := '{}'; -- of those, and when each is over
    v_times    timestamptz[] := '{}';
BEGIN
    FOR v_held IN
        SELECT i.job_id, i.status AS ends_as, i.error_code, i.error_message, i.caller, j.status, r.organization_id,
               r.credits, greatest(p_now, job_last_at(j)) AS ends_at
          FROM unnest(p_items) WITH ORDINALITY i (job_id, status, error_code, error_message, caller, position)
          LEFT JOIN reservations r
            ON r.tenant_id = p_tenant_id AND r.job_id = i.job_id AND r.job_id = ANY (v_job_ids)
          LEFT JOIN jobs j ON j.tenant_id = p_tenant_id AND j.id = i.job_id AND j.id = ANY (v_job_ids)
         ORDER BY i.position
    LOOP
        IF v_held.organization_id IS NULL THEN
            v_outcomes := v_outcomes || ROW('refused', 'NOT_FOUND', NULL)::outcome;
            CONTINUE;
        END IF;
        -- A job named twice in one batch is over after the first.
        v_earlier := array_position(v_ids, v_held.job_id);
        IF v_held.status <> 'running' OR v_earlier IS NOT NULL THEN
            v_outcomes := v_outcomes || ROW('refused', 'CONFLICT', jsonb_build_object(
                'status', coalesce((v_released[v_earlier]).status, v_held.status)))::outcome;
            CONTINUE;
        END IF;
        v_index := array_position(v_owners, v_held.organization_id);
        v_wallets[v_index].reserved := v_wallets[v_index].reserved - v_held.credits;
        v_wallets[v_index].running_jobs := v_wallets[v_index].running_jobs - 1;
        v_released := v_released || ROW(
            v_held.job_id, v_held.ends_as, v_held.error_code, v_held.error_message, v_held.caller)::job_release;
        v_ids := v_ids || v_held.job_id;
        v_times := v_times || v_held.ends_at;
        v_outcomes := v_outcomes || ROW('done', NULL, jsonb_build_object('released_credits', v_held.credits))::outcome;
    END LOOP;
    PERFORM jobs_released(p_tenant_id, v_released, v_times);
    PERFORM reservation_wallets_save(v_wallets, p_now);
    RETURN v_outcomes;
END
$$;

-- Write that jobs ended without a charge, each at its time.
CREATE OR REPLACE FUNCTION jobs_released(p_tenant_id bigint, p_released job_release[], p_times timestamptz[])
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_job_ids uuid[] := ARRAY(SELECT d.job_id FROM unnest(p_released) d);
BEGIN
    IF p_released = '{}' THEN
        RETURN;
    END IF;
    UPDATE reservations SET status = 'released', closed_at = p_times[array_position(v_job_ids, job_id)]
     WHERE tenant_id = p_tenant_id AND job_id = ANY (v_job_ids);
    UPDATE jobs j SET status = d.status, finished_at = d.ended_at,
           error_code = CASE d.status WHEN 'failed' THEN d.error_code END,
           error_message = CASE d.status WHEN 'failed' THEN d.error_message END,
           last_error_code = CASE d.status WHEN 'failed' THEN d.error_code ELSE last_error_code END,
           last_error_message = CASE d.status WHEN 'failed' THEN d.error_message ELSE last_error_message END
      FROM unnest(p_released, p_times) d (job_id, status, error_code, error_message, caller, ended_at)
     WHERE j.tenant_id = p_tenant_id AND j.id = d.job_id AND j.id = ANY (v_job_ids);
    UPDATE containers c SET status = d.status, failed_at = CASE d.status WHEN 'failed' THEN d.ended_at END
      FROM unnest(p_released, p_times) d (job_id, status, error_code, error_message, caller, ended_at)
     WHERE c.tenant_id = p_tenant_id AND c.job_id = d.job_id AND c.job_id = ANY (v_job_ids);
    INSERT INTO audit_events
        (tenant_id, organization_id, event_id, event_type, occurred_at, actor, api_key_id, project_id, request_id,
         details)
    SELECT p_tenant_id, r.organization_id, time_ordered_uuid(d.ended_at, 'job.ended:' || r.job_id),
           'job.' || d.status, d.ended_at, (d.caller).actor, (d.caller).api_key_id, j.project_id,
           (d.caller).request_id,
           job_audit_details(d.caller, r.job_id,
               jsonb_build_object('releasedCredits', r.credits)
               || CASE d.status WHEN 'failed' THEN jsonb_build_object('code', d.error_code) ELSE '{}' END)
      FROM unnest(p_released, p_times) d (job_id, status, error_code, error_message, caller, ended_at)
      JOIN reservations r ON r.tenant_id = p_tenant_id AND r.job_id = d.job_id AND r.job_id = ANY (v_job_ids)
      JOIN jobs j ON j.tenant_id = p_tenant_id AND j.id = d.job_id AND j.id = ANY (v_job_ids);
    PERFORM jobs_tell(p_tenant_id, v_job_ids);
END
$$;
