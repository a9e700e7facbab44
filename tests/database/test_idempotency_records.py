"""What the money functions keep of a request with a key, and what they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.support.tenants import NOON

from partner_api.database.arguments import Idempotency, Outcome

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

_KEEP = "SELECT o.* FROM idempotency_keep($1, $2::idempotency, $3::outcome) o"


def _record(key: str | None) -> Idempotency:
    return Idempotency(0, uuid4(), "POST", "/v1/things", key, b"fingerprint")


@pytest.mark.parametrize(
    ("outcome", "key", "kept"),
    [
        (Outcome("done", None, {"a": 1}), "k", True),
        (Outcome("done", None, {"a": 1}), None, False),
        (Outcome("replayed", None, {"a": 1}), "k", False),
        (Outcome("refused", "CONFLICT", {"a": 1}), "k", False),
        (Outcome("refused", "NOT_FOUND", None), "k", False),
    ],
)
async def test_only_what_was_done_is_kept_and_only_for_a_key(
    owner_connection: Connection, outcome: Outcome, key: str | None, kept: bool
) -> None:
    record = _record(key)
    row = await owner_connection.fetchrow(_KEEP, NOON, record, outcome)
    assert row is not None
    assert (row["status"], row["code"], row["facts"]) == outcome
    rows = await owner_connection.fetch(
        "SELECT status_code, answer::text, created_at FROM idempotency_keys WHERE caller_id = $1",
        record.caller_id,
    )
    assert [tuple(row) for row in rows] == ([(200, '{"a": 1}', NOON)] if kept else [])


async def test_what_is_kept_is_replayed_as_it_was(owner_connection: Connection) -> None:
    record = _record("k")
    await owner_connection.fetchrow(_KEEP, NOON, record, Outcome("done", None, {"a": 1}))
    for asked, expected in (
        (record, ("replayed", None, {"a": 1})),
        (record._replace(fingerprint=b"other"), ("refused", "IDEMPOTENCY_CONFLICT", None)),
        (record._replace(key=None), (None, None, None)),
        (record._replace(key="other"), (None, None, None)),
    ):
        row = await owner_connection.fetchrow(
            "SELECT o.* FROM idempotency_outcome($1, $2::idempotency) o", NOON, asked
        )
        assert row is not None
        assert tuple(row) == expected
