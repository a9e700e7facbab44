"""`layers ops search`, `audit`, `daily-totals` and `reconciliations`: what they ask for, and how much they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

if TYPE_CHECKING:
    from tests.commands.sham import Sham
    from tests.support.commanding import Run

HIT: dict[str, Any] = {"kind": "organization", "id": "org_1", "name": "Acme", "exact": True}
EVENT: dict[str, Any] = {
    "eventType": "organization.suspended",
    "actor": "operator",
    "data": {"operator": "Ann"},
}


def queries(sham: Sham) -> list[tuple[str, list[tuple[str, str]]]]:
    parts = [urlsplit(asked.path) for asked in sham.asked]
    return [(part.path, parse_qsl(part.query)) for part in parts]


def test_a_search_shows_what_was_found(ops: Run, sham: Sham) -> None:
    sham.will_answer({"items": [HIT]})
    assert "Acme" in ops("search", "@acme corp", "--limit", "3").output
    assert ops("search", "acme", "--json").json == [HIT]
    assert queries(sham) == [
        ("/ops/v1/search", [("q", "@acme corp"), ("limit", "3")]),
        ("/ops/v1/search", [("q", "acme"), ("limit", "20")]),
    ]
    assert ops("search", "acme", "--limit", "51").status == 2


def test_the_audit_log_is_filtered(ops: Run, sham: Sham) -> None:
    sham.will_answer({"items": [EVENT], "nextCursor": None})
    shown = ops(
        "audit",
        *("--organization", "org_1", "--event-type", "organization.suspended", "--operator", "Ann"),
        *("--actor", "operator", "--request", "req_1"),
        *("--since", "2027-01-01T00:00:00Z", "--until", "2027-02-01T00:00:00Z"),
    )
    assert "Ann" in shown.output
    assert queries(sham) == [
        (
            "/ops/v1/audit-events",
            [
                ("organizationId", "org_1"),
                ("eventType", "organization.suspended"),
                ("operator", "Ann"),
                ("actor", "operator"),
                ("requestId", "req_1"),
                ("since", "2027-01-01T00:00:00Z"),
                ("until", "2027-02-01T00:00:00Z"),
                ("limit", "100"),
            ],
        )
    ]


@pytest.mark.parametrize(
    ("command", "item"),
    [
        ("audit", EVENT),
        ("daily-totals", {"day": "2027-01-01", "creditsUsed": 5}),
        ("reconciliations", {"id": "1", "mismatchesFound": 0}),
    ],
)
def test_pages_are_read_until_there_are_enough(
    ops: Run, sham: Sham, command: str, item: dict[str, Any]
) -> None:
    sham.will_answer({"items": [item] * 3, "nextCursor": "more"})
    shown = ops(command, "--limit", "7", "--json").json
    assert len(shown) == 7
    assert all(item.items() <= one.items() for one in shown)
    assert len(sham.asked) == 3
    assert ops(command, "--limit", "0").status == 2
