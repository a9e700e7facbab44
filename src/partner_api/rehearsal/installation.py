"""Keeping a process at the installation's time, and stopping it when development mode ends."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING

import structlog

from partner_api.clock import Clock
from partner_api.rehearsal import store
from partner_api.time_limits import INSTALLATION_NEWS_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from partner_api.database.connection import Connection, Pool
    from partner_api.database.notifications import Listener

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
    listener: Listener,
    clock: Clock,
    *,
    development: bool,
    on_production: Callable[[], None] = stop_this_process,
) -> AsyncIterator[None]:
    """Set the clock to the installation's time, and subscribe to what changes it.

    It is kept there while ``listener`` listens, which has to begin in the block.

    Args:
        pool: where the time is read at the beginning.
        listener: of this process.
        clock: of this process.
        development: whether this process is in development mode; otherwise nothing is followed.
        on_production: called once, as soon as the database turns out to be production's, which may
            be before the block begins. The process must end then.

    Raises:
        OSError, asyncpg.PostgresError: the database cannot be read at the beginning.
    """
    if development:
        follower = _Follower(clock, on_production)
        async with pool.acquire() as connection:
            await follower.look(connection)
        # The clock keeps its offset while there is no connection.
        listener.subscribe(
            store.CHANNEL, follower.hear, look=follower.look, look_seconds=INSTALLATION_NEWS_SECONDS
        )
    yield


class _Follower:
    """Follows the installation's time, and reports once that the database is production's."""

    def __init__(self, clock: Clock, on_production: Callable[[], None]) -> None:
        self._clock = clock
        self._on_production = on_production
        self._over = False

    def hear(self, payload: str) -> None:
        """Apply an offset in seconds; time never goes back."""
        self._clock.offset_seconds = max(self._clock.offset_seconds, int(payload))

    async def look(self, connection: Connection) -> None:
        """Apply what the database says."""
        if self._over:
            return
        found = await store.read_installation(connection)
        self._clock.offset_seconds = max(self._clock.offset_seconds, found.clock_offset_seconds)
        if found.ever_production:
            self._over = True
            _log.error(
                "development_over",
                reason="A server without development mode was started on this database, so this process "
                "stops. Unset LAYERS_DEVELOPMENT, or use another database.",
            )
            self._on_production()
