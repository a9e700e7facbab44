-- Two-phase spending: a job reserves its estimate when it starts, then settles its real cost or releases all of it.
--
-- A batch is decided item by item in the order given, in memory, then written with one UPDATE per wallet and one
-- INSERT per table. Lock order: projects, jobs with their reservations, the children's wallets by id, the partner's.
--
-- Planning these statements takes longer than running them, so each is planned once per connection, perhaps while the
-- tables are empty. Such a plan must be good for ever: rows are named by arrays of their ids, which keeps every look at
-- a table within the batch, and tables are never read whole. Nor is a batch compared with itself row by row: a nested loop
-- over two of its arrays takes most of the time of a hundred. And a statement takes a while to begin and end, whatever it
-- does: arrays that are in memory are gone through in loops, which cost as little as their elements.

-- Start jobs: reservation, container and job together, or nothing.
--
-- In a test tenant nothing is reserved. The records of those that are accepted are kept before a key comes again, so one
-- that comes twice in a batch starts one job.
--
-- Facts: {job_id, container_id, project_id, reserved_credits, started_at}. Refused: IDEMPOTENCY_*, NOT_FOUND (project
-- not the organization's), KILL_SWITCH, VALIDATION (social account not the project's and connected), CONFLICT (project
-- archived), RATE_LIMITED (running-jobs cap), BILLING_EXHAUSTED (monthly_credit_cap | insufficient_credits). Lock order:
-- the projects by id, the children's wallets by id, the partner's.
CREATE OR REPLACE FUNCTION job_start(p_tenant_id bigint, p_now timestamptz, p_items job_start[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    v_outcomes   outcome[] := '{}';
    v_asked_at   timestamptz := p_now; -- before it is raised to what other nodes have done
    v_sandbox    boolean;
    v_batch      record;
    v_wallets    wallets[];
    v_partner    wallets;
    v_job_ids    uuid[] := '{}';
    v_records    idempotency[] := '{}';
    v_kept       outcome[];
    v_first      integer;
    v_end        integer;
    v_item       job_start;
    v_price      record;
    v_index      integer;
    v_one        record;
    v_accepted   job_start[] := '{}';
    v_slideshows bigint[] := '{}';
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    v_sandbox := EXISTS (SELECT FROM tenants WHERE id = p_tenant_id AND env = 'test');
    FOREACH v_item IN ARRAY p_items LOOP
        v_job_ids := v_job_ids || v_item.job_id;
        v_records := v_records || v_item.idempotency;
    END LOOP;
    v_batch := job_start_batch(p_tenant_id, p_now, p_items);
    p_now := v_batch.p_now;
    v_wallets := v_batch.p_wallets;
    -- Lock order puts the partner last.
    v_partner := v_wallets[cardinality(v_wallets)];
    FOREACH v_end IN ARRAY batch_runs(v_job_ids, v_records) LOOP
        v_first := cardinality(v_outcomes) + 1;
        v_kept := idempotency_outcomes(v_asked_at, v_records[v_first:v_end]);
        FOR v_position IN v_first..v_end LOOP
            v_item := p_items[v_position];
            v_price := job_start_price(v_item, v_sandbox, v_batch.p_prices);
            v_item.credits := v_price.p_credits;
            v_index := array_position(v_batch.p_owners, v_item.organization_id);
            -- An assignment of a function's record takes a fraction of the time of a SELECT INTO.
            v_one := job_start_decide(
                v_wallets[v_index], v_partner, v_kept[v_position - v_first + 1], v_item, v_asked_at, p_now,
                v_batch.p_partner_state,
                v_batch.p_projects[array_position(v_batch.p_project_ids, v_item.project_id)],
                v_batch.p_account_projects[array_position(v_batch.p_accounts, v_item.social_account_id)]);
            v_outcomes := v_outcomes || v_one.p_outcome;
            IF v_index IS NULL THEN
                CONTINUE;
            END IF;
            v_wallets[v_index] := v_one.p_wallet;
            IF (v_one.p_wallet).partner_id IS NULL THEN
                v_partner := v_one.p_wallet;
            ELSIF (v_one.p_partner).last_sequence <> v_partner.last_sequence THEN
                -- It has refilled the child.
                v_partner := v_one.p_partner;
                v_wallets[cardinality(v_wallets)] := v_partner;
            END IF;
            IF (v_one.p_outcome).status = 'done' THEN
                v_accepted := v_accepted || v_item;
                v_slideshows := v_slideshows || v_price.p_slideshow_credits;
            END IF;
        END LOOP;
        PERFORM idempotency_keep_all(v_asked_at, v_records[v_first:v_end], v_outcomes[v_first:v_end]);
    END LOOP;
    PERFORM wallets_save(p_tenant_id, v_wallets, p_now);
    IF cardinality(v_accepted) > 0 THEN
        PERFORM jobs_insert(p_tenant_id, p_now, v_sandbox, v_accepted, v_slideshows);
    END IF;
    RETURN v_outcomes;
END
$$;

-- Lock what a batch of starts decides on, and read what it needs beside: the projects and the wallets, each with their
-- ids at the same positions; the state of the children's partner; the partner's own prices, if a price is asked for; and
-- of the social accounts that are named, those that are connected, each with its project. The wallets come back brought
-- to p_now, which is raised to their last event, and not saved.
CREATE OR REPLACE FUNCTION job_start_batch(
    p_tenant_id bigint, INOUT p_now timestamptz, p_items job_start[],
    OUT p_projects projects[], OUT p_project_ids uuid[], OUT p_wallets wallets[], OUT p_owners uuid[],
    OUT p_partner_state text, OUT p_prices jsonb, OUT p_accounts uuid[], OUT p_account_projects uuid[])
LANGUAGE plpgsql AS $$
DECLARE
    v_item        job_start;
    v_project_ids uuid[];
    v_owners      uuid[];
    v_named       uuid[];
    v_project     projects;
    v_wallet      wallets;
    v_partner_id  uuid;
    v_refills     boolean := false;
    v_priced      boolean := false;
    v_rolled      record;
BEGIN
    FOREACH v_item IN ARRAY p_items LOOP
        v_project_ids := v_project_ids || v_item.project_id;
        v_owners := v_owners || v_item.organization_id;
        v_priced := v_priced OR v_item.credits IS NULL;
        IF v_item.social_account_id IS NOT NULL THEN
            v_named := v_named || v_item.social_account_id;
        END IF;
    END LOOP;
    -- A project in which a job is being started cannot move to another organization meanwhile.
    FOR v_project IN
        SELECT * FROM projects
         WHERE tenant_id = p_tenant_id AND id = ANY (v_project_ids)
         ORDER BY id FOR SHARE
    LOOP
        p_projects := p_projects || v_project;
        p_project_ids := p_project_ids || v_project.id;
    END LOOP;
    FOR v_wallet IN
        SELECT * FROM wallets
         WHERE tenant_id = p_tenant_id AND organization_id = ANY (v_owners)
         ORDER BY partner_id IS NULL, organization_id FOR NO KEY UPDATE
    LOOP
        p_wallets := p_wallets || v_wallet;
        p_owners := p_owners || v_wallet.organization_id;
        v_refills := v_refills OR v_wallet.auto_refill_enabled AND v_wallet.refill_amount IS NOT NULL;
    END LOOP;
    v_partner_id := p_wallets[1].partner_id;
    IF v_refills AND v_wallet.partner_id IS NOT NULL THEN
        SELECT * INTO v_wallet FROM wallets
         WHERE tenant_id = p_tenant_id AND organization_id = v_partner_id FOR NO KEY UPDATE;
        p_wallets := p_wallets || v_wallet;
        p_owners := p_owners || v_wallet.organization_id;
    END IF;
    -- A suspended partner's children are suspended too, whoever asks. A batch of the partner's own has none.
    IF v_partner_id IS NOT NULL AND p_owners[cardinality(p_owners)] = v_partner_id THEN
        p_partner_state := p_wallets[cardinality(p_wallets)].state;
    ELSIF v_partner_id IS NOT NULL THEN
        SELECT state INTO p_partner_state FROM wallets
         WHERE tenant_id = p_tenant_id AND organization_id = v_partner_id;
    END IF;
    v_rolled := wallets_roll_over(p_wallets, p_now);
    p_wallets := v_rolled.p_wallets;
    p_now := v_rolled.p_now;
    IF v_priced THEN
        SELECT format_prices INTO p_prices FROM organizations WHERE tenant_id = p_tenant_id AND parent_id IS NULL;
    END IF;
    IF v_named IS NOT NULL THEN
        SELECT array_agg(s.id), array_agg(s.project_id) INTO p_accounts, p_account_projects FROM social_accounts s
         WHERE s.tenant_id = p_tenant_id AND s.status = 'connected' AND s.id = ANY (v_named);
    END IF;
END
$$;

-- Return what a start reserves, and, if it is priced here and of the format auto, what it costs when it becomes a
-- slideshow.
CREATE OR REPLACE FUNCTION job_start_price(
    p_item job_start, p_sandbox boolean, p_prices jsonb, OUT p_credits bigint, OUT p_slideshow_credits bigint)
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF p_sandbox THEN
        p_credits := 0;
    ELSIF p_item.credits IS NOT NULL THEN
        p_credits := p_item.credits;
    ELSE
        p_credits := format_price(p_prices, p_item.format);
        IF p_item.format = 'auto' THEN
            p_slideshow_credits := least(p_credits, format_price(p_prices, 'slideshow_builder'));
        END IF;
    END IF;
END
$$;

-- Decide one start, if p_outcome does not have its answer, and reserve its credits in its wallet. The wallet, and the
-- partner's when it refills the child, come back changed and not saved; the outcome is that of job_start.
-- p_account_project is the project of the social account that the item names, if that is connected.
CREATE OR REPLACE FUNCTION job_start_decide(
    INOUT p_wallet wallets, INOUT p_partner wallets, INOUT p_outcome outcome, p_item job_start,
    p_asked_at timestamptz, p_now timestamptz, p_partner_state text, p_project projects, p_account_project uuid)
LANGUAGE plpgsql AS $$
DECLARE
    v_refilled record;
BEGIN
    IF p_outcome.status IS NULL THEN
        p_outcome := job_start_refusal(p_wallet, p_item, p_partner_state, p_project, p_account_project);
    END IF;
    IF p_outcome.status IS NOT NULL THEN
        RETURN;
    END IF;
    IF p_wallet.auto_refill_enabled
       AND wallet_available(p_wallet) - p_item.credits < p_wallet.refill_threshold THEN
        v_refilled := job_start_refill(p_wallet, p_partner, p_item, p_asked_at, p_now);
        p_wallet := v_refilled.p_wallet;
        p_partner := v_refilled.p_partner;
    END IF;
    IF wallet_available(p_wallet) < p_item.credits THEN
        p_outcome := ROW('refused', 'BILLING_EXHAUSTED', jsonb_build_object(
            'reason', 'insufficient_credits', 'required', p_item.credits,
            'available', wallet_available(p_wallet)))::outcome;
        RETURN;
    END IF;
    p_wallet.reserved := p_wallet.reserved + p_item.credits;
    p_wallet.running_jobs := p_wallet.running_jobs + 1;
    p_outcome := ROW('done', NULL, jsonb_build_object(
        'job_id', p_item.job_id, 'container_id', p_item.container_id, 'project_id', p_item.project_id,
        'reserved_credits', p_item.credits, 'started_at', p_now))::outcome;
END
$$;

-- Return why a start is refused before its wallet is refilled; NULL: it is not.
CREATE OR REPLACE FUNCTION job_start_refusal(
    p_wallet wallets, p_item job_start, p_partner_state text, p_project projects, p_account_project uuid)
RETURNS outcome
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    -- Without a cap of its own, a period's usage is capped at the largest exact integer.
    v_uncapped bigint := coalesce(p_wallet.monthly_credit_cap, 9007199254740991)
                         - p_wallet.used_this_period - p_wallet.reserved;
BEGIN
    RETURN CASE
        WHEN p_project.organization_id IS DISTINCT FROM p_item.organization_id OR p_wallet.organization_id IS NULL
            THEN ROW('refused', 'NOT_FOUND', NULL)::outcome
        WHEN p_wallet.state <> 'active' OR p_partner_state <> 'active'
            THEN ROW('refused', 'KILL_SWITCH', '{"scope": "organization"}')::outcome
        WHEN p_item.social_account_id IS NOT NULL AND p_account_project IS DISTINCT FROM p_item.project_id
            THEN ROW('refused', 'VALIDATION', '{"reason": "not_connected", "field": "social_account_id"}')::outcome
        WHEN p_project.status = 'archived'
            THEN ROW('refused', 'CONFLICT', '{"status": "archived"}')::outcome
        WHEN p_wallet.running_jobs >= p_item.running_jobs_limit
            THEN ROW('refused', 'RATE_LIMITED', jsonb_build_object(
                'limit', 'concurrent_jobs', 'maximum', p_item.running_jobs_limit))::outcome
        WHEN p_item.credits > v_uncapped
            THEN ROW('refused', 'BILLING_EXHAUSTED', jsonb_build_object(
                'reason', 'monthly_credit_cap', 'required', p_item.credits, 'available', greatest(0, v_uncapped)))::outcome
    END;
END
$$;

-- Refill the wallet of a child for a start that brings it below its threshold, or write down, at most once an hour, that
-- its partner cannot. Both wallets come back changed and not saved.
CREATE OR REPLACE FUNCTION job_start_refill(
    INOUT p_wallet wallets, INOUT p_partner wallets, p_item job_start, p_asked_at timestamptz, p_now timestamptz)
LANGUAGE plpgsql AS $$
DECLARE
    v_system   caller := ROW('system', NULL, NULL, NULL, (p_item.caller).request_id);
    v_transfer credit_transfers;
    v_pair     record;
BEGIN
    IF p_partner.state <> 'active' OR wallet_spendable_prepaid(p_partner) < p_wallet.refill_amount THEN
        IF coalesce(p_wallet.refill_failed_at, '-infinity') <= p_asked_at - interval '1 hour' THEN
            p_wallet.refill_failed_at := p_asked_at;
            PERFORM audit_write(p_wallet.tenant_id, p_now, p_wallet.partner_id, 'credits.refill_failed', v_system,
                p_item.project_id, jsonb_build_object('organizationId', 'org_' || p_wallet.organization_id,
                    'required', p_wallet.refill_amount, 'available', wallet_spendable_prepaid(p_partner)));
        END IF;
    ELSIF wallet_available(p_wallet) + p_wallet.refill_amount >= p_item.credits
          AND p_wallet.refill_amount <= wallet_headroom(p_wallet) THEN
        -- One for each job that sets it off.
        v_transfer.id := time_ordered_uuid(p_now, 'refill:' || p_item.job_id);
        v_transfer.credits := p_wallet.refill_amount;
        SELECT * INTO v_pair FROM credit_transfer(p_partner, p_wallet, p_now, v_transfer, 'auto_refill', v_system);
        p_partner := v_pair.p_from;
        p_wallet := v_pair.p_to;
        PERFORM audit_write(p_wallet.tenant_id, p_now, p_wallet.partner_id, 'credits.refilled', v_system,
            p_item.project_id, jsonb_build_object('organizationId', 'org_' || p_wallet.organization_id,
                'credits', p_wallet.refill_amount));
    END IF;
END
$$;
