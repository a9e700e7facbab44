-- Publishing: what is in the outbox gets its place in the feed of its tenant, and its deliveries.
--
-- These statements are planned once per connection, perhaps while the tables are empty, when reading all that a tenant has
-- seems as good as anything: rows are named by arrays of their ids, nested loops over indexes are the only way left to
-- read them, and OFFSET 0 makes each id lead to its row, never the other way round.

-- Return why nothing can be sent to an endpoint now; NULL: it can. p_partner_status is that of the organization's partner,
-- NULL for one of a partner.
CREATE OR REPLACE FUNCTION webhook_hindrance(p_endpoint_status text, p_organization_status text, p_partner_status text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN 'archived' IN (p_organization_status, p_partner_status) THEN 'organization_archived'
        WHEN 'suspended' IN (p_organization_status, p_partner_status) THEN 'organization_suspended'
        WHEN p_endpoint_status = 'paused' THEN 'endpoint_paused'
        WHEN p_endpoint_status = 'auto_paused' THEN 'endpoint_auto_paused' END
$$;

-- Find the endpoints that these events of a tenant are for: those of the event's organization, and those of its partner
-- that take the events of all children. p_hindrances has for each why nothing can be sent there now.
CREATE OR REPLACE FUNCTION events_match(
    p_tenant_id bigint, p_event_ids uuid[],
    OUT p_events uuid[], OUT p_endpoints uuid[], OUT p_hindrances text[])
LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT coalesce(array_agg(e.id), '{}'), coalesce(array_agg(w.id), '{}'),
           coalesce(array_agg(webhook_hindrance(w.status, owner.status, partner.status)), '{}')
      INTO p_events, p_endpoints, p_hindrances
      FROM unnest(p_event_ids) AS asked (id)
     CROSS JOIN LATERAL (SELECT * FROM outbox WHERE tenant_id = p_tenant_id AND id = asked.id OFFSET 0) e
     CROSS JOIN LATERAL (
           SELECT * FROM organizations WHERE tenant_id = p_tenant_id AND id = e.organization_id OFFSET 0) o
     CROSS JOIN LATERAL (
           SELECT * FROM webhook_endpoints
            WHERE tenant_id = p_tenant_id AND organization_id = ANY (ARRAY[o.id, o.parent_id]) OFFSET 0) w
     CROSS JOIN LATERAL (
           SELECT * FROM organizations WHERE tenant_id = p_tenant_id AND id = w.organization_id OFFSET 0) owner
      LEFT JOIN LATERAL (
           SELECT * FROM organizations WHERE tenant_id = p_tenant_id AND id = owner.parent_id OFFSET 0) partner ON true
     WHERE w.deleted_at IS NULL
       AND (w.organization_id = o.id OR w.scope = 'all_children')
       AND (w.events = '{*}' OR e.event_type = ANY (w.events))
       AND (w.project_id IS NULL OR e.data ->> 'projectId' = 'prj_' || w.project_id);
END
$$;

-- Publish the oldest events of a tenant that are not published yet, at most p_limit: each gets the next sequence, and one
-- delivery for each endpoint that it is for.
--
-- Whoever commits an event late is no fault of the others': it is published after them. One delivery is made even for
-- an endpoint to which nothing can be sent, and says why. Lock order: the stream, the queues by id.
CREATE OR REPLACE FUNCTION events_publish(
    p_tenant_id bigint, p_now timestamptz, p_limit integer, OUT p_events integer, OUT p_deliveries integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    v_stream event_streams;
    v_ids    uuid[];
    v_at     timestamptz;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    p_events := 0;
    p_deliveries := 0;
    SELECT * INTO v_stream FROM event_streams WHERE tenant_id = p_tenant_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        INSERT INTO event_streams (tenant_id, last_sequence, last_published_at) VALUES (p_tenant_id, 0, p_now)
        ON CONFLICT (tenant_id) DO NOTHING;
        SELECT * INTO v_stream FROM event_streams WHERE tenant_id = p_tenant_id FOR NO KEY UPDATE;
    END IF;
    v_ids := ARRAY(SELECT id FROM outbox WHERE tenant_id = p_tenant_id AND sequence IS NULL ORDER BY id LIMIT p_limit);
    IF cardinality(v_ids) = 0 THEN
        RETURN;
    END IF;
    v_at := (SELECT greatest(p_now, v_stream.last_published_at, max(created_at))
               FROM outbox WHERE tenant_id = p_tenant_id AND id = ANY (v_ids));
    UPDATE outbox o
       SET sequence = v_stream.last_sequence + array_position(v_ids, o.id),
           published_at = v_at,
           data = CASE WHEN o.data ? 'organizationId' THEN o.data
                       ELSE o.data || ('{"organizationId": "org_' || o.organization_id::text || '"}')::jsonb END
     WHERE o.tenant_id = p_tenant_id AND o.id = ANY (v_ids);
    GET DIAGNOSTICS p_events = ROW_COUNT;
    IF p_events < cardinality(v_ids) THEN
        -- A server of the previous release deletes those that nobody has published for 30 days.
        RAISE serialization_failure USING MESSAGE = 'an event was deleted meanwhile';
    END IF;
    UPDATE event_streams SET last_sequence = last_sequence + p_events, last_published_at = v_at
     WHERE tenant_id = p_tenant_id;
    p_deliveries := events_deliver(p_tenant_id, p_now, v_at, v_ids);
END
$$;

-- Make the deliveries of events that are published now, and return how many. Whoever deletes an endpoint holds its queue.
CREATE OR REPLACE FUNCTION events_deliver(p_tenant_id bigint, p_now timestamptz, p_at timestamptz, p_event_ids uuid[])
RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    v_matched   record;
    v_endpoints uuid[];
    v_made      integer;
BEGIN
    v_matched := events_match(p_tenant_id, p_event_ids);
    IF cardinality(v_matched.p_endpoints) = 0 THEN
        RETURN 0;
    END IF;
    PERFORM FROM webhook_queues WHERE tenant_id = p_tenant_id AND endpoint_id = ANY (v_matched.p_endpoints)
      ORDER BY endpoint_id FOR NO KEY UPDATE;
    v_endpoints := ARRAY(SELECT id FROM webhook_endpoints
                          WHERE tenant_id = p_tenant_id AND id = ANY (v_matched.p_endpoints) AND deleted_at IS NULL);
    INSERT INTO webhook_deliveries (tenant_id, id, endpoint_id, event_id, event_type, organization_id, event_created_at,
                                    status, next_attempt_at, abandoned_at, abandoned_reason, created_at)
    SELECT p_tenant_id, time_ordered_uuid(p_at, e.id || ':' || m.endpoint_id), m.endpoint_id, e.id, e.event_type,
           e.organization_id, e.created_at,
           CASE WHEN m.hindrance IS NULL THEN 'pending' ELSE 'abandoned' END,
           CASE WHEN m.hindrance IS NULL THEN p_now END,
           CASE WHEN m.hindrance IS NOT NULL THEN p_at END,
           m.hindrance, p_at
      FROM unnest(v_matched.p_events, v_matched.p_endpoints, v_matched.p_hindrances)
               AS m (event_id, endpoint_id, hindrance)
     CROSS JOIN LATERAL (SELECT * FROM outbox WHERE tenant_id = p_tenant_id AND id = m.event_id OFFSET 0) e
     WHERE m.endpoint_id = ANY (v_endpoints);
    GET DIAGNOSTICS v_made = ROW_COUNT;
    UPDATE webhook_queues SET next_due_at = p_now
     WHERE tenant_id = p_tenant_id AND endpoint_id = ANY (v_endpoints) AND (next_due_at > p_now OR next_due_at IS NULL)
       AND endpoint_id = ANY (ARRAY(
           SELECT m.endpoint_id FROM unnest(v_matched.p_endpoints, v_matched.p_hindrances) AS m (endpoint_id, hindrance)
            WHERE m.hindrance IS NULL));
    RETURN v_made;
END
$$;

-- Return the smallest sequence of a tenant whose event was published at p_at or later; one past the last when none was.
-- Times never fall along the sequences, and those that are deleted are the first.
CREATE OR REPLACE FUNCTION event_sequence_at(p_tenant_id bigint, p_at timestamptz)
RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_high   bigint := coalesce((SELECT last_sequence FROM event_streams WHERE tenant_id = p_tenant_id), 0) + 1;
    v_low    bigint := coalesce((SELECT sequence FROM outbox WHERE tenant_id = p_tenant_id AND sequence IS NOT NULL
                                  ORDER BY sequence LIMIT 1), v_high);
    v_middle bigint;
BEGIN
    WHILE v_low < v_high LOOP
        v_middle := (v_low + v_high) / 2;
        IF (SELECT published_at FROM outbox WHERE tenant_id = p_tenant_id AND sequence = v_middle) < p_at THEN
            v_low := v_middle + 1;
        ELSE
            v_high := v_middle;
        END IF;
    END LOOP;
    RETURN v_low;
END
$$;
