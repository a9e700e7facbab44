-- Jobs of a test tenant: no worker gets them, and they cost nothing.

-- Complete jobs, with files that are stored already. One that is over is left as it is. Return how many were completed.
-- Lock order: as jobs_lock.
CREATE OR REPLACE FUNCTION sandbox_complete(p_tenant_id bigint, p_now timestamptz, p_items sandbox_completion[])
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_locked   record;
    v_item     sandbox_completion;
    v_items    sandbox_completion[] := '{}';
    v_costs    job_settlement[] := '{}';
    v_settled  outcome[];
    v_done_ids uuid[] := '{}';
    v_assets   jsonb[] := '{}';
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    v_locked := jobs_lock_rows(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        IF (v_locked.p_jobs)[array_position(v_locked.p_ids, v_item.job_id)].sandbox THEN
            v_items := v_items || v_item;
            v_costs := v_costs || ROW(
                v_item.job_id, 0, ROW('system', NULL, NULL, NULL, NULL)::caller)::job_settlement;
        END IF;
    END LOOP;
    v_settled := jobs_settle(p_tenant_id, p_now, v_costs, v_locked.p_jobs, v_locked.p_ids);
    FOR v_index IN 1..cardinality(v_items) LOOP
        IF v_settled[v_index].status = 'done' THEN
            v_done_ids := v_done_ids || v_items[v_index].job_id;
            v_assets := v_assets || v_items[v_index].assets;
        END IF;
    END LOOP;
    PERFORM assets_insert(p_tenant_id, p_now, v_done_ids, v_assets);
    RETURN cardinality(v_done_ids);
END
$$;

-- End jobs that cannot be made, as failed; nothing is tried again. One that is over is left as it is. Return how many
-- were ended. Lock order: as jobs_lock.
CREATE OR REPLACE FUNCTION sandbox_fail(p_tenant_id bigint, p_now timestamptz, p_items job_release[])
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_locked   record;
    v_item     job_release;
    v_ends     job_release[] := '{}';
    v_outcomes outcome[];
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    v_locked := jobs_lock_rows(p_tenant_id, ARRAY(SELECT i.job_id FROM unnest(p_items) i));
    FOREACH v_item IN ARRAY p_items LOOP
        IF (v_locked.p_jobs)[array_position(v_locked.p_ids, v_item.job_id)].sandbox THEN
            v_ends := v_ends || ROW(
                v_item.job_id, 'failed', v_item.error_code, v_item.error_message, v_item.caller)::job_release;
        END IF;
    END LOOP;
    v_outcomes := jobs_release(p_tenant_id, p_now, v_ends, v_locked.p_jobs, v_locked.p_ids);
    RETURN (SELECT count(*) FROM unnest(v_outcomes) o WHERE o.status = 'done');
END
$$;
