"""Money functions that are wrong, in the place of those that are right."""

from __future__ import annotations

# In place of a function, one that calls it and does something wrong before or after.
IN_ITS_PLACE = """
ALTER FUNCTION {name}(bigint, timestamptz, {items}[]{types}) RENAME TO {name}_right;
CREATE FUNCTION {name}(p_tenant_id bigint, p_now timestamptz, p_items {items}[]{more}) RETURNS outcome[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_outcomes outcome[];
BEGIN
    {body}
    RETURN v_outcomes;
END
$$;
"""


def wrong(name: str, items: str, body: str) -> str:
    return IN_ITS_PLACE.format(name=name, items=items, body=body, types="", more="")


def wrong_end(name: str, items: str, body: str) -> str:
    """One of those that end locked jobs."""
    return IN_ITS_PLACE.format(
        name=name,
        items=items,
        body=body,
        types=", jobs[], uuid[]",
        more=", p_jobs jobs[], p_ids uuid[]",
    )


CHARGES_DOUBLE = wrong_end(
    "jobs_settle",
    "job_settlement",
    """v_outcomes := jobs_settle_right(p_tenant_id, p_now, ARRAY(
        SELECT ROW(i.job_id, i.charged * 2, i.caller)::job_settlement FROM unnest(p_items) i), p_jobs, p_ids);""",
)
KEEPS_A_CREDIT = wrong_end(
    "jobs_release",
    "job_release",
    """v_outcomes := jobs_release_right(p_tenant_id, p_now, p_items, p_jobs, p_ids);
    UPDATE wallets SET prepaid = prepaid - 1 WHERE tenant_id = p_tenant_id AND prepaid > reserved;""",
)
GRANTS_WITHOUT_BEING_ASKED = wrong(
    "credit_allocate",
    "credit_allocation",
    """v_outcomes := credit_allocate_right(p_tenant_id, p_now, p_items);
    PERFORM credit_post(p_tenant_id, p_now, ARRAY[ROW(
        p_items[1].partner_id, 'grant', 7, NULL, NULL, '{}', p_items[1].caller, NULL)::credit_posting]);""",
)
RELEASES_WITHOUT_FREEING = wrong_end(
    "jobs_release",
    "job_release",
    """v_outcomes := jobs_release_right(p_tenant_id, p_now, p_items, p_jobs, p_ids);
    UPDATE wallets SET running_jobs = running_jobs + 1 WHERE tenant_id = p_tenant_id;""",
)
REFUNDS_DOUBLE = wrong(
    "cash_refund",
    "cash_refund_item",
    """v_outcomes := cash_refund_right(p_tenant_id, p_now, p_items);
    IF (v_outcomes[1]).status = 'done' THEN
        PERFORM cash_refund_right(p_tenant_id, p_now, ARRAY[ROW(
            i.organization_id, i.social_account_id, i.lease_month, 1, i.description, i.caller,
            NULL)::cash_refund_item])
           FROM unnest(p_items) i;
    END IF;""",
)
# A worker's attempt is not counted, so a job might be tried for ever.
FORGETS_ATTEMPTS = """
CREATE FUNCTION forget_attempt() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.attempt := greatest(OLD.attempt, 1); RETURN NEW; END $$;
CREATE TRIGGER forget_attempt BEFORE UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION forget_attempt();
"""
# Any request is new, however often it comes.
FORGETS_REQUESTS = """
CREATE OR REPLACE FUNCTION idempotency_store(
    p_now timestamptz, p_record idempotency, p_status_code smallint, p_answer json, p_sealed bytea)
RETURNS void LANGUAGE sql AS 'SELECT'
"""
# A request is new again as long as its time is that of the first.
FORGETS_FOR_A_MOMENT = """
ALTER FUNCTION idempotency_outcome(timestamptz, idempotency) RENAME TO idempotency_outcome_right;
CREATE FUNCTION idempotency_outcome(p_now timestamptz, p_record idempotency) RETURNS outcome
LANGUAGE sql AS $$
    SELECT CASE WHEN NOT EXISTS (SELECT FROM idempotency_keys k
                                  WHERE k.key = p_record.key AND k.created_at = p_now)
           THEN idempotency_outcome_right(p_now, p_record) END
$$;
-- Which would undo what has its effect a second time.
CREATE OR REPLACE FUNCTION idempotency_store(
    p_now timestamptz, p_record idempotency, p_status_code smallint, p_answer json, p_sealed bytea)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO idempotency_keys
        (tenant_id, caller_id, method, route, key, fingerprint, status_code, answer, sealed, created_at)
    SELECT p_record.tenant_id, p_record.caller_id, p_record.method, p_record.route, p_record.key, p_record.fingerprint,
           p_status_code, p_answer, p_sealed, p_now
     WHERE p_record.key IS NOT NULL
        ON CONFLICT DO NOTHING;
END
$$;
"""
FORGETS_PERIODS = """
CREATE OR REPLACE FUNCTION wallets_roll_over_due(p_tenant_id bigint, p_now timestamptz, p_organization_ids uuid[])
RETURNS integer LANGUAGE sql AS 'SELECT 0'
"""
