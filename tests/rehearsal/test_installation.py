"""A process in development mode follows the installation: its time, until its database is production's."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs
from tests.support.databases import role_of

from partner_api.clock import Clock
from partner_api.database.connection import Pool, open_pool
from partner_api.database.notifications import Bell, Listener
from partner_api.rehearsal import installation, store
from partner_api.rehearsal.installation import following_installation, installation_clock
from partner_api.rehearsal.store import enter_production, raise_offset, read_installation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.rehearsal.conftest import Place

    from partner_api.database.connection import Connection

LATER_SECONDS = 3600.0


class Process:
    """What follows: its clock, and how often it was told to end."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.ends = 0
        self.ended = asyncio.Event()

    def end(self) -> None:
        self.ends += 1
        self.ended.set()

    @contextlib.asynccontextmanager
    async def following(
        self, place: Place, *, development: bool = True, bell: Bell | None = None
    ) -> AsyncIterator[None]:
        async with await open_pool(place.urls.app, 2) as pool:
            listener = Listener(pool)
            async with (
                following_installation(
                    pool, listener, self.clock, development=development, on_production=self.end
                ),
                contextlib.nullcontext() if bell is None else bell.hearing_others(listener),
                listener.listening(),
            ):
                yield


async def until_ahead(process: Process, seconds: int) -> None:
    """Wait until the process is so far ahead."""
    deadline = time.monotonic() + 60
    while process.clock.offset_seconds != seconds:
        assert time.monotonic() < deadline, "it does not follow"
        await asyncio.sleep(0.01)


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set when a process listens: it has looked a second time, which it does after it began to."""
    listening, looks = asyncio.Event(), 0

    async def look(connection: Connection) -> store.Installation:
        nonlocal looks
        found = await read_installation(connection)
        looks += 1
        if looks > 1:
            listening.set()
        return found

    monkeypatch.setattr(store, "read_installation", look)
    return listening


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> list[Connection]:
    """The connections that are opened beside pools, in their order."""
    opened: list[Connection] = []
    original = Pool.beside

    @contextlib.asynccontextmanager
    async def noting(pool: Pool, *, command_seconds: float | None) -> AsyncIterator[Connection]:
        async with original(pool, command_seconds=command_seconds) as connection:
            opened.append(connection)
            yield connection

    monkeypatch.setattr(Pool, "beside", noting)
    return opened


@pytest.fixture
def told_only(listening: asyncio.Event, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Let nobody look by itself within the test; set when a process listens."""
    monkeypatch.setattr(installation, "INSTALLATION_NEWS_SECONDS", LATER_SECONDS)
    return listening


async def test_the_time_it_begins_with(place: Place) -> None:
    await place.set(offset=120)
    process = Process()
    async with process.following(place):
        assert process.clock.offset_seconds == 120
    async with place.pool.acquire() as connection:
        assert (await installation_clock(connection, development=True)).offset_seconds == 120
        assert (await installation_clock(connection, development=False)).offset_seconds == 0


async def test_it_is_told_of_a_new_time(place: Place, told_only: asyncio.Event) -> None:
    process = Process()
    async with process.following(place), asyncio.timeout(60):
        await told_only.wait()
        async with place.pool.acquire() as connection:
            await raise_offset(connection, 60)
        await until_ahead(process, 60)
    assert process.ends == 0


async def test_it_finds_a_new_time_that_nobody_told(place: Place) -> None:
    process = Process()
    async with process.following(place):
        await place.set(offset=60)
        await until_ahead(process, 60)


async def test_it_is_told_of_production_and_ends_once(
    place: Place, told_only: asyncio.Event
) -> None:
    process = Process()
    with capture_logs() as lines:
        async with process.following(place), asyncio.timeout(60):
            await told_only.wait()
            for _ in range(2):
                async with place.pool.acquire() as connection:
                    assert await enter_production(connection)
            await process.ended.wait()
    assert process.ends == 1
    (line,) = [line for line in lines if line["event"] == "development_over"]
    assert "so this process stops. Unset LAYERS_DEVELOPMENT" in line["reason"]


async def test_it_finds_production_that_nobody_told(place: Place) -> None:
    """As when a server of the previous release begins it."""
    process = Process()
    async with process.following(place):
        assert process.ends == 0
        await place.set(production=True)
        async with asyncio.timeout(60):
            await process.ended.wait()
    assert process.ends == 1


@pytest.mark.usefixtures("told_only")
async def test_production_that_began_before_it_did(place: Place) -> None:
    await place.set(production=True)
    process = Process()
    async with process.following(place):
        assert process.ends == 1
    assert process.ends == 1


async def test_a_lost_connection_hides_nothing(place: Place, listening: asyncio.Event) -> None:
    process = Process()
    async with process.following(place), asyncio.timeout(60):
        await listening.wait()
        await place.owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = $1",
            role_of(place.urls.app),
        )
        async with place.owner.acquire() as connection:
            assert await enter_production(connection)
        await process.ended.wait()
    assert process.ends == 1


async def test_clock_and_bell_are_heard_on_one_connection_also_after_it_was_lost(
    place: Place, listening: asyncio.Event, beside: list[Connection]
) -> None:
    process, bell = Process(), Bell(place.pool)
    async with process.following(place, bell=bell), asyncio.timeout(60):
        await listening.wait()
        assert len(beside) == 1
        await place.owner.execute("SELECT pg_terminate_backend($1)", beside[0].get_server_pid())
        rung = bell.listen("cash")
        while not rung.is_set():
            await place.owner.execute("SELECT pg_notify('layers_work', 'cash')")
            await asyncio.sleep(0.01)
        async with place.owner.acquire() as connection:
            await raise_offset(connection, 60)
        await until_ahead(process, 60)
    assert len(beside) == 2


async def test_outside_development_mode_nothing_is_followed(place: Place) -> None:
    await place.set(production=True)
    process = Process()
    async with process.following(place, development=False):
        pass
    assert (process.ends, process.clock.offset_seconds) == (0, 0)
