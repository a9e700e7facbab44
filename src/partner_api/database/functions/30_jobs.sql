-- Two-phase spending: a job reserves its estimate when it starts, then settles its real cost or releases all of it.
--
-- A batch is decided item by item in the order given, in memory, then written with one UPDATE per wallet and one
-- INSERT per table. Lock order: projects, jobs with their reservations, the children's wallets by id, the partner's.
--
-- Planning these statements takes longer than running them, so each is planned once per connection, perhaps while
-- the tables are empty. Such a plan must be good for ever: rows are named by arrays of their ids, which keeps every
-- look at a table within the batch, and tables are never read whole.

-- Starts jobs: reservation, container and job together, or nothing.
--
-- In a test tenant nothing is reserved. The records of those that are accepted are kept one by one, so a key that
-- comes twice in a batch starts one job.
--
-- Facts: {job_id, container_id, project_id, reserved_credits, started_at}. Refused: IDEMPOTENCY_*, NOT_FOUND (project
-- not the organization's), KILL_SWITCH, VALIDATION (social account not the project's and connected), CONFLICT (project
-- archived), RATE_LIMITED (running-jobs cap), BILLING_EXHAUSTED (monthly_credit_cap | insufficient_credits).
CREATE OR REPLACE FUNCTION job_start(p_tenant_id bigint, p_now timestamptz, p_items job_start[])
RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    v_count      integer := cardinality(p_items);
    v_outcomes   outcome[] := array_fill(NULL::outcome, ARRAY[v_count]);
    v_projects   projects[];
    -- First those named, then those found, at the positions of v_projects.
    v_project_ids uuid[] := ARRAY(SELECT i.project_id FROM unnest(p_items) i);
    v_project    projects;
    v_wallets    wallets[];
    -- The same of organizations and v_wallets.
    v_owners     uuid[] := ARRAY(SELECT i.organization_id FROM unnest(p_items) i);
    v_wallet     wallets;
    v_partner    wallets;
    -- The children's partner; of a batch that is the partner's own, NULL.
    v_partner_ids   uuid[];
    v_partner_state text;
    v_item       job_start;
    v_outcome    outcome;
    v_index      integer;
    v_pair       record;
    v_accepted   boolean[] := array_fill(false, ARRAY[v_count]);
    v_any        boolean := false;
    v_asked_at   timestamptz := p_now; -- before it is raised to what other nodes have done
    v_sandbox    boolean := EXISTS (SELECT FROM tenants t WHERE t.id = p_tenant_id AND t.env = 'test');
    -- The partner's own prices, and of the items with the format auto what a slideshow costs.
    v_prices     jsonb;
    v_slideshows bigint[] := array_fill(NULL::bigint, ARRAY[v_count]);
    -- The social accounts that are named and connected, and whose project each is.
    v_accounts   uuid[];
    v_account_projects uuid[];
BEGIN
    -- A project in which a job is being started cannot move to another organization meanwhile.
    SELECT array_agg(p) INTO v_projects FROM (
        SELECT * FROM projects
         WHERE tenant_id = p_tenant_id AND id = ANY (v_project_ids)
         ORDER BY id FOR SHARE) p;
    v_project_ids := ARRAY(SELECT p.id FROM unnest(v_projects) p);
    SELECT array_agg(w) INTO v_wallets FROM (
        SELECT * FROM wallets
         WHERE tenant_id = p_tenant_id AND organization_id = ANY (v_owners)
         ORDER BY partner_id IS NULL, organization_id FOR NO KEY UPDATE) w;
    IF EXISTS (SELECT FROM unnest(v_wallets) w WHERE w.auto_refill_enabled AND w.refill_amount IS NOT NULL)
       AND v_wallets[cardinality(v_wallets)].partner_id IS NOT NULL THEN
        SELECT * INTO v_partner FROM wallets
         WHERE tenant_id = p_tenant_id AND organization_id = v_wallets[1].partner_id FOR NO KEY UPDATE;
        v_wallets := v_wallets || v_partner;
    END IF;
    -- A suspended partner's children are suspended too, whoever asks.
    v_partner_ids := ARRAY[v_wallets[1].partner_id];
    SELECT w.state INTO v_partner_state FROM wallets w
     WHERE w.tenant_id = p_tenant_id AND w.organization_id = ANY (v_partner_ids);
    SELECT r.p_wallets, r.p_now INTO v_wallets, p_now FROM wallets_rolled(v_wallets, p_now) r;
    -- Lock order puts the partner last.
    v_partner := v_wallets[cardinality(v_wallets)];
    v_owners := ARRAY(SELECT w.organization_id FROM unnest(v_wallets) w);
    IF EXISTS (SELECT FROM unnest(p_items) i WHERE i.credits IS NULL) THEN
        SELECT o.format_prices INTO v_prices FROM organizations o
         WHERE o.tenant_id = p_tenant_id AND o.parent_id IS NULL;
    END IF;
    IF EXISTS (SELECT FROM unnest(p_items) i WHERE i.social_account_id IS NOT NULL) THEN
        SELECT array_agg(s.id), array_agg(s.project_id) INTO v_accounts, v_account_projects FROM social_accounts s
         WHERE s.tenant_id = p_tenant_id AND s.status = 'connected'
           AND s.id = ANY (ARRAY(SELECT i.social_account_id FROM unnest(p_items) i));
    END IF;

    FOR v_position IN 1..v_count LOOP
        v_item := p_items[v_position];
        IF (v_item.idempotency).key IS NOT NULL THEN
            v_outcome := idempotency_outcome(v_asked_at, v_item.idempotency);
            IF v_outcome.status IS NOT NULL THEN
                v_outcomes[v_position] := v_outcome;
                CONTINUE;
            END IF;
        END IF;
        IF v_sandbox THEN
            v_item.credits := 0;
        ELSIF v_item.credits IS NULL THEN
            v_item.credits := format_price(v_prices, v_item.format);
            IF v_item.format = 'auto' THEN
                v_slideshows[v_position] := least(v_item.credits, format_price(v_prices, 'slideshow_builder'));
            END IF;
        END IF;
        p_items[v_position] := v_item;
        v_project := v_projects[array_position(v_project_ids, v_item.project_id)];
        v_index := array_position(v_owners, v_item.organization_id);
        v_wallet := v_wallets[v_index];
        v_outcome := CASE
            WHEN v_project.organization_id IS DISTINCT FROM v_item.organization_id OR v_wallet.organization_id IS NULL
                THEN ROW('refused', 'NOT_FOUND', NULL)::outcome
            WHEN v_wallet.state <> 'active' OR v_partner_state <> 'active'
                THEN ROW('refused', 'KILL_SWITCH', '{"scope": "organization"}')::outcome
            WHEN v_item.social_account_id IS NOT NULL AND v_account_projects[
                     array_position(v_accounts, v_item.social_account_id)] IS DISTINCT FROM v_item.project_id
                THEN ROW('refused', 'VALIDATION', '{"reason": "not_connected", "field": "social_account_id"}')::outcome
            WHEN v_project.status = 'archived'
                THEN ROW('refused', 'CONFLICT', '{"status": "archived"}')::outcome
            WHEN v_wallet.running_jobs >= v_item.running_jobs_limit
                THEN ROW('refused', 'RATE_LIMITED', jsonb_build_object(
                    'limit', 'concurrent_jobs', 'maximum', v_item.running_jobs_limit))::outcome
            -- Without a cap of its own, a period's usage is capped at the largest exact integer.
            WHEN v_wallet.used_this_period + v_wallet.reserved + v_item.credits
                 > coalesce(v_wallet.monthly_credit_cap, 9007199254740991)
                THEN ROW('refused', 'BILLING_EXHAUSTED', jsonb_build_object(
                    'reason', 'monthly_credit_cap', 'required', v_item.credits,
                    'available', greatest(0, coalesce(v_wallet.monthly_credit_cap, 9007199254740991)
                                             - v_wallet.used_this_period - v_wallet.reserved)))::outcome
        END;

        IF v_outcome.status IS NULL AND v_wallet.auto_refill_enabled
           AND wallet_available(v_wallet) - v_item.credits < v_wallet.refill_threshold THEN
            IF v_partner.state <> 'active' OR wallet_spendable_prepaid(v_partner) < v_wallet.refill_amount THEN
                IF coalesce(v_wallet.refill_failed_at, '-infinity') <= v_asked_at - interval '1 hour' THEN
                    v_wallet.refill_failed_at := v_asked_at;
                    PERFORM audit_write(p_tenant_id, p_now, v_wallet.partner_id, 'credits.refill_failed',
                        ROW('system', NULL, NULL, NULL, (v_item.caller).request_id)::caller, v_item.project_id,
                        jsonb_build_object('organizationId', 'org_' || v_wallet.organization_id,
                            'required', v_wallet.refill_amount, 'available', wallet_spendable_prepaid(v_partner)));
                END IF;
            ELSIF wallet_available(v_wallet) + v_wallet.refill_amount >= v_item.credits
                  AND v_wallet.refill_amount <= wallet_headroom(v_wallet) THEN
                SELECT * INTO v_pair FROM credit_transfer(v_partner, v_wallet, p_now,
                    job_refill(v_item.job_id, v_wallet.refill_amount, p_now), 'auto_refill',
                    ROW('system', NULL, NULL, NULL, (v_item.caller).request_id)::caller);
                v_partner := v_pair.p_from;
                v_wallet := v_pair.p_to;
                PERFORM audit_write(p_tenant_id, p_now, v_wallet.partner_id, 'credits.refilled',
                    ROW('system', NULL, NULL, NULL, (v_item.caller).request_id)::caller, v_item.project_id,
                    jsonb_build_object('organizationId', 'org_' || v_wallet.organization_id,
                        'credits', v_wallet.refill_amount));
                v_wallets[array_position(v_owners, v_partner.organization_id)] := v_partner;
            END IF;
        END IF;

        IF v_outcome.status IS NULL AND wallet_available(v_wallet) < v_item.credits THEN
            v_outcome := ROW('refused', 'BILLING_EXHAUSTED', jsonb_build_object(
                'reason', 'insufficient_credits', 'required', v_item.credits,
                'available', wallet_available(v_wallet)))::outcome;
        END IF;
        IF v_outcome.status IS NULL THEN
            v_wallet.reserved := v_wallet.reserved + v_item.credits;
            v_wallet.running_jobs := v_wallet.running_jobs + 1;
            v_accepted[v_position] := true;
            v_any := true;
            v_outcome := ROW('done', NULL, jsonb_build_object(
                'job_id', v_item.job_id, 'container_id', v_item.container_id, 'project_id', v_item.project_id,
                'reserved_credits', v_item.credits, 'started_at', p_now))::outcome;
            IF (v_item.idempotency).key IS NOT NULL THEN
                PERFORM idempotency_store(
                    v_asked_at, v_item.idempotency, 202::smallint, (v_outcome.facts)::json, NULL);
            END IF;
        END IF;
        IF v_wallet.organization_id IS NOT NULL THEN
            v_wallets[v_index] := v_wallet;
            IF v_wallet.partner_id IS NULL THEN
                v_partner := v_wallet;
            END IF;
        END IF;
        v_outcomes[v_position] := v_outcome;
    END LOOP;

    PERFORM wallets_save(p_tenant_id, v_wallets);
    IF v_any THEN
        INSERT INTO jobs (tenant_id, id, project_id, format, started_at, expires_at, sandbox, slideshow_credits)
        SELECT p_tenant_id, i.job_id, i.project_id, i.format, p_now, i.expires_at, v_sandbox,
               v_slideshows[i.ordinality]
          FROM unnest(p_items) WITH ORDINALITY i WHERE v_accepted[i.ordinality];
        INSERT INTO containers (tenant_id, id, project_id, job_id, format, inputs, created_at)
        SELECT p_tenant_id, i.container_id, i.project_id, i.job_id, i.format, i.inputs, p_now
          FROM unnest(p_items) WITH ORDINALITY i WHERE v_accepted[i.ordinality];
        INSERT INTO reservations (tenant_id, job_id, organization_id, credits, created_at, expires_at)
        SELECT p_tenant_id, i.job_id, i.organization_id, i.credits, p_now, i.expires_at
          FROM unnest(p_items) WITH ORDINALITY i WHERE v_accepted[i.ordinality];
        INSERT INTO audit_events
            (tenant_id, organization_id, event_id, event_type, occurred_at, actor, api_key_id, project_id, request_id,
             details)
        SELECT p_tenant_id, i.organization_id, time_ordered_uuid(p_now, 'job.started:' || i.job_id), 'job.started',
               p_now, (i.caller).actor, (i.caller).api_key_id, i.project_id, (i.caller).request_id,
               job_audit_details(i.caller, i.job_id,
                                 jsonb_build_object('format', i.format, 'reservedCredits', i.credits))
          FROM unnest(p_items) WITH ORDINALITY i WHERE v_accepted[i.ordinality];
    END IF;
    RETURN v_outcomes;
END
$$;

-- What a format costs at most: the partner's own price, else the usual one.
CREATE OR REPLACE FUNCTION format_price(p_prices jsonb, p_format text)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce((p_prices ->> p_format)::bigint,
                    CASE WHEN p_format IN ('slideshow_builder', 'slideshow_remix') THEN 50 ELSE 120 END)
$$;

-- What the audit log says of a job, and of the operator, if one did it.
CREATE OR REPLACE FUNCTION job_audit_details(p_caller caller, p_job_id uuid, p_details jsonb)
RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('jobId', p_job_id) || p_details
           || CASE WHEN p_caller.operator_name IS NULL THEN '{}'
                   ELSE jsonb_build_object('operator', p_caller.operator_name) END
$$;

-- The transfer of an automatic refill, one per job that set it off.
CREATE OR REPLACE FUNCTION job_refill(p_job_id uuid, p_credits bigint, p_now timestamptz)
RETURNS credit_transfers LANGUAGE plpgsql AS $$
DECLARE
    v_transfer credit_transfers;
BEGIN
    v_transfer.id := time_ordered_uuid(p_now, 'refill:' || p_job_id);
    v_transfer.credits := p_credits;
    RETURN v_transfer;
END
$$;
