-- The outbox: the changes that partners may be told of.

-- Write one change. p_subject is what it happened to: with the type and the time it makes the id, so that one change
-- leaves one row. What may happen to the same thing twice in a millisecond, or has the same id in the partner's other
-- environment, brings a subject that nothing else has: such as gen_random_uuid().
CREATE OR REPLACE FUNCTION outbox_write(
    p_tenant_id bigint, p_now timestamptz, p_organization_id uuid, p_event_type text, p_subject uuid, p_data jsonb)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_id uuid := time_ordered_uuid(p_now, p_event_type || ':' || p_subject);
BEGIN
    INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at)
    VALUES (p_tenant_id, v_id, p_organization_id, p_event_type, p_data, p_now);
END
$$;

-- Write changes of one tenant in one statement.
CREATE OR REPLACE FUNCTION outbox_insert(p_tenant_id bigint, p_rows outbox[])
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at)
    SELECT p_tenant_id, r.id, r.organization_id, r.event_type, r.data, r.created_at FROM unnest(p_rows) r;
END
$$;
