"""Rows as Structs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from partner_api.database.rows import (
    columns_of,
    read_joined,
    read_returned,
    read_row,
    read_rows,
    stream_rows,
)

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


class Pair(msgspec.Struct, frozen=True):
    name: str
    credits: int


def test_the_columns_of_a_select_are_the_fields() -> None:
    assert columns_of(Pair) == "name, credits"
    assert columns_of(Pair, "p") == "p.name, p.credits"
    assert columns_of(Pair, "p", credits="q.amount") == "p.name, q.amount AS credits"


async def test_a_row_becomes_a_struct(connection: Connection) -> None:
    row = await connection.fetchrow("SELECT 'a' AS name, 1::bigint AS credits")
    assert read_row(Pair, row) == Pair("a", 1)
    assert read_row(Pair, None) is None
    assert read_returned(Pair, row) == Pair("a", 1)
    with pytest.raises(LookupError, match="returned no Pair"):
        read_returned(Pair, None)


async def test_rows_become_structs(connection: Connection) -> None:
    statement = f"SELECT {columns_of(Pair)} FROM (VALUES ('a', 1), ('b', 2)) p (name, credits)"
    assert read_rows(Pair, await connection.fetch(statement)) == [Pair("a", 1), Pair("b", 2)]
    assert read_rows(Pair, []) == []


async def test_rows_become_structs_one_by_one(connection: Connection) -> None:
    statement = "SELECT name, credits FROM (VALUES ('a', 1), ('b', 2)) p (name, credits) WHERE credits >= $1"
    assert [pair async for pair in stream_rows(Pair, connection, statement, 2)] == [Pair("b", 2)]
    assert [pair async for pair in stream_rows(Pair, connection, statement, 3)] == []


async def test_a_row_of_several_tables_becomes_several_structs(connection: Connection) -> None:
    row = await connection.fetchrow(
        "SELECT 'a' AS name, 1 AS credits, 'b' AS name, NULL AS credits, NULL AS name, 3 AS credits"
    )
    assert row is not None
    assert read_joined(Pair, row, "name") == Pair("a", 1)
    assert read_joined(Pair, row, "name", after=[Pair]) is not None
    assert read_joined(Pair, row, "credits", after=[Pair]) is None
    assert read_joined(Pair, row, "name", after=[Pair, Pair]) is None
    with pytest.raises(TypeError, match="Pair has other fields"):
        read_joined(Pair, row, "name", after=[Pair, Pair, Pair])


@pytest.mark.parametrize("columns", ["1 AS credits, 'a' AS name", "'a' AS name", "'a' AS name, 1"])
async def test_other_columns_are_an_error(connection: Connection, columns: str) -> None:
    rows = await connection.fetch(f"SELECT {columns}")
    with pytest.raises(TypeError, match="Pair has other fields"):
        read_rows(Pair, rows)
    with pytest.raises(TypeError, match="Pair has other fields"):
        read_row(Pair, rows[0])
    with pytest.raises(TypeError, match="Pair has other fields"):
        await anext(stream_rows(Pair, connection, f"SELECT {columns}"))
