-- What operators look for in jobs and webhooks.

-- Jobs that wait for a worker, of all partners, in the order in which they were asked for.
CREATE INDEX jobs_queue ON jobs (id) WHERE status = 'running' AND claim_token IS NULL AND NOT sandbox;

-- Who took a job, and how that ended. When it started and ended, the job itself says.
CREATE INDEX audit_events_of_claims ON audit_events (tenant_id, (details ->> 'jobId'), occurred_at)
    WHERE event_type IN ('job.claimed', 'job.requeued', 'job.cancel_requested');

-- Endpoints that fail, the longest failing first.
CREATE INDEX webhook_queues_failing ON webhook_queues (failing_since, endpoint_id) WHERE failing_since IS NOT NULL;
