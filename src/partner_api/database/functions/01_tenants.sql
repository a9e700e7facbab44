-- Keeps a tenant where it is until the transaction ends; called before anything of it is locked or read. On one server
-- it always is, and there is nothing to do. On a cluster, cluster/tenant_hold.sql puts another body in its place.
CREATE OR REPLACE FUNCTION tenant_hold(p_tenant_id bigint)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
END
$$;
