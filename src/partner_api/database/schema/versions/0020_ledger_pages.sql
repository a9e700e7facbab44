-- Finding rows of the ledgers by what they came from.

-- Why a job was charged: its usage and its refunds.
CREATE INDEX credit_events_of_job ON credit_events (tenant_id, job_id) WHERE job_id IS NOT NULL;
-- What came in and what went out: of all types only transfers are both, and many. A row is in one of the two.
CREATE INDEX credit_events_allocated_in ON credit_events (tenant_id, organization_id, sequence)
    WHERE event_type = 'allocation' AND prepaid_delta > 0;
CREATE INDEX credit_events_allocated_out ON credit_events (tenant_id, organization_id, sequence)
    WHERE event_type = 'allocation' AND prepaid_delta < 0;
-- Of the cash ledger, renewals are nearly everything: they are found without it, and it costs them nothing.
CREATE INDEX cash_events_by_type ON cash_events (tenant_id, organization_id, currency, event_type, sequence)
    WHERE event_type <> 'lease_renewal';
