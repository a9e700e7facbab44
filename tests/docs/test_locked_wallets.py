"""The query of docs/operate.md that finds who has locked a wallet, as it is pasted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
from tests.docs.pages import ROOT, blocks_of
from tests.support.tenants import make_partner

from partner_api.database.connection import connect
from partner_api.sweeps import locks

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection


async def test_it_shows_the_session_and_who_waits_for_it(
    connection: Connection, owner_connection: Connection, database_urls: DatabaseUrls
) -> None:
    (query,) = [
        block.text for block in blocks_of(ROOT / "docs" / "operate.md") if block.language == "sql"
    ]
    partner = await make_partner(connection)
    lock = "SELECT FROM wallets WHERE tenant_id = $1 FOR UPDATE"
    holder, waiter = [await connect(database_urls.owner) for _ in range(2)]
    try:
        holder_pid = holder.get_server_pid()
        async with asyncio.timeout(120), holder.transaction():
            await holder.execute("SET LOCAL application_name = 'psql'")
            await holder.fetch(lock, partner.tenant_id)
            waiting = asyncio.create_task(waiter.fetch(lock, partner.tenant_id))
            found: dict[int, asyncpg.Record] = {}
            while holder_pid not in found or not found[holder_pid]["waiting"]:
                found = {row["pid"]: row for row in await owner_connection.fetch(query)}
        await waiting
    finally:
        await waiter.close()
        await holder.close()
    row = found[holder_pid]
    assert (row["application_name"], row["state"], row["tables"], row["waiting"]) == (
        "psql",
        "idle in transaction",
        "wallets",
        1,
    )
    assert row["last_statement"] == lock
    assert holder_pid not in [row["pid"] for row in await owner_connection.fetch(query)]


async def test_a_sweep_waits_for_so_long(database_urls: DatabaseUrls) -> None:
    """As the page says; written as PostgreSQL reads it."""
    connection = await asyncpg.connect(database_urls.app, server_settings=locks.SETTINGS)
    try:
        assert await connection.fetchval("SHOW lock_timeout") == "500ms"
    finally:
        await connection.close()
