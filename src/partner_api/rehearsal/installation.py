"""Keeping a process with the installation: its time, and the end of development mode."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import TYPE_CHECKING

import structlog

from partner_api.clock import Clock
from partner_api.database.outages import is_unavailable, log_unavailable
from partner_api.rehearsal import store
from partner_api.time_limits import COMMAND_SECONDS, INSTALLATION_NEWS_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from partner_api.database.connection import Connection, Pool

_log = structlog.get_logger(__name__)


async def installation_clock(connection: Connection, *, development: bool) -> Clock:
    """Return a clock at the installation's time; outside development mode, that is the machine's."""
    if not development:
        return Clock()
    return Clock((await store.read_installation(connection)).clock_offset_seconds)


def stop_this_process() -> None:
    """Ask this process to end in order, as a service manager does."""
    os.kill(os.getpid(), signal.SIGTERM)


@contextlib.asynccontextmanager
async def following_installation(
    pool: Pool,
    clock: Clock,
    *,
    development: bool,
    on_production: Callable[[], None] = stop_this_process,
) -> AsyncIterator[None]:
    """Set the clock to the installation's time, and keep it there while the block runs.

    Args:
        pool: beside it one connection is kept for listening.
        clock: of this process.
        development: whether this process is in development mode; otherwise nothing is followed.
        on_production: called once, as soon as the database turns out to be production's, which may
            be before the block begins. The process must end then.

    Raises:
        OSError, asyncpg.PostgresError: the database cannot be read at the beginning.
    """
    if not development:
        yield
        return
    async with pool.acquire() as connection:
        is_production = await _look(connection, clock)
    if is_production:
        _end_development(on_production)
        yield
        return
    task = asyncio.create_task(_follow(pool, clock, on_production), name="installation")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _look(connection: Connection, clock: Clock) -> bool:
    """Take the time over; the answer is whether the database is production's."""
    installation = await store.read_installation(connection)
    clock.offset_seconds = max(clock.offset_seconds, installation.clock_offset_seconds)
    return installation.ever_production


async def _follow(pool: Pool, clock: Clock, on_production: Callable[[], None]) -> None:
    while True:
        try:
            async with pool.beside(command_seconds=COMMAND_SECONDS) as connection:
                await _listen_until_production(connection, clock)
            break
        except Exception as error:
            # The time it had stands until the database is back.
            if is_unavailable(error):
                log_unavailable(error, where="rehearsal clock")
            else:
                _log.exception("clock_not_followed")
            await asyncio.sleep(INSTALLATION_NEWS_SECONDS)
    _end_development(on_production)


async def _listen_until_production(connection: Connection, clock: Clock) -> None:
    told = asyncio.Event()

    def tell(*arguments: object) -> None:
        clock.offset_seconds = max(clock.offset_seconds, int(str(arguments[-1])))
        told.set()

    # The connection is this task's own, and closed when it is done with.
    await connection.add_listener(store.CHANNEL, tell)
    while not await _look(connection, clock):
        # Not wait_for: in Python 3.11 it swallows a cancellation that comes together with news.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(INSTALLATION_NEWS_SECONDS):
                await told.wait()
        told.clear()


def _end_development(on_production: Callable[[], None]) -> None:
    _log.error(
        "development_over",
        reason="A server without development mode was started on this database, so this process "
        "stops. Unset LAYERS_DEVELOPMENT, or use another database.",
    )
    on_production()
