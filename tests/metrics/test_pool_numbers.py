"""How many connections are lent and waited for is counted, by pool."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.support.turns import settle

from partner_api.database.connection import open_pool
from partner_api.database.lanes import Lane
from partner_api.metrics.registry import REGISTRY

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls

_WRITES = Lane(1, writes=True)


def number(name: str, **labels: str) -> float:
    """A number of the pool for requests."""
    value = REGISTRY.get_sample_value(f"layers_pool_{name}", {"pool": "requests", **labels})
    assert value is not None, name
    return value


async def test_a_loan_and_those_who_wait_for_their_turn_are_counted(
    database_urls: DatabaseUrls,
) -> None:
    async with await open_pool(database_urls.app, 3, name="requests") as pool:
        assert number("connections_most") == 3
        busy, waits = number("busy_seconds_total"), number("waits_total", waits_for="lane")
        waited, waiting = number("wait_seconds_total", waits_for="lane"), number("waiting")

        async def write() -> None:
            async with pool.acquire(_WRITES):
                pass

        async with pool.acquire(_WRITES) as connection:
            other = asyncio.create_task(write())
            await settle()
            assert number("waiting") == waiting + 1
            await connection.execute("SELECT pg_sleep(0.05)")
        await other
        assert number("waiting") == waiting
        assert number("waits_total", waits_for="lane") == waits + 1
        assert number("wait_seconds_total", waits_for="lane") - waited >= 0.05
        assert number("busy_seconds_total") - busy >= 0.05


async def test_a_connection_that_is_not_free_is_waited_for(database_urls: DatabaseUrls) -> None:
    async with await open_pool(database_urls.app, 1, name="requests") as pool:
        waits = number("waits_total", waits_for="connection")
        async with pool.acquire() as connection:
            other = asyncio.create_task(pool.fetchval("SELECT 1"))
            await connection.execute("SELECT pg_sleep(0.05)")
        await other
        assert number("waits_total", waits_for="connection") == waits + 1
        assert number("wait_seconds_total", waits_for="connection") >= 0.05


async def test_a_pool_without_a_name_is_not_counted(database_urls: DatabaseUrls) -> None:
    async with await open_pool(database_urls.app, 2, name="requests") as pool:
        await pool.fetchval("SELECT 1")
    busy = number("busy_seconds_total")
    async with await open_pool(database_urls.app, 2) as pool:
        await pool.fetchval("SELECT pg_sleep(0.01)")
    assert number("busy_seconds_total") == busy
