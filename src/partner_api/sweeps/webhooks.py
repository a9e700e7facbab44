"""What is left of webhooks: rows of deleted endpoints, and deliveries past their time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.sweeps.tenants import Advanced, Due, TenantSweep
from partner_api.webhooks import purge_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Pool

_DELIVERIES_PER_COMMIT = 500


class PurgeWebhooks(TenantSweep):
    """Removes deleted endpoints with their deliveries, little by little, and deliveries after 30 days."""

    name = "webhooks"
    pause_seconds = 60.0
    # One endpoint.
    rows_per_commit = 1

    async def step(self, pool: Pool, now: datetime) -> int:
        """Delete up to 500 deliveries of a deleted endpoint of each of up to 50 tenants, and 500 that are too old."""
        removed = await super().step(pool, now)
        async with pool.acquire() as connection:
            return removed + await purge_store.delete_expired(
                connection, now, _DELIVERIES_PER_COMMIT
            )

    async def _tenants(self, due: Due, limit: int, locked: Sequence[int]) -> Sequence[int]:
        resting = [endpoint_id for _, endpoint_id in due.resting]
        return await purge_store.tenants_with_deleted(due.connection, limit, resting, locked)

    async def _rows(self, due: Due, tenant_id: int, limit: int) -> Sequence[UUID]:
        resting = [endpoint_id for _, endpoint_id in due.resting]
        return await purge_store.deleted_endpoints(due.connection, tenant_id, limit, resting)

    async def _advance(self, due: Due, tenant_id: int, rows: Sequence[UUID]) -> Advanced:
        removed = 0
        for endpoint_id in rows:
            removed += await purge_store.purge_endpoint(
                due.connection, tenant_id, endpoint_id, _DELIVERIES_PER_COMMIT
            )
        return Advanced(removed)
