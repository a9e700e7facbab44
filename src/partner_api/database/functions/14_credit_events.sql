-- The ledger of credits: the row that every movement of a wallet leaves.

-- Write the ledger row of a movement that p_wallet already contains. Return the wallet with the next sequence, which
-- the caller saves. A lagging clock is raised to the wallet's last event.
CREATE OR REPLACE FUNCTION credit_event_append(
    p_wallet wallets, p_now timestamptz, p_event_type text,
    p_included_delta bigint, p_prepaid_delta bigint, p_metadata jsonb, p_caller caller,
    p_description text DEFAULT NULL, p_transfer_id uuid DEFAULT NULL, p_job_id uuid DEFAULT NULL,
    p_project_id uuid DEFAULT NULL, p_container_id uuid DEFAULT NULL, p_format text DEFAULT NULL)
RETURNS wallets
LANGUAGE plpgsql AS $$
DECLARE
    v_event credit_events;
BEGIN
    p_wallet.last_sequence := p_wallet.last_sequence + 1;
    p_wallet.last_event_at := greatest(p_now, p_wallet.last_event_at);
    v_event := credit_event_of(
        p_wallet, p_event_type, p_included_delta, p_prepaid_delta, p_metadata, p_caller,
        p_description, p_transfer_id, p_job_id, p_project_id, p_container_id, p_format);
    p_wallet.last_hash := v_event.hash;
    -- Of one row alone; a statement that takes an array costs several times as much on a cluster.
    INSERT INTO credit_events
        (tenant_id, organization_id, sequence, event_id, event_type, included_delta, prepaid_delta,
         included_after, prepaid_after, usage_after, project_id, format, job_id, container_id, transfer_id,
         description, metadata, api_key_id, operator_id, request_id, created_at, previous_hash, hash)
    VALUES (p_wallet.tenant_id, v_event.organization_id, v_event.sequence, v_event.event_id, v_event.event_type,
            v_event.included_delta, v_event.prepaid_delta, v_event.included_after, v_event.prepaid_after,
            v_event.usage_after, v_event.project_id, v_event.format, v_event.job_id, v_event.container_id,
            v_event.transfer_id, v_event.description, v_event.metadata, v_event.api_key_id, v_event.operator_id,
            v_event.request_id, v_event.created_at, v_event.previous_hash, v_event.hash);
    RETURN p_wallet;
END
$$;

-- Return the ledger row of a movement that p_wallet already contains, the row's own sequence and time included. For
-- batches, which write all their rows with one credit_events_insert. The row's hash follows from p_wallet.last_hash and
-- is the wallet's last hash from then on: the caller keeps it. The fields are in the order of the table's columns.
CREATE OR REPLACE FUNCTION credit_event_of(
    p_wallet wallets, p_event_type text, p_included_delta bigint, p_prepaid_delta bigint, p_metadata jsonb,
    p_caller caller, p_description text, p_transfer_id uuid, p_job_id uuid, p_project_id uuid, p_container_id uuid,
    p_format text)
RETURNS credit_events
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_event credit_events;
BEGIN
    v_event := ROW(
        p_wallet.tenant_id, p_wallet.organization_id, p_wallet.last_sequence,
        credit_event_id(p_wallet.tenant_id, p_wallet.organization_id, p_wallet.last_sequence, p_wallet.last_event_at),
        p_event_type, p_included_delta, p_prepaid_delta,
        p_wallet.included_remaining, p_wallet.prepaid, p_wallet.used_this_period, p_project_id, p_format,
        p_job_id, p_container_id, p_transfer_id, p_description, coalesce(p_metadata, '{}'),
        p_caller.api_key_id, p_caller.operator_id, p_caller.request_id, p_wallet.last_event_at,
        p_wallet.last_hash, NULL)::credit_events;
    v_event.hash := credit_event_hash(v_event);
    RETURN v_event;
END
$$;

-- Write the ledger rows of a batch in one statement.
CREATE OR REPLACE FUNCTION credit_events_insert(p_tenant_id bigint, p_events credit_events[])
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO credit_events
        (tenant_id, organization_id, sequence, event_id, event_type, included_delta, prepaid_delta,
         included_after, prepaid_after, usage_after, project_id, format, job_id, container_id, transfer_id,
         description, metadata, api_key_id, operator_id, request_id, created_at, previous_hash, hash)
    SELECT p_tenant_id, e.organization_id, e.sequence, e.event_id, e.event_type, e.included_delta, e.prepaid_delta,
           e.included_after, e.prepaid_after, e.usage_after, e.project_id, e.format, e.job_id, e.container_id,
           e.transfer_id, e.description, e.metadata, e.api_key_id, e.operator_id, e.request_id, e.created_at,
           e.previous_hash, e.hash
      FROM unnest(p_events) e;
END
$$;

-- Return the id of a wallet's ledger row.
CREATE OR REPLACE FUNCTION credit_event_id(
    p_tenant_id bigint, p_organization_id uuid, p_sequence bigint, p_now timestamptz)
RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT time_ordered_uuid(p_now, p_tenant_id || ':' || p_organization_id || ':' || p_sequence)
$$;

-- Return the smallest sequence of a wallet whose event is dated p_at or later; one past the last when none is. Sequences
-- have no gaps and times never fall along them, so a search replaces an index on the time. It begins where p_at would
-- be if events came evenly, and looks ever farther from there until it has passed p_at: the more even a ledger, the
-- less its length matters.
CREATE OR REPLACE FUNCTION credit_sequence_at(p_tenant_id bigint, p_organization_id uuid, p_at timestamptz)
RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    -- The answer is not below v_low and not above v_high; either is found when an event has shown that.
    v_low        bigint := 1;
    v_high       bigint;
    v_low_found  boolean := false;
    v_high_found boolean := false;
    v_step       bigint := 8;
    v_middle     bigint;
    v_first      timestamptz;
    v_last       timestamptz;
    v_time       timestamptz;
BEGIN
    SELECT w.last_sequence + 1, w.last_event_at, e.created_at INTO v_high, v_last, v_first
      FROM wallets w
      LEFT JOIN credit_events e
        ON e.tenant_id = w.tenant_id AND e.organization_id = w.organization_id AND e.sequence = 1
     WHERE w.tenant_id = p_tenant_id AND w.organization_id = p_organization_id;
    IF p_at <= v_first THEN
        RETURN 1;
    END IF;
    WHILE v_low < v_high LOOP
        v_middle := CASE
            WHEN v_low_found AND v_high_found THEN (v_low + v_high) / 2
            WHEN v_low_found THEN v_low + v_step
            WHEN v_high_found THEN v_high - v_step
            WHEN p_at >= v_last THEN v_high - 1
            ELSE v_high * (extract(epoch FROM p_at - v_first) / extract(epoch FROM v_last - v_first)) END;
        v_middle := greatest(v_low, least(v_middle, v_high - 1));
        v_step := v_step * 4;
        SELECT created_at INTO v_time FROM credit_events
         WHERE tenant_id = p_tenant_id AND organization_id = p_organization_id AND sequence = v_middle;
        IF v_time < p_at THEN
            v_low := v_middle + 1;
            v_low_found := true;
        ELSE
            v_high := v_middle;
            v_high_found := true;
        END IF;
    END LOOP;
    RETURN v_low;
END
$$;

-- Return the smallest sequence of a wallet's events between two times, inclusive, and the first beyond them. NULL is no
-- bound; times are milliseconds.
CREATE OR REPLACE FUNCTION credit_sequences_between(
    p_tenant_id bigint, p_organization_id uuid, p_since timestamptz, p_until timestamptz)
RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    RETURN ARRAY[
        CASE WHEN p_since IS NULL THEN 1 ELSE credit_sequence_at(p_tenant_id, p_organization_id, p_since) END,
        CASE WHEN p_until IS NULL THEN 9223372036854775807
             ELSE credit_sequence_at(p_tenant_id, p_organization_id, p_until + interval '1 millisecond') END];
END
$$;

-- Return the newest ledger row of a wallet as the money functions answer it.
CREATE OR REPLACE FUNCTION credit_event_facts(p_wallet wallets)
RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_event credit_events;
BEGIN
    SELECT * INTO v_event FROM credit_events
     WHERE tenant_id = p_wallet.tenant_id AND organization_id = p_wallet.organization_id
       AND sequence = p_wallet.last_sequence;
    RETURN to_jsonb(v_event) - '{tenant_id,operator_id,request_id,api_key_id,sequence}'::text[]
           || ledger_hash_facts(v_event.previous_hash, v_event.hash, credit_event_internal_hash(v_event));
END
$$;
