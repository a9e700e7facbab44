-- Hash chains of the ledgers. Rows that are there are chained in their order, wallet by wallet; what calls these
-- functions from now on writes the hashes itself, and has to.

-- Before anything else, so that nobody who holds one of them waits for another that is held here.
LOCK TABLE wallets, credit_events, cash_wallets, cash_events IN ACCESS EXCLUSIVE MODE;

ALTER TABLE credit_events ADD COLUMN previous_hash bytea, ADD COLUMN hash bytea;
ALTER TABLE cash_events ADD COLUMN previous_hash bytea, ADD COLUMN hash bytea;
-- Of the wallet's newest row; before the first, the 32 zero bytes from which the chain starts.
ALTER TABLE wallets ADD COLUMN last_hash bytea NOT NULL
    DEFAULT '\x0000000000000000000000000000000000000000000000000000000000000000' CHECK (octet_length(last_hash) = 32);
ALTER TABLE cash_wallets ADD COLUMN last_hash bytea NOT NULL
    DEFAULT '\x0000000000000000000000000000000000000000000000000000000000000000' CHECK (octet_length(last_hash) = 32);

-- The form of a row that is hashed, as it was when this revision was made. They go with the session.
CREATE FUNCTION pg_temp.credit_event_internal_hash(p_event credit_events)
RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(convert_to(concat(
        '[', p_event.tenant_id, ', "', p_event.organization_id, '", ', p_event.sequence, ', ', p_event.included_delta,
        ', ', p_event.prepaid_delta, ', ', coalesce('"' || p_event.transfer_id || '"', 'null'),
        ', ', coalesce('"' || p_event.api_key_id || '"', 'null'),
        ', ', coalesce('"' || p_event.operator_id || '"', 'null'),
        ', ', coalesce(to_json(p_event.request_id)::text, 'null'), ']'), 'UTF8'))
$$;

CREATE FUNCTION pg_temp.credit_event_content(p_event credit_events)
RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat(
        '["credits/1", "', p_event.event_id, '", "', p_event.event_type,
        '", ', p_event.included_delta::numeric + p_event.prepaid_delta,
        ', ', p_event.included_after::numeric + p_event.prepaid_after,
        ', ', p_event.prepaid_after, ', ', p_event.usage_after,
        ', ', coalesce('"prj_' || p_event.project_id || '"', 'null'),
        ', ', coalesce('"cnt_' || p_event.container_id || '"', 'null'),
        ', ', coalesce('"' || p_event.job_id || '"', 'null'),
        ', ', coalesce(to_json(p_event.format)::text, 'null'),
        ', ', coalesce(to_json(p_event.description)::text, 'null'), ', ', p_event.metadata,
        ', "', to_char(p_event.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        '", "', encode(pg_temp.credit_event_internal_hash(p_event), 'hex'), '"]')
$$;

CREATE FUNCTION pg_temp.cash_event_internal_hash(p_event cash_events)
RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(convert_to(concat(
        '[', p_event.tenant_id, ', "', p_event.organization_id, '", "', p_event.currency, '", ', p_event.sequence,
        ', ', coalesce(to_json(p_event.reference)::text, 'null'),
        ', ', coalesce('"' || p_event.operator_id || '"', 'null'),
        ', ', coalesce(to_json(p_event.request_id)::text, 'null'), ']'), 'UTF8'))
$$;

CREATE FUNCTION pg_temp.cash_event_content(p_event cash_events)
RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat(
        '["cash/1", "', p_event.event_id, '", "', p_event.event_type,
        '", ', p_event.amount_cents, ', ', p_event.balance_after_cents,
        ', "org_', p_event.for_organization_id,
        '", ', coalesce('"sa_' || p_event.social_account_id || '"', 'null'),
        ', ', coalesce('"prj_' || p_event.project_id || '"', 'null'), ', ', coalesce(p_event.lease_month::text, 'null'),
        ', ', coalesce('"' || to_char(p_event.period_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || '"', 'null'),
        ', ', coalesce('"' || to_char(p_event.period_end AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || '"', 'null'),
        ', ', coalesce(to_json(p_event.description)::text, 'null'),
        ', "', to_char(p_event.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        '", "', encode(pg_temp.cash_event_internal_hash(p_event), 'hex'), '"]')
$$;

CREATE FUNCTION pg_temp.ledger_chain_next(p_hash bytea, p_content text)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN sha256(p_hash || convert_to(p_content, 'UTF8'));
END
$$;
CREATE AGGREGATE pg_temp.ledger_chain(p_content text) (
    SFUNC = pg_temp.ledger_chain_next, STYPE = bytea,
    INITCOND = '\x0000000000000000000000000000000000000000000000000000000000000000'
);

-- Every row is written anew. Indexes that are not needed for that are made afterwards, which takes a fraction of the time
-- that keeping them up to date would.
SET LOCAL work_mem = '128MB';
SET LOCAL maintenance_work_mem = '256MB';
DROP INDEX credit_events_by_type, credit_events_by_project, credit_events_of_transfer, cash_events_refunds;

UPDATE credit_events e SET previous_hash = c.previous_hash, hash = c.hash
  FROM (SELECT tenant_id, organization_id, sequence, hash,
               lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER past AS previous_hash
          FROM (SELECT tenant_id, organization_id, sequence,
                       pg_temp.ledger_chain(pg_temp.credit_event_content(row_of)) OVER past AS hash
                  FROM credit_events row_of
                WINDOW past AS (PARTITION BY tenant_id, organization_id ORDER BY sequence)) h
        WINDOW past AS (PARTITION BY tenant_id, organization_id ORDER BY sequence)) c
 WHERE e.tenant_id = c.tenant_id AND e.organization_id = c.organization_id AND e.sequence = c.sequence;
UPDATE wallets w SET last_hash = e.hash
  FROM (SELECT DISTINCT ON (tenant_id, organization_id) tenant_id, organization_id, hash
          FROM credit_events ORDER BY tenant_id, organization_id, sequence DESC) e
 WHERE e.tenant_id = w.tenant_id AND e.organization_id = w.organization_id;

UPDATE cash_events e SET previous_hash = c.previous_hash, hash = c.hash
  FROM (SELECT tenant_id, organization_id, currency, sequence, hash,
               lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER past AS previous_hash
          FROM (SELECT tenant_id, organization_id, currency, sequence,
                       pg_temp.ledger_chain(pg_temp.cash_event_content(row_of)) OVER past AS hash
                  FROM cash_events row_of
                WINDOW past AS (PARTITION BY tenant_id, organization_id, currency ORDER BY sequence)) h
        WINDOW past AS (PARTITION BY tenant_id, organization_id, currency ORDER BY sequence)) c
 WHERE e.tenant_id = c.tenant_id AND e.organization_id = c.organization_id AND e.currency = c.currency
   AND e.sequence = c.sequence;
UPDATE cash_wallets w SET last_hash = e.hash
  FROM (SELECT DISTINCT ON (tenant_id, organization_id, currency) tenant_id, organization_id, currency, hash
          FROM cash_events ORDER BY tenant_id, organization_id, currency, sequence DESC) e
 WHERE e.tenant_id = w.tenant_id AND e.organization_id = w.organization_id AND e.currency = w.currency;

CREATE INDEX credit_events_by_type ON credit_events (tenant_id, organization_id, event_type, sequence);
CREATE INDEX credit_events_by_project ON credit_events (tenant_id, organization_id, project_id, event_type, sequence)
    WHERE project_id IS NOT NULL;
CREATE INDEX credit_events_of_transfer ON credit_events (tenant_id, transfer_id) WHERE transfer_id IS NOT NULL;
CREATE INDEX cash_events_refunds ON cash_events (tenant_id, social_account_id, lease_month)
    WHERE event_type = 'refund';

ALTER TABLE credit_events
    ALTER COLUMN previous_hash SET NOT NULL, ALTER COLUMN hash SET NOT NULL,
    ADD CHECK (octet_length(previous_hash) = 32), ADD CHECK (octet_length(hash) = 32);
ALTER TABLE cash_events
    ALTER COLUMN previous_hash SET NOT NULL, ALTER COLUMN hash SET NOT NULL,
    ADD CHECK (octet_length(previous_hash) = 32), ADD CHECK (octet_length(hash) = 32);

-- What is kept for repetitions of postings is answered in the same shape as new ones.
UPDATE idempotency_keys k SET answer = (k.answer::jsonb || jsonb_build_object('event', k.answer::jsonb -> 'event'
           || jsonb_build_object('previous_hash', encode(e.previous_hash, 'base64'), 'hash', encode(e.hash, 'base64'),
                                 'internal_hash', encode(pg_temp.credit_event_internal_hash(e), 'base64'))))::json
  FROM credit_events e
 WHERE k.answer #>> '{event,event_id}' = e.event_id::text;
UPDATE idempotency_keys k SET answer = (k.answer::jsonb || jsonb_build_object('event', k.answer::jsonb -> 'event'
           || jsonb_build_object('previous_hash', encode(e.previous_hash, 'base64'), 'hash', encode(e.hash, 'base64'),
                                 'internal_hash', encode(pg_temp.cash_event_internal_hash(e), 'base64'))))::json
  FROM cash_events e
 WHERE k.answer #>> '{event,event_id}' = e.event_id::text;
