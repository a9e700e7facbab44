"""Workers that are silent: their jobs go back to the queue, or end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.database.skipped_rows import RestingRows
from partner_api.jobs import claim_store, operator_store
from partner_api.sweeps.sweep import Sweep
from partner_api.sweeps.tenants import Advanced, advance_each, advance_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection, Pool

_TENANTS_PER_STEP = 50
_CLAIMS_PER_COMMIT = 100


class ExpireClaims(Sweep):
    """Ends claims that have lapsed, each tenant in turn."""

    name = "claims"
    pause_seconds = 2.0

    def __init__(self) -> None:
        self._resting: RestingRows[tuple[int, UUID]] = RestingRows(self.name)

    async def step(self, pool: Pool, now: datetime) -> int:
        """End up to 100 claims of each of up to 50 tenants, one commit per tenant."""
        resting = [job_id for _, job_id in self._resting.keys]
        async with pool.acquire() as connection:

            async def advance(tenant_id: int) -> int:
                job_ids = await claim_store.lapsed_claims(
                    connection, tenant_id, now, _CLAIMS_PER_COMMIT, resting
                )

                async def expire(some: Sequence[UUID]) -> Advanced:
                    return Advanced(
                        *await claim_store.expire_claims(connection, tenant_id, now, some)
                    )

                return await advance_rows(tenant_id, job_ids, expire, self._resting)

            return await advance_each(
                await operator_store.tenants_with_silent_workers(
                    connection, now, _TENANTS_PER_STEP, resting
                ),
                advance,
            )

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        """When the next claim lapses."""
        return await operator_store.next_lapse(connection, after)
