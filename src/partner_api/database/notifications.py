"""Telling whoever waits for work, in this process and in the others, that there is some.

A ring says no more than "look": the work itself is rows that are due. Everybody also looks from time to time, so a
ring that is lost costs a moment and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Literal, get_args

import asyncpg
import structlog

from partner_api.database.outages import is_unavailable, log_unavailable
from partner_api.time_limits import COMMAND_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from partner_api.database.connection import Pool

Topic = Literal["jobs", "cash"]
"""``jobs``: there may be jobs to claim. ``cash``: a wallet has got money that leases may wait for."""

_log = structlog.get_logger(__name__)
_CHANNEL = "layers_work"
# Nothing is kept by telling, so there is no need to wait for the disk.
_TELL = """
SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, topic) FROM unnest($2::text[]) topic
"""
_RETRY_SECONDS = 5.0
_CHECK_SECONDS = 30.0


class Bell:
    """Rung after the commit that made the work.

    However often it is rung, at most one notification is on its way to the other processes, and one more waits: inside
    the transactions themselves, notifications would take turns and hold them up.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._rung: dict[Topic, asyncio.Event] = {
            topic: asyncio.Event() for topic in get_args(Topic)
        }
        self._untold: set[Topic] = set()
        self._telling: asyncio.Task[None] | None = None

    def ring(self, topic: Topic) -> None:
        """Wake all who listen now, here and elsewhere."""
        self._sound(topic)
        self._untold.add(topic)
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell(), name="bell")

    def listen(self, topic: Topic) -> asyncio.Event:
        """Give what will be set by the next ring; take it before looking for work."""
        return self._rung[topic]

    @contextlib.asynccontextmanager
    async def hearing_others(self) -> AsyncIterator[None]:
        """Pass on what other processes ring while the block runs."""
        hearing = asyncio.create_task(self._hear(), name="hearing the bell")
        try:
            yield
        finally:
            tasks = [hearing] if self._telling is None else [hearing, self._telling]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _sound(self, topic: Topic) -> None:
        self._rung[topic].set()
        self._rung[topic] = asyncio.Event()

    async def _tell(self) -> None:
        while self._untold:
            topics, self._untold = self._untold, set()
            try:
                await self._pool.execute(_TELL, _CHANNEL, sorted(topics))
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                _report(error, "bell_not_rung")

    async def _hear(self) -> None:
        def heard(*arguments: object) -> None:
            topic = arguments[-1]
            if topic in self._rung:
                self._sound(topic)

        while True:
            try:
                async with self._pool.beside(command_seconds=COMMAND_SECONDS) as connection:
                    await connection.add_listener(_CHANNEL, heard)
                    while True:
                        # Without a statement now and then, nobody notices that the connection is gone.
                        await asyncio.sleep(_CHECK_SECONDS)
                        await connection.execute("SELECT")
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                _report(error, "bell_not_heard")
                await asyncio.sleep(_RETRY_SECONDS)


def _report(error: Exception, event: str) -> None:
    if is_unavailable(error):
        log_unavailable(error, where="bell")
    else:
        _log.exception(event)
