"""Single fields: they go into the database as they are, and metadata merges as it should."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from msgspec import UNSET

from partner_api.edge.wire.fields import (
    ApiKeyId,
    Instant,
    JobId,
    OperatorId,
    OrganizationId,
    ProjectId,
    PublicId,
    merged_metadata,
    metadata_issues,
    schema_of_field,
)
from partner_api.errors import ApiError
from partner_api.ids import format_id

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

AN_ID = UUID("01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05")
KINDS = [
    OrganizationId,
    ApiKeyId,
    ProjectId,
    JobId,
    OperatorId,
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_id_is_a_uuid(kind: type[PublicId]) -> None:
    parsed = kind.parse(format_id(kind.prefix, AN_ID))
    assert parsed == AN_ID
    assert hash(parsed) == hash(AN_ID)
    assert str(parsed) == str(AN_ID)


@pytest.mark.parametrize("kind", KINDS)
def test_the_pattern_shown_is_the_one_accepted(kind: type[PublicId]) -> None:
    schema = schema_of_field(kind)
    for text in (*schema["examples"], str(AN_ID), str(AN_ID).upper()):
        assert re.search(schema["pattern"], text)
        assert kind.parse(text) == AN_ID
    for text in (f"x{AN_ID}", f"{kind.prefix}{AN_ID}", AN_ID.hex, ""):
        assert not re.search(schema["pattern"], text)
        with pytest.raises(ValueError, match=f"{kind.prefix}_"):
            kind.parse(text)


def test_only_organizations_and_keys_are_invalid_when_malformed() -> None:
    assert {kind for kind in KINDS if kind.invalid_when_malformed} == {OrganizationId, ApiKeyId}


async def test_ids_and_times_go_into_the_database_as_they_are(connection: Connection) -> None:
    instant = Instant.parse("2026-06-01T00:00:00.123Z")
    assert instant == datetime(2026, 6, 1, 0, 0, 0, 123_000, tzinfo=UTC)
    row = await connection.fetchrow(
        "SELECT $1::uuid AS id, $2::timestamptz AS at, $3::uuid[] AS ids",
        OrganizationId(int=AN_ID.int),
        instant,
        [OrganizationId(int=AN_ID.int)],
    )
    assert row is not None
    assert (row["id"], row["at"], row["ids"]) == (AN_ID, instant, [AN_ID])


@pytest.mark.parametrize(
    ("patch", "result"),
    [
        (UNSET, {"a": "1", "b": "2"}),
        (None, {}),
        ({}, {"a": "1", "b": "2"}),
        ({"a": ""}, {"b": "2"}),
        ({"a": "3", "c": "4"}, {"a": "3", "b": "2", "c": "4"}),
        ({"nothing": ""}, {"a": "1", "b": "2"}),
    ],
)
def test_a_patch_merges_key_by_key(patch: Any, result: dict[str, str]) -> None:
    current = {"a": "1", "b": "2"}
    assert merged_metadata(current, patch) == result
    assert current == {"a": "1", "b": "2"}, "what is stored is not touched"


def test_limits_hold_after_the_merge() -> None:
    full = {str(number): "x" for number in range(50)}
    assert len(merged_metadata(full, {"0": "", "new": "x"})) == 50
    with pytest.raises(ApiError) as caught:
        merged_metadata(full, {"new": "x"})
    assert caught.value.code == "VALIDATION"


@pytest.mark.parametrize(
    ("metadata", "fits"),
    [
        ({"k" * 40: "v" * 500}, True),
        ({"ü" * 40: "ü" * 500}, True),
        ({"k" * 41: ""}, False),
        ({"k": "v" * 501}, False),
        # 32 * (12 + 500) bytes is 16 KiB exactly.
        ({f"{number:012}": "v" * 500 for number in range(32)}, True),
        ({f"{number:012}": "v" * 500 for number in range(32)} | {"k": ""}, False),
        ({f"{number:012}": "ü" * 500 for number in range(17)}, False),
    ],
)
def test_the_limits_of_metadata(metadata: dict[str, str], fits: bool) -> None:
    assert (metadata_issues(metadata) == []) is fits


def test_of_too_many_keys_none_is_looked_at() -> None:
    metadata = {f"{number}{'k' * 41}": "v" * 501 for number in range(51)}
    assert [issue.message for issue in metadata_issues(metadata)] == ["Expected at most 50 keys"]
