-- Allocations: prepaid credits that a partner moves to its children.
--
-- A batch is read with one statement for each table, decided in memory item by item, and written with one statement for
-- each table.

-- Return a transfer as an allocation answers it.
CREATE OR REPLACE FUNCTION credit_allocation_facts(p_transfer credit_transfers)
RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'id', p_transfer.id, 'organization_id', p_transfer.to_organization_id, 'allocated', p_transfer.credits,
        'description', p_transfer.description, 'metadata', p_transfer.metadata, 'balance', p_transfer.balance,
        'available', p_transfer.available, 'created', p_transfer.created_at)
$$;

-- Move prepaid credits from a partner to its children, decided item by item in the order given. The records of those that
-- are done are kept before a key comes again, so one that comes twice in a batch moves credits once.
--
-- Facts: those of credit_allocation_facts. Refused: NOT_FOUND (not a direct child), KILL_SWITCH (child suspended or
-- archived), BILLING_EXHAUSTED, VALIDATION (out of range), IDEMPOTENCY_*. Lock order: the children by id, then the
-- partner, each once for the whole batch.
CREATE OR REPLACE FUNCTION credit_allocate(p_tenant_id bigint, p_now timestamptz, p_items credit_allocation[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes  outcome[] := '{}';
    v_item      credit_allocation;
    v_owners    uuid[] := '{}';
    v_ids       uuid[] := '{}';
    v_records   idempotency[] := '{}';
    v_wallet    wallets;
    v_wallets   wallets[] := '{}';
    v_kept      outcome[];
    v_first     integer;
    v_end       integer;
    v_child     integer;
    v_partner   integer;
    v_one       record;
    v_done      credit_allocation[] := '{}';
    v_transfers credit_transfers[] := '{}';
    v_events    credit_events[] := '{}';
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    FOREACH v_item IN ARRAY p_items LOOP
        v_owners := v_owners || v_item.organization_id || v_item.partner_id;
        v_ids := v_ids || v_item.transfer_id;
        v_records := v_records || v_item.idempotency;
    END LOOP;
    FOR v_wallet IN
        SELECT * FROM wallets
         WHERE tenant_id = p_tenant_id AND organization_id = ANY (v_owners)
         ORDER BY partner_id IS NULL, organization_id FOR NO KEY UPDATE
    LOOP
        v_wallets := v_wallets || v_wallet;
    END LOOP;
    v_owners := wallet_owners(v_wallets);
    FOREACH v_end IN ARRAY batch_runs(v_ids, v_records) LOOP
        v_first := cardinality(v_outcomes) + 1;
        v_kept := credit_allocations_before(
            p_tenant_id, v_records[v_first:v_end], idempotency_outcomes(p_now, v_records[v_first:v_end]));
        FOR v_position IN v_first..v_end LOOP
            v_item := p_items[v_position];
            v_child := array_position(v_owners, v_item.organization_id);
            v_partner := nullif(array_position(v_owners, v_item.partner_id), v_child);
            v_one := credit_allocate_decide(
                v_wallets[v_child], v_wallets[v_partner], v_kept[v_position - v_first + 1], v_item, p_now);
            IF v_child IS NOT NULL THEN
                v_wallets[v_child] := v_one.p_child;
            END IF;
            IF v_partner IS NOT NULL THEN
                v_wallets[v_partner] := v_one.p_partner;
            END IF;
            v_outcomes := v_outcomes || v_one.p_outcome;
            IF (v_one.p_outcome).status = 'done' THEN
                v_done := v_done || v_item;
                v_transfers := v_transfers || v_one.p_transfer;
                v_events := v_events || v_one.p_events;
            END IF;
        END LOOP;
        PERFORM idempotency_keep_all(p_now, v_records[v_first:v_end], v_outcomes[v_first:v_end]);
    END LOOP;
    IF cardinality(v_done) > 0 THEN
        PERFORM wallets_save(p_tenant_id, v_wallets, p_now);
        PERFORM credit_transfers_insert(p_tenant_id, v_transfers, v_events);
        PERFORM credit_transfers_tell(p_tenant_id, v_transfers, 'allocation');
        PERFORM credit_allocations_audit(p_tenant_id, p_now, v_done);
    END IF;
    RETURN v_outcomes;
END
$$;

-- Decide one allocation, if p_outcome does not have its answer, and move its credits between its locked wallets, which come
-- back changed. A rollover is saved at once: it stands whatever becomes of the allocation. Where it is done, the row of
-- its transfer and those of the ledger come back too, to be written.
CREATE OR REPLACE FUNCTION credit_allocate_decide(
    INOUT p_child wallets, INOUT p_partner wallets, INOUT p_outcome outcome, p_item credit_allocation, p_now timestamptz,
    OUT p_transfer credit_transfers, OUT p_events credit_events[])
LANGUAGE plpgsql AS $$
DECLARE
    v_moved record;
BEGIN
    IF p_outcome.status IS NOT NULL THEN
        RETURN;
    END IF;
    -- The time of the transfer: neither wallet may be in an older period than its rows say.
    p_now := greatest(p_now, p_child.last_event_at, p_partner.last_event_at);
    p_child := wallet_roll_over_and_save(p_child, p_now);
    p_partner := wallet_roll_over_and_save(p_partner, p_now);
    p_outcome := CASE
        WHEN p_child.partner_id IS DISTINCT FROM p_item.partner_id OR p_partner.organization_id IS NULL
            THEN ROW('refused', 'NOT_FOUND', NULL)::outcome
        WHEN p_child.state <> 'active' OR p_partner.state <> 'active'
            THEN ROW('refused', 'KILL_SWITCH', '{"scope": "organization"}')::outcome
        WHEN p_item.credits > wallet_headroom(p_child)
            THEN out_of_range('credits')
        WHEN p_item.credits > wallet_spendable_prepaid(p_partner)
            THEN ROW('refused', 'BILLING_EXHAUSTED', jsonb_build_object(
                'reason', 'insufficient_prepaid', 'required', p_item.credits,
                'available', wallet_spendable_prepaid(p_partner)))::outcome
    END;
    IF p_outcome.status IS NOT NULL THEN
        RETURN;
    END IF;
    p_transfer.id := p_item.transfer_id;
    p_transfer.credits := p_item.credits;
    p_transfer.description := p_item.description;
    p_transfer.metadata := p_item.metadata;
    IF (p_item.idempotency).key IS NOT NULL THEN
        p_transfer.api_key_id := (p_item.idempotency).caller_id;
        p_transfer.idempotency_key := (p_item.idempotency).key;
        p_transfer.fingerprint := (p_item.idempotency).fingerprint;
    END IF;
    v_moved := credit_transfer_of(p_partner, p_child, p_now, p_transfer, NULL, p_item.caller);
    p_child := v_moved.p_to;
    p_partner := v_moved.p_from;
    p_transfer := v_moved.p_transfer;
    p_events := v_moved.p_events;
    p_outcome := ROW('done', NULL, credit_allocation_facts(p_transfer))::outcome;
END
$$;

-- Return the outcomes of allocations that need no decision: those that come, and of the others those whose key has moved
-- credits before. The transfer itself remembers its key for ever, beyond the record's 24 hours.
CREATE OR REPLACE FUNCTION credit_allocations_before(p_tenant_id bigint, p_records idempotency[], p_outcomes outcome[])
RETURNS outcome[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_callers  uuid[] := '{}';
    v_keys     text[] := '{}';
    v_transfer credit_transfers;
BEGIN
    FOR v_index IN 1..cardinality(p_records) LOOP
        IF p_records[v_index].key IS NOT NULL AND p_outcomes[v_index].status IS NULL THEN
            v_callers := v_callers || p_records[v_index].caller_id;
            v_keys := v_keys || p_records[v_index].key;
        END IF;
    END LOOP;
    IF v_keys = '{}' THEN
        RETURN p_outcomes;
    END IF;
    FOR v_transfer IN
        SELECT * FROM credit_transfers
         WHERE tenant_id = p_tenant_id AND api_key_id = ANY (v_callers) AND idempotency_key = ANY (v_keys)
    LOOP
        FOR v_index IN 1..cardinality(p_records) LOOP
            IF p_outcomes[v_index].status IS NULL AND p_records[v_index].caller_id = v_transfer.api_key_id
               AND p_records[v_index].key = v_transfer.idempotency_key THEN
                p_outcomes[v_index] := idempotency_repeated(
                    p_records[v_index], v_transfer.fingerprint, credit_allocation_facts(v_transfer));
            END IF;
        END LOOP;
    END LOOP;
    RETURN p_outcomes;
END
$$;

-- Write the audit rows of allocations.
CREATE OR REPLACE FUNCTION credit_allocations_audit(p_tenant_id bigint, p_now timestamptz, p_items credit_allocation[])
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_events
        (tenant_id, organization_id, event_id, event_type, occurred_at, actor, api_key_id, request_id, details)
    SELECT p_tenant_id, i.partner_id, time_ordered_uuid(p_now, 'credits.allocated:' || i.transfer_id),
           'credits.allocated', p_now, (i.caller).actor, (i.caller).api_key_id, (i.caller).request_id,
           jsonb_build_object('organizationId', 'org_' || i.organization_id, 'credits', i.credits,
                              'transferId', 'txn_' || i.transfer_id)
           || CASE WHEN (i.caller).operator_name IS NULL THEN '{}'
                   ELSE jsonb_build_object('operator', (i.caller).operator_name) END
      FROM unnest(p_items) i;
END
$$;
