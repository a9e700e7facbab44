-- The foundation: tenancy, keys, the credit and cash ledgers, leases, jobs, and what every write leaves behind.
--
-- Every tenant table has tenant_id first in its primary key and in every unique index, and its foreign
-- keys carry it, so that no row can point into another tenant and all rows of a tenant can live together.
-- Credits are integers, money is integer cents, and nothing exceeds 2^53 - 1, the largest integer that
-- every JSON client reads exactly.

-- ---------------------------------------------------------------------------------------------------
-- The installation itself
-- ---------------------------------------------------------------------------------------------------

CREATE TABLE installation (
    only_row             boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    -- Set by the first start without development mode, and never cleared.
    ever_production      boolean NOT NULL DEFAULT false,
    -- Rehearsal clock: how far the installation's time is ahead of the machine's.
    clock_offset_seconds bigint NOT NULL DEFAULT 0 CHECK (clock_offset_seconds >= 0)
);
INSERT INTO installation DEFAULT VALUES;

-- One check value per secret key id ever used, so that a wrong key is noticed at start, not at the first 401.
CREATE TABLE secret_key_checks (
    key_id      text PRIMARY KEY,
    check_value bytea NOT NULL
);

-- What was applied from functions/, by content. The newest row is what is in force.
CREATE TABLE applied_functions (
    checksum   text PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE operators (
    id           uuid PRIMARY KEY,
    name         text NOT NULL,
    role         text NOT NULL CHECK (role IN ('viewer', 'worker', 'finance', 'operator', 'admin')),
    keyid        text NOT NULL UNIQUE,
    secret_hash  bytea NOT NULL,
    hash_key_id  text NOT NULL,
    created_at   timestamptz(3) NOT NULL,
    expires_at   timestamptz(3),
    rotated_at   timestamptz(3),
    revoked_at   timestamptz(3)
);
-- One living operator per name: audit rows name operators by it.
CREATE UNIQUE INDEX operators_name_living ON operators (name) WHERE revoked_at IS NULL;

-- ---------------------------------------------------------------------------------------------------
-- Tenancy
-- ---------------------------------------------------------------------------------------------------

-- A tenant is a partner with all its children, in one environment. Tenant 0 is the operator's own.
CREATE TABLE tenants (
    id         bigint PRIMARY KEY CHECK (id > 0 AND id < 1099511627776),
    partner_id uuid NOT NULL,
    env        text NOT NULL CHECK (env IN ('live', 'test')),
    created_at timestamptz(3) NOT NULL,
    UNIQUE (partner_id, env)
);

CREATE TABLE organizations (
    tenant_id       bigint NOT NULL,
    id              uuid NOT NULL,
    parent_id       uuid,
    name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 128),
    status          text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'archived')),
    metadata        jsonb NOT NULL DEFAULT '{}',
    billing_email   text,
    -- Partners only; children inherit both.
    rate_limit_tier text CHECK (rate_limit_tier IN ('standard', 'pilot', 'partner', 'sandbox', 'internal')),
    format_prices   jsonb,
    archived_at     timestamptz(3),
    -- What archiving did, answered again when it is asked for again.
    reclaimed_credits        bigint CHECK (reclaimed_credits BETWEEN 0 AND 9007199254740991),
    revoked_api_keys         integer CHECK (revoked_api_keys >= 0),
    released_leased_accounts integer CHECK (released_leased_accounts >= 0),
    created_at      timestamptz(3) NOT NULL,
    updated_at      timestamptz(3) NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES organizations (tenant_id, id),
    CHECK (parent_id <> id),
    CHECK ((parent_id IS NULL) = (rate_limit_tier IS NOT NULL)),
    CHECK (parent_id IS NULL OR format_prices IS NULL),
    CHECK ((status = 'archived') = (archived_at IS NOT NULL)),
    CHECK (num_nonnulls(archived_at, reclaimed_credits, revoked_api_keys, released_leased_accounts) IN (0, 4))
);
CREATE UNIQUE INDEX organizations_one_partner ON organizations (tenant_id) WHERE parent_id IS NULL;
CREATE INDEX organizations_children ON organizations (tenant_id, parent_id, id);
-- The operator looks organizations up by id alone.
CREATE INDEX organizations_by_id ON organizations (id);

CREATE TABLE api_keys (
    tenant_id       bigint NOT NULL,
    id              uuid NOT NULL,
    organization_id uuid NOT NULL,
    keyid           text NOT NULL CHECK (keyid ~ '^[0-9A-HJKMNP-TV-Z]{16}$'),
    secret_hash     bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
    hash_key_id     text NOT NULL,
    name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
    env             text NOT NULL CHECK (env IN ('live', 'test')),
    scopes          text[] NOT NULL,
    kill_switch     boolean NOT NULL DEFAULT false,
    created_at      timestamptz(3) NOT NULL,
    last_used_at    timestamptz(3),
    rotated_at      timestamptz(3),
    revoked_at      timestamptz(3),
    grace_until     timestamptz(3),
    superseded_by   uuid,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, keyid),
    FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id),
    FOREIGN KEY (tenant_id, superseded_by) REFERENCES api_keys (tenant_id, id),
    CHECK ((superseded_by IS NULL) = (grace_until IS NULL))
);
CREATE INDEX api_keys_of_organization ON api_keys (tenant_id, organization_id, id);

CREATE TABLE projects (
    tenant_id            bigint NOT NULL,
    id                   uuid NOT NULL,
    organization_id      uuid NOT NULL,
    name                 text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 128),
    status               text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived')),
    customer_external_id text,
    timezone             text NOT NULL,
    primary_language     text NOT NULL DEFAULT 'en',
    owner_email          text,
    app_name             text,
    app_description      text,
    tagline              text,
    brand_voice          text,
    target_gender        text,
    metadata             jsonb,
    archived_at          timestamptz(3),
    created_at           timestamptz(3) NOT NULL,
    updated_at           timestamptz(3) NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, organization_id, customer_external_id),
    FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id),
    CHECK ((status = 'archived') = (archived_at IS NOT NULL))
);
CREATE INDEX projects_of_organization ON projects (tenant_id, organization_id, id);

-- ---------------------------------------------------------------------------------------------------
-- Credits
-- ---------------------------------------------------------------------------------------------------

CREATE TABLE wallets (
    tenant_id                bigint NOT NULL,
    organization_id          uuid NOT NULL,
    -- The organization's parent, repeated here so that a money function reads one row.
    partner_id               uuid,
    -- A copy of organizations.status, tested under the very lock that protects the amounts.
    state                    text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended', 'archived')),

    subscription_tier        text NOT NULL DEFAULT 'free'
                             CHECK (subscription_tier IN ('free', 'starter', 'pro', 'scale', 'enterprise')),
    billing_status           text NOT NULL DEFAULT 'active' CHECK (billing_status IN ('active', 'past_due', 'canceled')),
    -- What each new period grants while billing_status is active.
    included_credits         bigint NOT NULL DEFAULT 0 CHECK (included_credits BETWEEN 0 AND 9007199254740991),
    -- NULL without a subscription.
    subscription_started_on  date,

    -- Period n runs from period_anchor + n months to period_anchor + (n + 1) months, clamped to month ends.
    period_anchor            timestamptz(3) NOT NULL,
    period_number            integer NOT NULL CHECK (period_number >= 0),
    period_start             timestamptz(3) NOT NULL,
    period_end               timestamptz(3) NOT NULL,

    included_this_period     bigint NOT NULL DEFAULT 0 CHECK (included_this_period >= 0),
    -- The highest allotment granted in this period: raising a subscription grants only what exceeds it.
    included_granted_peak    bigint NOT NULL DEFAULT 0 CHECK (included_granted_peak >= 0),
    included_remaining       bigint NOT NULL DEFAULT 0 CHECK (included_remaining >= 0),
    prepaid                  bigint NOT NULL DEFAULT 0 CHECK (prepaid >= 0),
    reserved                 bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    used_this_period         bigint NOT NULL DEFAULT 0 CHECK (used_this_period BETWEEN 0 AND 9007199254740991),
    running_jobs             integer NOT NULL DEFAULT 0 CHECK (running_jobs >= 0),

    monthly_credit_cap       bigint CHECK (monthly_credit_cap BETWEEN 0 AND 9007199254740991),
    refill_threshold         bigint CHECK (refill_threshold BETWEEN 0 AND 9007199254740991),
    refill_amount            bigint CHECK (refill_amount BETWEEN 1 AND 9007199254740991),
    auto_refill_enabled      boolean NOT NULL DEFAULT false,
    refill_failed_at         timestamptz(3),

    last_sequence            bigint NOT NULL DEFAULT 0 CHECK (last_sequence >= 0),
    last_event_at            timestamptz(3) NOT NULL,

    PRIMARY KEY (tenant_id, organization_id),
    FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id),
    CHECK (period_start < period_end),
    CHECK ((refill_threshold IS NULL) = (refill_amount IS NULL)),
    -- Overspending is not a bug that a test must find: the row cannot exist.
    CHECK (reserved <= included_remaining + prepaid),
    CHECK (included_remaining + prepaid <= 9007199254740991),
    -- The next period's allotment always fits, so that a rollover cannot fail.
    CHECK (included_credits + prepaid <= 9007199254740991)
);
-- The sweep looks for wallets whose period is over.
CREATE INDEX wallets_period_end ON wallets (period_end);

CREATE TABLE credit_transfers (
    tenant_id            bigint NOT NULL,
    id                   uuid NOT NULL,
    from_organization_id uuid NOT NULL,
    to_organization_id   uuid NOT NULL,
    credits              bigint NOT NULL CHECK (credits BETWEEN 1 AND 9007199254740991),
    description          text,
    metadata             jsonb NOT NULL DEFAULT '{}',
    -- Who asked, with which key: unique for ever, so that even a lost idempotency record cannot move money twice.
    api_key_id           uuid,
    idempotency_key      text,
    fingerprint          bytea,
    -- The receiver's balances as they were answered.
    balance              bigint NOT NULL,
    available            bigint NOT NULL,
    created_at           timestamptz(3) NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, api_key_id, idempotency_key),
    FOREIGN KEY (tenant_id, from_organization_id) REFERENCES organizations (tenant_id, id),
    FOREIGN KEY (tenant_id, to_organization_id) REFERENCES organizations (tenant_id, id),
    CHECK (from_organization_id <> to_organization_id),
    CHECK ((idempotency_key IS NULL) = (api_key_id IS NULL)),
    CHECK ((idempotency_key IS NULL) = (fingerprint IS NULL))
);

-- Append-only. sequence is taken from the wallet under its lock, without gaps, so its order is commit order.
CREATE TABLE credit_events (
    tenant_id       bigint NOT NULL,
    organization_id uuid NOT NULL,
    sequence        bigint NOT NULL CHECK (sequence > 0),
    event_id        uuid NOT NULL,
    event_type      text NOT NULL
                    CHECK (event_type IN ('usage', 'refund', 'grant', 'purchase', 'adjustment', 'allocation')),
    included_delta  bigint NOT NULL,
    prepaid_delta   bigint NOT NULL,
    included_after  bigint NOT NULL CHECK (included_after >= 0),
    prepaid_after   bigint NOT NULL CHECK (prepaid_after >= 0),
    usage_after     bigint NOT NULL CHECK (usage_after >= 0),
    project_id      uuid,
    format          text,
    job_id          uuid,
    container_id    uuid,
    transfer_id     uuid,
    description     text,
    metadata        jsonb NOT NULL DEFAULT '{}',
    api_key_id      uuid,
    operator_id     uuid,
    request_id      text,
    created_at      timestamptz(3) NOT NULL,
    PRIMARY KEY (tenant_id, organization_id, sequence),
    FOREIGN KEY (tenant_id, organization_id) REFERENCES wallets (tenant_id, organization_id),
    FOREIGN KEY (tenant_id, transfer_id) REFERENCES credit_transfers (tenant_id, id),
    CHECK (included_delta + prepaid_delta <> 0),
    CHECK (event_type <> 'usage' OR (included_delta <= 0 AND prepaid_delta <= 0 AND job_id IS NOT NULL)),
    CHECK (event_type NOT IN ('refund', 'purchase') OR (included_delta = 0 AND prepaid_delta > 0)),
    CHECK (event_type <> 'refund' OR job_id IS NOT NULL),
    -- So a project's events are two runs of credit_events_by_project.
    CHECK (project_id IS NULL OR event_type IN ('usage', 'refund')),
    CHECK (event_type <> 'grant' OR (included_delta >= 0 AND prepaid_delta >= 0)),
    CHECK (event_type <> 'allocation' OR (included_delta = 0 AND transfer_id IS NOT NULL))
);
CREATE INDEX credit_events_by_type ON credit_events (tenant_id, organization_id, event_type, sequence);
CREATE INDEX credit_events_by_project ON credit_events (tenant_id, organization_id, project_id, event_type, sequence)
    WHERE project_id IS NOT NULL;
CREATE INDEX credit_events_of_transfer ON credit_events (tenant_id, transfer_id) WHERE transfer_id IS NOT NULL;

-- ---------------------------------------------------------------------------------------------------
-- Generation: what reserves credits
-- ---------------------------------------------------------------------------------------------------

CREATE TABLE jobs (
    tenant_id     bigint NOT NULL,
    id            uuid NOT NULL,
    project_id    uuid NOT NULL,
    kind          text NOT NULL DEFAULT 'content_generate' CHECK (kind = 'content_generate'),
    format        text NOT NULL,
    status        text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'completed', 'failed', 'canceled')),
    stage         text NOT NULL DEFAULT 'queued',
    progress      double precision NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
    started_at    timestamptz(3) NOT NULL,
    expires_at    timestamptz(3) NOT NULL,
    finished_at   timestamptz(3),
    error_code    text,
    error_message text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
    CHECK ((status = 'running') = (finished_at IS NULL)),
    CHECK ((status = 'failed') = (error_code IS NOT NULL))
);
CREATE INDEX jobs_running ON jobs (tenant_id, project_id) WHERE status = 'running';

CREATE TABLE containers (
    tenant_id    bigint NOT NULL,
    id           uuid NOT NULL,
    project_id   uuid NOT NULL,
    job_id       uuid NOT NULL,
    status       text NOT NULL DEFAULT 'queued'
                 CHECK (status IN ('queued', 'processing', 'completed', 'failed', 'canceled')),
    format       text NOT NULL,
    inputs       jsonb NOT NULL DEFAULT '{}',
    created_at   timestamptz(3) NOT NULL,
    completed_at timestamptz(3),
    failed_at    timestamptz(3),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, job_id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
    FOREIGN KEY (tenant_id, job_id) REFERENCES jobs (tenant_id, id)
);

-- One per job. Its organization never changes, also when the project moves: a refund finds the wallet that paid.
CREATE TABLE reservations (
    tenant_id       bigint NOT NULL,
    job_id          uuid NOT NULL,
    organization_id uuid NOT NULL,
    credits         bigint NOT NULL CHECK (credits BETWEEN 0 AND 9007199254740991),
    status          text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'settled', 'released')),
    charged         bigint NOT NULL DEFAULT 0 CHECK (charged BETWEEN 0 AND credits),
    refunded        bigint NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND charged),
    created_at      timestamptz(3) NOT NULL,
    expires_at      timestamptz(3) NOT NULL,
    closed_at       timestamptz(3),
    PRIMARY KEY (tenant_id, job_id),
    FOREIGN KEY (tenant_id, job_id) REFERENCES jobs (tenant_id, id),
    FOREIGN KEY (tenant_id, organization_id) REFERENCES wallets (tenant_id, organization_id),
    CHECK ((status = 'open') = (closed_at IS NULL)),
    CHECK (status = 'settled' OR charged = 0)
);
-- All of a wallet's, the open ones together, for reconciliation. The organization comes first so that no look-up by
-- job, which knows the tenant only, can mistake this for its index.
CREATE INDEX reservations_of_wallet ON reservations (organization_id, tenant_id, status) INCLUDE (credits);
CREATE INDEX reservations_expiry ON reservations (expires_at) WHERE status = 'open';

-- ---------------------------------------------------------------------------------------------------
-- Cash
-- ---------------------------------------------------------------------------------------------------

CREATE TABLE cash_wallets (
    tenant_id       bigint NOT NULL,
    organization_id uuid NOT NULL,
    currency        text NOT NULL DEFAULT 'USD' CHECK (currency = 'USD'),
    balance_cents   bigint NOT NULL DEFAULT 0 CHECK (balance_cents BETWEEN 0 AND 9007199254740991),
    last_sequence   bigint NOT NULL DEFAULT 0 CHECK (last_sequence >= 0),
    last_event_at   timestamptz(3) NOT NULL,
    -- When the first of the wallet's leases is to be charged or tried again, never later than that; NULL: none is.
    renewals_due_at timestamptz(0),
    PRIMARY KEY (tenant_id, organization_id, currency),
    FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id)
);
-- The sweep looks for wallets with something to charge.
CREATE INDEX cash_wallets_renewals_due ON cash_wallets (renewals_due_at) WHERE renewals_due_at IS NOT NULL;

CREATE TABLE cash_events (
    tenant_id           bigint NOT NULL,
    organization_id     uuid NOT NULL,
    currency            text NOT NULL DEFAULT 'USD',
    sequence            bigint NOT NULL CHECK (sequence > 0),
    event_id            uuid NOT NULL,
    event_type          text NOT NULL
                        CHECK (event_type IN ('topup', 'lease_charge', 'lease_renewal', 'adjustment', 'refund')),
    amount_cents        bigint NOT NULL CHECK (amount_cents <> 0),
    balance_after_cents bigint NOT NULL CHECK (balance_after_cents >= 0),
    -- The organization the event is about: the child whose project leases, or the partner itself.
    for_organization_id uuid NOT NULL,
    social_account_id   uuid,
    project_id          uuid,
    lease_month         integer,
    period_start        timestamptz(0),
    period_end          timestamptz(0),
    description         text,
    reference           text,
    operator_id         uuid,
    request_id          text,
    created_at          timestamptz(3) NOT NULL,
    PRIMARY KEY (tenant_id, organization_id, currency, sequence),
    FOREIGN KEY (tenant_id, organization_id, currency) REFERENCES cash_wallets (tenant_id, organization_id, currency),
    CHECK (event_type NOT IN ('lease_charge', 'lease_renewal') OR amount_cents < 0),
    CHECK (event_type NOT IN ('topup', 'refund') OR amount_cents > 0),
    CHECK ((event_type IN ('lease_charge', 'lease_renewal', 'refund')) = (lease_month IS NOT NULL))
);
CREATE INDEX cash_events_refunds ON cash_events (tenant_id, social_account_id, lease_month)
    WHERE event_type = 'refund';

-- ---------------------------------------------------------------------------------------------------
-- Leasing
-- ---------------------------------------------------------------------------------------------------

-- The operator's warmed accounts. The row itself names the lease that holds it, so that "at most one open
-- lease, and leased exactly while in one" is a constraint and not a habit.
CREATE TABLE pool_accounts (
    id                  uuid PRIMARY KEY,
    platform            text NOT NULL CHECK (platform = 'tiktok'),
    -- The platform does not tell upper from lower case, so one account has one spelling.
    handle              text NOT NULL CHECK (handle ~ '^[a-z0-9._]{1,64}$'),
    followers           bigint NOT NULL CHECK (followers BETWEEN 0 AND 9007199254740991),
    vertical            text NOT NULL,
    language            text NOT NULL,
    geo                 text[] NOT NULL,
    monthly_price_cents bigint NOT NULL CHECK (monthly_price_cents BETWEEN 0 AND 9007199254740991),
    avatar_url          text,
    status              text NOT NULL DEFAULT 'available' CHECK (status IN ('available', 'leased', 'retired')),
    lease_tenant_id     bigint,
    lease_id            uuid UNIQUE,
    created_at          timestamptz(3) NOT NULL,
    updated_at          timestamptz(3) NOT NULL,
    UNIQUE (platform, handle),
    CHECK ((status = 'leased') = (lease_id IS NOT NULL)),
    CHECK ((lease_id IS NULL) = (lease_tenant_id IS NULL))
);
CREATE INDEX pool_accounts_by_status ON pool_accounts (status, id);

CREATE TABLE social_accounts (
    tenant_id           bigint NOT NULL,
    id                  uuid NOT NULL,
    project_id          uuid NOT NULL,
    platform            text NOT NULL,
    handle              text NOT NULL,
    avatar_url          text,
    followers           bigint NOT NULL,
    status              text NOT NULL DEFAULT 'connected' CHECK (status IN ('connected', 'reauth_required', 'disconnected')),
    leased              boolean NOT NULL,
    connected_at        timestamptz(3) NOT NULL,
    token_expires_at    timestamptz(3),
    disconnected_at     timestamptz(3),
    disconnected_reason text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
    CHECK ((status = 'disconnected') = (disconnected_at IS NOT NULL)),
    CHECK ((disconnected_at IS NULL) = (disconnected_reason IS NULL))
);
CREATE INDEX social_accounts_of_project ON social_accounts (tenant_id, project_id, id);

-- A lease is identified by its social account: each lease has its own, never reused.
CREATE TABLE leases (
    tenant_id           bigint NOT NULL,
    social_account_id   uuid NOT NULL,
    project_id          uuid NOT NULL,
    -- NULL in a test tenant, whose accounts are fictitious.
    pool_account_id     uuid,
    status              text NOT NULL DEFAULT 'assigned' CHECK (status IN ('assigned', 'disconnected')),
    -- The anchor of the lease's months.
    assigned_at         timestamptz(0) NOT NULL,
    monthly_price_cents bigint NOT NULL CHECK (monthly_price_cents BETWEEN 0 AND 9007199254740991),
    billing_status      text NOT NULL DEFAULT 'current' CHECK (billing_status IN ('current', 'past_due')),
    past_due_since      timestamptz(0),
    -- Number and instant of the first month that has not been charged.
    next_month          integer NOT NULL DEFAULT 1 CHECK (next_month > 0),
    next_due_at         timestamptz(0) NOT NULL,
    -- When a past-due lease is tried again.
    next_attempt_at     timestamptz(0),
    disconnected_at     timestamptz(0),
    disconnected_reason text CHECK (disconnected_reason IN
                        ('released_by_partner', 'recalled_by_operator', 'payment_failed', 'organization_archived')),
    release_note        text,
    PRIMARY KEY (tenant_id, social_account_id),
    FOREIGN KEY (tenant_id, social_account_id) REFERENCES social_accounts (tenant_id, id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
    FOREIGN KEY (pool_account_id) REFERENCES pool_accounts (id),
    CHECK ((status = 'disconnected') = (disconnected_at IS NOT NULL)),
    CHECK ((disconnected_at IS NULL) = (disconnected_reason IS NULL)),
    CHECK ((billing_status = 'past_due') = (past_due_since IS NOT NULL)),
    CHECK ((billing_status = 'past_due') = (next_attempt_at IS NOT NULL)),
    CHECK (status = 'assigned' OR billing_status = 'current')
);
CREATE INDEX leases_of_project ON leases (tenant_id, project_id, status, assigned_at, social_account_id);
-- The line in which leases wait to be paid, and those in it that have been tried.
CREATE INDEX leases_line ON leases (tenant_id, billing_status, next_due_at, social_account_id)
    WHERE status = 'assigned';
CREATE INDEX leases_retries ON leases (tenant_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
-- The operator looks leases up by id alone, and lists them newest first.
CREATE INDEX leases_by_id ON leases (social_account_id);

-- The last word on what was paid: one row per lease and month.
CREATE TABLE lease_charges (
    tenant_id         bigint NOT NULL,
    social_account_id uuid NOT NULL,
    lease_month       integer NOT NULL CHECK (lease_month >= 0),
    period_start      timestamptz(0) NOT NULL,
    period_end        timestamptz(0) NOT NULL,
    price_cents       bigint NOT NULL CHECK (price_cents BETWEEN 0 AND 9007199254740991),
    status            text NOT NULL CHECK (status IN ('due', 'paid', 'uncollected')),
    -- The cash event that paid it; a month at price 0 is paid without one.
    cash_sequence     bigint,
    refunded_cents    bigint NOT NULL DEFAULT 0,
    settled_at        timestamptz(3),
    PRIMARY KEY (tenant_id, social_account_id, lease_month),
    FOREIGN KEY (tenant_id, social_account_id) REFERENCES leases (tenant_id, social_account_id),
    CHECK (period_start < period_end),
    CHECK ((status = 'paid' AND price_cents > 0) = (cash_sequence IS NOT NULL)),
    CHECK ((status = 'due') = (settled_at IS NULL)),
    CHECK (refunded_cents BETWEEN 0 AND CASE status WHEN 'paid' THEN price_cents ELSE 0 END)
);

-- ---------------------------------------------------------------------------------------------------
-- What every write leaves behind, in its own transaction
-- ---------------------------------------------------------------------------------------------------

CREATE TABLE idempotency_keys (
    tenant_id   bigint NOT NULL,
    -- The API key or the operator that asked.
    caller_id   uuid NOT NULL,
    method      text NOT NULL,
    route       text NOT NULL,
    key         text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
    fingerprint bytea NOT NULL,
    status_code smallint NOT NULL CHECK (status_code BETWEEN 200 AND 299),
    -- json, not jsonb: a replay is the first answer to the byte. Answers that carry a secret are sealed instead.
    answer      json,
    sealed      bytea,
    created_at  timestamptz(3) NOT NULL,
    PRIMARY KEY (tenant_id, caller_id, method, route, key),
    CHECK (num_nonnulls(answer, sealed) = 1)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

CREATE TABLE audit_events (
    tenant_id       bigint NOT NULL,
    organization_id uuid,
    event_id        uuid NOT NULL,
    event_type      text NOT NULL,
    occurred_at     timestamptz(3) NOT NULL,
    actor           text NOT NULL CHECK (actor IN ('partner_api', 'operator', 'system')),
    api_key_id      uuid,
    project_id      uuid,
    request_id      text,
    details         jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, occurred_at, event_id)
) PARTITION BY RANGE (occurred_at);
CREATE TABLE audit_events_default PARTITION OF audit_events DEFAULT;
CREATE INDEX audit_events_of_organization ON audit_events (tenant_id, organization_id, occurred_at, event_id);

-- The last full check of the books.
CREATE TABLE reconciliations (
    id              uuid PRIMARY KEY,
    started_at      timestamptz(3) NOT NULL,
    finished_at     timestamptz(3) NOT NULL,
    wallets_checked bigint NOT NULL,
    events_checked  bigint NOT NULL,
    mismatches      jsonb NOT NULL
);
CREATE INDEX reconciliations_newest ON reconciliations (finished_at);

-- ---------------------------------------------------------------------------------------------------
-- What the money functions take and give: arrays of these, one element per operation
-- ---------------------------------------------------------------------------------------------------

CREATE TYPE caller AS (
    actor         text,     -- partner_api | operator | system
    api_key_id    uuid,
    operator_id   uuid,
    operator_name text,
    request_id    text
);

CREATE TYPE idempotency AS (
    tenant_id   bigint,     -- where the record is kept: the caller's tenant, 0 for an operator
    caller_id   uuid,
    method      text,
    route       text,
    key         text,       -- NULL: the request carries none
    fingerprint bytea
);

CREATE TYPE outcome AS (
    status text,            -- done | replayed | refused
    code   text,            -- when refused: an error code of the API
    facts  jsonb            -- done, replayed: what to answer; refused: the error's details
);

CREATE TYPE credit_posting AS (
    organization_id uuid,
    event_type      text,   -- grant | purchase | adjustment | refund
    credits         bigint, -- signed for an adjustment, else > 0
    job_id          uuid,   -- refund only
    description     text,
    metadata        jsonb,
    caller          caller,
    idempotency     idempotency
);

CREATE TYPE credit_allocation AS (
    transfer_id     uuid,
    partner_id      uuid,
    organization_id uuid,
    credits         bigint,
    description     text,
    metadata        jsonb,
    caller          caller,
    idempotency     idempotency
);

CREATE TYPE credit_configuration AS (
    organization_id        uuid,
    partner_id             uuid,
    patch                  jsonb,  -- present keys set or, when null, clear
    caller                 caller,
    idempotency            idempotency
);

CREATE TYPE subscription_setting AS (
    organization_id  uuid,
    tier             text,
    included_credits bigint,
    billing_status   text,
    started_on       date,   -- NULL keeps, or starts today
    caller           caller,
    idempotency      idempotency
);

CREATE TYPE job_start AS (
    job_id             uuid,
    container_id       uuid,
    organization_id    uuid,
    project_id         uuid,
    format             text,
    inputs             jsonb,
    credits            bigint,
    running_jobs_limit integer, -- NULL: none
    expires_at         timestamptz,
    caller             caller
);

CREATE TYPE job_settlement AS (
    job_id  uuid,
    charged bigint,
    caller  caller
);

CREATE TYPE job_release AS (
    job_id        uuid,
    status        text,     -- failed | canceled
    error_code    text,     -- failed only
    error_message text,
    caller        caller
);

CREATE TYPE cash_posting AS (
    organization_id uuid,
    event_type      text,   -- topup | adjustment
    amount_cents    bigint,
    description     text,
    reference       text,
    caller          caller,
    idempotency     idempotency
);

CREATE TYPE lease_assignment AS (
    project_id          uuid,
    pool_account_ids    uuid[],
    social_account_ids  uuid[], -- one new id per pool account
    monthly_price_cents bigint, -- NULL: each account's own price
    caller              caller
);
