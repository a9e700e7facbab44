-- Idempotency records: the first answer to a request, kept for 24 hours.
--
-- A record is written by the transaction that has the effect, after the effect, so a refusal leaves none. Two
-- requests with one key at the same instant are told apart by an advisory lock that lives as long as the
-- transaction: the second is told at once that the first is in progress, it never waits.
--
-- A money function looks the record up first thing with idempotency_outcome and hands what it decided to
-- idempotency_keep. Such a record holds facts; one that the server writes itself holds the answer as it was sent.

-- Look up the record of a request, and take the lock of its key until the transaction ends.
--
-- Return a verdict: new, in_progress, conflict (the key was used for another request), or replayed with the record.
CREATE OR REPLACE FUNCTION idempotency_find(p_now timestamptz, p_record idempotency)
RETURNS TABLE (verdict text, status_code smallint, answer json, sealed bytea)
LANGUAGE plpgsql AS $$
DECLARE
    v_lock  bigint;
    v_found idempotency_keys;
BEGIN
    IF p_record.key IS NULL THEN
        RETURN QUERY SELECT 'new', NULL::smallint, NULL::json, NULL::bytea;
        RETURN;
    END IF;

    v_lock := hashtextextended(
        concat_ws(E'\x1f', p_record.tenant_id, p_record.caller_id, p_record.method, p_record.route, p_record.key), 0);
    IF NOT pg_try_advisory_xact_lock(v_lock) THEN
        RETURN QUERY SELECT 'in_progress', NULL::smallint, NULL::json, NULL::bytea;
        RETURN;
    END IF;

    SELECT * INTO v_found FROM idempotency_keys k
     WHERE k.tenant_id = p_record.tenant_id AND k.caller_id = p_record.caller_id
       AND k.method = p_record.method AND k.route = p_record.route AND k.key = p_record.key;
    IF NOT FOUND OR v_found.created_at <= p_now - interval '24 hours' THEN
        RETURN QUERY SELECT 'new', NULL::smallint, NULL::json, NULL::bytea;
    ELSIF v_found.fingerprint <> p_record.fingerprint THEN
        RETURN QUERY SELECT 'conflict', NULL::smallint, NULL::json, NULL::bytea;
    ELSE
        RETURN QUERY SELECT 'replayed', v_found.status_code, v_found.answer, v_found.sealed;
    END IF;
END
$$;

-- Store the answer to a request that had its effect. Replaces a record that has expired; without a key, nothing is
-- stored.
CREATE OR REPLACE FUNCTION idempotency_store(
    p_now timestamptz, p_record idempotency, p_status_code smallint, p_answer json, p_sealed bytea)
RETURNS void
LANGUAGE sql AS $$
    INSERT INTO idempotency_keys AS k
        (tenant_id, caller_id, method, route, key, fingerprint, status_code, answer, sealed, created_at)
    SELECT p_record.tenant_id, p_record.caller_id, p_record.method, p_record.route, p_record.key,
           p_record.fingerprint, p_status_code, p_answer, p_sealed, p_now
     WHERE p_record.key IS NOT NULL
    ON CONFLICT (tenant_id, caller_id, method, route, key) DO UPDATE
       SET fingerprint = excluded.fingerprint, status_code = excluded.status_code,
           answer = excluded.answer, sealed = excluded.sealed, created_at = excluded.created_at
     WHERE k.created_at <= excluded.created_at - interval '24 hours';
$$;

-- Return the outcome of a request that needs no decision, because its key was used before; NULL: decide.
CREATE OR REPLACE FUNCTION idempotency_outcome(p_now timestamptz, p_record idempotency)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_found record;
BEGIN
    IF p_record.key IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT * INTO v_found FROM idempotency_find(p_now, p_record);
    RETURN CASE v_found.verdict
        WHEN 'replayed' THEN ROW('replayed', NULL, v_found.answer::jsonb)::outcome
        WHEN 'conflict' THEN ROW('refused', 'IDEMPOTENCY_CONFLICT', NULL)::outcome
        WHEN 'in_progress' THEN ROW('refused', 'IDEMPOTENCY_IN_PROGRESS', NULL)::outcome
    END;
END
$$;

-- Store the facts of an operation that was done, for a request with a key; a refusal or a replay leaves no record.
-- Return the outcome as it came. The status of the answer is the route's, so the one that is stored says nothing.
CREATE OR REPLACE FUNCTION idempotency_keep(p_now timestamptz, p_record idempotency, p_outcome outcome)
RETURNS outcome
LANGUAGE plpgsql AS $$
BEGIN
    IF p_outcome.status = 'done' AND p_record.key IS NOT NULL THEN
        PERFORM idempotency_store(p_now, p_record, 200::smallint, p_outcome.facts::json, NULL);
    END IF;
    RETURN p_outcome;
END
$$;
