-- Partners come into being in both environments, and operators change organizations in both.

-- Open a partner in one environment: its tenant, its organization, an empty credit wallet and an empty cash wallet. In the
-- test environment the credits are fictitious, and there are a million of them to allocate.
CREATE OR REPLACE FUNCTION partner_open(
    p_tenant_id bigint, p_now timestamptz, p_organization_id uuid, p_env text, p_name text, p_billing_email text,
    p_metadata jsonb, p_rate_limit_tier text, p_caller caller)
RETURNS void
LANGUAGE plpgsql AS $$
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
            v_wallet, p_now, 'grant', 0, v_wallet.prepaid, '{"reason": "fictitious"}', p_caller), p_now);
    END IF;
    PERFORM audit_write(p_tenant_id, p_now, p_organization_id, 'organization.created', p_caller, NULL,
                        jsonb_build_object('name', p_name));
END
$$;

-- Create a partner in one environment alone.
CREATE OR REPLACE FUNCTION partner_create(
    p_tenant_id bigint, p_now timestamptz, p_organization_id uuid, p_env text, p_name text, p_billing_email text,
    p_metadata jsonb, p_rate_limit_tier text, p_caller caller)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    PERFORM partner_open(p_tenant_id, p_now, p_organization_id, p_env, p_name, p_billing_email, p_metadata,
                         p_rate_limit_tier, p_caller);
END
$$;

-- Bring in partners, each in the live environment, whose tenant is p_tenant_id, and in the test environment.
--
-- Facts: those of organization_facts. Refused: IDEMPOTENCY_*. A tenant id that is taken is a unique_violation.
CREATE OR REPLACE FUNCTION partner_onboard(p_tenant_id bigint, p_now timestamptz, p_items partner_onboarding[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     partner_onboarding;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    FOREACH v_item IN ARRAY p_items LOOP
        PERFORM tenant_hold(v_item.test_tenant_id);
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, partner_onboard_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION partner_onboard_one(p_tenant_id bigint, p_now timestamptz, p_item partner_onboarding)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_organization organizations;
    v_outcome      outcome := idempotency_outcome(p_now, p_item.idempotency);
BEGIN
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    PERFORM partner_open(p_tenant_id, p_now, p_item.organization_id, 'live', p_item.name, p_item.billing_email,
                         p_item.metadata, p_item.rate_limit_tier, p_item.caller);
    PERFORM partner_open(p_item.test_tenant_id, p_now, p_item.organization_id, 'test', p_item.name, p_item.billing_email,
                         p_item.metadata, p_item.rate_limit_tier, p_item.caller);
    SELECT * INTO v_organization FROM organizations WHERE tenant_id = p_tenant_id AND id = p_item.organization_id;
    RETURN ROW('done', NULL, organization_facts(v_organization))::outcome;
END
$$;

-- Change the state of organizations, and the tier and prices of partners: all or nothing, in all of their tenants.
--
-- Facts: those of organization_facts, of the tenant p_tenant_id. Refused: NOT_FOUND, CONFLICT (archived), IDEMPOTENCY_*.
CREATE OR REPLACE FUNCTION organization_change(p_tenant_id bigint, p_now timestamptz, p_items organization_change[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     organization_change;
    v_other_id bigint;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    FOREACH v_item IN ARRAY p_items LOOP
        FOREACH v_other_id IN ARRAY array_remove(v_item.tenant_ids, p_tenant_id) LOOP
            PERFORM tenant_hold(v_other_id);
        END LOOP;
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, organization_change_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION organization_change_one(p_tenant_id bigint, p_now timestamptz, p_item organization_change)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_tenant_id    bigint;
    v_organization organizations;
    v_outcome      outcome := idempotency_outcome(p_now, p_item.idempotency);
BEGIN
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    FOREACH v_tenant_id IN ARRAY p_item.tenant_ids LOOP
        IF p_item.status IS NOT NULL THEN
            v_outcome := organization_set_status_one(v_tenant_id, p_now, ROW(
                p_item.organization_id, NULL, p_item.status, p_item.caller, NULL)::organization_set_status_item);
            IF v_outcome.code IS NOT NULL THEN
                RETURN v_outcome;
            END IF;
        END IF;
        IF p_item.terms IS NOT NULL THEN
            UPDATE organizations SET
                rate_limit_tier = coalesce(p_item.rate_limit_tier, rate_limit_tier),
                format_prices = coalesce(format_prices, '{}') || coalesce(p_item.format_prices, '{}'),
                updated_at = greatest(updated_at, p_now)
             WHERE tenant_id = v_tenant_id AND id = p_item.organization_id AND parent_id IS NULL;
        END IF;
    END LOOP;
    SELECT * INTO v_organization FROM organizations WHERE tenant_id = p_tenant_id AND id = p_item.organization_id;
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    IF p_item.terms IS NOT NULL THEN
        PERFORM audit_write(p_tenant_id, p_now, p_item.organization_id, 'organization.terms_updated', p_item.caller, NULL,
                            p_item.terms);
    END IF;
    RETURN ROW('done', NULL, organization_facts(v_organization))::outcome;
END
$$;
