-- What operators ask for of organizations, and what reaches both environments of a partner: each in one call, which keeps
-- its idempotency record, as the other money functions do.

CREATE TYPE partner_onboarding AS (
    test_tenant_id  bigint,
    organization_id uuid,
    name            text,
    billing_email   text,
    metadata        jsonb,
    rate_limit_tier text,
    caller          caller,
    idempotency     idempotency
);

CREATE TYPE organization_change AS (
    tenant_ids      bigint[], -- of a partner both; of a child its own
    organization_id uuid,
    status          text,     -- active | suspended; NULL: stays
    rate_limit_tier text,     -- NULL: stays
    format_prices   jsonb,    -- those that change; NULL: all stay
    terms           jsonb,    -- the change of tier and prices as the audit log has it; NULL: neither changes
    caller          caller,
    idempotency     idempotency
);
