-- Leases: their calendar, and assigning accounts with the first charge.

-- Return when month p_month of a lease begins. Months are added to the anchor, so that a lease assigned on the 31st comes
-- back to the 31st after a shorter month. NULL in, NULL out.
CREATE OR REPLACE FUNCTION lease_month_start(p_assigned_at timestamptz, p_month integer)
RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT ((p_assigned_at AT TIME ZONE 'UTC') + make_interval(months => p_month)) AT TIME ZONE 'UTC'
$$;

-- Return how many calendar months p_now is after the month in which a lease was assigned; the day of the month does not count.
CREATE OR REPLACE FUNCTION lease_calendar_months(p_assigned_at timestamptz, p_now timestamptz)
RETURNS integer
LANGUAGE sql STABLE AS $$
    SELECT ((extract(year FROM p_now AT TIME ZONE 'UTC') - extract(year FROM p_assigned_at AT TIME ZONE 'UTC')) * 12
            + extract(month FROM p_now AT TIME ZONE 'UTC')
            - extract(month FROM p_assigned_at AT TIME ZONE 'UTC'))::integer
$$;

-- Return the first instant after p_now at which a month of the lease begins: never in the past, however late a worker is.
-- Lists ask it of every row: an expression without FROM becomes part of their statement instead of one of its own.
CREATE OR REPLACE FUNCTION lease_next_renewal(p_assigned_at timestamptz, p_now timestamptz)
RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN lease_month_start(p_assigned_at, greatest(1, lease_calendar_months(p_assigned_at, p_now))) > p_now
        THEN lease_month_start(p_assigned_at, greatest(1, lease_calendar_months(p_assigned_at, p_now)))
        ELSE lease_month_start(p_assigned_at, greatest(1, lease_calendar_months(p_assigned_at, p_now) + 1)) END
$$;

-- Return the time of what happens to a lease now: p_now, unless it is known to be later.
CREATE OR REPLACE FUNCTION lease_moment(p_lease leases, p_now timestamptz)
RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT greatest(p_now, p_lease.past_due_since, lease_month_start(p_lease.assigned_at, p_lease.next_month - 1))
$$;

-- Return a lease as the functions that change it answer it: its row, and of its account and project what is shown with
-- it. p_now decides when it is renewed next.
CREATE OR REPLACE FUNCTION lease_facts(p_tenant_id bigint, p_social_account_id uuid, p_now timestamptz)
RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_lease        leases;
    v_account      social_accounts;
    v_organization uuid;
BEGIN
    SELECT * INTO v_lease FROM leases WHERE tenant_id = p_tenant_id AND social_account_id = p_social_account_id;
    SELECT * INTO v_account FROM social_accounts WHERE tenant_id = p_tenant_id AND id = p_social_account_id;
    SELECT organization_id INTO v_organization FROM projects
     WHERE tenant_id = p_tenant_id AND id = v_lease.project_id;
    RETURN to_jsonb(v_lease) - 'tenant_id' || jsonb_build_object(
        'organization_id', v_organization, 'handle', v_account.handle, 'platform', v_account.platform,
        'followers', v_account.followers, 'next_renewal_at', CASE v_lease.status
            WHEN 'assigned' THEN lease_next_renewal(v_lease.assigned_at, p_now) END);
END
$$;

-- Return what the outbox says of every change of a leased account.
CREATE OR REPLACE FUNCTION lease_outbox_data(p_social_account_id uuid, p_project_id uuid)
RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT jsonb_build_object('socialAccountId', 'sa_' || p_social_account_id, 'projectId', 'prj_' || p_project_id)
$$;

-- Count a new lease of a project of p_organization_id, see that the sweep comes for it, and write the audit and outbox
-- rows of its account. The cash wallet is locked.
CREATE OR REPLACE FUNCTION lease_begun(
    p_lease leases, p_now timestamptz, p_organization_id uuid, p_handle text, p_caller caller)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lease_count(p_lease, 1);
    UPDATE cash_wallets SET renewals_due_at = least(renewals_due_at, p_lease.next_due_at)
     WHERE tenant_id = p_lease.tenant_id AND (renewals_due_at <= p_lease.next_due_at) IS NOT TRUE;
    PERFORM audit_write(p_lease.tenant_id, p_now, p_organization_id, 'leased_account.assigned', p_caller,
                        p_lease.project_id,
                        jsonb_build_object('socialAccountId', 'sa_' || p_lease.social_account_id, 'handle', p_handle,
                                           'monthlyPriceCents', p_lease.monthly_price_cents));
    PERFORM outbox_write(p_lease.tenant_id, p_now, p_organization_id, 'social_account.connected',
                         p_lease.social_account_id,
                         lease_outbox_data(p_lease.social_account_id, p_lease.project_id)
                             || jsonb_build_object('handle', p_handle));
END
$$;

-- Lease pool accounts to a project and charge each account's first month to the partner's cash wallet, after the months
-- of other leases that are due: all of them or none. Visible to every reader as soon as it commits. A lease does not
-- begin before its account was free, nor before the wallet's last event, whatever p_now says.
--
-- Facts: {assigned_at, charged_cents, social_account_ids}. Refused: NOT_FOUND (project), KILL_SWITCH (organization or
-- its partner not active), CONFLICT (project archived; {unavailable}: accounts that are not available),
-- BILLING_EXHAUSTED (insufficient_funds). Lock order: project, cash wallet, pool accounts by id.
CREATE OR REPLACE FUNCTION lease_assign(p_tenant_id bigint, p_now timestamptz, p_item lease_assignment)
RETURNS outcome
LANGUAGE plpgsql AS $$
DECLARE
    v_project projects;
    v_owner   organizations;
    v_cash    cash_wallets;
    v_pool    pool_accounts;
    v_lease   leases;
    v_renewed record;
    v_taken   uuid[];
    v_total   numeric;
    v_pool_id uuid;
    v_id      uuid;
    v_until   timestamptz;
    -- Times of a lease are whole seconds; of what is written of it, milliseconds.
    v_at      timestamptz;
BEGIN
    SELECT * INTO v_project FROM projects WHERE tenant_id = p_tenant_id AND id = p_item.project_id FOR SHARE;
    IF NOT FOUND THEN
        RETURN ROW('refused', 'NOT_FOUND', NULL)::outcome;
    END IF;
    SELECT * INTO v_owner FROM organizations WHERE tenant_id = p_tenant_id AND id = v_project.organization_id;
    IF EXISTS (SELECT FROM organizations
                WHERE tenant_id = p_tenant_id AND id IN (v_owner.id, v_owner.parent_id) AND status <> 'active') THEN
        RETURN ROW('refused', 'KILL_SWITCH', '{"scope": "organization"}')::outcome;
    END IF;
    IF v_project.status = 'archived' THEN
        RETURN ROW('refused', 'CONFLICT', '{"status": "archived"}')::outcome;
    END IF;
    SELECT * INTO v_cash FROM cash_wallets
     WHERE tenant_id = p_tenant_id AND organization_id = coalesce(v_owner.parent_id, v_owner.id) AND currency = 'USD'
       FOR NO KEY UPDATE;
    p_now := greatest(p_now, v_cash.last_event_at);
    -- What came due before is paid before, also if no worker has come since.
    IF v_cash.renewals_due_at <= p_now THEN
        SELECT * INTO v_renewed FROM leases_renew_locked(v_cash, p_now, NULL);
        v_cash := v_renewed.p_cash;
    END IF;

    SELECT array_agg(a.id), sum(coalesce(p_item.monthly_price_cents, a.monthly_price_cents)),
           greatest(p_now, v_cash.last_event_at, max(a.updated_at))
      INTO v_taken, v_total, p_now
      FROM (SELECT * FROM pool_accounts
             WHERE id = ANY (p_item.pool_account_ids) AND status = 'available'
             ORDER BY id FOR NO KEY UPDATE) a;
    IF v_taken IS NULL OR cardinality(v_taken) <> cardinality(p_item.pool_account_ids)
       OR cardinality(v_taken) <> cardinality(p_item.social_account_ids) THEN
        RETURN ROW('refused', 'CONFLICT', jsonb_build_object('unavailable', (
            SELECT coalesce(jsonb_agg('pool_' || i), '[]') FROM unnest(p_item.pool_account_ids) i
             WHERE i <> ALL (coalesce(v_taken, '{}')))))::outcome;
    END IF;
    IF v_total > v_cash.balance_cents THEN
        RETURN ROW('refused', 'BILLING_EXHAUSTED', jsonb_build_object(
            'reason', 'insufficient_funds', 'required', v_total, 'available', v_cash.balance_cents))::outcome;
    END IF;

    v_at := date_trunc('second', p_now);
    v_until := lease_month_start(v_at, 1);
    FOR v_pool_id, v_id IN SELECT * FROM unnest(p_item.pool_account_ids, p_item.social_account_ids) LOOP
        UPDATE pool_accounts
           SET status = 'leased', lease_tenant_id = p_tenant_id, lease_id = v_id, updated_at = p_now
         WHERE id = v_pool_id
        RETURNING * INTO v_pool;
        INSERT INTO social_accounts
            (tenant_id, id, project_id, platform, handle, avatar_url, followers, leased, connected_at)
        VALUES (p_tenant_id, v_id, p_item.project_id, v_pool.platform, v_pool.handle, v_pool.avatar_url,
                v_pool.followers, true, v_at);
        INSERT INTO leases
            (tenant_id, social_account_id, project_id, pool_account_id, assigned_at, monthly_price_cents, next_due_at)
        VALUES (p_tenant_id, v_id, p_item.project_id, v_pool.id, v_at,
                coalesce(p_item.monthly_price_cents, v_pool.monthly_price_cents), v_until)
        RETURNING * INTO v_lease;
        IF v_lease.monthly_price_cents > 0 THEN
            v_cash := cash_event_append(v_cash, p_now, 'lease_charge', -v_lease.monthly_price_cents, v_owner.id,
                                        p_item.caller, 'First month of ' || v_pool.handle, NULL, v_lease, 0);
        END IF;
        INSERT INTO lease_charges
            (tenant_id, social_account_id, lease_month, period_start, period_end, price_cents, status, cash_sequence,
             settled_at)
        VALUES (p_tenant_id, v_lease.social_account_id, 0, v_at, v_lease.next_due_at, v_lease.monthly_price_cents,
                'paid', CASE WHEN v_lease.monthly_price_cents > 0 THEN v_cash.last_sequence END, p_now);
        PERFORM lease_begun(v_lease, p_now, v_owner.id, v_pool.handle, p_item.caller);
    END LOOP;
    RETURN ROW('done', NULL, jsonb_build_object('assigned_at', v_at, 'charged_cents', v_total,
                                                'social_account_ids', to_jsonb(p_item.social_account_ids)))::outcome;
END
$$;
