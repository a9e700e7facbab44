-- Lease requests: what a partner wishes, and the operator's one answer.

-- Answers a request with accounts: as many as it asks for, or fewer. The accounts are assigned and their first month
-- is charged in the same transaction, all or nothing.
--
-- Facts: {status}. Refused: NOT_FOUND, CONFLICT (already answered; organization not active; project archived; an
-- account not available), VALIDATION (more than asked for), BILLING_EXHAUSTED (insufficient_funds).
-- Lock order: project, cash wallet, request, pool accounts by id.
CREATE OR REPLACE FUNCTION lease_request_fulfil(
    p_tenant_id bigint, p_now timestamptz, p_request_id uuid, p_pool_account_ids uuid[], p_social_account_ids uuid[],
    p_monthly_price_cents bigint, p_note text, p_caller caller)
RETURNS outcome
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_request  lease_requests;
    v_assigned outcome;
BEGIN
    PERFORM FROM lease_requests r JOIN projects p ON p.tenant_id = p_tenant_id AND p.id = r.project_id
      WHERE r.tenant_id = p_tenant_id AND r.id = p_request_id FOR SHARE OF p;
    PERFORM FROM cash_wallets WHERE tenant_id = p_tenant_id FOR NO KEY UPDATE;
    SELECT * INTO v_request FROM lease_requests WHERE tenant_id = p_tenant_id AND id = p_request_id
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    IF v_request.status <> 'requested' THEN
        RETURN ROW('refused', 'CONFLICT', jsonb_build_object('status', v_request.status))::outcome;
    END IF;
    IF cardinality(p_pool_account_ids) NOT BETWEEN 1 AND v_request.count THEN
        RETURN ROW('refused', 'VALIDATION', jsonb_build_object(
            'reason', 'wrong_count', 'field', 'pool_account_ids', 'maximum', v_request.count))::outcome;
    END IF;
    v_assigned := lease_assign_one(p_tenant_id, greatest(p_now, v_request.submitted_at), ROW(
        v_request.project_id, p_pool_account_ids, p_social_account_ids, p_monthly_price_cents,
        p_caller)::lease_assignment);
    IF v_assigned.status = 'refused' THEN
        RETURN CASE v_assigned.code
            WHEN 'KILL_SWITCH' THEN ROW('refused', 'CONFLICT', '{"organization": "not active"}')::outcome
            ELSE v_assigned END;
    END IF;
    RETURN lease_request_answered(v_request, greatest(p_now, (v_assigned.facts ->> 'assigned_at')::timestamptz),
        CASE cardinality(p_pool_account_ids) WHEN v_request.count THEN 'assigned' ELSE 'partial' END,
        p_note, p_social_account_ids, p_caller);
END
$$;

-- Rejects a request.
--
-- Facts: {status}. Refused: NOT_FOUND, CONFLICT (already answered).
CREATE OR REPLACE FUNCTION lease_request_reject(
    p_tenant_id bigint, p_now timestamptz, p_request_id uuid, p_note text, p_caller caller)
RETURNS outcome
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_request lease_requests;
BEGIN
    SELECT * INTO v_request FROM lease_requests WHERE tenant_id = p_tenant_id AND id = p_request_id
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    IF v_request.status <> 'requested' THEN
        RETURN ROW('refused', 'CONFLICT', jsonb_build_object('status', v_request.status))::outcome;
    END IF;
    RETURN lease_request_answered(v_request, p_now, 'rejected', p_note, '{}', p_caller);
END
$$;

-- Writes the answer to a locked request that has none; it is not answered before it was submitted.
CREATE OR REPLACE FUNCTION lease_request_answered(
    p_request lease_requests, p_now timestamptz, p_status text, p_note text, p_social_account_ids uuid[],
    p_caller caller)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_data jsonb := jsonb_build_object('socialAccountIds', (
        SELECT coalesce(jsonb_agg('sa_' || i), '[]') FROM unnest(p_social_account_ids) i), 'note', p_note);
BEGIN
    p_now := greatest(p_now, p_request.submitted_at);
    UPDATE lease_requests
       SET status = p_status, operator_note = p_note, answered_at = date_trunc('second', p_now),
           assigned_social_account_ids = p_social_account_ids
     WHERE tenant_id = p_request.tenant_id AND id = p_request.id;
    PERFORM audit_write(
        p_request.tenant_id, p_now, p_request.organization_id,
        CASE p_status WHEN 'rejected' THEN 'lease_request.rejected' ELSE 'lease_request.assigned' END, p_caller,
        p_request.project_id,
        v_data || jsonb_build_object('requestId', lease_request_public_id(p_request.id), 'status', p_status));
    PERFORM outbox_write(
        p_request.tenant_id, p_now, p_request.organization_id,
        CASE p_status WHEN 'rejected' THEN 'lease_request.rejected' ELSE 'lease_request.assigned' END, p_request.id,
        v_data || jsonb_build_object(
            'id', lease_request_public_id(p_request.id), 'projectId', 'prj_' || p_request.project_id,
            'requestId', coalesce(p_request.partner_request_id, lease_request_public_id(p_request.id)),
            'status', p_status));
    RETURN ROW('done', NULL, jsonb_build_object('status', p_status))::outcome;
END
$$;

CREATE OR REPLACE FUNCTION lease_request_public_id(p_id uuid)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'lreq_' || ulid_text(p_id) $$;

-- Answers an open request of a test tenant with accounts that do not exist and cost nothing.
--
-- Facts: {status}. Refused: NOT_FOUND, CONFLICT (already answered; organization not active; project archived).
CREATE OR REPLACE FUNCTION lease_request_pretend(
    p_tenant_id bigint, p_now timestamptz, p_request_id uuid, p_social_account_ids uuid[], p_handles text[],
    p_followers bigint[])
RETURNS outcome
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_at      timestamptz := date_trunc('second', p_now);
    v_request lease_requests;
    v_caller  caller := ROW('system', NULL, NULL, NULL, NULL);
BEGIN
    PERFORM FROM tenants WHERE id = p_tenant_id AND env = 'test';
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    PERFORM FROM lease_requests r
       JOIN projects p ON p.tenant_id = p_tenant_id AND p.id = r.project_id
       JOIN organizations o ON o.tenant_id = p_tenant_id AND o.id = p.organization_id
      WHERE r.tenant_id = p_tenant_id AND r.id = p_request_id AND p.status = 'active' AND o.status = 'active'
        FOR SHARE OF p;
    IF NOT FOUND THEN
        RETURN lease_request_reject(
            p_tenant_id, p_now, p_request_id, 'The project or its organization is not active.', v_caller);
    END IF;
    PERFORM FROM cash_wallets WHERE tenant_id = p_tenant_id FOR NO KEY UPDATE;
    SELECT * INTO v_request FROM lease_requests WHERE tenant_id = p_tenant_id AND id = p_request_id
       FOR NO KEY UPDATE;
    IF v_request.status <> 'requested' THEN
        RETURN ROW('refused', 'CONFLICT', jsonb_build_object('status', v_request.status))::outcome;
    END IF;
    INSERT INTO social_accounts (tenant_id, id, project_id, platform, handle, followers, leased, connected_at)
    SELECT p_tenant_id, a.id, v_request.project_id, 'tiktok', a.handle, a.followers, true, v_at
      FROM unnest(p_social_account_ids, p_handles, p_followers) a (id, handle, followers);
    INSERT INTO leases (tenant_id, social_account_id, project_id, assigned_at, monthly_price_cents, next_due_at)
    SELECT p_tenant_id, a, v_request.project_id, v_at, 0, lease_month_start(v_at, 1) FROM unnest(p_social_account_ids) a;
    INSERT INTO lease_charges
        (tenant_id, social_account_id, lease_month, period_start, period_end, price_cents, status, settled_at)
    SELECT p_tenant_id, a, 0, v_at, lease_month_start(v_at, 1), 0, 'paid', p_now FROM unnest(p_social_account_ids) a;
    PERFORM lease_assigned(p_tenant_id, p_now, v_request.organization_id, v_request.project_id, a.id, a.handle, 0, v_caller)
       FROM unnest(p_social_account_ids, p_handles) a (id, handle);
    UPDATE cash_wallets SET renewals_due_at = least(renewals_due_at, lease_month_start(v_at, 1))
     WHERE tenant_id = p_tenant_id;
    RETURN lease_request_answered(
        v_request, p_now, 'assigned', 'Assigned by the sandbox.', p_social_account_ids, v_caller);
END
$$;
