-- Organizations and their wallets come into being together. None of these moves credits or cash.

CREATE OR REPLACE FUNCTION wallet_open(p_tenant_id bigint, p_organization_id uuid, p_partner_id uuid, p_now timestamptz)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO wallets
        (tenant_id, organization_id, partner_id, period_anchor, period_number, period_start, period_end, last_event_at)
    VALUES (p_tenant_id, p_organization_id, p_partner_id, date_trunc('day', p_now), 0, date_trunc('day', p_now),
            date_trunc('day', p_now) + interval '1 month', p_now)
$$;

-- A partner in one environment: its tenant, its organization, an empty credit wallet and an empty cash wallet.
CREATE OR REPLACE FUNCTION partner_create(
    p_tenant_id bigint, p_now timestamptz, p_organization_id uuid, p_env text, p_name text, p_billing_email text,
    p_metadata jsonb, p_rate_limit_tier text, p_caller caller)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    INSERT INTO tenants (id, partner_id, env, created_at) VALUES (p_tenant_id, p_organization_id, p_env, p_now);
    INSERT INTO organizations
        (tenant_id, id, name, metadata, billing_email, rate_limit_tier, created_at, updated_at)
    VALUES (p_tenant_id, p_organization_id, p_name, p_metadata, p_billing_email, p_rate_limit_tier, p_now, p_now);
    PERFORM wallet_open(p_tenant_id, p_organization_id, NULL, p_now);
    INSERT INTO cash_wallets (tenant_id, organization_id, last_event_at)
    VALUES (p_tenant_id, p_organization_id, p_now);
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
