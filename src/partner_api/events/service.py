"""Waiting for events: long polls of the feed, which hold no connection while they wait."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextvars import Context
from typing import TYPE_CHECKING, Final

import structlog

from partner_api.database.outages import is_unavailable, log_unavailable
from partner_api.edge.request.waiting import wait_for_any
from partner_api.errors import ApiError
from partner_api.events.store import stream_positions

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from partner_api.database.connection import Pool
    from partner_api.database.notifications import Bell
    from partner_api.edge.identity.authentication import Caller

MOST_WAITS: Final = 50
"""Of one tenant, in one process."""
_PART_OF_CONNECTIONS: Final = 2
"""Half of the clients of a process may wait: there is room for other requests, however many listen."""
_log = structlog.get_logger(__name__)
# A bell may not be heard.
_LOOK_AGAIN_SECONDS = 1.0
# Whoever was woken by what is not theirs: a busy tenant publishes all the time, and each look is a statement.
_REST_SECONDS = 0.25
_TOO_MANY = "Too many requests wait for events already. Ask without wait, or when some of them were answered."


class _Wait:
    """Somebody who waits for what comes behind a position."""

    def __init__(self, caller: Caller, position: int) -> None:
        self.tenant_id = caller.tenant_id
        self.organization_id = caller.organization_id
        self.position = position
        self.news = asyncio.Event()
        self.is_over = False
        """It gave way to another one, and is to be answered as it is."""


class EventWaits:
    """Wakes those who wait for events of their tenants, after one look for all of them.

    Args:
        pool: to look with.
        bell: rung when events were published.
        stopping: set when nobody is to wait any more.
        connections: how many the process takes from clients.
    """

    def __init__(
        self, pool: Pool, bell: Bell, stopping: asyncio.Event, *, connections: int
    ) -> None:
        self._pool = pool
        self._bell = bell
        self._stopping = stopping
        self._most = max(1, connections // _PART_OF_CONNECTIONS)
        self._waits: dict[int, list[_Wait]] = {}
        self._look = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    def count(self, tenant_id: int) -> int:
        """Return how many wait for events of a tenant."""
        return len(self._waits.get(tenant_id, ()))

    async def wait(
        self,
        caller: Caller,
        position: int,
        rung: asyncio.Event,
        gone: asyncio.Task[None],
        seconds: float,
        *,
        has_waited: bool,
    ) -> bool:
        """Wait until a tenant has an event behind a position, or the client, the process or the time is at its end.

        Where all places are taken, whoever has most of them gives way to one that has fewer: a partner to another one,
        and a child to its partner.

        Args:
            caller: whose events.
            position: up to which its events are known.
            rung: what the bell of events has given before they were looked for.
            gone: ends when the client has gone.
            seconds: how long.
            has_waited: it did, and what then came was for others: this takes a moment at least.

        Returns:
            Whether it may wait again.

        Raises:
            ApiError: RATE_LIMITED, as many of the tenant's or of all wait already as may.
        """
        wait = _Wait(caller, position)
        if not self._make_room(wait):
            raise ApiError("RATE_LIMITED", _TOO_MANY, {"limit": "concurrent_waits"})
        self._waits.setdefault(wait.tenant_id, []).append(wait)
        if rung.is_set():
            self._look.set()
        if self._looking is None or self._looking.done():
            # For all who wait: no part of what the first of them does.
            self._looking = asyncio.create_task(
                self._look_for_all(), name="event waits", context=Context()
            )
        rest = asyncio.get_running_loop().time() + (
            min(_REST_SECONDS, seconds) if has_waited else 0.0
        )
        try:
            await wait_for_any([wait.news, self._stopping], seconds, gone=gone)
            if not wait.is_over:
                left = rest - asyncio.get_running_loop().time()
                await wait_for_any([self._stopping], left, gone=gone)
        finally:
            if not wait.is_over:
                self._end(wait)
            if not self._waits:
                self._look.set()
        return not wait.is_over

    def _make_room(self, newcomer: _Wait) -> bool:
        """Return whether there is a place, after one was taken from whoever has two more, if need be."""
        of_tenant = self._waits.get(newcomer.tenant_id, [])
        if len(of_tenant) >= MOST_WAITS:
            ended = _dispensable(of_tenant, newcomer, lambda wait: wait.organization_id)
        elif sum(map(len, self._waits.values())) >= self._most:
            everybody = [wait for waits in self._waits.values() for wait in waits]
            ended = _dispensable(everybody, newcomer, lambda wait: wait.tenant_id)
        else:
            return True
        if ended is None:
            return False
        self._end(ended)
        ended.is_over = True
        ended.news.set()
        return True

    def _end(self, wait: _Wait) -> None:
        waits = self._waits[wait.tenant_id]
        waits.remove(wait)
        if not waits:
            del self._waits[wait.tenant_id]

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


def _dispensable(
    waits: list[_Wait], newcomer: _Wait, whose: Callable[[_Wait], Hashable]
) -> _Wait | None:
    """Return the longest wait of whoever has most of these, if that is two more than the newcomer has."""
    counts = Counter(map(whose, waits))
    most, count = counts.most_common(1)[0]
    if count < counts[whose(newcomer)] + 2:
        return None
    return next(wait for wait in waits if whose(wait) == most)
