"""The bell that tells other processes of work: heard by all, lost by nobody for long."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest_asyncio

from partner_api.database import notifications as bell
from partner_api.database.connection import open_pool
from partner_api.database.notifications import Bell, Listener

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    import pytest
    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection, Pool

_KILL_LISTENER = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%layers_work%'
"""


@contextlib.asynccontextmanager
async def hearing(bell: Bell, pool: Pool) -> AsyncIterator[None]:
    """Let a bell hear others, as a process that listens for nothing else."""
    listener = Listener(pool)
    async with bell.hearing_others(listener), listener.listening():
        yield


@pytest_asyncio.fixture
async def other_pool(database_urls: DatabaseUrls) -> AsyncIterator[Pool]:
    """The connections of another process."""
    pool = await open_pool(database_urls.app, 2)
    yield pool
    await pool.close()


async def _until(condition: Callable[[], Awaitable[object]]) -> None:
    """Wait for something that happens soon."""
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 - it happens elsewhere
            await asyncio.sleep(0.01)


async def test_a_ring_is_heard_here_at_once(pool: Pool) -> None:
    own = Bell(pool)
    rung, other = own.listen("jobs"), own.listen("cash")
    own.ring("jobs")
    assert rung.is_set()
    assert not other.is_set()
    assert not own.listen("jobs").is_set()
    async with hearing(own, pool):
        pass


async def test_a_ring_is_heard_by_another_process(pool: Pool, other_pool: Pool) -> None:
    here, there = Bell(pool), Bell(other_pool)
    async with hearing(here, pool), hearing(there, other_pool):
        rung, other = there.listen("jobs"), there.listen("cash")
        async with asyncio.timeout(60):
            while not rung.is_set():
                # The first may have come before the other side listened.
                here.ring("jobs")
                await asyncio.sleep(0.01)
        assert not other.is_set()


async def test_a_storm_of_rings_is_few_notifications(pool: Pool) -> None:
    own = Bell(pool)
    heard = 0

    def count(*_: object) -> None:
        nonlocal heard
        heard += 1

    async with pool.acquire() as connection:
        await connection.add_listener("layers_work", count)
        async with hearing(own, pool):
            for _ in range(1000):
                own.ring("jobs")
            await _until(lambda: asyncio.sleep(0, heard))
        await connection.remove_listener("layers_work", count)
    assert heard <= 2


async def test_between_two_notifications_is_a_pause(
    pool: Pool, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of whatever topics: a busy server rings with every write."""
    monkeypatch.setattr(bell, "_TELL_PAUSE_SECONDS", 3600)
    own = Bell(pool)
    heard: list[object] = []

    def note(*arguments: object) -> None:
        heard.append(arguments[-1])

    await connection.add_listener("layers_work", note)
    async with hearing(own, pool):
        own.ring("outbox")
        await _until(lambda: asyncio.sleep(0, "outbox" in heard))
        for _ in range(20):
            own.ring("events")
            await pool.execute("SELECT 1")
        # What was sent before this is heard before it.
        await pool.execute("SELECT pg_notify('layers_work', 'last')")
        await _until(lambda: asyncio.sleep(0, "last" in heard))
    await connection.remove_listener("layers_work", note)
    assert "events" not in heard


async def test_it_listens_again_after_its_connection_was_lost(
    owner_connection: Connection, other_pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "_CHECK_SECONDS", 0.2)
    monkeypatch.setattr(bell, "_RETRY_SECONDS", 0.02)
    there = Bell(other_pool)
    async with hearing(there, other_pool):
        await _until(lambda: owner_connection.fetchval(_KILL_LISTENER))
        await _hears(owner_connection, there)


async def _hears(connection: Connection, listener: Bell) -> None:
    """Notify until it is heard."""
    rung = listener.listen("jobs")
    async with asyncio.timeout(60):
        while not rung.is_set():
            await connection.execute("SELECT pg_notify('layers_work', 'jobs')")
            await asyncio.sleep(0.01)


async def test_it_ends_when_its_connection_is_lost_at_that_moment(
    owner_connection: Connection, other_pool: Pool
) -> None:
    """A database that was killed must not keep a server from stopping."""
    there = Bell(other_pool)
    async with asyncio.timeout(60), hearing(there, other_pool):
        await _hears(owner_connection, there)
        await _until(lambda: owner_connection.fetchval(_KILL_LISTENER))
        await asyncio.sleep(0.1)
