-- What has happened to one lease, or to one account of the pool.
CREATE INDEX audit_events_of_lease ON audit_events (tenant_id, (details ->> 'socialAccountId'), occurred_at, event_id)
    WHERE details ? 'socialAccountId';
CREATE INDEX audit_events_of_pool_account
    ON audit_events (tenant_id, (details ->> 'poolAccountId'), occurred_at, event_id)
    WHERE details ? 'poolAccountId';
