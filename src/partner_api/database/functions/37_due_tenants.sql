-- Which tenants have something due: for the sweeps, and for workers that ask for jobs. These look across tenants.
--
-- Each steps from tenant to tenant in an index that begins with the tenant, so that ten thousand rows of one cost as much
-- as one. When nothing at all is due, that shows in the index by time. They are functions for the sake of their settings:
-- a plan that was made while the tables were empty, or had never been analyzed, would read them whole or sort them.

-- Return the next tenants by id, above p_after, that have jobs waiting in these formats, but for p_resting.
CREATE OR REPLACE FUNCTION tenants_of_waiting_jobs(p_formats text[], p_after bigint, p_limit integer, p_resting uuid[])
RETURNS bigint[]
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
BEGIN
    RETURN ARRAY(
        WITH RECURSIVE ring (tenant_id, place) AS (
            SELECT p_after, 0
             UNION ALL
            SELECT n.tenant_id, ring.place + 1 FROM ring CROSS JOIN LATERAL (
                SELECT min(w.tenant_id) AS tenant_id
                  FROM unnest(p_formats) f (format) CROSS JOIN LATERAL (
                       SELECT j.tenant_id FROM jobs j
                        WHERE j.format = f.format AND j.tenant_id > ring.tenant_id
                          AND j.status = 'running' AND j.claim_token IS NULL AND NOT j.sandbox
                          AND j.id <> ALL (p_resting)
                        ORDER BY j.tenant_id, j.started_at, j.id LIMIT 1) w) n
             WHERE ring.place < p_limit AND n.tenant_id IS NOT NULL)
        SELECT tenant_id FROM ring WHERE place > 0 ORDER BY place);
END
$$;

-- Return tenants that have open reservations past their time, the longest overdue first, but for p_locked and for the
-- jobs that rest.
CREATE OR REPLACE FUNCTION tenants_of_expired_jobs(
    p_now timestamptz, p_limit integer, p_resting uuid[], p_locked bigint[])
RETURNS bigint[]
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
BEGIN
    RETURN ARRAY(
        WITH RECURSIVE ring (tenant_id, due_at) AS (
            SELECT 0::bigint, NULL::timestamptz WHERE EXISTS (
                SELECT FROM reservations WHERE status = 'open' AND expires_at <= p_now)
             UNION ALL
            SELECT n.tenant_id, n.expires_at FROM ring CROSS JOIN LATERAL (
                SELECT r.tenant_id, r.expires_at FROM reservations r
                 WHERE r.status = 'open' AND r.tenant_id > ring.tenant_id AND r.job_id <> ALL (p_resting)
                 ORDER BY r.tenant_id, r.expires_at LIMIT 1) n)
        SELECT tenant_id FROM ring WHERE due_at <= p_now AND tenant_id <> ALL (p_locked)
         ORDER BY due_at LIMIT p_limit);
END
$$;

-- Return tenants with claims that have lapsed, the longest lapsed first, but for p_locked and for the jobs that rest.
CREATE OR REPLACE FUNCTION tenants_of_lapsed_claims(
    p_now timestamptz, p_limit integer, p_resting uuid[], p_locked bigint[])
RETURNS bigint[]
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
BEGIN
    RETURN ARRAY(
        WITH RECURSIVE ring (tenant_id, due_at) AS (
            SELECT 0::bigint, NULL::timestamptz WHERE EXISTS (
                SELECT FROM jobs WHERE status = 'running' AND lease_until <= p_now)
             UNION ALL
            SELECT n.tenant_id, n.lease_until FROM ring CROSS JOIN LATERAL (
                SELECT j.tenant_id, j.lease_until FROM jobs j
                 WHERE j.status = 'running' AND j.lease_until IS NOT NULL AND j.tenant_id > ring.tenant_id
                   AND j.id <> ALL (p_resting)
                 ORDER BY j.tenant_id, j.lease_until LIMIT 1) n)
        SELECT tenant_id FROM ring WHERE due_at <= p_now AND tenant_id <> ALL (p_locked)
         ORDER BY due_at LIMIT p_limit);
END
$$;

-- Return tenants with wallets whose period is over, the longest overdue first, but for p_locked and for the wallets of
-- p_resting, each named by its tenant and its organization at one position.
CREATE OR REPLACE FUNCTION tenants_of_overdue_wallets(
    p_now timestamptz, p_limit integer, p_resting_tenants bigint[], p_resting uuid[], p_locked bigint[])
RETURNS bigint[]
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
BEGIN
    RETURN ARRAY(
        WITH RECURSIVE ring (tenant_id, due_at) AS (
            SELECT 0::bigint, NULL::timestamptz WHERE EXISTS (
                SELECT FROM wallets WHERE period_end <= p_now)
             UNION ALL
            SELECT n.tenant_id, n.period_end FROM ring CROSS JOIN LATERAL (
                SELECT w.tenant_id, w.period_end FROM wallets w
                 WHERE w.tenant_id > ring.tenant_id
                   AND (w.tenant_id, w.organization_id) NOT IN (SELECT * FROM unnest(p_resting_tenants, p_resting))
                 ORDER BY w.tenant_id, w.period_end LIMIT 1) n)
        SELECT tenant_id FROM ring WHERE due_at <= p_now AND tenant_id <> ALL (p_locked)
         ORDER BY due_at LIMIT p_limit);
END
$$;
