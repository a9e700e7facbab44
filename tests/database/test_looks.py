"""Looks across tenants: on one server as they are written, and with a mark at each table of tenants."""

from __future__ import annotations

import ast
import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

import partner_api
from partner_api.database import looks
from partner_api.database.looks import look, look_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partner_api.database.connection import Connection

STATEMENT = "SELECT tenant_id FROM wallets WHERE /* reached: tenant_id */ period_end <= $1 LIMIT 1"
SOURCE = Path(partner_api.__file__).parent
_TABLE = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)")
# Each node has a copy of the one; the other is an array.
NO_TENANTS_TABLES = {"tenants", "unnest"}


def statements_of_looks() -> Iterator[tuple[str, str]]:
    """Every text in a call of a look, with the name of its module."""
    for path in sorted(SOURCE.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            if call.func.id in {"look", "look_up"}:
                yield (
                    path.stem,
                    " ".join(
                        str(part.value)
                        for argument in [*call.args, *(each.value for each in call.keywords)]
                        for part in ast.walk(argument)
                        if isinstance(part, ast.Constant)
                    ),
                )


def test_each_look_can_be_asked_of_some_tenants() -> None:
    found = list(statements_of_looks())
    assert len(found) > 12
    for module, text in found:
        tables = [name for name in _TABLE.findall(text) if name not in NO_TENANTS_TABLES]
        assert text.count("/* reached: ") == len(tables), (module, text)


def test_the_tenants_are_the_last_argument() -> None:
    assert looks._of_reached(STATEMENT) == (
        "SELECT tenant_id FROM wallets WHERE tenant_id = ANY ($2::bigint[]) AND period_end <= $1 LIMIT 1"
    )


async def test_a_look_on_servers_that_answer_is_the_statement_alone(
    connection: Connection,
) -> None:
    sent: list[str] = []
    connection.add_query_logger(lambda record: sent.append(record.query))
    now = await connection.fetchval("SELECT now()")
    await look(connection, STATEMENT, now)
    await look_up(connection, STATEMENT, now, count=1_000_000)
    # The driver tells its loggers a moment later.
    await asyncio.sleep(0)
    assert sent == ["SELECT now()", STATEMENT, STATEMENT]


async def test_what_is_no_node_s_fault_is_raised_as_it_is(connection: Connection) -> None:
    with pytest.raises(asyncpg.DivisionByZeroError):
        await look(connection, "SELECT 1 / 0 AS tenant_id")
    await connection.execute("SET statement_timeout = '10ms'")
    try:
        with pytest.raises(asyncpg.QueryCanceledError):
            await look(connection, "SELECT pg_sleep(60)")
    finally:
        await connection.execute("RESET statement_timeout")
