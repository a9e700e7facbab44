"""Nobody waits for a connection while holding one, and nobody waits for ever."""

from __future__ import annotations

import ast
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from tests.support.freezing import FreezablePostgres, freezable_postgres

import partner_api
from partner_api.clock import Clock
from partner_api.database import connection as connections
from partner_api.database import notifications as bell
from partner_api.database import pool as pools
from partner_api.database.connection import connect, open_pool
from partner_api.database.notifications import Bell, Listener
from partner_api.database.outages import is_unavailable
from partner_api.database.pool import (
    BoundedConnection,
    DatabaseUnreachable,
    NestedAcquisition,
    require_no_connection,
)
from partner_api.edge.identity import recorder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection, Pool

# Much more than anything here takes, and much less than the limits that are set aside take.
LONG = 60
NEVER = 3_600.0


@pytest_asyncio.fixture
async def small(database_urls: DatabaseUrls) -> AsyncIterator[Pool]:
    """A pool of two connections."""
    async with await open_pool(database_urls.app, 2, acquire_seconds=LONG) as pool:
        yield pool


@pytest.fixture(scope="module")
def server() -> Iterator[FreezablePostgres]:
    """A PostgreSQL that tests may freeze."""
    with freezable_postgres() as server:
        yield server


# One connection for each task --------------------------------------------------------------------


async def test_a_second_connection_is_refused_also_when_one_is_free(small: Pool) -> None:
    async with small.acquire() as connection:
        with pytest.raises(NestedAcquisition):
            await small.fetchval("SELECT 1")
        assert await connection.fetchval("SELECT 1") == 1
    assert await small.fetchval("SELECT 1") == 1


async def test_a_task_that_was_started_by_a_holder_holds_nothing(small: Pool) -> None:
    async with small.acquire():
        assert await asyncio.create_task(small.fetchval("SELECT 1")) == 1


async def test_a_connection_of_another_pool_is_not_a_second_one(small: Pool, pool: Pool) -> None:
    async with small.acquire(), pool.acquire():
        with pytest.raises(NestedAcquisition):
            require_no_connection()
    require_no_connection()


async def test_whoever_holds_a_connection_may_not_wait_for_others(small: Pool) -> None:
    async with small.acquire():
        with pytest.raises(NestedAcquisition):
            require_no_connection()
        with pytest.raises(NestedAcquisition):
            async with small.beside(command_seconds=None):
                pass
    require_no_connection()


async def test_who_fails_or_is_cancelled_holds_nothing(small: Pool) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        async with small.acquire() as connection:
            await connection.execute("SELECT FROM nothing_of_that_name")
    require_no_connection()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1), small.acquire() as connection:
            await connection.execute("SELECT pg_sleep(60)")
    require_no_connection()
    assert await small.fetchval("SELECT 1") == 1


async def test_what_was_done_is_done_when_its_connection_cannot_be_given_back(
    small: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(_: object) -> None:
        raise asyncpg.InterfaceError("connection is closed")

    with monkeypatch.context() as patch:
        patch.setattr(BoundedConnection, "_reset", lost)
        async with small.acquire() as connection:
            done = await connection.fetchval("SELECT 1")
        assert done == 1
    require_no_connection()
    assert await small.fetchval("SELECT 1") == 1


# Limits ------------------------------------------------------------------------------------------


async def test_a_connection_is_waited_for_so_long_and_no_longer(
    small: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    holding, done = asyncio.Barrier(3), asyncio.Event()

    async def hold() -> None:
        async with small.acquire():
            await holding.wait()
            await done.wait()

    holders = [asyncio.create_task(hold()) for _ in range(2)]
    await holding.wait()
    with monkeypatch.context() as patched:
        patched.setattr(small, "_acquire_seconds", 0.2)
        async with asyncio.timeout(LONG):
            with pytest.raises(DatabaseUnreachable, match="no connection in time") as raised:
                await small.fetchval("SELECT 1")
    assert is_unavailable(raised.value)
    require_no_connection()
    done.set()
    await asyncio.gather(*holders)
    assert await small.fetchval("SELECT 1") == 1


async def test_a_server_that_is_not_there_is_unreachable(
    database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await open_pool(database_urls.app, 2) as pool:

        async def refuse(*_: object, **__: object) -> None:
            raise FileNotFoundError(2, "No such file or directory")

        # As if the socket were gone.
        monkeypatch.setattr(pool._driver_pool, "_connect", refuse)
        async with pool.acquire():
            other = asyncio.create_task(pool.fetchval("SELECT 1"))
            with pytest.raises(DatabaseUnreachable) as raised:
                await other
    assert is_unavailable(raised.value)


async def test_a_connection_beside_the_pool_has_no_limit_for_its_statements(small: Pool) -> None:
    assert await small.fetchval("SHOW statement_timeout") == "30s"
    assert await small.fetchval("SHOW idle_in_transaction_session_timeout") == "1min"
    async with small.beside(command_seconds=None) as connection:
        assert await connection.fetchval("SHOW statement_timeout") == "0"


async def test_a_transaction_ends_with_its_process_also_while_it_waits(
    database_urls: DatabaseUrls, owner_connection: Connection
) -> None:
    """Its process is killed in the midst of a statement that would take an hour."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _SLEEP, database_urls.owner, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        backend_id = int(await process.stdout.readline())
        sleeping = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'"
        await _until(owner_connection, sleeping, backend_id, 1)
    finally:
        process.kill()
        await process.wait()
    running = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1"
    await _until(owner_connection, running, backend_id, 0)


# A frozen PostgreSQL -----------------------------------------------------------------------------


async def test_a_frozen_server_holds_a_statement_until_its_limit(
    server: FreezablePostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "COMMAND_SECONDS", 0.5)
    async with await open_pool(server.app_url, 2) as pool:
        with server.frozen():
            async with asyncio.timeout(LONG):
                with pytest.raises((TimeoutError, asyncpg.InterfaceError)) as raised:
                    async with pool.acquire() as connection, connection.transaction():
                        await connection.fetchval("SELECT 1")
        assert is_unavailable(raised.value)
        assert await pool.fetchval("SELECT 1") == 1


async def test_a_frozen_server_does_not_hold_who_is_cancelled(
    server: FreezablePostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the midst of a transaction: neither its end nor giving the connection back waits for the server."""
    monkeypatch.setattr(connections, "COMMAND_SECONDS", NEVER)
    begun = asyncio.Event()
    async with await open_pool(server.app_url, 1) as pool:

        async def sleep() -> None:
            async with pool.acquire() as connection, connection.transaction():
                begun.set()
                await connection.fetchval("SELECT pg_sleep(3600)")

        task = asyncio.create_task(sleep())
        await begun.wait()
        await _until_sleeping(server)
        with server.frozen():
            task.cancel()
            done, _ = await asyncio.wait({task}, timeout=LONG)
            assert done
        # What happened first is what is raised, not what the lost connection said of it.
        assert task.cancelled()
        assert await pool.fetchval("SELECT 1") == 1


async def test_a_statement_that_is_cancelled_ends_and_its_connection_is_used_again(
    small: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "CANCEL_SECONDS", LONG)
    async with small.acquire() as connection:
        before = connection.get_server_pid()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await connection.fetchval("SELECT pg_sleep(3600)")
        assert await connection.fetchval("SELECT pg_backend_pid()") == before


async def test_a_frozen_server_gives_no_new_connection(server: FreezablePostgres) -> None:
    async with await open_pool(server.app_url, 2, acquire_seconds=0.5) as pool:
        async with pool.acquire():
            with server.frozen():
                async with asyncio.timeout(LONG):
                    with pytest.raises(DatabaseUnreachable):
                        await asyncio.create_task(pool.fetchval("SELECT 1"))
        assert await pool.fetchval("SELECT 1") == 1


async def test_a_pool_closes_in_time_whatever_its_connections_do(
    server: FreezablePostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "COMMAND_SECONDS", NEVER)
    monkeypatch.setattr(pools, "POOL_CLOSE_SECONDS", 0.5)
    pool = await open_pool(server.app_url, 1)
    task = asyncio.create_task(pool.fetchval("SELECT pg_sleep(3600)"))
    await _until_sleeping(server)
    with server.frozen():
        async with asyncio.timeout(LONG):
            await pool.close()
            await asyncio.wait({task})
    failure = task.exception()
    assert failure is not None
    assert is_unavailable(failure)


async def test_who_listens_on_a_frozen_server_ends_when_told_to(
    server: FreezablePostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server is stopped while the database answers nobody."""
    monkeypatch.setattr(bell, "COMMAND_SECONDS", NEVER)
    monkeypatch.setattr(connections, "COMMAND_SECONDS", NEVER)
    async with await open_pool(server.app_url, 1) as pool:
        other = Bell(pool)
        listening = asyncio.create_task(_listen(other, pool))
        rung = other.listen("jobs")
        async with asyncio.timeout(LONG):
            while not rung.is_set():
                await pool.execute("SELECT pg_notify('layers_work', 'jobs')")
                await asyncio.sleep(0.01)
        with server.frozen():
            listening.cancel()
            done, _ = await asyncio.wait({listening}, timeout=LONG)
            assert done


async def test_what_is_noted_of_keys_does_not_keep_a_stop_waiting_for_a_frozen_server(
    server: FreezablePostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "LAST_NOTES_SECONDS", 0.2)
    monkeypatch.setattr(connections, "COMMAND_SECONDS", NEVER)
    async with await open_pool(server.app_url, 1) as pool:
        notes = recorder.Recorder(pool)
        recording = asyncio.create_task(notes.run())
        await asyncio.sleep(0)
        notes.note_use(1, uuid4(), Clock().now())
        with server.frozen():
            recording.cancel()
            done, _ = await asyncio.wait({recording}, timeout=LONG)
            assert done
    assert recording.cancelled()


async def _listen(other: Bell, pool: Pool) -> None:
    listener = Listener(pool)
    async with other.hearing_others(listener), listener.listening():
        await asyncio.Event().wait()


# Nobody goes round it ----------------------------------------------------------------------------


def test_connections_are_opened_by_the_database_package_alone() -> None:
    source = Path(partner_api.__file__).parent
    openers = []
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = node.attr if isinstance(node, ast.Attribute) else None
            if (
                name in {"connect", "create_pool", "Pool"}
                and isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "asyncpg"
            ):
                openers.append(path.relative_to(source).parts[0])
    assert set(openers) == {"database"}


_SLEEP = """
import asyncio, sys
from partner_api.database.connection import connect

async def main():
    connection = await connect(sys.argv[1])
    async with connection.transaction():
        print(connection.get_server_pid(), flush=True)
        await connection.execute("SELECT pg_sleep(3600)")

asyncio.run(main())
"""


async def _until(connection: Connection, question: str, argument: int, count: int) -> None:
    async with asyncio.timeout(LONG):
        while await connection.fetchval(question, argument) != count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def _until_sleeping(server: FreezablePostgres) -> None:
    question = "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    connection = await connect(server.owner_url)
    try:
        async with asyncio.timeout(LONG):
            while not await connection.fetchval(question):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    finally:
        await connection.close()
