-- Organizations and their wallets: created together, suspended and resumed together, archived together.
--
-- Two of these move credits or cash: the partner's test tenant begins with fictitious credits, and archiving a child
-- sweeps its wallet and charges what its leases owe.

-- Open the empty wallet of a new organization; its first period begins on the day of p_now.
CREATE OR REPLACE FUNCTION wallet_open(p_tenant_id bigint, p_organization_id uuid, p_partner_id uuid, p_now timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_start timestamptz := date_trunc('day', p_now);
    v_end   timestamptz := v_start + interval '1 month';
BEGIN
    INSERT INTO wallets
        (tenant_id, organization_id, partner_id, period_anchor, period_number, period_start, period_end, last_event_at)
    VALUES (p_tenant_id, p_organization_id, p_partner_id, v_start, 0, v_start, v_end, p_now);
END
$$;

-- Create a child of a partner, active, with an empty wallet. Return false when the partner is not an active top-level
-- organization of this tenant. Lock order: the partner's organization.
CREATE OR REPLACE FUNCTION child_create(
    p_tenant_id bigint, p_now timestamptz, p_organization_id uuid, p_partner_id uuid, p_name text,
    p_billing_email text, p_metadata jsonb, p_caller caller)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    PERFORM tenant_hold(p_tenant_id);
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

-- Suspend or resume organizations, and their wallets with them.
--
-- Facts: those of organization_facts. Refused: NOT_FOUND, CONFLICT {status} (archived is for ever), IDEMPOTENCY_*.
-- Lock order: organization, wallet.
CREATE OR REPLACE FUNCTION organization_set_status(
    p_tenant_id bigint, p_now timestamptz, p_items organization_set_status_item[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     organization_set_status_item;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, organization_set_status_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION organization_set_status_one(
    p_tenant_id bigint, p_now timestamptz, p_item organization_set_status_item)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome      outcome := idempotency_outcome(p_now, p_item.idempotency);
    v_organization organizations;
BEGIN
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    SELECT * INTO v_organization FROM organizations
     WHERE tenant_id = p_tenant_id AND id = p_item.organization_id
       AND (p_item.partner_id IS NULL OR parent_id = p_item.partner_id)
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    IF v_organization.status = 'archived' THEN
        RETURN ROW('refused', 'CONFLICT', '{"status": "archived"}')::outcome;
    END IF;
    IF v_organization.status <> p_item.status THEN
        UPDATE organizations SET status = p_item.status, updated_at = greatest(updated_at, p_now)
         WHERE tenant_id = p_tenant_id AND id = p_item.organization_id
        RETURNING * INTO v_organization;
        UPDATE wallets SET state = p_item.status
         WHERE tenant_id = p_tenant_id AND organization_id = p_item.organization_id;
        PERFORM audit_write(
            p_tenant_id, p_now, coalesce(v_organization.parent_id, v_organization.id),
            CASE p_item.status WHEN 'suspended' THEN 'organization.suspended' ELSE 'organization.resumed' END,
            p_item.caller, NULL, jsonb_build_object('organizationId', 'org_' || p_item.organization_id));
        PERFORM organization_tell(v_organization, '{}');
    END IF;
    RETURN ROW('done', NULL, organization_facts(v_organization))::outcome;
END
$$;

-- Write to the outbox what an organization has just become, as of that, with p_more of it.
CREATE OR REPLACE FUNCTION organization_tell(p_organization organizations, p_more jsonb)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM outbox_write(
        p_organization.tenant_id, p_organization.updated_at, p_organization.id,
        'organization.' || CASE p_organization.status WHEN 'active' THEN 'resumed' ELSE p_organization.status END,
        gen_random_uuid(),
        jsonb_build_object(
            'organizationId', 'org_' || p_organization.id, 'name', p_organization.name,
            'parentOrganizationId', 'org_' || p_organization.parent_id, 'status', p_organization.status) || p_more);
END
$$;

-- An organization as the functions that change it answer it.
CREATE OR REPLACE FUNCTION organization_facts(p_organization organizations)
RETURNS jsonb LANGUAGE sql STABLE AS $$ SELECT to_jsonb(p_organization) - 'tenant_id' $$;

-- Archive children, for ever: a child's keys are revoked, its open lease requests rejected, its leases charged up to
-- date and ended, its free prepaid goes to the parent, its free allotment lapses and its subscription ends. Jobs in
-- flight go on; what they free later is swept by their settlement or release.
--
-- Facts: {organization_id, archived_at, reclaimed_credits, revoked_api_keys, released_leased_accounts}, the same when
-- asked again. Refused: NOT_FOUND, IDEMPOTENCY_*. Lock order: organization, API keys by id, projects by id, the child's
-- wallet, the partner's, the cash wallet, lease requests by id, leases, pool accounts.
CREATE OR REPLACE FUNCTION organization_archive(
    p_tenant_id bigint, p_now timestamptz, p_items organization_archive_item[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     organization_archive_item;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, organization_archive_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION organization_archive_one(
    p_tenant_id bigint, p_now timestamptz, p_item organization_archive_item)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome      outcome := idempotency_outcome(p_now, p_item.idempotency);
    v_organization organizations;
    v_revoked      integer;
    v_reclaimed    bigint;
    v_ended        record;
BEGIN
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    SELECT * INTO v_organization FROM organizations
     WHERE tenant_id = p_tenant_id AND id = p_item.organization_id AND parent_id = p_item.partner_id
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    IF v_organization.status <> 'archived' THEN
        -- A request that had to wait archives nothing before what was done to it meanwhile.
        p_now := greatest(p_now, v_organization.updated_at);
        -- In the order in which everybody locks several keys.
        PERFORM FROM api_keys WHERE tenant_id = p_tenant_id AND organization_id = p_item.organization_id
          ORDER BY id FOR NO KEY UPDATE;
        UPDATE api_keys SET revoked_at = p_now
         WHERE tenant_id = p_tenant_id AND organization_id = p_item.organization_id AND revoked_at IS NULL;
        GET DIAGNOSTICS v_revoked = ROW_COUNT;
        -- No job starts and no account is assigned while this goes on.
        PERFORM FROM projects WHERE tenant_id = p_tenant_id AND organization_id = p_item.organization_id
          ORDER BY id FOR NO KEY UPDATE;
        v_reclaimed := organization_archive_wallet(p_tenant_id, p_now, p_item);
        SELECT * INTO v_ended FROM organization_archive_leases(p_tenant_id, p_now, p_item);
        p_now := v_ended.p_now;
        UPDATE organizations
           SET status = 'archived', archived_at = p_now, updated_at = p_now, reclaimed_credits = v_reclaimed,
               revoked_api_keys = v_revoked, released_leased_accounts = v_ended.p_released
         WHERE tenant_id = p_tenant_id AND id = p_item.organization_id
        RETURNING * INTO v_organization;
        PERFORM audit_write(
            p_tenant_id, p_now, p_item.partner_id, 'organization.archived', p_item.caller, NULL,
            jsonb_build_object('organizationId', 'org_' || p_item.organization_id, 'reclaimedCredits', v_reclaimed,
                               'revokedApiKeys', v_revoked, 'releasedLeasedAccounts', v_ended.p_released));
        PERFORM organization_tell(v_organization, jsonb_build_object(
            'reclaimedCredits', v_reclaimed, 'revokedApiKeys', v_revoked,
            'releasedLeasedAccounts', v_ended.p_released));
    END IF;
    RETURN ROW('done', NULL, jsonb_build_object(
        'organization_id', v_organization.id, 'archived_at', v_organization.archived_at,
        'reclaimed_credits', v_organization.reclaimed_credits,
        'revoked_api_keys', v_organization.revoked_api_keys,
        'released_leased_accounts', v_organization.released_leased_accounts))::outcome;
END
$$;

-- Close the wallet of a child that is being archived, and sweep what is free in it. Return the prepaid credits that went
-- to the parent.
CREATE OR REPLACE FUNCTION organization_archive_wallet(
    p_tenant_id bigint, p_now timestamptz, p_item organization_archive_item)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_child  wallets := wallet_lock(p_tenant_id, p_item.organization_id, p_now);
    v_parent wallets := wallet_lock(p_tenant_id, p_item.partner_id, p_now);
    v_swept  record;
BEGIN
    v_child.state := 'archived';
    v_child.included_credits := 0;
    v_child.billing_status := 'canceled';
    v_child.refill_threshold := NULL;
    v_child.refill_amount := NULL;
    v_child.auto_refill_enabled := false;
    SELECT * INTO v_swept FROM wallet_sweep_archived(v_child, v_parent, p_now, p_item.caller);
    PERFORM wallet_save(v_swept.p_child, p_now);
    PERFORM wallet_save(v_swept.p_parent, p_now);
    RETURN v_swept.p_moved;
END
$$;

-- Reject the open lease requests of a child that is being archived, and end its leases. p_now comes back raised to the
-- time of the last of it; p_released is how many leases ended.
CREATE OR REPLACE FUNCTION organization_archive_leases(
    p_tenant_id bigint, INOUT p_now timestamptz, p_item organization_archive_item, OUT p_released integer)
LANGUAGE plpgsql AS $$
DECLARE
    v_cash    cash_wallets;
    v_renewed record;
    v_request lease_requests;
    v_lease   leases;
BEGIN
    p_released := 0;
    SELECT * INTO v_cash FROM cash_wallets
     WHERE tenant_id = p_tenant_id AND organization_id = p_item.partner_id AND currency = 'USD'
       FOR NO KEY UPDATE;
    p_now := greatest(p_now, v_cash.last_event_at);
    FOR v_request IN
        SELECT * FROM lease_requests
         WHERE tenant_id = p_tenant_id AND organization_id = p_item.organization_id AND status = 'requested'
         ORDER BY id FOR NO KEY UPDATE
    LOOP
        PERFORM lease_request_answered(
            v_request, p_now, 'rejected', 'The organization was archived.', '{}', p_item.caller);
    END LOOP;
    -- What was due by now is charged in the order in which it came due, as if no worker had ever been late.
    SELECT * INTO v_renewed FROM leases_renew_locked(v_cash, p_now, NULL);
    v_cash := v_renewed.p_cash;
    FOR v_lease IN
        SELECT l.* FROM leases l JOIN projects p ON p.tenant_id = l.tenant_id AND p.id = l.project_id
         WHERE l.tenant_id = p_tenant_id AND p.organization_id = p_item.organization_id AND l.status = 'assigned'
         ORDER BY l.next_due_at, l.social_account_id FOR NO KEY UPDATE OF l
    LOOP
        p_now := lease_moment(v_lease, greatest(p_now, v_cash.last_event_at));
        v_cash := lease_catch_up(v_cash, v_lease, p_now, p_item.organization_id, p_item.caller, true);
        PERFORM lease_end(v_lease, p_now, 'organization_archived', NULL, p_item.partner_id, p_item.caller);
        p_released := p_released + 1;
    END LOOP;
END
$$;
