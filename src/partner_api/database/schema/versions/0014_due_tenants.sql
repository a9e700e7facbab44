-- Tenants that have something due are found in one step each, however much of it they have.

CREATE INDEX reservations_expiry_by_tenant ON reservations (tenant_id, expires_at) WHERE status = 'open';
CREATE INDEX jobs_leased_by_tenant ON jobs (tenant_id, lease_until) WHERE status = 'running' AND lease_until IS NOT NULL;
CREATE INDEX wallets_period_end_by_tenant ON wallets (tenant_id, period_end);
