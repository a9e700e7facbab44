-- What operators search for across tenants. A search by name is one for its beginning: an index finds that in any
-- database, without an extension that each node of a cluster would have to have.

CREATE INDEX organizations_by_name ON organizations (lower(name) text_pattern_ops, id);
CREATE INDEX organizations_by_email ON organizations (lower(billing_email) text_pattern_ops, id)
    WHERE billing_email IS NOT NULL;
CREATE INDEX pool_accounts_by_handle ON pool_accounts (lower(handle) text_pattern_ops, id);
CREATE INDEX social_accounts_by_handle ON social_accounts (lower(handle) text_pattern_ops, id);
CREATE INDEX projects_by_id ON projects (id);
CREATE INDEX api_keys_by_id ON api_keys (id);
CREATE INDEX credit_transfers_by_id ON credit_transfers (id);
-- Containers, events and deliveries come with every job. They have no index of their own for a question that is rarely
-- asked: each tenant's primary key is asked for them.

-- The audit log of all tenants, newest first: all of it, that of a type, and that of an operator.
CREATE INDEX audit_events_newest ON audit_events (occurred_at, event_id);
CREATE INDEX audit_events_by_type ON audit_events (event_type, occurred_at, event_id);
CREATE INDEX audit_events_by_operator ON audit_events ((details ->> 'operator'), occurred_at, event_id)
    WHERE actor = 'operator';
