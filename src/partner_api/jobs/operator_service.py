"""Finding whose a job is: requests of workers that arrive at the same time share one round trip."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.edge.batching import Batcher
from partner_api.jobs import operator_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Pool


class JobTenants:
    """Finds the tenants of jobs. Nobody holds a connection while waiting for them."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._batcher: Batcher[UUID, int | None] = Batcher(
            self._load, apart=lambda job_id: job_id, name="jobs"
        )

    async def find(self, job_ids: Sequence[UUID]) -> list[int | None]:
        """Return the tenant of each job, None for one that does not exist."""
        return await self._batcher.get_many(job_ids)

    async def _load(self, job_ids: list[UUID]) -> list[int | None]:
        async with self._pool.acquire() as connection:
            return await operator_store.find_tenants(connection, job_ids)
