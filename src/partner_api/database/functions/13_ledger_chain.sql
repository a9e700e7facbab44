-- The hash chain of the ledgers: every row carries a hash of its content and of the hash of the row before it.
--
-- hash = SHA-256(hash of the row before, 32 bytes || content in UTF-8). Before a wallet's first row stand 32 zero bytes.
-- The content is a JSON array with one space after each comma and colon, as docs/verify-your-ledger.md says it, made of
-- what the API shows of the row; the last element is the digest of what it does not show. Both are joined here as text:
-- building JSON with PostgreSQL's functions takes four times as long, and this is done for every row.
--
-- The form is for ever: rows that are there keep their hashes. Another one gets another first element.

-- Return the digest of what a partner does not see of its row, shown as internalHash.
CREATE OR REPLACE FUNCTION credit_event_internal_hash(p_event credit_events)
RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(concat(
        '[', p_event.tenant_id, ', "', p_event.organization_id, '", ', p_event.sequence, ', ', p_event.included_delta,
        ', ', p_event.prepaid_delta, ', ', coalesce('"' || p_event.transfer_id || '"', 'null'),
        ', ', coalesce('"' || p_event.api_key_id || '"', 'null'),
        ', ', coalesce('"' || p_event.operator_id || '"', 'null'),
        ', ', coalesce(to_json(p_event.request_id)::text, 'null'), ']'), 'UTF8'))
$$;

-- Return what is hashed of a row: the text of its JSON array.
CREATE OR REPLACE FUNCTION credit_event_content(p_event credit_events)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
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
        '", "', encode(credit_event_internal_hash(p_event), 'hex'), '"]')
$$;

-- Return the hash of a row, of its content and of its previous_hash.
CREATE OR REPLACE FUNCTION credit_event_hash(p_event credit_events)
RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(p_event.previous_hash || convert_to(credit_event_content(p_event), 'UTF8'))
$$;

-- The same three of a cash row.
CREATE OR REPLACE FUNCTION cash_event_internal_hash(p_event cash_events)
RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(concat(
        '[', p_event.tenant_id, ', "', p_event.organization_id, '", "', p_event.currency, '", ', p_event.sequence,
        ', ', coalesce(to_json(p_event.reference)::text, 'null'),
        ', ', coalesce('"' || p_event.operator_id || '"', 'null'),
        ', ', coalesce(to_json(p_event.request_id)::text, 'null'), ']'), 'UTF8'))
$$;

CREATE OR REPLACE FUNCTION cash_event_content(p_event cash_events)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
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
        '", "', encode(cash_event_internal_hash(p_event), 'hex'), '"]')
$$;

CREATE OR REPLACE FUNCTION cash_event_hash(p_event cash_events)
RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(p_event.previous_hash || convert_to(cash_event_content(p_event), 'UTF8'))
$$;

-- Return the hash of each of many rows, as an aggregate over a window in the order of the rows.
CREATE OR REPLACE FUNCTION ledger_chain_next(p_hash bytea, p_first bytea, p_content text)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN sha256(coalesce(p_hash, p_first) || convert_to(p_content, 'UTF8'));
END
$$;
CREATE OR REPLACE AGGREGATE ledger_chain(p_first bytea, p_content text) (
    SFUNC = ledger_chain_next, STYPE = bytea, PARALLEL = SAFE
);

-- Return a row's hashes as the facts of a money function carry them.
CREATE OR REPLACE FUNCTION ledger_hash_facts(p_previous_hash bytea, p_hash bytea, p_internal_hash bytea)
RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT jsonb_build_object('previous_hash', encode(p_previous_hash, 'base64'), 'hash', encode(p_hash, 'base64'),
                              'internal_hash', encode(p_internal_hash, 'base64'))
$$;
