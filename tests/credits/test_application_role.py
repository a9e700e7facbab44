"""The role that the server uses moves credits through the money functions, and in no other way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest
from tests.support.operations import events, read, spend
from tests.support.tenants import make_child, make_partner

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

pytestmark = pytest.mark.usefixtures("two_roles")

TABLES = (
    "wallets",
    "credit_events",
    "credit_transfers",
    "postings",
    "reservations",
    "jobs",
    "containers",
)


@pytest.mark.parametrize("table", TABLES)
async def test_it_writes_no_money_table_itself(connection: Connection, table: str) -> None:
    partner = await make_partner(connection, prepaid=100)
    await make_child(connection, partner, prepaid=10)
    await spend(connection, partner, 5)
    for statement in (
        f"UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = $1",
        f"DELETE FROM {table} WHERE tenant_id = $1",
        f"INSERT INTO {table} SELECT * FROM {table} WHERE tenant_id = $1",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement, partner.tenant_id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(f"TRUNCATE {table} CASCADE")


async def test_the_parts_of_the_money_functions_do_not_help_it(connection: Connection) -> None:
    """The helpers run with the caller's own rights: without a money function around them they fail."""
    partner = await make_partner(connection, prepaid=100)
    for statement in (
        "SELECT wallet_save(ROW(w.*)::wallets, now()) FROM wallets w WHERE tenant_id = $1",
        "SELECT wallet_lock($1, (SELECT organization_id FROM wallets WHERE tenant_id = $1), now())",
        """SELECT credit_event_append(ROW(w.*)::wallets, now(), 'grant', 0, 1, '{}', NULL)
             FROM wallets w WHERE tenant_id = $1""",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(statement, partner.tenant_id)
    assert (await read(connection, partner)).balance == 100
    assert len(await events(connection, partner)) == 1


async def test_a_table_of_its_own_does_not_stand_in_for_a_money_table(
    connection: Connection,
) -> None:
    """The functions find their tables by a pinned search path, not by the caller's."""
    partner = await make_partner(connection, prepaid=100)
    await connection.execute("CREATE TEMPORARY TABLE credit_events (LIKE credit_events)")
    try:
        await connection.execute("SET search_path = pg_temp, public")
        await spend(connection, partner, 30)
    finally:
        await connection.execute("RESET search_path")
        await connection.execute("DROP TABLE pg_temp.credit_events")
    assert [event["event_type"] for event in await events(connection, partner)] == [
        "purchase",
        "usage",
    ]


async def test_it_makes_nothing_in_the_schema(connection: Connection) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE TABLE public.mine (x int)")
