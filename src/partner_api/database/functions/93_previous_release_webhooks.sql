-- As 90_previous_release.sql, of webhooks: those were claimed and reported for several tenants in one call.

CREATE OR REPLACE FUNCTION webhook_deliveries_claim(
    p_tenant_ids bigint[], p_now timestamptz, p_limit integer, p_per_endpoint integer, p_per_tenant integer,
    p_claim_seconds integer, p_busy text[], p_busy_counts integer[],
    OUT p_claimed webhook_claimed[], OUT p_tenants integer, OUT p_abandoned integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_tenant_id bigint;
    v_some      record;
BEGIN
    p_claimed := '{}';
    p_tenants := 0;
    p_abandoned := 0;
    FOREACH v_tenant_id IN ARRAY p_tenant_ids LOOP
        EXIT WHEN cardinality(p_claimed) >= p_limit OR p_abandoned >= 1000;
        v_some := webhook_deliveries_claim(
            v_tenant_id, p_now,
            least(p_limit - cardinality(p_claimed),
                  webhook_slots(p_per_tenant, v_tenant_id::text, p_busy, p_busy_counts)),
            p_per_endpoint, p_claim_seconds, p_busy, p_busy_counts);
        p_claimed := p_claimed || v_some.p_claimed;
        p_tenants := p_tenants + 1;
        p_abandoned := p_abandoned + v_some.p_abandoned;
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION webhook_tenant_claim(
    p_tenant_id bigint, p_now timestamptz, p_slots integer, p_per_endpoint integer, p_claim_seconds integer,
    p_busy text[], p_busy_counts integer[], OUT p_claimed webhook_claimed[], OUT p_abandoned integer)
LANGUAGE plpgsql AS $$
BEGIN
    SELECT c.p_claimed, c.p_abandoned INTO p_claimed, p_abandoned
      FROM webhook_deliveries_claim(
               p_tenant_id, p_now, p_slots, p_per_endpoint, p_claim_seconds, p_busy, p_busy_counts) c;
END
$$;

CREATE OR REPLACE FUNCTION webhook_deliveries_finish(
    p_now timestamptz, p_results webhook_result[], OUT p_statuses text[], OUT p_paused boolean[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_tenant_id bigint;
    v_positions integer[];
    v_finished  record;
BEGIN
    FOREACH v_tenant_id IN ARRAY ARRAY(SELECT DISTINCT r.tenant_id FROM unnest(p_results) r ORDER BY r.tenant_id) LOOP
        v_positions := ARRAY(SELECT r.ordinality::integer FROM unnest(p_results) WITH ORDINALITY r
                              WHERE r.tenant_id = v_tenant_id ORDER BY r.ordinality);
        v_finished := webhook_deliveries_finish(
            v_tenant_id, p_now, ARRAY(SELECT p_results[w.place] FROM unnest(v_positions) w (place)));
        FOR v_index IN 1..cardinality(v_positions) LOOP
            p_statuses[v_positions[v_index]] := v_finished.p_statuses[v_index];
            p_paused[v_positions[v_index]] := v_finished.p_paused[v_index];
        END LOOP;
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION webhook_queues_count(
    p_now timestamptz, p_queues webhook_queues[], p_results webhook_result[], p_statuses text[])
RETURNS boolean[]
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'functions were replaced meanwhile' USING ERRCODE = 'serialization_failure';
END
$$;
