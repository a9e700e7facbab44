-- What leasing needs beside leases and their charges.

-- A partner's wish for accounts, which an operator answers.
CREATE TABLE lease_requests (
    tenant_id                   bigint NOT NULL,
    id                          uuid NOT NULL,
    -- Of the project; it moves with it.
    organization_id             uuid NOT NULL,
    project_id                  uuid NOT NULL,
    -- The partner's own name for it, if it gave one.
    partner_request_id          text CHECK (partner_request_id ~ '^[A-Za-z0-9_-]{1,64}$' AND partner_request_id !~ '^lreq_'),
    count                       integer NOT NULL CHECK (count BETWEEN 1 AND 50),
    vertical                    text NOT NULL,
    audience                    text,
    language                    text,
    geo                         text[] NOT NULL DEFAULT '{}',
    target                      text,
    partner_note                text,
    status                      text NOT NULL DEFAULT 'requested'
                                CHECK (status IN ('requested', 'assigned', 'partial', 'rejected')),
    operator_note               text,
    submitted_at                timestamptz(0) NOT NULL,
    answered_at                 timestamptz(0),
    assigned_social_account_ids uuid[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, organization_id, partner_request_id),
    FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
    CHECK ((status = 'requested') = (answered_at IS NULL)),
    CHECK (cardinality(assigned_social_account_ids) BETWEEN
           CASE status WHEN 'assigned' THEN count WHEN 'partial' THEN 1 ELSE 0 END AND
           CASE status WHEN 'assigned' THEN count WHEN 'partial' THEN count - 1 ELSE 0 END)
);
CREATE INDEX lease_requests_of_project ON lease_requests (tenant_id, project_id, id);
-- The operator answers them oldest first, across partners, and looks one up by id alone.
CREATE INDEX lease_requests_queue ON lease_requests (status, id);
CREATE INDEX lease_requests_by_id ON lease_requests (id);

-- A price holds from the next renewal on. Months that had begun, but were not charged yet when it changed, keep the
-- price that they had: until_month is the first month at a later price.
CREATE TABLE lease_former_prices (
    tenant_id         bigint NOT NULL,
    social_account_id uuid NOT NULL,
    until_month       integer NOT NULL CHECK (until_month > 0),
    price_cents       bigint NOT NULL CHECK (price_cents BETWEEN 0 AND 9007199254740991),
    PRIMARY KEY (tenant_id, social_account_id, until_month),
    FOREIGN KEY (tenant_id, social_account_id) REFERENCES leases (tenant_id, social_account_id)
);

-- What has happened that partners may want to be told of, written by the transaction in which it happened.
CREATE TABLE outbox (
    tenant_id       bigint NOT NULL,
    id              uuid NOT NULL,
    -- To whom it happened.
    organization_id uuid NOT NULL,
    event_type      text NOT NULL,
    data            jsonb NOT NULL,
    created_at      timestamptz(3) NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX outbox_age ON outbox (created_at);
