"""Workers that are silent: their jobs go back to the queue, or end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.jobs import claim_store, operator_store
from partner_api.sweeps.tenants import Advanced, Due, TenantSweep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


class ExpireClaims(TenantSweep):
    """Ends claims that have lapsed."""

    name = "claims"
    pause_seconds = 2.0

    async def _tenants(self, due: Due, limit: int, locked: Sequence[int]) -> Sequence[int]:
        resting = [job_id for _, job_id in due.resting]
        return await operator_store.tenants_with_silent_workers(
            due.connection, due.now, limit, resting, locked
        )

    async def _rows(self, due: Due, tenant_id: int, limit: int) -> Sequence[UUID]:
        resting = [job_id for _, job_id in due.resting]
        return await claim_store.lapsed_claims(due.connection, tenant_id, due.now, limit, resting)

    async def _advance(self, due: Due, tenant_id: int, rows: Sequence[UUID]) -> Advanced:
        return Advanced(*await claim_store.expire_claims(due.connection, tenant_id, due.now, rows))

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        """When the next claim lapses."""
        return await operator_store.next_lapse(connection, after)
