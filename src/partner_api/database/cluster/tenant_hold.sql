-- The body of tenant_hold on a cluster: a write that finds no row. It takes the lock of the tenant's shard, for which a
-- move waits before the other node takes over; a mere read, FOR UPDATE or not, does not take it. Without it, a call may
-- read a wallet where it was, and save it where it is. Of a table that the server's role may write too, whose
-- transactions begin with this.
CREATE OR REPLACE FUNCTION tenant_hold(p_tenant_id bigint)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE idempotency_keys SET status_code = status_code
     WHERE tenant_id = p_tenant_id AND caller_id = '00000000-0000-0000-0000-000000000000';
END
$$;
