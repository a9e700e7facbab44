-- What the functions take that until now had their arguments one by one and no idempotency record.

CREATE TYPE organization_set_status_item AS (
    organization_id uuid,
    partner_id      uuid,   -- must be its parent; NULL: anybody's, for the operator
    status          text,   -- active | suspended
    caller          caller,
    idempotency     idempotency
);

CREATE TYPE organization_archive_item AS (
    organization_id uuid,
    partner_id      uuid,
    caller          caller,
    idempotency     idempotency
);

CREATE TYPE cash_refund_item AS (
    organization_id   uuid,    -- the partner whose wallet paid
    social_account_id uuid,
    lease_month       integer,
    amount_cents      bigint,
    description       text,
    caller            caller,
    idempotency       idempotency
);

CREATE TYPE lease_disconnect_item AS (
    social_account_id uuid,
    organization_id   uuid,    -- must own its project; NULL: anybody's, for the operator
    reason            text,    -- released_by_partner | recalled_by_operator
    note              text,
    caller            caller,
    idempotency       idempotency
);

CREATE TYPE lease_set_price_item AS (
    social_account_id   uuid,
    monthly_price_cents bigint,
    caller              caller,
    idempotency         idempotency
);

CREATE TYPE lease_request_fulfil_item AS (
    request_id          uuid,
    pool_account_ids    uuid[],
    social_account_ids  uuid[], -- one new id per pool account
    monthly_price_cents bigint, -- NULL: each account's own price
    note                text,
    caller              caller,
    idempotency         idempotency
);

CREATE TYPE lease_request_reject_item AS (
    request_id  uuid,
    note        text,
    caller      caller,
    idempotency idempotency
);

CREATE TYPE lease_request_pretend_item AS (
    request_id         uuid,
    social_account_ids uuid[],
    handles            text[],   -- one of each per id
    followers          bigint[],
    caller             caller,
    idempotency        idempotency
);
