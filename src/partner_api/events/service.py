"""Waiting for events: long polls of the feed, which hold no connection while they wait."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Final

import structlog

from partner_api.database.outages import is_unavailable, log_unavailable
from partner_api.edge.request.waiting import wait_for_any
from partner_api.errors import ApiError
from partner_api.events.store import stream_positions

if TYPE_CHECKING:
    from partner_api.database.connection import Pool
    from partner_api.database.notifications import Bell

MOST_WAITS: Final = 50
"""Of one tenant, in one process."""
_log = structlog.get_logger(__name__)
# A bell may not be heard.
_LOOK_AGAIN_SECONDS = 1.0
# Whoever was woken by what is not theirs: a busy tenant publishes all the time, and each look is a statement.
_REST_SECONDS = 0.25
_TOO_MANY = f"{MOST_WAITS} requests wait for events already. Ask without wait, or when one of them was answered."


class _Wait:
    """Somebody who waits for what comes behind a position."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.news = asyncio.Event()


class EventWaits:
    """Wakes those who wait for events of their tenants, after one look for all of them.

    Args:
        pool: to look with.
        bell: rung when events were published.
        stopping: set when nobody is to wait any more.
    """

    def __init__(self, pool: Pool, bell: Bell, stopping: asyncio.Event) -> None:
        self._pool = pool
        self._bell = bell
        self._stopping = stopping
        self._waits: dict[int, list[_Wait]] = {}
        self._look = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    def count(self, tenant_id: int) -> int:
        """Return how many wait for events of a tenant."""
        return len(self._waits.get(tenant_id, ()))

    async def wait(
        self,
        tenant_id: int,
        position: int,
        rung: asyncio.Event,
        gone: asyncio.Task[None],
        seconds: float,
        *,
        has_waited: bool,
    ) -> None:
        """Wait until a tenant has an event behind a position, or the client, the process or the time is at its end.

        Args:
            tenant_id: whose events.
            position: up to which its events are known.
            rung: what the bell of events has given before they were looked for.
            gone: ends when the client has gone.
            seconds: how long.
            has_waited: it did, and what then came was for others: this takes a moment at least.

        Raises:
            ApiError: RATE_LIMITED, as many of the tenant's wait already as may.
        """
        waits = self._waits.setdefault(tenant_id, [])
        if len(waits) >= MOST_WAITS:
            raise ApiError("RATE_LIMITED", _TOO_MANY, {"limit": "concurrent_waits"})
        wait = _Wait(position)
        waits.append(wait)
        if rung.is_set():
            self._look.set()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_for_all(), name="event waits")
        rest = asyncio.get_running_loop().time() + (
            min(_REST_SECONDS, seconds) if has_waited else 0.0
        )
        try:
            await wait_for_any([wait.news, self._stopping], seconds, gone=gone)
            await wait_for_any(
                [self._stopping], rest - asyncio.get_running_loop().time(), gone=gone
            )
        finally:
            waits.remove(wait)
            if not waits:
                self._waits.pop(tenant_id, None)
            if not self._waits:
                self._look.set()

    async def _look_for_all(self) -> None:
        while self._waits:
            rung = self._bell.listen("events")
            self._look.clear()
            try:
                async with self._pool.acquire() as connection:
                    positions = await stream_positions(connection, list(self._waits))
            except Exception as error:
                # Those who wait do so until their time is over, and the next look may do.
                if is_unavailable(error):
                    log_unavailable(error, where="waiting for events")
                else:
                    _log.exception("events_not_looked_for")
            else:
                self._wake(positions)
            pause = _LOOK_AGAIN_SECONDS * random.uniform(0.8, 1.2)  # noqa: S311
            await wait_for_any([rung, self._look], pause)

    def _wake(self, positions: dict[int, int]) -> None:
        for tenant_id, position in positions.items():
            for wait in self._waits.get(tenant_id, ()):
                if position > wait.position:
                    wait.news.set()
