-- The audit log: one row per write, in the transaction of the write.

-- Write the audit row of what p_caller did. An operator's name goes into the details.
CREATE OR REPLACE FUNCTION audit_write(
    p_tenant_id bigint, p_now timestamptz, p_organization_id uuid, p_event_type text,
    p_caller caller, p_project_id uuid, p_details jsonb)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_event_id uuid := time_ordered_uuid(p_now, gen_random_uuid()::text);
BEGIN
    p_details := coalesce(p_details, '{}');
    IF p_caller.operator_name IS NOT NULL THEN
        p_details := p_details || jsonb_build_object('operator', p_caller.operator_name);
    END IF;
    INSERT INTO audit_events
        (tenant_id, organization_id, event_id, event_type, occurred_at, actor, api_key_id, project_id, request_id, details)
    VALUES (p_tenant_id, p_organization_id, v_event_id, p_event_type, p_now, p_caller.actor, p_caller.api_key_id,
            p_project_id, p_caller.request_id, p_details);
END
$$;

-- Write audit rows of one tenant in one statement.
CREATE OR REPLACE FUNCTION audit_insert(p_tenant_id bigint, p_rows audit_events[])
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_events
        (tenant_id, organization_id, event_id, event_type, occurred_at, actor, api_key_id, project_id, request_id, details)
    SELECT p_tenant_id, r.organization_id, r.event_id, r.event_type, r.occurred_at, r.actor, r.api_key_id, r.project_id,
           r.request_id, r.details
      FROM unnest(p_rows) r;
END
$$;

-- Return what the audit log says of a job, and of the operator, if one did it.
CREATE OR REPLACE FUNCTION job_audit_details(p_caller caller, p_job_id uuid, p_details jsonb)
RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('jobId', p_job_id) || p_details
           || CASE WHEN p_caller.operator_name IS NULL THEN '{}'
                   ELSE jsonb_build_object('operator', p_caller.operator_name) END
$$;

-- Create the partitions of the current and the next three months, and return how many are new. A month that already has
-- rows in the default partition stays there: moving them would lock the table.
CREATE OR REPLACE FUNCTION audit_partitions_ensure(p_now timestamptz)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_made  integer := 0;
    v_from  timestamptz;
    v_until timestamptz;
    v_name  text;
BEGIN
    -- Two workers must not make the same partition.
    PERFORM pg_advisory_xact_lock(hashtextextended('audit_partitions_ensure', 0));
    FOR v_month IN 0..3 LOOP
        v_from := date_trunc('month', p_now) + make_interval(months => v_month);
        v_until := v_from + interval '1 month';
        v_name := 'audit_events_' || to_char(v_from, 'YYYY_MM');
        IF to_regclass('public.' || v_name) IS NULL
           AND NOT EXISTS (SELECT 1 FROM audit_events_default WHERE occurred_at >= v_from AND occurred_at < v_until) THEN
            BEGIN
                EXECUTE format('CREATE TABLE %I PARTITION OF audit_events FOR VALUES FROM (%L) TO (%L)',
                               v_name, v_from, v_until);
                v_made := v_made + 1;
            EXCEPTION WHEN check_violation THEN
                -- A row of this month came into the default partition meanwhile: the month stays there.
                NULL;
            END;
        END IF;
    END LOOP;
    RETURN v_made;
END
$$;

-- Delete what is older than 90 days. Whole months are dropped, not deleted row by row; of the default partition, at most
-- p_limit rows are deleted. Return how many partitions and rows went.
CREATE OR REPLACE FUNCTION audit_expire(p_now timestamptz, p_limit integer)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_before  timestamptz := p_now - interval '90 days';
    v_name    text;
    v_tenant  bigint;
    v_gone    integer := 0;
    v_deleted integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit_partitions_ensure', 0));
    FOR v_name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'public.audit_events'::regclass AND c.relname ~ '^audit_events_\d{4}_\d{2}$'
           AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= v_before
         ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE %I', v_name);
        v_gone := v_gone + 1;
    END LOOP;
    FOR v_tenant IN
        SELECT tenant_id FROM audit_events_default WHERE occurred_at < v_before GROUP BY tenant_id LIMIT p_limit
    LOOP
        v_deleted := audit_expire_default(v_tenant, v_before, p_limit);
        v_gone := v_gone + v_deleted;
        p_limit := p_limit - v_deleted;
        EXIT WHEN p_limit <= 0;
    END LOOP;
    RETURN v_gone;
END
$$;

-- Delete at most p_limit rows of a tenant that lie outside any month and are older than p_before. Return how many went.
CREATE OR REPLACE FUNCTION audit_expire_default(p_tenant_id bigint, p_before timestamptz, p_limit integer)
RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    v_deleted integer;
BEGIN
    DELETE FROM audit_events_default
     WHERE tenant_id = p_tenant_id AND (occurred_at, event_id) IN (
           SELECT occurred_at, event_id FROM audit_events_default
            WHERE tenant_id = p_tenant_id AND occurred_at < p_before ORDER BY occurred_at, event_id LIMIT p_limit);
    GET DIAGNOSTICS v_deleted = ROW_COUNT;
    RETURN v_deleted;
END
$$;
