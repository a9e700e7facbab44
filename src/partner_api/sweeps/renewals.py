"""Leases whose next month has begun: charged, put off or ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.leasing import store
from partner_api.sweeps.tenants import advance_each

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.bell import Topic
    from partner_api.database.connection import Connection, Pool

_TENANTS_PER_STEP = 50
_LEASES_PER_COMMIT = 1_000


class Renewals:
    """Takes each partner in turn, so that one with many leases does not hold up the others."""

    name = "renewals"
    pause_seconds = 2.0
    wakes_on: Topic | None = "cash"

    def __init__(self, *, leases_per_commit: int = _LEASES_PER_COMMIT) -> None:
        self._leases_per_commit = leases_per_commit

    async def step(self, pool: Pool, now: datetime) -> int:
        """Renew up to 1,000 leases of each of up to 50 partners, one commit per partner.

        A cash wallet that another worker holds is left to it.
        """
        async with pool.acquire() as connection:
            return await advance_each(
                await store.tenants_with_renewals(connection, now, _TENANTS_PER_STEP),
                lambda tenant_id: store.renew(connection, tenant_id, now, self._leases_per_commit),
            )

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        """When the next lease is to be charged or tried again."""
        return await store.next_renewal(connection, after)
