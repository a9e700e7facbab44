-- Webhooks and the events feed. 60_events.sql publishes what is in the outbox; 61_deliveries.sql says what becomes of
-- what is sent.

-- An event is published once: it gets the next number of its tenant, by which the feed is read, and its deliveries, in
-- one commit. Commits of those who write the outbox come in any order, so neither ids nor times could be a cursor.
ALTER TABLE outbox
    ADD COLUMN sequence bigint CHECK (sequence > 0),
    ADD COLUMN published_at timestamptz(3),
    ADD CONSTRAINT outbox_published CHECK ((sequence IS NULL) = (published_at IS NULL)),
    DROP CONSTRAINT outbox_times,
    ADD CONSTRAINT outbox_times CHECK (least(created_at, published_at) >= '1970-01-01Z'
                                       AND greatest(created_at, published_at) < '10000-01-01Z') NOT VALID;
CREATE INDEX outbox_unpublished ON outbox (tenant_id, id) WHERE sequence IS NULL;
CREATE UNIQUE INDEX outbox_feed ON outbox (tenant_id, sequence) WHERE sequence IS NOT NULL;
CREATE INDEX outbox_feed_of_organization ON outbox (tenant_id, organization_id, sequence) WHERE sequence IS NOT NULL;
-- They are deleted in the order in which they were published, so that none is missing in the middle of a feed.
DROP INDEX outbox_age;
CREATE INDEX outbox_age ON outbox (published_at, tenant_id, sequence) WHERE published_at IS NOT NULL;

-- How far a tenant's events are published. Whoever publishes some holds the row.
CREATE TABLE event_streams (
    tenant_id         bigint PRIMARY KEY,
    last_sequence     bigint NOT NULL CHECK (last_sequence >= 0),
    -- Never before that of an earlier event, nor before the time of the event itself.
    last_published_at timestamptz(3) NOT NULL,
    CONSTRAINT event_streams_times CHECK (last_published_at >= '1970-01-01Z' AND last_published_at < '10000-01-01Z')
);

-- A wallet is low while less than its refill threshold is available: told once, when it gets low.
ALTER TABLE wallets ADD COLUMN is_low boolean NOT NULL DEFAULT false;
UPDATE wallets SET is_low = true WHERE included_remaining + prepaid - reserved < refill_threshold;

CREATE TABLE webhook_endpoints (
    tenant_id       bigint NOT NULL,
    id              uuid NOT NULL,
    organization_id uuid NOT NULL,
    -- Only events of this project; NULL: all.
    project_id      uuid,
    url             text NOT NULL CHECK (char_length(url) BETWEEN 1 AND 2048),
    description     text CHECK (char_length(description) <= 500),
    -- Names of event types, or '*' alone.
    events          text[] NOT NULL CHECK (cardinality(events) BETWEEN 1 AND 50),
    scope           text NOT NULL CHECK (scope IN ('own', 'all_children')),
    status          text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'auto_paused')),
    -- Why the server paused it.
    paused_reason   text CHECK (paused_reason IN ('failures', 'gone')),
    metadata        jsonb NOT NULL DEFAULT '{}',
    -- Sealed, and with which of the installation's keys.
    secret          bytea NOT NULL,
    secret_key_id   text NOT NULL,
    -- Signs beside the present one until then.
    previous_secret            bytea,
    previous_secret_key_id     text,
    previous_secret_expires_at timestamptz(3),
    created_at      timestamptz(3) NOT NULL,
    updated_at      timestamptz(3) NOT NULL,
    -- Deliveries of a deleted one go little by little, then the row.
    deleted_at      timestamptz(3),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
    CHECK ((status = 'auto_paused') = (paused_reason IS NOT NULL)),
    CHECK (num_nonnulls(previous_secret, previous_secret_key_id, previous_secret_expires_at) IN (0, 3)),
    CONSTRAINT webhook_endpoints_times CHECK (
        least(previous_secret_expires_at, created_at, updated_at, deleted_at) >= '1970-01-01Z'
        AND greatest(previous_secret_expires_at, created_at, updated_at, deleted_at) < '10000-01-01Z')
);
CREATE INDEX webhook_endpoints_of_organization ON webhook_endpoints (tenant_id, organization_id, id);
CREATE INDEX webhook_endpoints_deleted ON webhook_endpoints (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX webhook_endpoints_auto_paused ON webhook_endpoints (tenant_id, id) WHERE status = 'auto_paused';
-- The operator looks endpoints up by id alone.
CREATE INDEX webhook_endpoints_by_id ON webhook_endpoints (id);

-- The sender's side of an endpoint: when it has something to send, and how that went. A row of its own, because each
-- attempt changes it. Whoever claims or finishes deliveries of an endpoint holds it.
CREATE TABLE webhook_queues (
    tenant_id                 bigint NOT NULL,
    endpoint_id               uuid NOT NULL,
    -- When the first of its deliveries is due; NULL: none waits.
    next_due_at               timestamptz(3),
    last_success_at           timestamptz(3),
    last_failure_at           timestamptz(3),
    -- Attempts that failed since the last success, and when the first of them did.
    consecutive_failure_count integer NOT NULL DEFAULT 0 CHECK (consecutive_failure_count >= 0),
    failing_since             timestamptz(3),
    PRIMARY KEY (tenant_id, endpoint_id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints (tenant_id, id),
    CHECK ((consecutive_failure_count = 0) = (failing_since IS NULL)),
    CONSTRAINT webhook_queues_times CHECK (
        least(next_due_at, last_success_at, last_failure_at, failing_since) >= '1970-01-01Z'
        AND greatest(next_due_at, last_success_at, last_failure_at, failing_since) < '10000-01-01Z')
);
CREATE INDEX webhook_queues_due ON webhook_queues (tenant_id, next_due_at) WHERE next_due_at IS NOT NULL;
-- Of all tenants: whether anything is due, and when.
CREATE INDEX webhook_queues_next ON webhook_queues (next_due_at) WHERE next_due_at IS NOT NULL;

-- An event on its way to an endpoint. What is repeated later is another delivery; this one stays as it ended.
CREATE TABLE webhook_deliveries (
    tenant_id        bigint NOT NULL,
    id               uuid NOT NULL,
    endpoint_id      uuid NOT NULL,
    event_id         uuid NOT NULL,
    event_type       text NOT NULL,
    -- Whose event it is: the endpoint's organization, or a child of it.
    organization_id  uuid NOT NULL,
    event_created_at timestamptz(3) NOT NULL,
    -- What the event says, if it is in no outbox: that of a test, and that of a replay.
    data             jsonb,
    -- The delivery whose data this one sends again as an event of its own.
    replay_of        uuid,
    status           text NOT NULL CHECK (status IN ('pending', 'delivering', 'delivered', 'failed', 'abandoned')),
    attempts         integer NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 8),
    -- When it is due: of one that is being sent, when it counts as lost and is sent again.
    next_attempt_at  timestamptz(3),
    claim_token      uuid,
    delivered_at     timestamptz(3),
    abandoned_at     timestamptz(3),
    abandoned_reason text CHECK (abandoned_reason IN (
        'attempts_exhausted', 'endpoint_gone', 'endpoint_paused', 'endpoint_auto_paused', 'organization_suspended',
        'organization_archived', 'event_expired', 'out_of_scope')),
    -- A later delivery took over: nothing is left to recover of this one.
    recovered        boolean NOT NULL DEFAULT false,
    last_response_status integer CHECK (last_response_status BETWEEN 100 AND 999),
    last_response_at timestamptz(3),
    last_error       text CHECK (char_length(last_error) <= 500),
    created_at       timestamptz(3) NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints (tenant_id, id),
    CHECK ((status IN ('pending', 'delivering', 'failed')) = (next_attempt_at IS NOT NULL)),
    CHECK ((status = 'delivering') = (claim_token IS NOT NULL)),
    CHECK ((status = 'delivered') = (delivered_at IS NOT NULL)),
    CHECK ((status = 'abandoned') = (abandoned_at IS NOT NULL)),
    CHECK ((status = 'abandoned') = (abandoned_reason IS NOT NULL)),
    CHECK (status <> 'failed' OR attempts > 0),
    CONSTRAINT webhook_deliveries_times CHECK (
        least(event_created_at, next_attempt_at, delivered_at, abandoned_at, last_response_at, created_at)
        >= '1970-01-01Z'
        AND greatest(event_created_at, next_attempt_at, delivered_at, abandoned_at, last_response_at, created_at)
        < '10000-01-01Z')
);
CREATE INDEX webhook_deliveries_of_endpoint ON webhook_deliveries (tenant_id, endpoint_id, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (tenant_id, endpoint_id, next_attempt_at)
    WHERE next_attempt_at IS NOT NULL;
-- Those whose claim is lost come first: they have waited longer than what became due before they were lost.
CREATE INDEX webhook_deliveries_claimed ON webhook_deliveries (tenant_id, endpoint_id, next_attempt_at)
    WHERE status = 'delivering';
CREATE INDEX webhook_deliveries_lost ON webhook_deliveries (tenant_id, endpoint_id, event_created_at)
    WHERE status = 'abandoned' AND NOT recovered;
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at);

-- What each attempt to send a delivery came to.
CREATE TABLE webhook_attempts (
    tenant_id   bigint NOT NULL,
    delivery_id uuid NOT NULL,
    number      integer NOT NULL CHECK (number BETWEEN 1 AND 8),
    at          timestamptz(3) NOT NULL,
    duration_ms integer NOT NULL CHECK (duration_ms >= 0),
    -- Of the answer; NULL: there was none, and the error says why.
    status      integer CHECK (status BETWEEN 100 AND 999),
    error       text CHECK (char_length(error) <= 500),
    -- The first 2 kB of the answer.
    body        bytea CHECK (octet_length(body) <= 2048),
    PRIMARY KEY (tenant_id, delivery_id, number),
    FOREIGN KEY (tenant_id, delivery_id) REFERENCES webhook_deliveries (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT webhook_attempts_times CHECK (at >= '1970-01-01Z' AND at < '10000-01-01Z')
);

-- As 0004_statistics.sql has it for the tables before them.
ALTER TABLE webhook_endpoints ALTER COLUMN tenant_id SET (n_distinct = 100);
ALTER TABLE webhook_queues ALTER COLUMN tenant_id SET (n_distinct = 100);
ALTER TABLE webhook_deliveries ALTER COLUMN tenant_id SET (n_distinct = 100);
ALTER TABLE webhook_attempts ALTER COLUMN tenant_id SET (n_distinct = 100);

-- A delivery that a sender has claimed: what it needs to send it.
CREATE TYPE webhook_claimed AS (
    tenant_id        bigint,
    id               uuid,
    endpoint_id      uuid,
    claim_token      uuid,
    url              text,
    -- Sealed; the previous one only while it signs too.
    secret           bytea,
    previous_secret  bytea,
    event_id         uuid,
    event_type       text,
    event_created_at timestamptz,
    organization_id  uuid,
    data             jsonb,
    replay_of        uuid,
    -- Which attempt it is, from 1.
    attempt          integer
);

-- What a sender reports of one delivery that it had claimed.
CREATE TYPE webhook_result AS (
    tenant_id           bigint,
    endpoint_id         uuid,
    delivery_id         uuid,
    claim_token         uuid,
    at                  timestamptz,
    duration_ms         integer,
    status              integer,
    error               text,
    body                bytea,
    -- What the answer asked to wait, NULL: nothing.
    retry_after_seconds integer,
    -- The next step of the ladder is multiplied by this: 0.9 to 1.1.
    jitter              double precision
);
