"""A money function that is wrong is caught, and the command that is printed shows it again."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys

import pytest
from tests.simulation.conftest import Databases, EmptyDatabase
from tests.simulation.violations import (
    CHARGES_DOUBLE,
    FORGETS_ATTEMPTS,
    FORGETS_FOR_A_MOMENT,
    FORGETS_PERIODS,
    FORGETS_REQUESTS,
    GRANTS_WITHOUT_BEING_ASKED,
    KEEPS_A_CREDIT,
    REFUNDS_DOUBLE,
    RELEASES_WITHOUT_FREEING,
)

from partner_api.simulation.options import Options


@pytest.mark.parametrize(
    # So many operations a day are enough to meet it.
    ("broken", "seed", "per_day", "finding"),
    [
        (
            CHARGES_DOUBLE,
            3,
            15,
            r"usage in credits, since the last check: expected -\d+, found -\d+",
        ),
        (KEEPS_A_CREDIT, 3, 15, r"org_\S+: prepaid: expected \d+, found \d+"),
        (
            GRANTS_WITHOUT_BEING_ASKED,
            3,
            15,
            r"grant in credits, since the last check: expected \d+",
        ),
        (RELEASES_WITHOUT_FREEING, 3, 15, r"running_jobs: expected \d+, found \d+"),
        (REFUNDS_DOUBLE, 1, 6, r"refund in cash, since the last check: expected \d+, found \d+"),
        (FORGETS_ATTEMPTS, 3, 15, r"job claim: job_\S+: expected attempt 2, found 1"),
        # Whatever it meets first: what is changed happens twice, what has an id of its own cannot, and of what is known
        # by its record alone nothing is left. What is posted has its key elsewhere, and happens once even so.
        (
            FORGETS_REQUESTS,
            3,
            15,
            r"expected to happen 1 times, found [02]|expected the first answer again"
            r"|repeated request: an outcome was expected, not UniqueViolationError",
        ),
        (FORGETS_PERIODS, 1, 2, r"read: is_current: expected True, found False"),
    ],
)
def test_what_is_wrong_is_caught(
    database: EmptyDatabase, broken: str, seed: int, per_day: int, finding: str
) -> None:
    database.change(broken)
    report = database.run(
        Options(seed=seed, months=3, partners=1, operations_per_day=per_day, kill_rate=0.02)
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
