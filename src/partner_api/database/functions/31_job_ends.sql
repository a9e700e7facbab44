-- How a job ends: settled at its real cost, or released without a charge. Only other functions call these: what ends a
-- job is a worker's report, a cancel or its time. 30_jobs.sql says why the statements look as they do.
--
-- A batch is read with one statement for each table and decided in memory; jobs that end are then rows as the table will
-- have them, which jobs_write_ends writes together.

-- Lock jobs, and return those that there are, with their ids at the same positions.
CREATE OR REPLACE FUNCTION jobs_lock_rows(
    p_tenant_id bigint, p_job_ids uuid[], OUT p_jobs jobs[], OUT p_ids uuid[])
LANGUAGE plpgsql AS $$
DECLARE
    v_job jobs;
BEGIN
    p_jobs := '{}';
    p_ids := '{}';
    FOR v_job IN
        SELECT * FROM jobs WHERE tenant_id = p_tenant_id AND id = ANY (p_job_ids) ORDER BY id FOR NO KEY UPDATE
    LOOP
        p_jobs := p_jobs || v_job;
        p_ids := p_ids || v_job.id;
    END LOOP;
END
$$;

-- Lock the reservations of a batch's locked jobs, and the wallets that they hold: the children's by id, then the
-- partner's, which is among them when an archived child's freed credits go there. The reservations come back as whose
-- they are and their credits, at the positions of their jobs' ids; the wallets brought to p_now or to when the last of the
-- jobs may end, which a faster clock may have put into the next period: no usage is dated beyond its wallet's period.
CREATE OR REPLACE FUNCTION jobs_lock_wallets(
    p_tenant_id bigint, p_now timestamptz, p_jobs jobs[], p_ids uuid[],
    OUT p_job_ids uuid[], OUT p_owners uuid[], OUT p_credits bigint[], OUT p_wallets wallets[])
LANGUAGE plpgsql AS $$
DECLARE
    v_reserved record;
    v_wallet   wallets;
    v_archived boolean := false;
BEGIN
    p_job_ids := '{}';
    FOR v_reserved IN
        SELECT job_id, organization_id, credits FROM reservations
         WHERE tenant_id = p_tenant_id AND job_id = ANY (p_ids)
         ORDER BY job_id FOR NO KEY UPDATE
    LOOP
        p_job_ids := p_job_ids || v_reserved.job_id;
        p_owners := p_owners || v_reserved.organization_id;
        p_credits := p_credits || v_reserved.credits;
    END LOOP;
    p_wallets := '{}';
    FOR v_wallet IN
        SELECT * FROM wallets
         WHERE tenant_id = p_tenant_id AND organization_id = ANY (p_owners)
         ORDER BY partner_id IS NULL, organization_id FOR NO KEY UPDATE
    LOOP
        p_wallets := p_wallets || v_wallet;
        v_archived := v_archived OR v_wallet.state = 'archived' AND v_wallet.partner_id IS NOT NULL;
    END LOOP;
    IF v_archived AND v_wallet.partner_id IS NOT NULL THEN
        p_wallets := p_wallets || wallet_lock(p_tenant_id, v_wallet.partner_id, p_now);
    END IF;
    FOR v_index IN 1..cardinality(p_jobs) LOOP
        p_now := greatest(p_now, job_last_at(p_jobs[v_index]));
    END LOOP;
    p_wallets := (wallets_roll_over(p_wallets, p_now)).p_wallets;
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
    IF v_last = 0 THEN
        RETURN;
    END IF;
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

-- Settle jobs: the real cost leaves the wallet, included credits first, and the rest of the reservation is free.
--
-- Facts: {credits_charged}. Refused: NOT_FOUND, CONFLICT {status} (already over), VALIDATION (cost above what was
-- reserved). Lock order: jobs and their reservations by id, the children's wallets by id, the partner's.
CREATE OR REPLACE FUNCTION job_settle(p_tenant_id bigint, p_now timestamptz, p_items job_settlement[])
RETURNS outcome[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_locked record;
BEGIN
    v_locked := jobs_lock_rows(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    RETURN jobs_settle(p_tenant_id, p_now, p_items, v_locked.p_jobs, v_locked.p_ids);
END
$$;

-- Do the same for jobs that are locked; their ids are at the same positions.
CREATE OR REPLACE FUNCTION jobs_settle(
    p_tenant_id bigint, p_now timestamptz, p_items job_settlement[], p_jobs jobs[], p_ids uuid[])
RETURNS outcome[]
LANGUAGE plpgsql AS $$
DECLARE
    v_outcomes   outcome[] := '{}';
    v_held       record := jobs_lock_wallets(p_tenant_id, p_now, p_jobs, p_ids);
    v_reserved   uuid[] := v_held.p_job_ids;
    v_credits    bigint[] := v_held.p_credits;
    v_wallets    wallets[] := v_held.p_wallets;
    v_owners     uuid[] := wallet_owners(v_wallets);
    v_containers uuid[] := jobs_containers(p_tenant_id, v_reserved);
    v_item       job_settlement;
    v_job        jobs;
    v_place      integer;
    v_index      integer;
    v_wallet     wallets;
    v_included   bigint;
    v_event      credit_events;
    v_events     credit_events[] := '{}';
    v_ended      jobs[] := '{}'; -- those that end; at the same positions their reservations, costs and callers
    v_places     integer[] := '{}';
    v_charged    bigint[] := '{}';
    v_callers    caller[] := '{}';
BEGIN
    FOREACH v_item IN ARRAY p_items LOOP
        v_job := p_jobs[array_position(p_ids, v_item.job_id)];
        v_place := array_position(v_reserved, v_item.job_id);
        -- A job named twice in one batch is over after the first.
        IF v_place = ANY (v_places) THEN
            v_job.status := 'completed';
        END IF;
        IF v_place IS NULL THEN
            v_outcomes := v_outcomes || ROW('refused', 'NOT_FOUND', NULL)::outcome;
        ELSIF v_job.status <> 'running' THEN
            v_outcomes := v_outcomes || ROW('refused', 'CONFLICT', jsonb_build_object('status', v_job.status))::outcome;
        ELSIF v_item.charged NOT BETWEEN 0 AND v_credits[v_place] THEN
            v_outcomes := v_outcomes || ROW('refused', 'VALIDATION', jsonb_build_object(
                'reason', 'above_reservation', 'field', 'credits_charged', 'maximum', v_credits[v_place]))::outcome;
        ELSE
            v_job.finished_at := greatest(p_now, job_last_at(v_job));
            v_job.status := 'completed';
            v_index := array_position(v_owners, (v_held.p_owners)[v_place]);
            v_wallet := v_wallets[v_index];
            v_included := least(v_item.charged, v_wallet.included_remaining);
            v_wallet.reserved := v_wallet.reserved - v_credits[v_place];
            v_wallet.running_jobs := v_wallet.running_jobs - 1;
            IF v_item.charged > 0 THEN
                v_wallet.included_remaining := v_wallet.included_remaining - v_included;
                v_wallet.prepaid := v_wallet.prepaid - (v_item.charged - v_included);
                v_wallet.used_this_period := v_wallet.used_this_period + v_item.charged;
                v_wallet.last_sequence := v_wallet.last_sequence + 1;
                v_wallet.last_event_at := greatest(v_job.finished_at, v_wallet.last_event_at);
                v_event := credit_event_of(
                    v_wallet, 'usage', -v_included, v_included - v_item.charged, '{}', v_item.caller, NULL, NULL,
                    v_job.id, v_job.project_id, v_containers[v_place], v_job.format);
                v_wallet.last_hash := v_event.hash;
                v_events := v_events || v_event;
            END IF;
            v_wallets[v_index] := v_wallet;
            v_ended := v_ended || v_job;
            v_places := v_places || v_place;
            v_charged := v_charged || v_item.charged;
            v_callers := v_callers || v_item.caller;
            v_outcomes := v_outcomes || ROW('done', NULL, jsonb_build_object('credits_charged', v_item.charged))::outcome;
        END IF;
    END LOOP;
    IF v_events <> '{}' THEN
        PERFORM credit_events_insert(p_tenant_id, v_events);
    END IF;
    PERFORM jobs_write_ends(p_tenant_id, v_ended, v_places, v_held.p_owners, v_containers, v_charged, v_callers);
    PERFORM reservation_wallets_save(v_wallets, p_now);
    RETURN v_outcomes;
END
$$;

-- End jobs that will not be charged: failed, canceled or expired. The whole reservation is free again, no ledger row.
--
-- Facts: {released_credits}. Refused: NOT_FOUND, CONFLICT {status} (already over). Lock order: as job_settle.
CREATE OR REPLACE FUNCTION job_release(p_tenant_id bigint, p_now timestamptz, p_items job_release[])
RETURNS outcome[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_locked record;
BEGIN
    v_locked := jobs_lock_rows(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    RETURN jobs_release(p_tenant_id, p_now, p_items, v_locked.p_jobs, v_locked.p_ids);
END
$$;

-- Do the same for jobs that are locked; their ids are at the same positions.
CREATE OR REPLACE FUNCTION jobs_release(
    p_tenant_id bigint, p_now timestamptz, p_items job_release[], p_jobs jobs[], p_ids uuid[])
RETURNS outcome[]
LANGUAGE plpgsql AS $$
DECLARE
    v_outcomes   outcome[] := '{}';
    v_held       record := jobs_lock_wallets(p_tenant_id, p_now, p_jobs, p_ids);
    v_reserved   uuid[] := v_held.p_job_ids;
    v_credits    bigint[] := v_held.p_credits;
    v_wallets    wallets[] := v_held.p_wallets;
    v_owners     uuid[] := wallet_owners(v_wallets);
    v_item       job_release;
    v_job        jobs;
    v_place      integer;
    v_earlier    integer;
    v_index      integer;
    v_ended      jobs[] := '{}'; -- those that end; at the same positions their reservations, credits and callers
    v_places     integer[] := '{}';
    v_released   bigint[] := '{}';
    v_callers    caller[] := '{}';
BEGIN
    FOREACH v_item IN ARRAY p_items LOOP
        v_job := p_jobs[array_position(p_ids, v_item.job_id)];
        v_place := array_position(v_reserved, v_item.job_id);
        -- A job named twice in one batch is over after the first.
        v_earlier := array_position(v_places, v_place);
        IF v_earlier IS NOT NULL THEN
            v_job := v_ended[v_earlier];
        END IF;
        IF v_place IS NULL THEN
            v_outcomes := v_outcomes || ROW('refused', 'NOT_FOUND', NULL)::outcome;
        ELSIF v_job.status <> 'running' THEN
            v_outcomes := v_outcomes || ROW('refused', 'CONFLICT', jsonb_build_object('status', v_job.status))::outcome;
        ELSE
            v_job.finished_at := greatest(p_now, job_last_at(v_job));
            v_job.status := v_item.status;
            v_job.error_code := CASE v_item.status WHEN 'failed' THEN v_item.error_code END;
            v_job.error_message := CASE v_item.status WHEN 'failed' THEN v_item.error_message END;
            v_index := array_position(v_owners, (v_held.p_owners)[v_place]);
            v_wallets[v_index].reserved := v_wallets[v_index].reserved - v_credits[v_place];
            v_wallets[v_index].running_jobs := v_wallets[v_index].running_jobs - 1;
            v_ended := v_ended || v_job;
            v_places := v_places || v_place;
            v_released := v_released || v_credits[v_place];
            v_callers := v_callers || v_item.caller;
            v_outcomes := v_outcomes || ROW('done', NULL, jsonb_build_object(
                'released_credits', v_credits[v_place]))::outcome;
        END IF;
    END LOOP;
    PERFORM jobs_write_ends(
        p_tenant_id, v_ended, v_places, v_held.p_owners, jobs_containers(p_tenant_id, v_reserved), v_released, v_callers);
    PERFORM reservation_wallets_save(v_wallets, p_now);
    RETURN v_outcomes;
END
$$;
