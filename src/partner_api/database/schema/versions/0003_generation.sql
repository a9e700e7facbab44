-- Generation: who works on a job, what it made, and what the functions of jobs take and give.

-- ---------------------------------------------------------------------------------------------------
-- Claims
-- ---------------------------------------------------------------------------------------------------

ALTER TABLE jobs
    -- A test tenant's: it completes by itself, and no worker gets it.
    ADD COLUMN sandbox             boolean NOT NULL DEFAULT false,
    -- What a job of the format auto costs at most if it became a slideshow; fixed when it starts.
    ADD COLUMN slideshow_credits   bigint CHECK (slideshow_credits BETWEEN 0 AND 9007199254740991),
    -- How often a worker has taken it.
    ADD COLUMN attempt             integer NOT NULL DEFAULT 0 CHECK (attempt BETWEEN 0 AND 3),
    -- The current claim; the last one stays when the job is over, so that its worker can ask again.
    ADD COLUMN worker_id           text CHECK (char_length(worker_id) BETWEEN 1 AND 128),
    ADD COLUMN claim_token         uuid,
    ADD COLUMN claimed_at          timestamptz(3),
    ADD COLUMN lease_seconds       integer CHECK (lease_seconds BETWEEN 10 AND 900),
    ADD COLUMN lease_until         timestamptz(3),
    -- A cancel that was accepted: however the claim ends, the job ends as canceled.
    ADD COLUMN cancel_requested_at timestamptz(3),
    -- Digest of what its worker answered, by which the same answer again is told from another.
    ADD COLUMN completion          bytea,
    -- Why the last try failed, also while the job waits for the next one.
    ADD COLUMN last_error_code     text,
    ADD COLUMN last_error_message  text,
    ADD CHECK (num_nonnulls(worker_id, claim_token, claimed_at, lease_seconds, lease_until) IN (0, 5)),
    ADD CHECK (claim_token IS NULL OR attempt > 0),
    ADD CHECK (NOT sandbox OR claim_token IS NULL),
    ADD CHECK ((last_error_code IS NULL) = (last_error_message IS NULL));

-- The queue. The format comes first because a worker asks for formats and goes from tenant to tenant.
CREATE INDEX jobs_waiting ON jobs (format, tenant_id, started_at, id)
    WHERE status = 'running' AND claim_token IS NULL AND NOT sandbox;
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE status = 'running' AND lease_until IS NOT NULL;
CREATE INDEX jobs_of_sandbox ON jobs (started_at) WHERE status = 'running' AND sandbox;
-- Workers and operators look jobs up by id alone.
CREATE INDEX jobs_by_id ON jobs (id);
CREATE INDEX jobs_unsuccessful ON jobs (id) WHERE status IN ('failed', 'canceled');

CREATE INDEX containers_of_project ON containers (tenant_id, project_id, created_at, id);

-- ---------------------------------------------------------------------------------------------------
-- Files
-- ---------------------------------------------------------------------------------------------------

-- What a worker has stored during one try; completing the job makes assets of those that it names.
CREATE TABLE asset_uploads (
    tenant_id   bigint NOT NULL,
    job_id      uuid NOT NULL,
    attempt     integer NOT NULL CHECK (attempt > 0),
    name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 128),
    size_bytes  bigint NOT NULL CHECK (size_bytes >= 0),
    sha256      text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    storage_key text NOT NULL,
    created_at  timestamptz(3) NOT NULL,
    PRIMARY KEY (tenant_id, job_id, attempt, name),
    FOREIGN KEY (tenant_id, job_id) REFERENCES jobs (tenant_id, id)
);

CREATE TABLE assets (
    tenant_id    bigint NOT NULL,
    id           uuid NOT NULL,
    container_id uuid NOT NULL,
    -- The order in which the worker named them.
    position     integer NOT NULL CHECK (position > 0),
    kind         text NOT NULL,
    name         text NOT NULL,
    width        integer NOT NULL CHECK (width > 0),
    height       integer NOT NULL CHECK (height > 0),
    mime_type    text NOT NULL,
    size_bytes   bigint NOT NULL CHECK (size_bytes >= 0),
    sha256       text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    storage_key  text NOT NULL,
    created_at   timestamptz(3) NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, container_id, name),
    FOREIGN KEY (tenant_id, container_id) REFERENCES containers (tenant_id, id)
);

-- ---------------------------------------------------------------------------------------------------
-- What the functions take and give
-- ---------------------------------------------------------------------------------------------------

-- credits NULL: the price of the format.
ALTER TYPE job_start ADD ATTRIBUTE social_account_id uuid, ADD ATTRIBUTE idempotency idempotency;

CREATE TYPE claimed_job AS (
    job_id           uuid,
    attempt          integer,
    claim_token      uuid,
    format           text,
    organization_id  uuid,
    project_id       uuid,
    container_id     uuid,
    inputs           jsonb,
    reserved_credits bigint,
    lease_until      timestamptz
);

CREATE TYPE job_heartbeat AS (
    job_id      uuid,
    worker_id   text,
    claim_token uuid,
    stage       text,              -- NULL: as before
    progress    double precision,  -- NULL: as before
    idempotency idempotency
);

CREATE TYPE job_completion AS (
    job_id      uuid,
    worker_id   text,
    claim_token uuid,
    charged     bigint,
    assets      jsonb,             -- [{kind, name, width, height, mime_type, size_bytes, sha256}]
    caller      caller,
    idempotency idempotency
);

CREATE TYPE job_failure AS (
    job_id        uuid,
    worker_id     text,
    claim_token   uuid,
    error_code    text,
    error_message text,
    retryable     boolean,
    caller        caller,
    idempotency   idempotency
);

CREATE TYPE job_cancellation AS (
    job_id          uuid,
    organization_id uuid,          -- whose job it has to be; NULL: anyone's
    caller          caller,
    idempotency     idempotency
);

CREATE TYPE sandbox_completion AS (
    job_id uuid,
    assets jsonb                   -- as of job_completion, each with its storage_key
);
