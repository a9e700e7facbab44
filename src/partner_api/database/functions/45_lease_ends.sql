-- How leases end: unpaid, released by the partner, recalled by the operator, or with their organization.

-- Settle every month of a lease that has begun and is not paid, oldest first: paid if p_charge and the cash wallet
-- covers it, else recorded as uncollected. The lease is about to end; the cash wallet is locked and comes back changed.
-- p_now is the lease's time, of lease_moment.
CREATE OR REPLACE FUNCTION lease_catch_up(
    p_cash cash_wallets, p_lease leases, p_now timestamptz, p_for_organization_id uuid, p_caller caller,
    p_charge boolean)
RETURNS cash_wallets
LANGUAGE plpgsql AS $$
DECLARE
    v_month  integer := p_lease.next_month;
    v_start  timestamptz := p_lease.next_due_at;
    v_end    timestamptz;
    v_id     uuid;
    v_price  bigint;
    v_covers boolean;
BEGIN
    WHILE v_start <= p_now LOOP
        v_end := lease_month_start(p_lease.assigned_at, v_month + 1);
        PERFORM FROM lease_charges
          WHERE tenant_id = p_lease.tenant_id AND social_account_id = p_lease.social_account_id
            AND lease_month = v_month AND status <> 'due';
        IF FOUND THEN
            -- Settled already, whatever the lease says of it.
            v_month := v_month + 1;
            v_start := v_end;
            CONTINUE;
        END IF;
        v_price := lease_month_price(p_lease, v_month);
        v_covers := p_charge AND p_cash.balance_cents >= v_price;
        IF v_covers AND v_price > 0 THEN
            p_cash := cash_event_append(p_cash, p_now, 'lease_renewal', -v_price,
                                        p_for_organization_id, p_caller, NULL, NULL, p_lease, v_month);
        END IF;
        INSERT INTO lease_charges
            (tenant_id, social_account_id, lease_month, period_start, period_end, price_cents, status, cash_sequence,
             settled_at)
        VALUES (p_lease.tenant_id, p_lease.social_account_id, v_month, v_start, v_end, v_price,
                CASE WHEN v_covers THEN 'paid' ELSE 'uncollected' END,
                CASE WHEN v_covers AND v_price > 0 THEN p_cash.last_sequence END, p_now)
        ON CONFLICT (tenant_id, social_account_id, lease_month) DO UPDATE
           SET status = excluded.status, cash_sequence = excluded.cash_sequence, settled_at = excluded.settled_at
         WHERE lease_charges.status = 'due';
        IF v_covers THEN
            v_id := time_ordered_uuid(p_now, 'leased_account.renewed:' || p_lease.social_account_id || v_month);
            INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at)
            VALUES (p_lease.tenant_id, v_id, p_for_organization_id, 'leased_account.renewed',
                    lease_outbox_data(p_lease.social_account_id, p_lease.project_id)
                        || jsonb_build_object('leaseMonth', v_month, 'amountCents', v_price), p_now);
        END IF;
        v_month := v_month + 1;
        v_start := v_end;
    END LOOP;
    UPDATE leases SET next_month = v_month, next_due_at = v_start
     WHERE tenant_id = p_lease.tenant_id AND social_account_id = p_lease.social_account_id;
    RETURN p_cash;
END
$$;

-- End a lease, as it was before its months were settled for that: it is no longer counted, its social account is
-- disconnected and its pool account available again, at this instant. The cash wallet is locked. p_acting_id is the
-- organization whose audit log says so, NULL: the owner of the project.
CREATE OR REPLACE FUNCTION lease_end(
    p_lease leases, p_now timestamptz, p_reason text, p_note text, p_acting_id uuid, p_caller caller)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_at           timestamptz := date_trunc('second', p_now);
    v_organization uuid;
BEGIN
    PERFORM lease_count(p_lease, -1);
    UPDATE leases
       SET status = 'disconnected', billing_status = 'current', past_due_since = NULL, next_attempt_at = NULL,
           disconnected_at = v_at, disconnected_reason = p_reason, release_note = p_note
     WHERE tenant_id = p_lease.tenant_id AND social_account_id = p_lease.social_account_id;
    UPDATE social_accounts
       SET status = 'disconnected', disconnected_at = v_at, disconnected_reason = p_reason
     WHERE tenant_id = p_lease.tenant_id AND id = p_lease.social_account_id;
    UPDATE pool_accounts
       SET status = 'available', lease_tenant_id = NULL, lease_id = NULL, updated_at = greatest(updated_at, p_now)
     WHERE id = p_lease.pool_account_id AND lease_id = p_lease.social_account_id;
    SELECT organization_id INTO v_organization FROM projects
     WHERE tenant_id = p_lease.tenant_id AND id = p_lease.project_id;
    PERFORM audit_write(
        p_lease.tenant_id, p_now, coalesce(p_acting_id, v_organization),
        CASE p_reason WHEN 'payment_failed' THEN 'leased_account.disconnected'
                      WHEN 'recalled_by_operator' THEN 'leased_account.recalled'
                      ELSE 'leased_account.released' END,
        p_caller, p_lease.project_id,
        jsonb_build_object('socialAccountId', 'sa_' || p_lease.social_account_id, 'reason', p_reason, 'note', p_note));
    PERFORM outbox_write(
        p_lease.tenant_id, p_now, v_organization, 'leased_account.disconnected', p_lease.social_account_id,
        lease_outbox_data(p_lease.social_account_id, p_lease.project_id)
            || jsonb_build_object('disconnectedReason', p_reason));
END
$$;

-- End a lease whose last attempt has failed.
CREATE OR REPLACE FUNCTION lease_end_unpaid(p_lease leases, p_now timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lease_charges SET status = 'uncollected', settled_at = p_now
     WHERE tenant_id = p_lease.tenant_id AND social_account_id = p_lease.social_account_id
       AND lease_month = p_lease.next_month AND status = 'due';
    PERFORM lease_end(p_lease, p_now, 'payment_failed', NULL, NULL, ROW('system', NULL, NULL, NULL, NULL)::caller);
END
$$;

-- End leases: a partner's release, after everything that was due by then has been charged, or an operator's recall, which
-- charges nothing.
--
-- Facts: those of lease_facts. Refused: NOT_FOUND, CONFLICT {status, disconnected_reason} (it is over), IDEMPOTENCY_*.
-- Lock order: project, cash wallet, lease, pool account.
CREATE OR REPLACE FUNCTION lease_disconnect(p_tenant_id bigint, p_now timestamptz, p_items lease_disconnect_item[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[] := '{}';
    v_item     lease_disconnect_item;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    FOREACH v_item IN ARRAY p_items LOOP
        v_outcomes := v_outcomes || idempotency_keep(
            p_now, v_item.idempotency, lease_disconnect_one(p_tenant_id, p_now, v_item));
    END LOOP;
    RETURN v_outcomes;
END
$$;

CREATE OR REPLACE FUNCTION lease_disconnect_one(p_tenant_id bigint, p_now timestamptz, p_item lease_disconnect_item)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_outcome outcome := idempotency_outcome(p_now, p_item.idempotency);
    v_charges boolean := p_item.reason = 'released_by_partner';
    v_project projects;
    v_cash    cash_wallets;
    v_renewed record;
    v_lease   leases;
    v_at      timestamptz;
BEGIN
    IF v_outcome.status IS NOT NULL THEN
        RETURN v_outcome;
    END IF;
    SELECT project_id INTO v_project.id FROM leases
     WHERE tenant_id = p_tenant_id AND social_account_id = p_item.social_account_id;
    SELECT * INTO v_project FROM projects WHERE tenant_id = p_tenant_id AND id = v_project.id FOR SHARE;
    IF NOT FOUND OR v_project.organization_id <> coalesce(p_item.organization_id, v_project.organization_id) THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    SELECT * INTO v_cash FROM cash_wallets WHERE tenant_id = p_tenant_id FOR NO KEY UPDATE;
    IF v_charges THEN
        SELECT * INTO v_renewed FROM leases_renew_locked(v_cash, p_now, NULL);
        v_cash := v_renewed.p_cash;
    END IF;
    SELECT * INTO v_lease FROM leases
     WHERE tenant_id = p_tenant_id AND social_account_id = p_item.social_account_id;
    IF v_lease.status <> 'assigned' THEN
        RETURN lease_is_over(v_lease);
    END IF;
    v_at := lease_moment(v_lease, greatest(p_now, v_cash.last_event_at));
    PERFORM lease_catch_up(v_cash, v_lease, v_at, v_project.organization_id, p_item.caller, v_charges);
    PERFORM lease_end(v_lease, v_at, p_item.reason, p_item.note, NULL, p_item.caller);
    RETURN ROW('done', NULL, lease_facts(p_tenant_id, p_item.social_account_id, p_now))::outcome;
END
$$;

-- Return the refusal of what only an assigned lease takes.
CREATE OR REPLACE FUNCTION lease_is_over(p_lease leases)
RETURNS outcome LANGUAGE sql STABLE AS $$
    SELECT ROW('refused', 'CONFLICT', jsonb_build_object(
        'status', p_lease.status, 'disconnected_reason', p_lease.disconnected_reason))::outcome
$$;
