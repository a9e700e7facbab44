"""A money function that is wrong is caught, and the command that is printed shows it again."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys

import pytest
from tests.simulation.conftest import Databases, EmptyDatabase

from partner_api.simulation.options import Options

# In place of a function, one that calls it and does something wrong before or after.
IN_ITS_PLACE = """
ALTER FUNCTION {name}(bigint, timestamptz, {items}[]) RENAME TO {name}_right;
CREATE FUNCTION {name}(p_tenant_id bigint, p_now timestamptz, p_items {items}[]) RETURNS outcome[]
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
    return IN_ITS_PLACE.format(name=name, items=items, body=body)


CHARGES_DOUBLE = wrong(
    "job_settle",
    "job_settlement",
    """v_outcomes := job_settle_right(p_tenant_id, p_now, ARRAY(
        SELECT ROW(i.job_id, i.charged * 2, i.caller)::job_settlement FROM unnest(p_items) i));""",
)
KEEPS_A_CREDIT = wrong(
    "job_release",
    "job_release",
    """v_outcomes := job_release_right(p_tenant_id, p_now, p_items);
    UPDATE wallets SET prepaid = prepaid - 1 WHERE tenant_id = p_tenant_id AND prepaid > reserved;""",
)
GRANTS_WITHOUT_BEING_ASKED = wrong(
    "credit_allocate",
    "credit_allocation",
    """v_outcomes := credit_allocate_right(p_tenant_id, p_now, p_items);
    PERFORM credit_post(p_tenant_id, p_now, ARRAY[ROW(
        p_items[1].partner_id, 'grant', 7, NULL, NULL, '{}', p_items[1].caller, NULL)::credit_posting]);""",
)
RELEASES_WITHOUT_FREEING = wrong(
    "job_release",
    "job_release",
    """v_outcomes := job_release_right(p_tenant_id, p_now, p_items);
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
"""
FORGETS_PERIODS = """
CREATE OR REPLACE FUNCTION wallets_roll_over_due(p_tenant_id bigint, p_now timestamptz, p_organization_ids uuid[])
RETURNS integer LANGUAGE sql AS 'SELECT 0'
"""


@pytest.mark.parametrize(
    ("broken", "finding"),
    [
        (CHARGES_DOUBLE, r"usage in credits, since the last check: expected -\d+, found -\d+"),
        (KEEPS_A_CREDIT, r"org_\S+: prepaid: expected \d+, found \d+"),
        (GRANTS_WITHOUT_BEING_ASKED, r"grant in credits, since the last check: expected \d+"),
        (RELEASES_WITHOUT_FREEING, r"running_jobs: expected \d+, found \d+"),
        (REFUNDS_DOUBLE, r"refund in cash, since the last check: expected \d+, found \d+"),
        (FORGETS_ATTEMPTS, r"job claim: job_\S+: expected attempt 2, found 1"),
        # Whatever it meets first: what moves money happens twice, and what has an id of its own cannot.
        (
            FORGETS_REQUESTS,
            r"expected to happen 1 times, found 2|expected the first answer again"
            r"|repeated request: an outcome was expected, not UniqueViolationError",
        ),
        (FORGETS_PERIODS, r"read: is_current: expected True, found False"),
    ],
)
def test_what_is_wrong_is_caught(database: EmptyDatabase, broken: str, finding: str) -> None:
    database.change(broken)
    report = database.run(
        Options(seed=1, months=3, partners=1, operations_per_day=15, kill_rate=0.02)
    )
    assert re.search(finding, report.violation or "")
    assert report.totals is None


def test_a_second_effect_after_a_kill_is_caught(database: EmptyDatabase) -> None:
    """Only a client whose process was killed asks again at once."""
    database.change(FORGETS_FOR_A_MOMENT)
    report = database.run(
        Options(seed=1, months=2, partners=1, operations_per_day=15, kill_rate=0.3)
    )
    assert re.search(
        r"its process killed after the statement was sent, before its answer was read: "
        "expected to happen 1 times, found 2",
        report.violation or "",
    )


def test_the_printed_command_shows_it_again(databases: Databases) -> None:
    first, second = databases.make(), databases.make()
    for database in (first, second):
        database.change(KEEPS_A_CREDIT)
    arguments = "--seed 6 --months 3 --partners 2 --operations-per-day 30 --kills 0.02"
    found = _simulate(first, arguments)
    assert found.returncode == 1
    *findings, when, command = found.stderr.splitlines()
    assert any("prepaid: expected" in line for line in findings)
    number = re.search(r"^At \d{4}-.*Z of virtual time, operation (\d+)\.", when)
    assert number is not None
    assert command.strip().startswith("layers simulate --seed 6 ")
    assert command.endswith(f"--until-operation {number[1]}")

    again = _simulate(second, command.strip().removeprefix("layers simulate "))
    assert again.returncode == 1
    assert again.stderr.splitlines()[:-2] == findings


def _simulate(database: EmptyDatabase, arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "partner_api", "simulate", *shlex.split(arguments)],
        env=os.environ
        | {
            "DATABASE_URL": database.url,
            "LAYERS_MIGRATION_DATABASE_URL": database.owner_url,
            "LAYERS_DEVELOPMENT": "true",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
