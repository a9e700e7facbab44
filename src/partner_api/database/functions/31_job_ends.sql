-- How a job ends: settled at its real cost, or released without a charge. Only other functions call these: what ends a
-- job is a worker's report, a cancel or its time. 30_jobs.sql says why the statements look as they do.

-- Lock the open reservations of a batch. Return the wallets that they hold, brought to p_now, in lock order. The
-- partner's wallet is among them when an archived child's freed credits go there.
CREATE OR REPLACE FUNCTION reservation_wallets_lock(p_tenant_id bigint, p_now timestamptz, p_job_ids uuid[])
RETURNS wallets[]
LANGUAGE plpgsql AS $$
DECLARE
    v_owners  uuid[];
    v_wallets wallets[];
    v_partner uuid;
BEGIN
    PERFORM FROM jobs WHERE tenant_id = p_tenant_id AND id = ANY (p_job_ids) ORDER BY id FOR NO KEY UPDATE;
    v_owners := ARRAY(
        SELECT organization_id FROM reservations WHERE tenant_id = p_tenant_id AND job_id = ANY (p_job_ids)
         ORDER BY job_id FOR NO KEY UPDATE);
    SELECT array_agg(w) INTO v_wallets FROM (
        SELECT * FROM wallets
         WHERE tenant_id = p_tenant_id AND organization_id = ANY (v_owners)
         ORDER BY partner_id IS NULL, organization_id FOR NO KEY UPDATE) w;
    v_wallets := coalesce(v_wallets, '{}');
    IF EXISTS (SELECT FROM unnest(v_wallets) w WHERE w.state = 'archived' AND w.partner_id IS NOT NULL)
       AND NOT EXISTS (SELECT FROM unnest(v_wallets) w WHERE w.partner_id IS NULL) THEN
        SELECT w.partner_id INTO v_partner FROM unnest(v_wallets) w LIMIT 1;
        v_wallets := v_wallets || wallet_lock(p_tenant_id, v_partner, p_now);
    END IF;
    SELECT r.p_wallets INTO v_wallets FROM wallets_roll_over(v_wallets, p_now) r;
    RETURN v_wallets;
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
    PERFORM wallets_save(p_wallets[1].tenant_id, p_wallets);
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

-- Write to the outbox what partners may want to be told of jobs that are over.
CREATE OR REPLACE FUNCTION jobs_tell(p_tenant_id bigint, p_now timestamptz, p_job_ids uuid[])
RETURNS void
LANGUAGE sql AS $$
    INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at)
    SELECT p_tenant_id, time_ordered_uuid(p_now, e.event_type || ':' || j.id), r.organization_id, e.event_type,
           jsonb_build_object('jobId', job_id_text(j.id), 'projectId', 'prj_' || j.project_id,
                              'containerId', 'cnt_' || c.id, 'format', j.format, 'status', j.status)
           || CASE j.status
              WHEN 'completed' THEN jsonb_build_object('creditsCharged', r.charged)
              WHEN 'failed' THEN jsonb_build_object('error', jsonb_build_object(
                  'code', j.error_code, 'message', j.error_message))
              ELSE '{}' END,
           p_now
      FROM jobs j
      JOIN reservations r ON r.tenant_id = p_tenant_id AND r.job_id = j.id AND r.job_id = ANY (p_job_ids)
      JOIN containers c ON c.tenant_id = p_tenant_id AND c.job_id = j.id AND c.job_id = ANY (p_job_ids)
     CROSS JOIN LATERAL (
           SELECT 'job.' || j.status AS event_type UNION ALL
           SELECT 'content.generated' WHERE j.status = 'completed') e
     WHERE j.tenant_id = p_tenant_id AND j.id = ANY (p_job_ids)
$$;

-- Settle jobs: the real cost leaves the wallet, included credits first, and the rest of the reservation is free.
--
-- Facts: {credits_charged}. Refused: NOT_FOUND, CONFLICT {status} (already over), VALIDATION (cost above what was
-- reserved). Lock order: jobs and their reservations by id, the children's wallets by id, the partner's.
CREATE OR REPLACE FUNCTION job_settle(p_tenant_id bigint, p_now timestamptz, p_items job_settlement[])
RETURNS outcome[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    v_count    integer := cardinality(p_items);
    v_outcomes outcome[] := array_fill(NULL::outcome, ARRAY[v_count]);
    v_job_ids  uuid[] := ARRAY(SELECT i.job_id FROM unnest(p_items) i);
    v_wallets  wallets[] := reservation_wallets_lock(p_tenant_id, p_now, v_job_ids);
    v_owners   uuid[] := ARRAY(SELECT w.organization_id FROM unnest(v_wallets) w);
    v_wallet   wallets;
    v_item     job_settlement;
    v_held     record;
    v_index    integer;
    v_included bigint;
    v_settled  job_settlement[] := '{}';
    v_event    credit_events;
    v_events   credit_events[] := '{}';
BEGIN
    FOR v_held IN
        SELECT i.ordinality AS position, j.status, j.project_id, j.format, c.id AS container_id,
               r.organization_id, r.credits, job_last_at(j) AS last_at
          FROM unnest(p_items) WITH ORDINALITY i
          LEFT JOIN reservations r
            ON r.tenant_id = p_tenant_id AND r.job_id = i.job_id AND r.job_id = ANY (v_job_ids)
          LEFT JOIN jobs j ON j.tenant_id = p_tenant_id AND j.id = i.job_id AND j.id = ANY (v_job_ids)
          LEFT JOIN containers c
            ON c.tenant_id = p_tenant_id AND c.job_id = i.job_id AND c.job_id = ANY (v_job_ids)
         ORDER BY i.ordinality
    LOOP
        v_item := p_items[v_held.position];
        IF v_held.organization_id IS NULL THEN
            v_outcomes[v_held.position] := ROW('refused', 'NOT_FOUND', NULL)::outcome;
            CONTINUE;
        END IF;
        -- A job named twice in one batch is over after the first.
        IF v_held.status <> 'running' OR EXISTS (SELECT FROM unnest(v_settled) s WHERE s.job_id = v_item.job_id) THEN
            v_outcomes[v_held.position] := ROW('refused', 'CONFLICT', jsonb_build_object(
                'status', CASE WHEN v_held.status = 'running' THEN 'completed' ELSE v_held.status END))::outcome;
            CONTINUE;
        END IF;
        IF v_item.charged NOT BETWEEN 0 AND v_held.credits THEN
            v_outcomes[v_held.position] := ROW('refused', 'VALIDATION', jsonb_build_object(
                'reason', 'above_reservation', 'field', 'credits_charged', 'maximum', v_held.credits))::outcome;
            CONTINUE;
        END IF;
        p_now := greatest(p_now, v_held.last_at);
        v_index := array_position(v_owners, v_held.organization_id);
        v_wallet := v_wallets[v_index];
        v_included := least(v_item.charged, v_wallet.included_remaining);
        v_wallet.reserved := v_wallet.reserved - v_held.credits;
        v_wallet.running_jobs := v_wallet.running_jobs - 1;
        IF v_item.charged > 0 THEN
            v_wallet.included_remaining := v_wallet.included_remaining - v_included;
            v_wallet.prepaid := v_wallet.prepaid - (v_item.charged - v_included);
            v_wallet.used_this_period := v_wallet.used_this_period + v_item.charged;
            v_wallet.last_sequence := v_wallet.last_sequence + 1;
            v_wallet.last_event_at := greatest(p_now, v_wallet.last_event_at);
            v_event := credit_event_of(
                v_wallet, 'usage', -v_included, v_included - v_item.charged, '{}', v_item.caller, NULL, NULL,
                v_item.job_id, v_held.project_id, v_held.container_id, v_held.format);
            v_wallet.last_hash := v_event.hash;
            v_events := v_events || v_event;
        END IF;
        v_wallets[v_index] := v_wallet;
        v_settled := v_settled || v_item;
        v_outcomes[v_held.position] := ROW('done', NULL, jsonb_build_object('credits_charged', v_item.charged))::outcome;
    END LOOP;
    PERFORM credit_events_insert(p_tenant_id, v_events);
    PERFORM jobs_settled(p_tenant_id, p_now, v_settled);
    PERFORM reservation_wallets_save(v_wallets, p_now);
    RETURN v_outcomes;
END
$$;

-- Write that jobs were completed at these costs.
CREATE OR REPLACE FUNCTION jobs_settled(p_tenant_id bigint, p_now timestamptz, p_settled job_settlement[])
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_job_ids uuid[] := ARRAY(SELECT s.job_id FROM unnest(p_settled) s);
BEGIN
    UPDATE reservations r SET status = 'settled', charged = s.charged, closed_at = p_now
      FROM unnest(p_settled) s
     WHERE r.tenant_id = p_tenant_id AND r.job_id = s.job_id AND r.job_id = ANY (v_job_ids);
    UPDATE jobs SET status = 'completed', stage = 'completed', progress = 1, finished_at = p_now
     WHERE tenant_id = p_tenant_id AND id = ANY (v_job_ids);
    UPDATE containers SET status = 'completed', completed_at = p_now
     WHERE tenant_id = p_tenant_id AND job_id = ANY (v_job_ids);
    INSERT INTO audit_events
        (tenant_id, organization_id, event_id, event_type, occurred_at, actor, api_key_id, project_id, request_id,
         details)
    SELECT p_tenant_id, r.organization_id, time_ordered_uuid(p_now, 'job.completed:' || r.job_id), 'job.completed',
           p_now, (s.caller).actor, (s.caller).api_key_id, j.project_id, (s.caller).request_id,
           job_audit_details(s.caller, r.job_id, jsonb_build_object('creditsCharged', r.charged))
      FROM unnest(p_settled) s
      JOIN reservations r ON r.tenant_id = p_tenant_id AND r.job_id = s.job_id AND r.job_id = ANY (v_job_ids)
      JOIN jobs j ON j.tenant_id = p_tenant_id AND j.id = s.job_id AND j.id = ANY (v_job_ids);
    PERFORM jobs_tell(p_tenant_id, p_now, v_job_ids);
END
$$;

-- End jobs that will not be charged: failed, canceled or expired. The whole reservation is free again, no ledger row.
--
-- Facts: {released_credits}. Refused: NOT_FOUND, CONFLICT {status} (already over). Lock order: as job_settle.
CREATE OR REPLACE FUNCTION job_release(p_tenant_id bigint, p_now timestamptz, p_items job_release[])
RETURNS outcome[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    v_count    integer := cardinality(p_items);
    v_outcomes outcome[] := array_fill(NULL::outcome, ARRAY[v_count]);
    v_job_ids  uuid[] := ARRAY(SELECT i.job_id FROM unnest(p_items) i);
    v_wallets  wallets[] := reservation_wallets_lock(p_tenant_id, p_now, v_job_ids);
    v_owners   uuid[] := ARRAY(SELECT w.organization_id FROM unnest(v_wallets) w);
    v_item     job_release;
    v_held     record;
    v_index    integer;
    v_released integer[] := '{}';
BEGIN
    FOR v_position IN 1..v_count LOOP
        v_item := p_items[v_position];
        SELECT j.status, job_last_at(j) AS last_at, r.organization_id, r.credits INTO v_held
          FROM reservations r JOIN jobs j ON j.tenant_id = r.tenant_id AND j.id = r.job_id
         WHERE r.tenant_id = p_tenant_id AND r.job_id = v_item.job_id;
        IF NOT FOUND THEN
            v_outcomes[v_position] := ROW('refused', 'NOT_FOUND', NULL)::outcome;
        ELSIF v_held.status <> 'running' THEN
            v_outcomes[v_position] := ROW('refused', 'CONFLICT', jsonb_build_object('status', v_held.status))::outcome;
        ELSIF EXISTS (SELECT FROM unnest(v_released) d WHERE p_items[d].job_id = v_item.job_id) THEN
            -- A job named twice in one batch is over after the first.
            v_outcomes[v_position] := ROW('refused', 'CONFLICT', jsonb_build_object('status', (
                SELECT p_items[d].status FROM unnest(v_released) d WHERE p_items[d].job_id = v_item.job_id)))::outcome;
        ELSE
            p_now := greatest(p_now, v_held.last_at);
            v_index := array_position(v_owners, v_held.organization_id);
            v_wallets[v_index].reserved := v_wallets[v_index].reserved - v_held.credits;
            v_wallets[v_index].running_jobs := v_wallets[v_index].running_jobs - 1;
            v_released := v_released || v_position;
            v_outcomes[v_position] := ROW('done', NULL, jsonb_build_object('released_credits', v_held.credits))::outcome;
        END IF;
    END LOOP;

    UPDATE reservations r SET status = 'released', closed_at = p_now
      FROM unnest(v_released) d
     WHERE r.tenant_id = p_tenant_id AND r.job_id = p_items[d].job_id AND r.job_id = ANY (v_job_ids);
    UPDATE jobs j SET status = p_items[d].status, finished_at = p_now,
           error_code = CASE p_items[d].status WHEN 'failed' THEN p_items[d].error_code END,
           error_message = CASE p_items[d].status WHEN 'failed' THEN p_items[d].error_message END,
           last_error_code = CASE p_items[d].status WHEN 'failed' THEN p_items[d].error_code ELSE last_error_code END,
           last_error_message =
               CASE p_items[d].status WHEN 'failed' THEN p_items[d].error_message ELSE last_error_message END
      FROM unnest(v_released) d
     WHERE j.tenant_id = p_tenant_id AND j.id = p_items[d].job_id AND j.id = ANY (v_job_ids);
    UPDATE containers c SET status = p_items[d].status,
           failed_at = CASE p_items[d].status WHEN 'failed' THEN p_now END
      FROM unnest(v_released) d
     WHERE c.tenant_id = p_tenant_id AND c.job_id = p_items[d].job_id AND c.job_id = ANY (v_job_ids);
    INSERT INTO audit_events
        (tenant_id, organization_id, event_id, event_type, occurred_at, actor, api_key_id, project_id, request_id,
         details)
    SELECT p_tenant_id, r.organization_id, time_ordered_uuid(p_now, 'job.ended:' || r.job_id),
           'job.' || p_items[d].status, p_now, ((p_items[d]).caller).actor, ((p_items[d]).caller).api_key_id,
           j.project_id, ((p_items[d]).caller).request_id,
           job_audit_details((p_items[d]).caller, r.job_id,
               jsonb_build_object('releasedCredits', r.credits)
               || CASE p_items[d].status WHEN 'failed' THEN jsonb_build_object('code', p_items[d].error_code)
                                         ELSE '{}' END)
      FROM unnest(v_released) d
      JOIN reservations r
        ON r.tenant_id = p_tenant_id AND r.job_id = p_items[d].job_id AND r.job_id = ANY (v_job_ids)
      JOIN jobs j ON j.tenant_id = p_tenant_id AND j.id = p_items[d].job_id AND j.id = ANY (v_job_ids);
    PERFORM jobs_tell(p_tenant_id, p_now, ARRAY(SELECT p_items[d].job_id FROM unnest(v_released) d));
    PERFORM reservation_wallets_save(v_wallets, p_now);
    RETURN v_outcomes;
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
