-- Most tenants are small and a few are large. From the average the planner would conclude that any index which begins
-- with the tenant leads to a row or two, and might look rows up by key through another index than the key's own: right
-- for most tenants, and a look at every row of a large one. So it is told that a tenant has a hundredth of each table,
-- and a tenth of those that jobs are started and ended in: a key is then always cheaper than whatever else the tenant has, and a tenant's list still cheaper than the table.
DO $$
DECLARE
    v_table regclass;
BEGIN
    FOR v_table IN
        SELECT c.oid::regclass FROM pg_class c
          JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] AND a.attname = 'tenant_id'
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN tenant_id SET (n_distinct = %s)', v_table,
                       CASE WHEN v_table::text IN ('projects', 'jobs', 'containers', 'reservations') THEN 10 ELSE 100 END);
    END LOOP;
END
$$;
ANALYZE;
