"""Wallets whose period is over and that nobody has touched since: their rollovers are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.credits import store
from partner_api.sweeps.tenants import advance_each
from partner_api.time_limits import SWEEP_STEP_SECONDS

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.bell import Topic
    from partner_api.database.connection import Connection, Pool

_WALLETS_PER_STEP = 500


class Periods:
    """Any touch of a wallet rolls it over, so this only visits the idle ones."""

    name = "periods"
    pause_seconds = 5.0
    limit_seconds = SWEEP_STEP_SECONDS
    wakes_on: Topic | None = None

    async def step(self, pool: Pool, now: datetime) -> int:
        """Roll over up to 500 wallets, one commit per tenant."""
        async with pool.acquire() as connection:
            overdue = await store.overdue_wallets(connection, now, _WALLETS_PER_STEP)
            return await advance_each(
                overdue,
                lambda tenant_id: store.touch_wallets(
                    connection, tenant_id, overdue[tenant_id], now
                ),
            )

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        """When the next wallet's period ends."""
        return await store.next_period_end(connection, after)
