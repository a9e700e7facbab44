"""`layers ops credits events` and `layers ops cash events`: what they ask for, and how much of it they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

if TYPE_CHECKING:
    from tests.commands.sham import Sham
    from tests.support.commanding import Run

ITEM: dict[str, Any] = {
    "eventType": "allocation",
    "credits": -5,
    "metadata": {"reason": "auto_refill", "credits": "a partner's own", "colour": "red"},
}


def queries(sham: Sham) -> list[tuple[str, list[tuple[str, str]]]]:
    parts = [urlsplit(asked.path) for asked in sham.asked]
    return [(part.path, parse_qsl(part.query)) for part in parts]


def test_filters_are_passed_on_and_repeated(ops: Run, sham: Sham) -> None:
    sham.will_answer({"items": [], "nextCursor": None})
    types = ("--event-type", "usage", "--event-type", "refund")
    times = ("--since", "2027-01-01T00:00:00Z", "--until", "2027-02-01T00:00:00Z")
    projects = ("--project", "prj_1", "--project", "prj_2")
    jobs = ("--job", "job_1", "--direction", "out")
    leases = ("--account", "sa_1", "--account", "sa_2", "--direction", "in")
    assert ops("credits", "events", "org_1", *types, *projects, *times, *jobs).status == 0
    assert ops("cash", "events", "org_1", *types, "--env", "test").status == 0
    assert ops("cash", "events", "org_1", *leases, *times).status == 0
    both = [("eventType", "usage"), ("eventType", "refund")]
    assert queries(sham) == [
        (
            "/ops/v1/organizations/org_1/credits/events",
            [
                ("projectId", "prj_1"),
                ("projectId", "prj_2"),
                *both,
                ("since", "2027-01-01T00:00:00Z"),
                ("until", "2027-02-01T00:00:00Z"),
                ("limit", "100"),
                ("jobId", "job_1"),
                ("direction", "out"),
                ("env", "live"),
            ],
        ),
        (
            "/ops/v1/organizations/org_1/cash/events",
            [*both, ("limit", "100"), ("env", "test")],
        ),
        (
            "/ops/v1/organizations/org_1/cash/events",
            [
                ("limit", "100"),
                ("since", "2027-01-01T00:00:00Z"),
                ("until", "2027-02-01T00:00:00Z"),
                ("direction", "in"),
                ("socialAccountId", "sa_1"),
                ("socialAccountId", "sa_2"),
                ("env", "live"),
            ],
        ),
    ]


@pytest.mark.parametrize("ledger", ["credits", "cash"])
def test_pages_are_read_until_there_are_enough(ops: Run, sham: Sham, ledger: str) -> None:
    sham.will_answer({"items": [ITEM] * 3, "nextCursor": "more"})
    shown = ops(ledger, "events", "org_1", "--limit", "7", "--json")
    assert shown.json == [ITEM] * 7
    assert len(sham.asked) == 3


def test_the_table_says_why_and_takes_no_metadata_for_a_field(ops: Run, sham: Sham) -> None:
    sham.will_answer({"items": [ITEM], "nextCursor": None})
    shown = ops("credits", "events", "org_1")
    assert "auto_refill" in shown.output
    assert "-5" in shown.output
    assert "own" not in shown.output


@pytest.mark.parametrize("ledger", ["credits", "cash"])
@pytest.mark.parametrize("limit", ["0", "-1", "few"])
def test_a_limit_that_cannot_be_one(ops: Run, sham: Sham, ledger: str, limit: str) -> None:
    assert ops(ledger, "events", "org_1", "--limit", limit).status == 2
    assert sham.asked == []
