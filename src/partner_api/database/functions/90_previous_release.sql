-- What servers of the previous release still call while they are replaced, under the names and with the arguments that
-- they know. A release later nobody does: then this file is emptied, and retired.sql drops what was in it.

-- The same as wallets_roll_over_due.
CREATE OR REPLACE FUNCTION wallets_touch(p_tenant_id bigint, p_now timestamptz, p_organization_ids uuid[])
RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT wallets_roll_over_due(p_tenant_id, p_now, p_organization_ids)
$$;

-- Of jobs_claim_sound, as it was. Return some of the jobs that wait and that no worker can be given, by what their rows say.
CREATE OR REPLACE FUNCTION jobs_unsound(p_tenant_id bigint, p_formats text[], p_resting uuid[])
RETURNS uuid[]
LANGUAGE sql STABLE AS $$
    SELECT ARRAY(
        SELECT w.id FROM unnest(p_formats) f (format)
         CROSS JOIN LATERAL (
               SELECT j.id FROM jobs j
                WHERE j.tenant_id = p_tenant_id AND j.format = f.format
                  AND j.status = 'running' AND j.claim_token IS NULL AND NOT j.sandbox
                  AND j.id <> ALL (p_resting)
                  AND (j.attempt >= job_max_attempts()
                       OR (SELECT r.status FROM reservations r
                            WHERE r.tenant_id = p_tenant_id AND r.job_id = j.id) IS DISTINCT FROM 'open'
                       OR (SELECT true FROM containers c
                            WHERE c.tenant_id = p_tenant_id AND c.job_id = j.id) IS NULL)
                ORDER BY j.started_at, j.id LIMIT 100) w)
$$;

-- An outcome as that server gives it to its client: the facts of a refusal are its details, by their names there.
CREATE OR REPLACE FUNCTION outcome_of_previous_release(p_outcome outcome)
RETURNS outcome LANGUAGE sql IMMUTABLE AS $$
    SELECT ROW(p_outcome.status, p_outcome.code, CASE
        WHEN p_outcome.code = 'VALIDATION' THEN jsonb_build_object('issues', jsonb_build_array(CASE
            p_outcome.facts ->> 'reason'
            WHEN 'wrong_count' THEN jsonb_build_object(
                'path', 'poolAccountIds',
                'message', 'Expected 1 to ' || (p_outcome.facts ->> 'maximum') || ' accounts, as the request asks for')
            ELSE jsonb_build_object(
                'path', 'amountCents', 'message', 'would bring a balance above 9007199254740991') END))
        WHEN p_outcome.code = 'CONFLICT' THEN
            replace(replace(replace(p_outcome.facts::text, '"disconnected_reason":', '"disconnectedReason":'),
                            '"charged_cents":', '"chargedCents":'), '"refunded_cents":', '"refundedCents":')::jsonb
        ELSE p_outcome.facts END)::outcome
$$;

CREATE OR REPLACE FUNCTION organization_set_status(
    p_tenant_id bigint, p_now timestamptz, p_organization_id uuid, p_partner_id uuid, p_status text, p_caller caller)
RETURNS outcome
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT outcome_of_previous_release(organization_set_status_one(p_tenant_id, p_now, ROW(
        p_organization_id, p_partner_id, p_status, p_caller, NULL)::organization_set_status_item))
$$;

CREATE OR REPLACE FUNCTION organization_archive(
    p_tenant_id bigint, p_now timestamptz, p_organization_id uuid, p_partner_id uuid, p_caller caller)
RETURNS outcome
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT outcome_of_previous_release(organization_archive_one(p_tenant_id, p_now, ROW(
        p_organization_id, p_partner_id, p_caller, NULL)::organization_archive_item))
$$;

CREATE OR REPLACE FUNCTION cash_refund(
    p_tenant_id bigint, p_now timestamptz, p_organization_id uuid, p_social_account_id uuid, p_lease_month integer,
    p_amount_cents bigint, p_description text, p_caller caller)
RETURNS outcome
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT outcome_of_previous_release(cash_refund_one(p_tenant_id, p_now, ROW(
        p_organization_id, p_social_account_id, p_lease_month, p_amount_cents, p_description, p_caller,
        NULL)::cash_refund_item))
$$;

CREATE OR REPLACE FUNCTION lease_disconnect(
    p_tenant_id bigint, p_now timestamptz, p_social_account_id uuid, p_organization_id uuid, p_reason text,
    p_note text, p_caller caller)
RETURNS outcome
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT outcome_of_previous_release(lease_disconnect_one(p_tenant_id, p_now, ROW(
        p_social_account_id, p_organization_id, p_reason, p_note, p_caller, NULL)::lease_disconnect_item))
$$;

CREATE OR REPLACE FUNCTION lease_set_price(
    p_tenant_id bigint, p_now timestamptz, p_social_account_id uuid, p_monthly_price_cents bigint, p_caller caller)
RETURNS outcome
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT outcome_of_previous_release(lease_set_price_one(p_tenant_id, p_now, ROW(
        p_social_account_id, p_monthly_price_cents, p_caller, NULL)::lease_set_price_item))
$$;

CREATE OR REPLACE FUNCTION lease_request_fulfil(
    p_tenant_id bigint, p_now timestamptz, p_request_id uuid, p_pool_account_ids uuid[], p_social_account_ids uuid[],
    p_monthly_price_cents bigint, p_note text, p_caller caller)
RETURNS outcome
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT outcome_of_previous_release(lease_request_fulfil_one(p_tenant_id, p_now, ROW(
        p_request_id, p_pool_account_ids, p_social_account_ids, p_monthly_price_cents, p_note, p_caller,
        NULL)::lease_request_fulfil_item))
$$;

CREATE OR REPLACE FUNCTION lease_request_reject(
    p_tenant_id bigint, p_now timestamptz, p_request_id uuid, p_note text, p_caller caller)
RETURNS outcome
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT outcome_of_previous_release(lease_request_reject_one(p_tenant_id, p_now, ROW(
        p_request_id, p_note, p_caller, NULL)::lease_request_reject_item))
$$;

CREATE OR REPLACE FUNCTION lease_request_pretend(
    p_tenant_id bigint, p_now timestamptz, p_request_id uuid, p_social_account_ids uuid[], p_handles text[],
    p_followers bigint[])
RETURNS outcome
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT lease_request_pretend_one(p_tenant_id, p_now, ROW(
        p_request_id, p_social_account_ids, p_handles, p_followers, ROW('system', NULL, NULL, NULL, NULL)::caller,
        NULL)::lease_request_pretend_item)
$$;

-- What functions of that release call. One that has begun when this release's functions take their place goes on in its
-- own text, on what is there by then.

-- credit_post of that release left the record of its request to this function.
CREATE OR REPLACE FUNCTION credit_post_one(p_tenant_id bigint, p_now timestamptz, p_item credit_posting)
RETURNS outcome
LANGUAGE sql AS $$
    SELECT idempotency_keep(p_now, p_item.idempotency, credit_posting_one(p_tenant_id, p_now, p_item))
$$;

-- Of credit_allocate, which decided each item by itself: a call that goes on in that text is rolled back, as if it had met
-- others, and done again it is the one of now.
CREATE OR REPLACE FUNCTION credit_allocate_one(p_tenant_id bigint, p_now timestamptz, p_item credit_allocation)
RETURNS outcome
LANGUAGE plpgsql AS $$
BEGIN
    RAISE serialization_failure USING MESSAGE = 'the functions were replaced meanwhile';
END
$$;

CREATE OR REPLACE FUNCTION credit_allocation_before(p_tenant_id bigint, p_record idempotency)
RETURNS outcome
LANGUAGE plpgsql AS $$
BEGIN
    RAISE serialization_failure USING MESSAGE = 'the functions were replaced meanwhile';
END
$$;

-- Those knew no time: what they save happened when the wallet was last changed, at the earliest.
CREATE OR REPLACE FUNCTION wallet_save(p_wallet wallets)
RETURNS void
LANGUAGE sql AS $$ SELECT wallet_save(p_wallet, '-infinity') $$;

CREATE OR REPLACE FUNCTION wallets_save(p_tenant_id bigint, p_wallets wallets[])
RETURNS void
LANGUAGE sql AS $$ SELECT wallets_save(p_tenant_id, p_wallets, '-infinity') $$;

CREATE OR REPLACE FUNCTION wallet_rolled(p_wallet wallets, p_now timestamptz)
RETURNS wallets
LANGUAGE sql AS $$ SELECT wallet_roll_over(p_wallet, p_now) $$;

CREATE OR REPLACE FUNCTION wallets_rolled(INOUT p_wallets wallets[], INOUT p_now timestamptz)
LANGUAGE sql AS $$ SELECT * FROM wallets_roll_over(p_wallets, p_now) $$;

CREATE OR REPLACE FUNCTION wallet_at(p_wallet wallets, p_now timestamptz)
RETURNS wallets
LANGUAGE sql AS $$ SELECT wallet_roll_over_and_save(p_wallet, p_now) $$;

CREATE OR REPLACE FUNCTION job_refill(p_job_id uuid, p_credits bigint, p_now timestamptz)
RETURNS credit_transfers
LANGUAGE plpgsql AS $$
DECLARE
    v_transfer credit_transfers;
BEGIN
    v_transfer.id := time_ordered_uuid(p_now, 'refill:' || p_job_id);
    v_transfer.credits := p_credits;
    RETURN v_transfer;
END
$$;

CREATE OR REPLACE FUNCTION lease_assign_one(p_tenant_id bigint, p_now timestamptz, p_item lease_assignment)
RETURNS outcome
LANGUAGE sql AS $$ SELECT lease_assign(p_tenant_id, p_now, p_item) $$;

CREATE OR REPLACE FUNCTION amount_refusal(p_path text)
RETURNS outcome LANGUAGE sql IMMUTABLE AS $$
    SELECT ROW('refused', 'VALIDATION', jsonb_build_object('issues', jsonb_build_array(jsonb_build_object(
        'path', p_path, 'message', 'would bring a balance above 9007199254740991'))))::outcome
$$;

CREATE OR REPLACE FUNCTION job_start_one(
    INOUT p_wallet wallets, INOUT p_partner wallets, p_item job_start, p_asked_at timestamptz, p_now timestamptz,
    p_partner_state text, p_project projects, p_account_project uuid, OUT p_outcome outcome)
LANGUAGE sql AS $$
    SELECT d.p_wallet, d.p_partner, d.p_outcome
      FROM job_start_decide(
               p_wallet, p_partner, idempotency_outcome(p_asked_at, p_item.idempotency), p_item, p_asked_at, p_now,
               p_partner_state, p_project, p_account_project) d
$$;

-- Ends of jobs were decided and written one by one, each in these.
CREATE OR REPLACE FUNCTION job_complete_one(p_tenant_id bigint, p_now timestamptz, p_item job_completion)
RETURNS outcome
LANGUAGE sql AS $$ SELECT (job_complete(p_tenant_id, p_now, ARRAY[p_item]))[1] $$;

CREATE OR REPLACE FUNCTION job_fail_one(p_tenant_id bigint, p_now timestamptz, p_item job_failure)
RETURNS outcome
LANGUAGE sql AS $$ SELECT (job_fail(p_tenant_id, p_now, ARRAY[p_item]))[1] $$;

CREATE OR REPLACE FUNCTION job_heartbeat_one(p_tenant_id bigint, p_now timestamptz, p_item job_heartbeat)
RETURNS outcome
LANGUAGE sql AS $$ SELECT (job_heartbeat(p_tenant_id, p_now, ARRAY[p_item]))[1] $$;

CREATE OR REPLACE FUNCTION job_cancel_one(p_tenant_id bigint, p_now timestamptz, p_item job_cancellation)
RETURNS outcome
LANGUAGE sql AS $$ SELECT (job_cancel(p_tenant_id, p_now, ARRAY[p_item]))[1] $$;

CREATE OR REPLACE FUNCTION job_claim_refusal(p_job jobs, p_now timestamptz, p_worker_id text, p_claim_token uuid)
RETURNS outcome
LANGUAGE sql AS $$
    SELECT r.p_outcomes[1]
      FROM reports_begin(p_job.tenant_id, p_now, ARRAY[p_job.id], ARRAY[p_worker_id], ARRAY[p_claim_token],
                         ARRAY[NULL::idempotency]) r
$$;

CREATE OR REPLACE FUNCTION job_complete_settle(p_job jobs, p_now timestamptz, p_item job_completion)
RETURNS outcome
LANGUAGE plpgsql AS $$
BEGIN
    RETURN (completions_settle(p_job.tenant_id, p_now, ARRAY[p_item], ARRAY[1], ARRAY[p_job]))[1];
END
$$;

CREATE OR REPLACE FUNCTION assets_insert(p_tenant_id bigint, p_now timestamptz, p_job_id uuid, p_assets jsonb)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM assets_insert(p_tenant_id, p_now, ARRAY[p_job_id], ARRAY[p_assets]);
END
$$;

CREATE OR REPLACE FUNCTION job_give_back(
    p_job jobs, p_now timestamptz, p_retryable boolean, p_last_code text, p_last_message text,
    p_final_code text, p_final_message text, p_caller caller)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    v_end job_release := claim_end(
        p_job, p_retryable, p_last_code, p_last_message, p_final_code, p_final_message, p_caller);
BEGIN
    RETURN CASE WHEN claims_end(p_job.tenant_id, p_now, ARRAY[p_job], ARRAY[v_end]) <> '{}' THEN v_end.status END;
END
$$;

CREATE OR REPLACE FUNCTION job_requeue(p_tenant_id bigint, p_job_id uuid, p_error_code text, p_error_message text)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM jobs_requeue(
        p_tenant_id, ARRAY[ROW(p_job_id, 'running', p_error_code, p_error_message, NULL)::job_release]);
END
$$;

CREATE OR REPLACE FUNCTION jobs_settled(p_tenant_id bigint, p_now timestamptz, p_settled job_settlement[])
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_item   job_settlement;
    v_job    jobs;
    v_owner  uuid;
BEGIN
    FOREACH v_item IN ARRAY p_settled LOOP
        SELECT * INTO v_job FROM jobs WHERE tenant_id = p_tenant_id AND id = v_item.job_id;
        SELECT organization_id INTO v_owner FROM reservations
         WHERE tenant_id = p_tenant_id AND job_id = v_item.job_id;
        v_job.status := 'completed';
        v_job.finished_at := p_now;
        PERFORM jobs_write_ends(
            p_tenant_id, ARRAY[v_job], ARRAY[1], ARRAY[v_owner], jobs_containers(p_tenant_id, ARRAY[v_job.id]),
            ARRAY[v_item.charged], ARRAY[v_item.caller]);
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION jobs_tell(p_tenant_id bigint, p_now timestamptz, p_job_ids uuid[])
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_job        jobs;
    v_owner      uuid;
    v_charged    bigint;
    v_containers uuid[] := jobs_containers(p_tenant_id, p_job_ids);
BEGIN
    FOR v_job IN SELECT * FROM jobs WHERE tenant_id = p_tenant_id AND id = ANY (p_job_ids) LOOP
        SELECT organization_id, charged INTO v_owner, v_charged FROM reservations
         WHERE tenant_id = p_tenant_id AND job_id = v_job.id;
        PERFORM outbox_insert(p_tenant_id, job_end_told(
            v_job, v_owner, v_containers[array_position(p_job_ids, v_job.id)], v_charged));
    END LOOP;
END
$$;

-- Those change leases that their text does not count (47_lease_totals.sql). They are broken off with an error after which
-- servers send the call once more, and then it is this release's.
CREATE OR REPLACE FUNCTION lease_assigned(
    p_tenant_id bigint, p_now timestamptz, p_organization_id uuid, p_project_id uuid, p_social_account_id uuid,
    p_handle text, p_monthly_price_cents bigint, p_caller caller)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'functions were replaced meanwhile' USING ERRCODE = 'serialization_failure';
END
$$;

CREATE OR REPLACE FUNCTION lease_time(p_lease leases, p_now timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'functions were replaced meanwhile' USING ERRCODE = 'serialization_failure';
END
$$;
