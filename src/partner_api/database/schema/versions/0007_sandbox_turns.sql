-- Test tenants have their turns: the next one that has a job is found in one step.

CREATE INDEX jobs_of_sandbox_by_tenant ON jobs (tenant_id, started_at, id) WHERE status = 'running' AND sandbox;
