"""Jobs that were not finished in time: they fail, and their reservations are released."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.jobs import operator_store, store
from partner_api.sweeps.tenants import Advanced, Due, TenantSweep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


class ExpireJobs(TenantSweep):
    """Fails jobs whose time is up."""

    name = "expiries"
    pause_seconds = 2.0

    async def _tenants(self, due: Due, limit: int, locked: Sequence[int]) -> Sequence[int]:
        resting = [job_id for _, job_id in due.resting]
        return await operator_store.tenants_with_expired_jobs(
            due.connection, due.now, limit, resting, locked
        )

    async def _rows(self, due: Due, tenant_id: int, limit: int) -> Sequence[UUID]:
        resting = [job_id for _, job_id in due.resting]
        return await store.expired_jobs(due.connection, tenant_id, due.now, limit, resting)

    async def _advance(self, due: Due, tenant_id: int, rows: Sequence[UUID]) -> Advanced:
        return Advanced(*await store.expire_these(due.connection, tenant_id, due.now, rows))

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        """When the next running job expires."""
        return await operator_store.next_expiry(connection, after)
