-- Lease requests: what a partner asks for, and the operator's one answer.

-- Answer requests with accounts: as many as a request asks for, or fewer. The accounts are assigned and their first
-- month is charged in the same transaction, all or nothing.
--
-- Facts: those of lease_request_facts. Refused: NOT_FOUND, CONFLICT ({status}: answered already; {organization}: not
-- active; project archived; {unavailable}: accounts that are not available), VALIDATION (wrong_count),
-- BILLING_EXHAUSTED (insufficient_funds), IDEMPOTENCY_*. Lock order: project, cash wallet, request, pool accounts by id.
CREATE OR REPLACE FUNCTION lease_request_fulfil(
    p_tenant_id bigint, p_now timestamptz, p_items lease_request_fulfil_item[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     lease_request_fulfil_item;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, lease_request_fulfil_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION lease_request_fulfil_one(
    p_tenant_id bigint, p_now timestamptz, p_item lease_request_fulfil_item)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome  outcome := idempotency_outcome(p_now, p_item.idempotency);
    v_request  lease_requests;
    v_assigned outcome;
BEGIN
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    PERFORM FROM lease_requests r JOIN projects p ON p.tenant_id = p_tenant_id AND p.id = r.project_id
      WHERE r.tenant_id = p_tenant_id AND r.id = p_item.request_id FOR SHARE OF p;
    PERFORM FROM cash_wallets WHERE tenant_id = p_tenant_id FOR NO KEY UPDATE;
    SELECT * INTO v_request FROM lease_requests WHERE tenant_id = p_tenant_id AND id = p_item.request_id
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    IF v_request.status <> 'requested' THEN
        RETURN ROW('refused', 'CONFLICT', jsonb_build_object('status', v_request.status))::outcome;
    END IF;
    IF cardinality(p_item.pool_account_ids) NOT BETWEEN 1 AND v_request.count THEN
        RETURN ROW('refused', 'VALIDATION', jsonb_build_object(
            'reason', 'wrong_count', 'field', 'pool_account_ids', 'maximum', v_request.count))::outcome;
    END IF;
    v_assigned := lease_assign(p_tenant_id, greatest(p_now, v_request.submitted_at), ROW(
        v_request.project_id, p_item.pool_account_ids, p_item.social_account_ids, p_item.monthly_price_cents,
        p_item.caller)::lease_assignment);
    IF v_assigned.status = 'refused' THEN
        RETURN CASE v_assigned.code
            WHEN 'KILL_SWITCH' THEN ROW('refused', 'CONFLICT', '{"organization": "not active"}')::outcome
            ELSE v_assigned END;
    END IF;
    RETURN lease_request_answered(v_request, greatest(p_now, (v_assigned.facts ->> 'assigned_at')::timestamptz),
        CASE cardinality(p_item.pool_account_ids) WHEN v_request.count THEN 'assigned' ELSE 'partial' END,
        p_item.note, p_item.social_account_ids, p_item.caller);
END
$$;

-- Reject requests.
--
-- Facts: those of lease_request_facts. Refused: NOT_FOUND, CONFLICT {status} (answered already), IDEMPOTENCY_*.
-- Lock order: request.
CREATE OR REPLACE FUNCTION lease_request_reject(
    p_tenant_id bigint, p_now timestamptz, p_items lease_request_reject_item[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     lease_request_reject_item;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, lease_request_reject_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION lease_request_reject_one(
    p_tenant_id bigint, p_now timestamptz, p_item lease_request_reject_item)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome outcome := idempotency_outcome(p_now, p_item.idempotency);
    v_request lease_requests;
BEGIN
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    SELECT * INTO v_request FROM lease_requests WHERE tenant_id = p_tenant_id AND id = p_item.request_id
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    IF v_request.status <> 'requested' THEN
        RETURN ROW('refused', 'CONFLICT', jsonb_build_object('status', v_request.status))::outcome;
    END IF;
    RETURN lease_request_answered(v_request, p_now, 'rejected', p_item.note, '{}', p_item.caller);
END
$$;

-- Write the answer to a locked request that has none, and return it as done; it is not answered before it was submitted.
CREATE OR REPLACE FUNCTION lease_request_answered(
    p_request lease_requests, p_now timestamptz, p_status text, p_note text, p_social_account_ids uuid[],
    p_caller caller)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_type text := CASE p_status WHEN 'rejected' THEN 'lease_request.rejected' ELSE 'lease_request.assigned' END;
    v_at   timestamptz;
    v_data jsonb := jsonb_build_object('socialAccountIds', (
        SELECT coalesce(jsonb_agg('sa_' || i), '[]') FROM unnest(p_social_account_ids) i), 'note', p_note);
BEGIN
    p_now := greatest(p_now, p_request.submitted_at);
    v_at := date_trunc('second', p_now);
    UPDATE lease_requests
       SET status = p_status, operator_note = p_note, answered_at = v_at,
           assigned_social_account_ids = p_social_account_ids
     WHERE tenant_id = p_request.tenant_id AND id = p_request.id
    RETURNING * INTO p_request;
    PERFORM audit_write(
        p_request.tenant_id, p_now, p_request.organization_id, v_type, p_caller, p_request.project_id,
        v_data || jsonb_build_object('requestId', lease_request_public_id(p_request.id), 'status', p_status));
    PERFORM outbox_write(
        p_request.tenant_id, p_now, p_request.organization_id, v_type, p_request.id,
        v_data || jsonb_build_object(
            'id', lease_request_public_id(p_request.id), 'projectId', 'prj_' || p_request.project_id,
            'requestId', coalesce(p_request.partner_request_id, lease_request_public_id(p_request.id)),
            'status', p_status));
    RETURN ROW('done', NULL, lease_request_facts(p_request))::outcome;
END
$$;

-- Return a request as the functions that answer it do.
CREATE OR REPLACE FUNCTION lease_request_facts(p_request lease_requests)
RETURNS jsonb LANGUAGE sql STABLE AS $$ SELECT to_jsonb(p_request) - 'tenant_id' $$;

-- Return the id of a request as partners see it, for the audit log and the outbox.
CREATE OR REPLACE FUNCTION lease_request_public_id(p_id uuid)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'lreq_' || ulid_text(p_id) $$;

-- Answer open requests of a test tenant with accounts that do not exist and cost nothing. One whose project or
-- organization is not active is rejected.
--
-- Facts: those of lease_request_facts. Refused: NOT_FOUND (not a test tenant), CONFLICT {status} (answered already),
-- IDEMPOTENCY_*. Lock order: project, cash wallet, request.
CREATE OR REPLACE FUNCTION lease_request_pretend(
    p_tenant_id bigint, p_now timestamptz, p_items lease_request_pretend_item[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     lease_request_pretend_item;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, lease_request_pretend_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION lease_request_pretend_one(
    p_tenant_id bigint, p_now timestamptz, p_item lease_request_pretend_item)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome   outcome := idempotency_outcome(p_now, p_item.idempotency);
    v_at        timestamptz := date_trunc('second', p_now);
    v_until     timestamptz := lease_month_start(v_at, 1);
    v_request   lease_requests;
    v_lease     leases;
    v_id        uuid;
    v_handle    text;
    v_followers bigint;
BEGIN
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    PERFORM FROM tenants WHERE id = p_tenant_id AND env = 'test';
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    PERFORM FROM lease_requests r
       JOIN projects p ON p.tenant_id = p_tenant_id AND p.id = r.project_id
       JOIN organizations o ON o.tenant_id = p_tenant_id AND o.id = p.organization_id
      WHERE r.tenant_id = p_tenant_id AND r.id = p_item.request_id AND p.status = 'active' AND o.status = 'active'
        FOR SHARE OF p;
    IF NOT FOUND THEN
        RETURN lease_request_reject_one(p_tenant_id, p_now, ROW(
            p_item.request_id, 'The project or its organization is not active.', p_item.caller,
            NULL)::lease_request_reject_item);
    END IF;
    PERFORM FROM cash_wallets WHERE tenant_id = p_tenant_id FOR NO KEY UPDATE;
    SELECT * INTO v_request FROM lease_requests WHERE tenant_id = p_tenant_id AND id = p_item.request_id
       FOR NO KEY UPDATE;
    IF v_request.status <> 'requested' THEN
        RETURN ROW('refused', 'CONFLICT', jsonb_build_object('status', v_request.status))::outcome;
    END IF;
    FOR v_id, v_handle, v_followers IN
        SELECT * FROM unnest(p_item.social_account_ids, p_item.handles, p_item.followers)
    LOOP
        INSERT INTO social_accounts (tenant_id, id, project_id, platform, handle, followers, leased, connected_at)
        VALUES (p_tenant_id, v_id, v_request.project_id, 'tiktok', v_handle, v_followers, true, v_at);
        INSERT INTO leases (tenant_id, social_account_id, project_id, assigned_at, monthly_price_cents, next_due_at)
        VALUES (p_tenant_id, v_id, v_request.project_id, v_at, 0, v_until)
        RETURNING * INTO v_lease;
        INSERT INTO lease_charges
            (tenant_id, social_account_id, lease_month, period_start, period_end, price_cents, status, settled_at)
        VALUES (p_tenant_id, v_id, 0, v_at, v_until, 0, 'paid', p_now);
        PERFORM lease_begun(v_lease, p_now, v_request.organization_id, v_handle, p_item.caller);
    END LOOP;
    RETURN lease_request_answered(
        v_request, p_now, 'assigned', 'Assigned by the sandbox.', p_item.social_account_ids, p_item.caller);
END
$$;
