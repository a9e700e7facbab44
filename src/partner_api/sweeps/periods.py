"""Wallets whose period is over and that nobody has touched since: their rollovers are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.credits import operator_store, store
from partner_api.database.skipped_rows import RestingRows
from partner_api.sweeps.sweep import Sweep
from partner_api.sweeps.tenants import Advanced, advance_each, advance_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection, Pool

_WALLETS_PER_STEP = 500


class EndPeriods(Sweep):
    """Any touch of a wallet rolls it over, so this only visits the idle ones."""

    name = "periods"
    pause_seconds = 5.0

    def __init__(self) -> None:
        self._resting: RestingRows[tuple[int, UUID]] = RestingRows(self.name)

    async def step(self, pool: Pool, now: datetime) -> int:
        """Roll over up to 500 wallets, one commit per tenant."""
        async with pool.acquire() as connection:
            overdue = await operator_store.overdue_wallets(
                connection, now, _WALLETS_PER_STEP, self._resting.keys
            )

            async def advance(tenant_id: int) -> int:
                async def roll_over(some: Sequence[UUID]) -> Advanced:
                    return Advanced(
                        await store.roll_over_due_wallets(connection, tenant_id, some, now)
                    )

                return await advance_rows(tenant_id, overdue[tenant_id], roll_over, self._resting)

            return await advance_each(overdue, advance)

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        """When the next wallet's period ends."""
        return await operator_store.next_period_end(connection, after)
