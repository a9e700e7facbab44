"""Keeping a process's clock with the installation's."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import structlog

from partner_api.clock import Clock
from partner_api.database.outages import is_unavailable, log_unavailable
from partner_api.rehearsal import store
from partner_api.time_limits import COMMAND_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from partner_api.database.connection import Connection, Pool

_log = structlog.get_logger(__name__)
# A notification tells at once; looking now and then is for one that was lost.
_POLL_SECONDS = 1.0


async def installation_clock(connection: Connection, *, development: bool) -> Clock:
    """Give a clock at the installation's time; outside development mode, that is the machine's."""
    return Clock(await store.read_offset(connection) if development else 0)


@contextlib.asynccontextmanager
async def following_installation(
    pool: Pool, clock: Clock, *, development: bool
) -> AsyncIterator[None]:
    """Set the clock to the installation's time, and keep it there while the block runs."""
    if not development:
        yield
        return
    async with pool.acquire() as connection:
        clock.offset_seconds = await store.read_offset(connection)
    task = asyncio.create_task(_follow(pool, clock), name="rehearsal clock")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _follow(pool: Pool, clock: Clock) -> None:
    def told(*arguments: object) -> None:
        clock.offset_seconds = max(clock.offset_seconds, int(str(arguments[-1])))

    while True:
        try:
            async with pool.beside(command_seconds=COMMAND_SECONDS) as connection:
                await connection.add_listener(store.CHANNEL, told)
                while True:
                    offset = await store.read_offset(connection)
                    clock.offset_seconds = max(clock.offset_seconds, offset)
                    await asyncio.sleep(_POLL_SECONDS)
        except Exception as error:
            # The time it had stands until the database is back.
            if is_unavailable(error):
                log_unavailable(error, where="rehearsal clock")
            else:
                _log.exception("clock_not_followed")
            await asyncio.sleep(_POLL_SECONDS)
