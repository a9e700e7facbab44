"""Starting jobs: those that arrive while a tenant's are being committed go together in the next commit.

A partner's wallet is one row, and whoever starts a job has to hold it. Alone, each start would wait
for all commits before it; together they take one lock, one update and one commit. Nobody waits for
company: with nothing in flight, a start leaves at once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg

from partner_api.edge.batching import Batcher
from partner_api.jobs import store

if TYPE_CHECKING:
    from partner_api.clock import Clock
    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection, Pool
    from partner_api.database.notifications import Bell

# How long a job may take, all its tries together.
TIME_LIMIT = timedelta(hours=24)
# Tenants whose batchers are kept although nothing is in flight.
_MOST_REMEMBERED = 1_000


class _Start:
    """A start on its way; no two are the same, whatever they ask for."""

    __slots__ = ("item",)

    def __init__(self, item: store.JobStart) -> None:
        self.item = item


class Starter:
    """Starts jobs, each tenant's in batches.

    A batch is its own task and one transaction, so a client that goes away leaves either a job with
    its reservation, or neither.

    Args:
        pool: where they are started.
        clock: their time.
        bell: rung when there is work for the operator's workers.
        batch_size: most starts in one commit; 1 commits each alone.
    """

    def __init__(self, pool: Pool, clock: Clock, bell: Bell, batch_size: int) -> None:
        self._pool = pool
        self._clock = clock
        self._bell = bell
        self._batch_size = batch_size
        self._tenants: dict[int, Batcher[_Start, Outcome]] = {}

    async def start(self, tenant_id: int, item: store.JobStart) -> Outcome:
        """Start a job, together with others of the tenant that are asked for at the same time.

        Raises:
            Exception: what the database raised for this very job, tried alone.
        """
        batcher = self._tenants.get(tenant_id)
        if batcher is None:
            self._forget_idle()
            batcher = self._tenants[tenant_id] = self._batcher(tenant_id)
        return await batcher.get(_Start(item))

    def _forget_idle(self) -> None:
        if len(self._tenants) >= _MOST_REMEMBERED:
            self._tenants = {
                tenant_id: batcher
                for tenant_id, batcher in self._tenants.items()
                if not batcher.idle
            }

    def _batcher(self, tenant_id: int) -> Batcher[_Start, Outcome]:
        async def load(starts: list[_Start]) -> list[Outcome | Exception]:
            return await self._start(tenant_id, [start.item for start in starts])

        # Two of one tenant at a time would only wait for each other's locks, unless nothing is to wait.
        in_flight = self._pool.get_max_size() if self._batch_size == 1 else 1
        return Batcher(load, max_batch=self._batch_size, max_in_flight=in_flight)

    async def _start(
        self, tenant_id: int, items: list[store.JobStart]
    ) -> list[Outcome | Exception]:
        async with self._pool.acquire() as connection:
            outcomes: list[Outcome | Exception]
            try:
                outcomes = [*await self._start_now(connection, tenant_id, items)]
            except asyncpg.PostgresError:
                # The statement has had no effect. Whose fault it was shows when each is alone.
                if len(items) == 1 or connection.is_closed():
                    raise
                outcomes = [await self._start_alone(connection, tenant_id, item) for item in items]
        self._bell.ring("jobs")
        return outcomes

    async def _start_alone(
        self, connection: Connection, tenant_id: int, item: store.JobStart
    ) -> Outcome | Exception:
        try:
            (outcome,) = await self._start_now(connection, tenant_id, [item])
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            return error
        return outcome

    async def _start_now(
        self, connection: Connection, tenant_id: int, items: list[store.JobStart]
    ) -> list[Outcome]:
        # They may have waited since they were asked for; their time is counted from their start.
        now = self._clock.now()
        items = [item._replace(expires_at=max(item.expires_at, now + TIME_LIMIT)) for item in items]
        return await store.start_jobs(connection, tenant_id, now, items)
