-- What the ledgers of a partner and its children come to by day. 50_daily_totals.sql says how it is kept. A row that
-- somebody deletes here is not made again, but those of a whole tenant are, when its rows of both tables are gone.

CREATE TABLE daily_totals (
    tenant_id           bigint NOT NULL,
    day                 date NOT NULL, -- in UTC, by the times of the ledger rows
    credits_used        bigint NOT NULL,
    credits_refunded    bigint NOT NULL,
    credits_purchased   bigint NOT NULL,
    cash_paid_in_cents  bigint NOT NULL, -- top-ups
    cash_charged_cents  bigint NOT NULL, -- for leases
    cash_refunded_cents bigint NOT NULL,
    PRIMARY KEY (tenant_id, day)
);
CREATE INDEX daily_totals_by_day ON daily_totals (day);
ALTER TABLE daily_totals ALTER COLUMN tenant_id SET (n_distinct = 100);

-- How far each ledger is counted: its rows up to this sequence are in daily_totals, once, and no others.
CREATE TABLE daily_totals_counted (
    tenant_id       bigint NOT NULL,
    ledger          text NOT NULL CHECK (ledger IN ('credits', 'cash')),
    organization_id uuid NOT NULL,
    sequence        bigint NOT NULL CHECK (sequence >= 0),
    PRIMARY KEY (tenant_id, ledger, organization_id)
);
ALTER TABLE daily_totals_counted ALTER COLUMN tenant_id SET (n_distinct = 100);

-- One row: what was committed by then is counted, in all tenants.
CREATE TABLE daily_totals_progress (
    single        boolean PRIMARY KEY DEFAULT true CHECK (single),
    counted_until timestamptz(3) NOT NULL,
    CONSTRAINT daily_totals_progress_times CHECK (
        counted_until >= '1970-01-01Z' AND counted_until < '10000-01-01Z')
);

-- A check of the books that an operator has asked for, until it is finished; then `reconciliations` has one of its id.
-- At most one row.
CREATE TABLE reconciliation_requests (
    single       boolean PRIMARY KEY DEFAULT true CHECK (single),
    id           uuid NOT NULL,
    requested_at timestamptz(3) NOT NULL,
    CONSTRAINT reconciliation_requests_times CHECK (
        requested_at >= '1970-01-01Z' AND requested_at < '10000-01-01Z')
);
