-- Two-phase spending: a job reserves its estimate when it starts, then settles its real cost or releases all of it.
--
-- A batch is decided item by item in the order given, in memory, then written with one UPDATE per wallet and one
-- INSERT per table. Lock order: projects, jobs with their reservations, the children's wallets by id, the partner's.
--
-- Planning these statements takes longer than running them, so each is planned once per connection, perhaps while
-- the tables are empty. Such a plan must be good for ever: rows are named by arrays of their ids, which keeps every
-- look at a table within the batch, and tables are never read whole.

-- Starts jobs: reservation, container and job together, or nothing.
--
-- Facts: {reserved_credits}. Refused: NOT_FOUND (project not the organization's), CONFLICT (project archived),
-- KILL_SWITCH, RATE_LIMITED (running-jobs cap), BILLING_EXHAUSTED (monthly_credit_cap | insufficient_credits).
CREATE OR REPLACE FUNCTION job_start(p_tenant_id bigint, p_now timestamptz, p_items job_start[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    v_count      integer := cardinality(p_items);
    v_outcomes   outcome[] := array_fill(NULL::outcome, ARRAY[v_count]);
    v_projects   projects[];
    -- First those named, then those found, at the positions of v_projects.
    v_project_ids uuid[] := ARRAY(SELECT i.project_id FROM unnest(p_items) i);
    v_project    projects;
    v_wallets    wallets[];
    -- The same of organizations and v_wallets.
    v_owners     uuid[] := ARRAY(SELECT i.organization_id FROM unnest(p_items) i);
    v_wallet     wallets;
    v_partner    wallets;
    v_item       job_start;
    v_outcome    outcome;
    v_index      integer;
    v_pair       record;
    v_accepted   boolean[] := array_fill(false, ARRAY[v_count]);
    v_any        boolean := false;
    v_asked_at   timestamptz := p_now; -- before it is raised to what other nodes have done
BEGIN
    -- A project in which a job is being started cannot move to another organization meanwhile.
    SELECT array_agg(p) INTO v_projects FROM (
        SELECT * FROM projects
         WHERE tenant_id = p_tenant_id AND id = ANY (v_project_ids)
         ORDER BY id FOR SHARE) p;
    v_project_ids := ARRAY(SELECT p.id FROM unnest(v_projects) p);
    SELECT array_agg(w) INTO v_wallets FROM (
        SELECT * FROM wallets
         WHERE tenant_id = p_tenant_id AND organization_id = ANY (v_owners)
         ORDER BY partner_id IS NULL, organization_id FOR NO KEY UPDATE) w;
    IF EXISTS (SELECT FROM unnest(v_wallets) w WHERE w.auto_refill_enabled AND w.refill_amount IS NOT NULL)
       AND v_wallets[cardinality(v_wallets)].partner_id IS NOT NULL THEN
        SELECT * INTO v_partner FROM wallets
         WHERE tenant_id = p_tenant_id AND organization_id = v_wallets[1].partner_id FOR NO KEY UPDATE;
        v_wallets := v_wallets || v_partner;
    END IF;
    SELECT r.p_wallets, r.p_now INTO v_wallets, p_now FROM wallets_rolled(v_wallets, p_now) r;
    -- Lock order puts the partner last.
    v_partner := v_wallets[cardinality(v_wallets)];
    v_owners := ARRAY(SELECT w.organization_id FROM unnest(v_wallets) w);

    FOR v_position IN 1..v_count LOOP
        v_item := p_items[v_position];
        v_project := v_projects[array_position(v_project_ids, v_item.project_id)];
        v_index := array_position(v_owners, v_item.organization_id);
        v_wallet := v_wallets[v_index];
        v_outcome := CASE
            WHEN v_project.organization_id IS DISTINCT FROM v_item.organization_id OR v_wallet.organization_id IS NULL
                THEN ROW('refused', 'NOT_FOUND', NULL)::outcome
            WHEN v_wallet.state <> 'active'
                THEN ROW('refused', 'KILL_SWITCH', '{"scope": "organization"}')::outcome
            WHEN v_project.status = 'archived'
                THEN ROW('refused', 'CONFLICT', '{"status": "archived"}')::outcome
            WHEN v_wallet.running_jobs >= v_item.running_jobs_limit
                THEN ROW('refused', 'RATE_LIMITED', jsonb_build_object(
                    'limit', 'concurrent_jobs', 'maximum', v_item.running_jobs_limit))::outcome
            -- Without a cap of its own, a period's usage is capped at the largest exact integer.
            WHEN v_wallet.used_this_period + v_wallet.reserved + v_item.credits
                 > coalesce(v_wallet.monthly_credit_cap, 9007199254740991)
                THEN ROW('refused', 'BILLING_EXHAUSTED', jsonb_build_object(
                    'reason', 'monthly_credit_cap', 'required', v_item.credits,
                    'available', greatest(0, coalesce(v_wallet.monthly_credit_cap, 9007199254740991)
                                             - v_wallet.used_this_period - v_wallet.reserved)))::outcome
        END;

        IF v_outcome.status IS NULL AND v_wallet.auto_refill_enabled
           AND wallet_available(v_wallet) - v_item.credits < v_wallet.refill_threshold THEN
            IF v_partner.state <> 'active' OR wallet_spendable_prepaid(v_partner) < v_wallet.refill_amount THEN
                IF coalesce(v_wallet.refill_failed_at, '-infinity') <= v_asked_at - interval '1 hour' THEN
                    v_wallet.refill_failed_at := v_asked_at;
                    PERFORM audit_write(p_tenant_id, p_now, v_wallet.partner_id, 'credits.refill_failed',
                        ROW('system', NULL, NULL, NULL, (v_item.caller).request_id)::caller, v_item.project_id,
                        jsonb_build_object('organizationId', 'org_' || v_wallet.organization_id,
                            'required', v_wallet.refill_amount, 'available', wallet_spendable_prepaid(v_partner)));
                END IF;
            ELSIF wallet_available(v_wallet) + v_wallet.refill_amount >= v_item.credits
                  AND v_wallet.refill_amount <= wallet_headroom(v_wallet) THEN
                SELECT * INTO v_pair FROM credit_transfer(v_partner, v_wallet, p_now,
                    job_refill(v_item.job_id, v_wallet.refill_amount, p_now), 'auto_refill',
                    ROW('system', NULL, NULL, NULL, (v_item.caller).request_id)::caller);
                v_partner := v_pair.p_from;
                v_wallet := v_pair.p_to;
                PERFORM audit_write(p_tenant_id, p_now, v_wallet.partner_id, 'credits.refilled',
                    ROW('system', NULL, NULL, NULL, (v_item.caller).request_id)::caller, v_item.project_id,
                    jsonb_build_object('organizationId', 'org_' || v_wallet.organization_id,
                        'credits', v_wallet.refill_amount));
                v_wallets[array_position(v_owners, v_partner.organization_id)] := v_partner;
            END IF;
        END IF;

        IF v_outcome.status IS NULL AND wallet_available(v_wallet) < v_item.credits THEN
            v_outcome := ROW('refused', 'BILLING_EXHAUSTED', jsonb_build_object(
                'reason', 'insufficient_credits', 'required', v_item.credits,
                'available', wallet_available(v_wallet)))::outcome;
        END IF;
        IF v_outcome.status IS NULL THEN
            v_wallet.reserved := v_wallet.reserved + v_item.credits;
            v_wallet.running_jobs := v_wallet.running_jobs + 1;
            v_accepted[v_position] := true;
            v_any := true;
            v_outcome := ROW('done', NULL, jsonb_build_object('reserved_credits', v_item.credits))::outcome;
        END IF;
        IF v_wallet.organization_id IS NOT NULL THEN
            v_wallets[v_index] := v_wallet;
            IF v_wallet.partner_id IS NULL THEN
                v_partner := v_wallet;
            END IF;
        END IF;
        v_outcomes[v_position] := v_outcome;
    END LOOP;

    PERFORM wallets_save(p_tenant_id, v_wallets);
    IF v_any THEN
        INSERT INTO jobs (tenant_id, id, project_id, format, started_at, expires_at)
        SELECT p_tenant_id, i.job_id, i.project_id, i.format, p_now, i.expires_at
          FROM unnest(p_items) WITH ORDINALITY i WHERE v_accepted[i.ordinality];
        INSERT INTO containers (tenant_id, id, project_id, job_id, format, inputs, created_at)
        SELECT p_tenant_id, i.container_id, i.project_id, i.job_id, i.format, i.inputs, p_now
          FROM unnest(p_items) WITH ORDINALITY i WHERE v_accepted[i.ordinality];
        INSERT INTO reservations (tenant_id, job_id, organization_id, credits, created_at, expires_at)
        SELECT p_tenant_id, i.job_id, i.organization_id, i.credits, p_now, i.expires_at
          FROM unnest(p_items) WITH ORDINALITY i WHERE v_accepted[i.ordinality];
        INSERT INTO audit_events
            (tenant_id, organization_id, event_id, event_type, occurred_at, actor, api_key_id, project_id, request_id,
             details)
        SELECT p_tenant_id, i.organization_id, time_ordered_uuid(p_now, 'job.started:' || i.job_id), 'job.started',
               p_now, (i.caller).actor, (i.caller).api_key_id, i.project_id, (i.caller).request_id,
               jsonb_build_object('jobId', i.job_id, 'format', i.format, 'reservedCredits', i.credits)
          FROM unnest(p_items) WITH ORDINALITY i WHERE v_accepted[i.ordinality];
    END IF;
    RETURN v_outcomes;
END
$$;

-- The transfer of an automatic refill, one per job that set it off.
CREATE OR REPLACE FUNCTION job_refill(p_job_id uuid, p_credits bigint, p_now timestamptz)
RETURNS credit_transfers LANGUAGE plpgsql AS $$
DECLARE
    v_transfer credit_transfers;
BEGIN
    v_transfer.id := time_ordered_uuid(p_now, 'refill:' || p_job_id);
    v_transfer.credits := p_credits;
    RETURN v_transfer;
END
$$;

-- Locks the open reservations of a batch and gives the wallets they hold, rolled to p_now, in lock order. The
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
    SELECT r.p_wallets INTO v_wallets FROM wallets_rolled(v_wallets, p_now) r;
    RETURN v_wallets;
END
$$;

-- Saves the wallets of a batch; what closing the batch's reservations freed in archived ones goes to the partner.
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

-- Settles jobs: the real cost leaves the wallet, included credits first, and the rest of the reservation is free.
--
-- Facts: {credits_charged}. Refused: NOT_FOUND, CONFLICT {status} (already over), VALIDATION (cost above what was
-- reserved).
CREATE OR REPLACE FUNCTION job_settle(p_tenant_id bigint, p_now timestamptz, p_items job_settlement[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
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
    v_settled  uuid[] := '{}';
    v_charges  bigint[] := '{}';
    v_events   credit_events[] := '{}';
BEGIN
    FOR v_held IN
        SELECT i.ordinality AS position, j.status, j.project_id, j.format, c.id AS container_id,
               r.organization_id, r.credits
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
        IF v_held.status <> 'running' OR v_item.job_id = ANY (v_settled) THEN
            v_outcomes[v_held.position] := ROW('refused', 'CONFLICT', jsonb_build_object(
                'status', CASE WHEN v_held.status = 'running' THEN 'completed' ELSE v_held.status END))::outcome;
            CONTINUE;
        END IF;
        IF v_item.charged NOT BETWEEN 0 AND v_held.credits THEN
            v_outcomes[v_held.position] := ROW('refused', 'VALIDATION', jsonb_build_object('issues', jsonb_build_array(
                jsonb_build_object('path', 'creditsCharged', 'message',
                    'must be between 0 and the ' || v_held.credits || ' credits reserved'))))::outcome;
            CONTINUE;
        END IF;
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
            v_events := v_events || credit_event_of(
                v_wallet, 'usage', -v_included, v_included - v_item.charged, '{}', v_item.caller, NULL, NULL,
                v_item.job_id, v_held.project_id, v_held.container_id, v_held.format);
        END IF;
        v_wallets[v_index] := v_wallet;
        v_settled := v_settled || v_item.job_id;
        v_charges := v_charges || v_item.charged;
        v_outcomes[v_held.position] := ROW('done', NULL, jsonb_build_object('credits_charged', v_item.charged))::outcome;
    END LOOP;

    PERFORM credit_events_insert(p_tenant_id, v_events);
    UPDATE reservations r SET status = 'settled', charged = s.charged, closed_at = p_now
      FROM unnest(v_settled, v_charges) AS s (job_id, charged)
     WHERE r.tenant_id = p_tenant_id AND r.job_id = s.job_id AND r.job_id = ANY (v_settled);
    UPDATE jobs SET status = 'completed', stage = 'completed', progress = 1, finished_at = p_now
     WHERE tenant_id = p_tenant_id AND id = ANY (v_settled);
    UPDATE containers SET status = 'completed', completed_at = p_now
     WHERE tenant_id = p_tenant_id AND job_id = ANY (v_settled);
    INSERT INTO audit_events (tenant_id, organization_id, event_id, event_type, occurred_at, actor, request_id, details)
    SELECT p_tenant_id, r.organization_id, time_ordered_uuid(p_now, 'job.completed:' || r.job_id), 'job.completed',
           p_now, 'system', NULL, jsonb_build_object('jobId', r.job_id, 'creditsCharged', r.charged)
      FROM reservations r WHERE r.tenant_id = p_tenant_id AND r.job_id = ANY (v_settled);
    PERFORM reservation_wallets_save(v_wallets, p_now);
    RETURN v_outcomes;
END
$$;

-- Ends jobs that will not be charged: failed, canceled or expired. The whole reservation is free again, no ledger row.
--
-- Facts: {released_credits}. Refused: NOT_FOUND, CONFLICT {status} (already over).
CREATE OR REPLACE FUNCTION job_release(p_tenant_id bigint, p_now timestamptz, p_items job_release[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
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
        SELECT j.status, r.organization_id, r.credits INTO v_held
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
           error_message = CASE p_items[d].status WHEN 'failed' THEN p_items[d].error_message END
      FROM unnest(v_released) d
     WHERE j.tenant_id = p_tenant_id AND j.id = p_items[d].job_id AND j.id = ANY (v_job_ids);
    UPDATE containers c SET status = p_items[d].status,
           failed_at = CASE p_items[d].status WHEN 'failed' THEN p_now END
      FROM unnest(v_released) d
     WHERE c.tenant_id = p_tenant_id AND c.job_id = p_items[d].job_id AND c.job_id = ANY (v_job_ids);
    INSERT INTO audit_events (tenant_id, organization_id, event_id, event_type, occurred_at, actor, request_id, details)
    SELECT p_tenant_id, r.organization_id, time_ordered_uuid(p_now, 'job.ended:' || r.job_id),
           'job.' || p_items[d].status, p_now, 'system', NULL,
           jsonb_build_object('jobId', r.job_id, 'releasedCredits', r.credits)
      FROM unnest(v_released) d
      JOIN reservations r
        ON r.tenant_id = p_tenant_id AND r.job_id = p_items[d].job_id AND r.job_id = ANY (v_job_ids);
    PERFORM reservation_wallets_save(v_wallets, p_now);
    RETURN v_outcomes;
END
$$;

-- Fails the jobs of one tenant whose time is up, oldest first, at most p_limit. Gives how many.
CREATE OR REPLACE FUNCTION jobs_expire(p_tenant_id bigint, p_now timestamptz, p_limit integer)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_items job_release[];
BEGIN
    SELECT array_agg(ROW(r.job_id, 'failed', 'EXPIRED',
                         'The job was not finished within its time limit; nothing was charged.',
                         ROW('system', NULL, NULL, NULL, NULL)::caller)::job_release)
      INTO v_items
      FROM (SELECT job_id FROM reservations
             WHERE tenant_id = p_tenant_id AND status = 'open' AND expires_at <= p_now
             ORDER BY expires_at LIMIT p_limit) r;
    IF v_items IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM job_release(p_tenant_id, p_now, v_items);
    RETURN cardinality(v_items);
END
$$;
