-- What an operator has posted, by the key that it came with.

-- A posting keeps its Idempotency-Key, as a transfer does: long after the idempotency record is gone, the same payment is
-- not credited again. A row is written with the event that it names, and never changed. What was posted before this table
-- was there has none.
CREATE TABLE postings (
    tenant_id       bigint NOT NULL,
    operator_id     uuid NOT NULL,
    movement        text NOT NULL,
    idempotency_key text NOT NULL,
    fingerprint     bytea NOT NULL,
    -- The event: one of credits or one of cash.
    organization_id uuid NOT NULL,
    credit_sequence bigint,
    currency        text,
    cash_sequence   bigint,
    -- The balances as they were answered: credits, or cents, of which nothing is reserved.
    balance         bigint NOT NULL CHECK (balance BETWEEN 0 AND 9007199254740991),
    available       bigint,
    PRIMARY KEY (tenant_id, operator_id, movement, idempotency_key),
    UNIQUE (tenant_id, organization_id, credit_sequence),
    UNIQUE (tenant_id, organization_id, currency, cash_sequence),
    FOREIGN KEY (tenant_id, organization_id, credit_sequence)
        REFERENCES credit_events (tenant_id, organization_id, sequence),
    FOREIGN KEY (tenant_id, organization_id, currency, cash_sequence)
        REFERENCES cash_events (tenant_id, organization_id, currency, sequence),
    CONSTRAINT postings_movement CHECK (movement IN (
        'credits.grant', 'credits.purchase', 'credits.adjustment', 'credits.refund',
        'cash.topup', 'cash.adjustment', 'cash.refund')),
    CONSTRAINT postings_event CHECK (
        num_nonnulls(credit_sequence, cash_sequence) = 1
        AND (cash_sequence IS NOT NULL) = (movement LIKE 'cash.%')
        AND (cash_sequence IS NULL) = (currency IS NULL)
        AND (cash_sequence IS NULL) = (available IS NOT NULL))
);
ALTER TABLE postings ALTER COLUMN tenant_id SET (n_distinct = 100);
