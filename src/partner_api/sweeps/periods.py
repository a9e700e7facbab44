"""Wallets whose period is over and that nobody has touched since: their rollovers are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.credits import operator_store, store
from partner_api.sweeps.tenants import Advanced, Due, TenantSweep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


class EndPeriods(TenantSweep):
    """Any touch of a wallet rolls it over, so this only visits the idle ones."""

    name = "periods"
    pause_seconds = 5.0
    # Each writes a ledger row or two: so many take as long as a commit of the other sweeps.
    rows_per_commit = 50

    async def _tenants(self, due: Due, limit: int, locked: Sequence[int]) -> Sequence[int]:
        return await operator_store.tenants_with_overdue_wallets(
            due.connection, due.now, limit, due.resting, locked
        )

    async def _rows(self, due: Due, tenant_id: int, limit: int) -> Sequence[UUID]:
        resting = [wallet for tenant, wallet in due.resting if tenant == tenant_id]
        return await operator_store.overdue_wallets(
            due.connection, tenant_id, due.now, limit, resting
        )

    async def _advance(self, due: Due, tenant_id: int, rows: Sequence[UUID]) -> Advanced:
        return Advanced(await store.roll_over_due_wallets(due.connection, tenant_id, rows, due.now))

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        """When the next wallet's period ends."""
        return await operator_store.next_period_end(connection, after)
