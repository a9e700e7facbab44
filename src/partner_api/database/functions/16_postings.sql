-- What operators post: payments, gifts, corrections and refunds, each with an Idempotency-Key that is kept for ever.
--
-- Beyond the 24 hours of its idempotency record, the key is in postings, in the commit of the event. It is the operator's, of
-- one tenant and one kind of movement: two systems that both count 1, 2, 3 are two operators, and an operator whose token is
-- rotated is the same one.

-- Return the outcome of a posting that needs no decision, because its key has posted before; NULL: decide.
CREATE OR REPLACE FUNCTION posting_outcome(
    p_tenant_id bigint, p_now timestamptz, p_record idempotency, p_movement text)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome outcome := idempotency_outcome(p_now, p_record);
    v_posting postings;
BEGIN
    IF p_record.key IS NULL OR v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    SELECT * INTO v_posting FROM postings
     WHERE tenant_id = p_tenant_id AND operator_id = p_record.caller_id AND movement = p_movement
       AND idempotency_key = p_record.key;
    IF FOUND THEN
        RETURN idempotency_repeated(p_record, v_posting.fingerprint, posting_facts(v_posting));
    END IF;
    RETURN NULL;
END
$$;

-- Return a posting as the money functions answer it.
CREATE OR REPLACE FUNCTION posting_facts(p_posting postings)
RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_wallet wallets;
    v_cash   cash_wallets;
BEGIN
    IF p_posting.credit_sequence IS NOT NULL THEN
        v_wallet.tenant_id := p_posting.tenant_id;
        v_wallet.organization_id := p_posting.organization_id;
        v_wallet.last_sequence := p_posting.credit_sequence;
        RETURN jsonb_build_object('event', credit_event_facts(v_wallet), 'balance', p_posting.balance,
                                  'available', p_posting.available);
    END IF;
    v_cash.tenant_id := p_posting.tenant_id;
    v_cash.organization_id := p_posting.organization_id;
    v_cash.currency := p_posting.currency;
    v_cash.last_sequence := p_posting.cash_sequence;
    RETURN jsonb_build_object('event', cash_event_facts(v_cash), 'balance_cents', p_posting.balance);
END
$$;

-- Keep the key of a posting that was done, with the event that it left and what it is answered; without a key, nothing is
-- kept. Return its outcome.
--
-- As with the record, a key that was used meanwhile undoes what had its effect without being able to leave it here.
CREATE OR REPLACE FUNCTION posting_keep(
    p_tenant_id bigint, p_organization_id uuid, p_record idempotency, p_movement text, p_sequence bigint, p_facts jsonb)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_of_cash boolean := p_movement LIKE 'cash.%';
BEGIN
    IF p_record.key IS NOT NULL THEN
        INSERT INTO postings
            (tenant_id, operator_id, movement, idempotency_key, fingerprint, organization_id, credit_sequence, currency,
             cash_sequence, balance, available)
        VALUES (p_tenant_id, p_record.caller_id, p_movement, p_record.key, p_record.fingerprint, p_organization_id,
                CASE WHEN NOT v_of_cash THEN p_sequence END, CASE WHEN v_of_cash THEN 'USD' END,
                CASE WHEN v_of_cash THEN p_sequence END,
                (p_facts ->> CASE WHEN v_of_cash THEN 'balance_cents' ELSE 'balance' END)::bigint,
                (p_facts ->> 'available')::bigint)
        ON CONFLICT (tenant_id, operator_id, movement, idempotency_key) DO NOTHING;
        IF NOT FOUND THEN
            RAISE serialization_failure USING MESSAGE = 'an idempotency key was used meanwhile';
        END IF;
    END IF;
    RETURN ROW('done', NULL, p_facts)::outcome;
END
$$;
