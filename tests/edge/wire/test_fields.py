"""Single fields: they go into the database as they are."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from partner_api.edge.wire.fields import (
    ApiKeyId,
    Instant,
    JobId,
    OperatorId,
    OrganizationId,
    ProjectId,
    PublicId,
    schema_of_field,
)
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
