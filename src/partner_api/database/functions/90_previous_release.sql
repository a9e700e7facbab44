-- What servers of the previous release still call while they are replaced, under the names and with the arguments that
-- they know. A release later nobody does: then this file is emptied, and retired.sql drops what was in it.

-- The same as wallets_roll_over_due.
CREATE OR REPLACE FUNCTION wallets_touch(p_tenant_id bigint, p_now timestamptz, p_organization_ids uuid[])
RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT wallets_roll_over_due(p_tenant_id, p_now, p_organization_ids)
$$;
