-- Idempotency records: the first answer to a request, kept for 24 hours.
--
-- A record is written by the transaction that has the effect, after the effect, so a refusal leaves none. Two
-- requests with one key at the same instant are told apart by an advisory lock that lives as long as the
-- transaction: the second is told at once that the first is in progress, it never waits.
--
-- A money function looks the record up first thing with idempotency_outcome and hands what it decided to
-- idempotency_keep; one that decides a batch together looks up all of them with idempotency_outcomes and hands what
-- was decided to idempotency_keep_all. Such a record holds facts; one that the server writes itself holds the answer as it was sent.
--
-- Where a key is required, 24 hours are not enough: money would move again. What such a movement has written keeps the key
-- for ever, and is asked after the record: a transfer (24_allocations.sql), a posting (16_postings.sql).

-- Return the advisory lock of a request's key.
CREATE OR REPLACE FUNCTION idempotency_lock(p_record idempotency)
RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT hashtextextended(
        concat_ws(E'\x1f', p_record.tenant_id, p_record.caller_id, p_record.method, p_record.route, p_record.key), 0)
$$;

-- Look up the record of a request, and take the lock of its key until the transaction ends.
--
-- Return a verdict: new, in_progress, conflict (the key was used for another request), or replayed with the record.
CREATE OR REPLACE FUNCTION idempotency_find(p_now timestamptz, p_record idempotency)
RETURNS TABLE (verdict text, status_code smallint, answer json, sealed bytea)
LANGUAGE plpgsql AS $$
DECLARE
    v_found idempotency_keys;
BEGIN
    IF p_record.key IS NULL THEN
        RETURN QUERY SELECT 'new', NULL::smallint, NULL::json, NULL::bytea;
        RETURN;
    END IF;

    IF NOT pg_try_advisory_xact_lock(idempotency_lock(p_record)) THEN
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

-- Store the answers to requests that had their effect, no two of which have one key, and each of which has one. The arrays
-- have an element for each. Replaces records that have expired.
--
-- The age of a record is reckoned in UTC: on a cluster, what is said of a row in conflict depends on no setting. And where
-- the tenants of the record and of what it speaks of are on two nodes, two requests with one key may each have found
-- its lock free: the record is the last word, and what had its effect without being able to leave one is undone.
CREATE OR REPLACE FUNCTION idempotency_store_all(
    p_now timestamptz, p_records idempotency[], p_status_codes smallint[], p_answers json[], p_sealed bytea[])
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_tenant_ids bigint[] := '{}';
    v_tenant_id  bigint;
    v_record     idempotency;
    v_key        text;
    v_stored     integer := 0;
BEGIN
    -- Nearly always one.
    FOREACH v_record IN ARRAY p_records LOOP
        IF v_record.tenant_id <> ALL (v_tenant_ids) THEN
            v_tenant_ids := v_tenant_ids || v_record.tenant_id;
        END IF;
    END LOOP;
    FOREACH v_tenant_id IN ARRAY v_tenant_ids LOOP
        -- On a cluster, the count of such a statement is of the rows that it selects: those that come back are stored.
        FOR v_key IN
            INSERT INTO idempotency_keys AS k
                (tenant_id, caller_id, method, route, key, fingerprint, status_code, answer, sealed, created_at)
            SELECT v_tenant_id, r.caller_id, r.method, r.route, r.key, r.fingerprint, r.status_code, r.answer, r.sealed,
                   p_now
              FROM unnest(p_records, p_status_codes, p_answers, p_sealed)
                   r (tenant_id, caller_id, method, route, key, fingerprint, status_code, answer, sealed)
             WHERE r.tenant_id = v_tenant_id
            ON CONFLICT (tenant_id, caller_id, method, route, key) DO UPDATE
               SET fingerprint = excluded.fingerprint, status_code = excluded.status_code,
                   answer = excluded.answer, sealed = excluded.sealed, created_at = excluded.created_at
             WHERE k.created_at AT TIME ZONE 'UTC' <= excluded.created_at AT TIME ZONE 'UTC' - interval '24 hours'
            RETURNING k.key
        LOOP
            v_stored := v_stored + 1;
        END LOOP;
    END LOOP;
    IF v_stored < cardinality(p_records) THEN
        RAISE serialization_failure USING MESSAGE = 'an idempotency key was used meanwhile';
    END IF;
END
$$;

-- The same for one request; without a key, nothing is stored.
CREATE OR REPLACE FUNCTION idempotency_store(
    p_now timestamptz, p_record idempotency, p_status_code smallint, p_answer json, p_sealed bytea)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF p_record.key IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO idempotency_keys AS k
        (tenant_id, caller_id, method, route, key, fingerprint, status_code, answer, sealed, created_at)
    VALUES (p_record.tenant_id, p_record.caller_id, p_record.method, p_record.route, p_record.key, p_record.fingerprint,
            p_status_code, p_answer, p_sealed, p_now)
    ON CONFLICT (tenant_id, caller_id, method, route, key) DO UPDATE
       SET fingerprint = excluded.fingerprint, status_code = excluded.status_code,
           answer = excluded.answer, sealed = excluded.sealed, created_at = excluded.created_at
     WHERE k.created_at AT TIME ZONE 'UTC' <= excluded.created_at AT TIME ZONE 'UTC' - interval '24 hours';
    IF NOT FOUND THEN
        RAISE serialization_failure USING MESSAGE = 'an idempotency key was used meanwhile';
    END IF;
END
$$;

-- Return the outcome of a request whose key was used before, by a request with that fingerprint and those facts.
CREATE OR REPLACE FUNCTION idempotency_repeated(p_record idempotency, p_fingerprint bytea, p_facts jsonb)
RETURNS outcome
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE
        WHEN p_record.fingerprint = p_fingerprint THEN ROW('replayed', NULL, p_facts)::outcome
        ELSE ROW('refused', 'IDEMPOTENCY_CONFLICT', NULL)::outcome END;
END
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

-- Return the outcomes of the requests of a batch that need no decision, at the position of each, with NULL for the others.
CREATE OR REPLACE FUNCTION idempotency_outcomes(p_now timestamptz, p_records idempotency[])
RETURNS outcome[]
LANGUAGE plpgsql AS $$
DECLARE
    v_outcomes   outcome[] := array_fill(NULL::outcome, ARRAY[cardinality(p_records)]);
    v_expired_at timestamptz := p_now - interval '24 hours';
    v_locked     boolean[] := '{}'; -- false without a key
    v_tenant_ids bigint[] := '{}';
    v_tenant_id  bigint;
    v_record     idempotency;
    v_found      record;
BEGIN
    -- Before the statement that looks: it sees what was committed before the locks were free.
    FOR v_position IN 1..cardinality(p_records) LOOP
        v_record := p_records[v_position];
        v_locked[v_position] := v_record.key IS NOT NULL AND pg_try_advisory_xact_lock(idempotency_lock(v_record));
        IF v_locked[v_position] THEN
            IF v_record.tenant_id <> ALL (v_tenant_ids) THEN
                v_tenant_ids := v_tenant_ids || v_record.tenant_id;
            END IF;
        ELSIF v_record.key IS NOT NULL THEN
            v_outcomes[v_position] := ROW('refused', 'IDEMPOTENCY_IN_PROGRESS', NULL)::outcome;
        END IF;
    END LOOP;
    -- Nearly always one. The limit keeps this a look at the primary key for each record.
    FOREACH v_tenant_id IN ARRAY v_tenant_ids LOOP
        FOR v_found IN
            SELECT r.position, k.fingerprint = r.fingerprint AS same_request, k.answer
              FROM unnest(p_records, v_locked) WITH ORDINALITY
                   r (tenant_id, caller_id, method, route, key, fingerprint, locked, position)
             CROSS JOIN LATERAL (
                   SELECT s.fingerprint, s.answer, s.created_at FROM idempotency_keys s
                    WHERE s.tenant_id = v_tenant_id AND s.caller_id = r.caller_id AND s.method = r.method
                      AND s.route = r.route AND s.key = r.key
                    LIMIT 1) k
             WHERE r.tenant_id = v_tenant_id AND r.locked AND k.created_at > v_expired_at
        LOOP
            v_outcomes[v_found.position] := CASE
                WHEN v_found.same_request THEN ROW('replayed', NULL, v_found.answer::jsonb)::outcome
                ELSE ROW('refused', 'IDEMPOTENCY_CONFLICT', NULL)::outcome END;
        END LOOP;
    END LOOP;
    RETURN v_outcomes;
END
$$;

-- Store the facts of the operations of a batch that were done, as idempotency_keep does. No two of them have one key.
CREATE OR REPLACE FUNCTION idempotency_keep_all(p_now timestamptz, p_records idempotency[], p_outcomes outcome[])
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_records idempotency[] := '{}';
    v_answers json[] := '{}';
BEGIN
    FOR v_index IN 1..cardinality(p_records) LOOP
        IF p_records[v_index].key IS NOT NULL AND p_outcomes[v_index].status = 'done' THEN
            v_records := v_records || p_records[v_index];
            v_answers := v_answers || p_outcomes[v_index].facts::json;
        END IF;
    END LOOP;
    IF cardinality(v_records) = 1 THEN
        -- A statement that takes an array costs several times as much on a cluster.
        PERFORM idempotency_store(p_now, v_records[1], 200::smallint, v_answers[1], NULL);
    ELSIF v_records <> '{}' THEN
        PERFORM idempotency_store_all(
            p_now, v_records, array_fill(200::smallint, ARRAY[cardinality(v_records)]), v_answers, NULL);
    END IF;
END
$$;

-- Return where a batch has to be written before it goes on: the position before each item that has the subject or the
-- key of one since the last such position; and the last of all. The items between two of them can be decided together,
-- with the same outcomes as one after the other.
CREATE OR REPLACE FUNCTION batch_runs(p_subject_ids uuid[], p_records idempotency[])
RETURNS integer[]
LANGUAGE plpgsql AS $$
DECLARE
    v_count    integer := cardinality(p_subject_ids);
    v_ends     integer[] := '{}';
    v_last_end integer := 0;
    v_repeated record;
BEGIN
    IF v_count > 1 THEN
        FOR v_repeated IN
            SELECT r.position, r.earlier FROM (
                SELECT i.position, greatest(
                           lag(i.position) OVER (PARTITION BY i.subject_id ORDER BY i.position),
                           CASE WHEN i.key IS NOT NULL THEN lag(i.position) OVER (
                               PARTITION BY i.tenant_id, i.caller_id, i.method, i.route, i.key
                                   ORDER BY i.position) END) AS earlier
                  FROM unnest(p_subject_ids, p_records) WITH ORDINALITY
                       i (subject_id, tenant_id, caller_id, method, route, key, fingerprint, position)) r
             WHERE r.earlier IS NOT NULL
             ORDER BY r.position
        LOOP
            IF v_repeated.earlier > v_last_end THEN
                v_last_end := v_repeated.position - 1;
                v_ends := v_ends || v_last_end;
            END IF;
        END LOOP;
    END IF;
    RETURN CASE WHEN v_count > 0 THEN v_ends || v_count ELSE v_ends END;
END
$$;
