-- Organizations and their wallets come into being together. None of these moves credits or cash.

CREATE OR REPLACE FUNCTION wallet_open(p_tenant_id bigint, p_organization_id uuid, p_partner_id uuid, p_now timestamptz)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO wallets
        (tenant_id, organization_id, partner_id, period_anchor, period_number, period_start, period_end, last_event_at)
    VALUES (p_tenant_id, p_organization_id, p_partner_id, date_trunc('day', p_now), 0, date_trunc('day', p_now),
            date_trunc('day', p_now) + interval '1 month', p_now)
$$;

-- A partner in one environment: its tenant, its organization, an empty credit wallet and an empty cash wallet. In the
-- test environment the credits are fictitious, and there are a million of them to allocate.
CREATE OR REPLACE FUNCTION partner_create(
    p_tenant_id bigint, p_now timestamptz, p_organization_id uuid, p_env text, p_name text, p_billing_email text,
    p_metadata jsonb, p_rate_limit_tier text, p_caller caller)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_wallet wallets;
BEGIN
    INSERT INTO tenants (id, partner_id, env, created_at) VALUES (p_tenant_id, p_organization_id, p_env, p_now);
    INSERT INTO organizations
        (tenant_id, id, name, metadata, billing_email, rate_limit_tier, created_at, updated_at)
    VALUES (p_tenant_id, p_organization_id, p_name, p_metadata, p_billing_email, p_rate_limit_tier, p_now, p_now);
    PERFORM wallet_open(p_tenant_id, p_organization_id, NULL, p_now);
    INSERT INTO cash_wallets (tenant_id, organization_id, last_event_at)
    VALUES (p_tenant_id, p_organization_id, p_now);
    IF p_env = 'test' THEN
        v_wallet := wallet_lock(p_tenant_id, p_organization_id, p_now);
        v_wallet.prepaid := 1000000;
        PERFORM wallet_save(credit_event_append(
            v_wallet, p_now, 'grant', 0, v_wallet.prepaid, '{"reason": "fictitious"}', p_caller));
    END IF;
    PERFORM audit_write(p_tenant_id, p_now, p_organization_id, 'organization.created', p_caller, NULL,
                        jsonb_build_object('name', p_name));
END
$$;

-- A child of a partner, active, with an empty wallet. Gives false when the partner is not an active top-level
-- organization of this tenant.
CREATE OR REPLACE FUNCTION child_create(
    p_tenant_id bigint, p_now timestamptz, p_organization_id uuid, p_partner_id uuid, p_name text,
    p_billing_email text, p_metadata jsonb, p_caller caller)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    PERFORM FROM organizations
      WHERE tenant_id = p_tenant_id AND id = p_partner_id AND parent_id IS NULL AND status = 'active'
        FOR SHARE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO organizations (tenant_id, id, parent_id, name, metadata, billing_email, created_at, updated_at)
    VALUES (p_tenant_id, p_organization_id, p_partner_id, p_name, p_metadata, p_billing_email, p_now, p_now);
    PERFORM wallet_open(p_tenant_id, p_organization_id, p_partner_id, p_now);
    PERFORM audit_write(p_tenant_id, p_now, p_partner_id, 'organization.created', p_caller, NULL,
                        jsonb_build_object('organizationId', 'org_' || p_organization_id, 'name', p_name));
    RETURN true;
END
$$;

-- Suspends or resumes an organization, and its wallet with it. p_partner_id, when given, must be its parent.
--
-- Facts: {changed}. Refused: NOT_FOUND, CONFLICT (archived is for ever).
CREATE OR REPLACE FUNCTION organization_set_status(
    p_tenant_id bigint, p_now timestamptz, p_organization_id uuid, p_partner_id uuid, p_status text, p_caller caller)
RETURNS outcome
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_organization organizations;
BEGIN
    SELECT * INTO v_organization FROM organizations
     WHERE tenant_id = p_tenant_id AND id = p_organization_id AND (p_partner_id IS NULL OR parent_id = p_partner_id)
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    IF v_organization.status = 'archived' THEN
        RETURN ROW('refused', 'CONFLICT', '{"status": "archived"}')::outcome;
    END IF;
    IF v_organization.status = p_status THEN
        RETURN ROW('done', NULL, '{"changed": false}')::outcome;
    END IF;
    UPDATE organizations SET status = p_status, updated_at = greatest(updated_at, p_now)
     WHERE tenant_id = p_tenant_id AND id = p_organization_id;
    UPDATE wallets SET state = p_status WHERE tenant_id = p_tenant_id AND organization_id = p_organization_id;
    PERFORM audit_write(
        p_tenant_id, p_now, coalesce(v_organization.parent_id, v_organization.id),
        CASE p_status WHEN 'suspended' THEN 'organization.suspended' ELSE 'organization.resumed' END, p_caller, NULL,
        jsonb_build_object('organizationId', 'org_' || p_organization_id));
    RETURN ROW('done', NULL, '{"changed": true}')::outcome;
END
$$;

-- Archives a child, for ever and in one transaction: its keys are revoked, its open lease requests
-- rejected, its leases brought up to date and ended,
-- its free prepaid goes to the parent, its free allotment lapses and its subscription ends. Jobs in flight go on;
-- what they free later is swept by their settlement or release.
--
-- Facts: {archived_at, reclaimed_credits, revoked_api_keys, released_leased_accounts}, the same when asked again.
-- Refused: NOT_FOUND. Lock order: organization, projects, the child's wallet, the partner's, the cash wallet, lease
-- requests, leases.
CREATE OR REPLACE FUNCTION organization_archive(
    p_tenant_id bigint, p_now timestamptz, p_organization_id uuid, p_partner_id uuid, p_caller caller)
RETURNS outcome
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_organization organizations;
    v_child        wallets;
    v_parent       wallets;
    v_swept        record;
    v_cash         cash_wallets;
    v_request      lease_requests;
    v_renewed      record;
    v_lease        leases;
    v_revoked      integer;
    v_released     integer := 0;
BEGIN
    SELECT * INTO v_organization FROM organizations
     WHERE tenant_id = p_tenant_id AND id = p_organization_id AND parent_id = p_partner_id
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    IF v_organization.status <> 'archived' THEN
        -- A request that had to wait archives nothing before what was done to it meanwhile.
        p_now := greatest(p_now, v_organization.updated_at);
        -- In the order in which everybody locks several keys.
        PERFORM FROM api_keys WHERE tenant_id = p_tenant_id AND organization_id = p_organization_id
          ORDER BY id FOR NO KEY UPDATE;
        UPDATE api_keys SET revoked_at = p_now
         WHERE tenant_id = p_tenant_id AND organization_id = p_organization_id AND revoked_at IS NULL;
        GET DIAGNOSTICS v_revoked = ROW_COUNT;

        -- No job starts and no account is assigned while this goes on.
        PERFORM FROM projects WHERE tenant_id = p_tenant_id AND organization_id = p_organization_id
          ORDER BY id FOR NO KEY UPDATE;
        v_child := wallet_lock(p_tenant_id, p_organization_id, p_now);
        v_parent := wallet_lock(p_tenant_id, p_partner_id, p_now);
        v_child.state := 'archived';
        v_child.included_credits := 0;
        v_child.billing_status := 'canceled';
        v_child.refill_threshold := NULL;
        v_child.refill_amount := NULL;
        v_child.auto_refill_enabled := false;
        SELECT * INTO v_swept FROM wallet_sweep_archived(v_child, v_parent, p_now, p_caller);
        PERFORM wallet_save(v_swept.p_child);
        PERFORM wallet_save(v_swept.p_parent);

        SELECT * INTO v_cash FROM cash_wallets
         WHERE tenant_id = p_tenant_id AND organization_id = p_partner_id AND currency = 'USD'
           FOR NO KEY UPDATE;
        p_now := greatest(p_now, v_cash.last_event_at);
        FOR v_request IN
            SELECT * FROM lease_requests
             WHERE tenant_id = p_tenant_id AND organization_id = p_organization_id AND status = 'requested'
             ORDER BY id FOR NO KEY UPDATE
        LOOP
            PERFORM lease_request_answered(
                v_request, p_now, 'rejected', 'The organization was archived.', '{}', p_caller);
        END LOOP;
        -- What was due by now is charged in the order in which it came due, as if no worker had ever been late.
        SELECT * INTO v_renewed FROM leases_renew_locked(v_cash, p_now, NULL);
        v_cash := v_renewed.p_cash;
        FOR v_lease IN
            SELECT l.* FROM leases l JOIN projects p ON p.tenant_id = l.tenant_id AND p.id = l.project_id
             WHERE l.tenant_id = p_tenant_id AND p.organization_id = p_organization_id AND l.status = 'assigned'
             ORDER BY l.next_due_at, l.social_account_id FOR NO KEY UPDATE OF l
        LOOP
            p_now := lease_time(v_lease, greatest(p_now, v_cash.last_event_at));
            v_cash := lease_catch_up(v_cash, v_lease, p_now, p_organization_id, p_caller, true);
            PERFORM lease_end(v_lease, p_now, 'organization_archived', NULL, p_partner_id, p_caller);
            v_released := v_released + 1;
        END LOOP;

        UPDATE organizations
           SET status = 'archived', archived_at = p_now, updated_at = p_now, reclaimed_credits = v_swept.p_moved,
               revoked_api_keys = v_revoked, released_leased_accounts = v_released
         WHERE tenant_id = p_tenant_id AND id = p_organization_id
        RETURNING * INTO v_organization;
        PERFORM audit_write(p_tenant_id, p_now, p_partner_id, 'organization.archived', p_caller, NULL,
            jsonb_build_object('organizationId', 'org_' || p_organization_id, 'reclaimedCredits', v_swept.p_moved,
                               'revokedApiKeys', v_revoked, 'releasedLeasedAccounts', v_released));
    END IF;
    RETURN ROW('done', NULL, jsonb_build_object(
        'archived_at', v_organization.archived_at, 'reclaimed_credits', v_organization.reclaimed_credits,
        'revoked_api_keys', v_organization.revoked_api_keys,
        'released_leased_accounts', v_organization.released_leased_accounts))::outcome;
END
$$;
