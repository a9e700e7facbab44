"""What the ledgers come to by day: rows that have come are counted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from partner_api.daily_totals import operator_store, store
from partner_api.database.skipped_rows import RestingRows
from partner_api.sweeps.locks import LockedTenants
from partner_api.sweeps.sweep import Sweep
from partner_api.sweeps.tenants import Advanced, advance_rows
from partner_api.time_limits import SWEEP_STEP_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.database.connection import Connection, Pool

_TENANTS_PER_LOOK = 200
_ROWS_PER_COMMIT = 20_000
# A step ends after so long, whoever is left: a stop is noticed between steps.
_SECONDS_PER_STEP = SWEEP_STEP_SECONDS / 4


class CountDays(Sweep):
    """Counts the ledgers by day, tenant by tenant, so that one with many rows does not hold up the others."""

    name = "daily_totals"
    # So old the totals are at most, when little is to be counted.
    pause_seconds = 30.0
    rest_seconds = 30.0
    rings = ()
    # There are rows to count all the time.
    logs_steps = False

    def __init__(self, *, rows_per_commit: int = _ROWS_PER_COMMIT) -> None:
        self._rows_per_commit = rows_per_commit
        # By tenant: the rows of its ledgers come in one line each.
        self._resting: RestingRows[tuple[int, int]] = RestingRows(self.name)
        self._locked = LockedTenants(self.name)

    @property
    def left_some(self) -> bool:
        """Whether the last step left a tenant for a later one, because somebody held a lock of it."""
        return self._locked.left_some

    async def step(self, pool: Pool, now: datetime) -> int:
        """Count what was there when the step began, 20,000 rows of a tenant in a commit, and note when all are."""
        self._locked.begin_step()
        until = time.monotonic() + _SECONDS_PER_STEP
        counted = 0
        async with pool.acquire() as connection:
            is_more = True
            while is_more:
                is_more = False
                after = 0
                while tenant_ids := await self._behind(connection, after):
                    for tenant_id in tenant_ids:
                        rows = await self._count(connection, tenant_id)
                        is_more = is_more or rows == self._rows_per_commit
                        counted += rows
                        if time.monotonic() > until:
                            return counted
                    after = tenant_ids[-1]
            if not self.left_some and not self._resting.keys:
                await operator_store.save_progress(connection, now)
        return counted

    async def _behind(self, connection: Connection, after: int) -> list[int]:
        without = [*self._locked.keys, *(tenant_id for tenant_id, _ in self._resting.keys)]
        return await operator_store.tenants_behind(connection, after, _TENANTS_PER_LOOK, without)

    async def _count(self, connection: Connection, tenant_id: int) -> int:
        async def count_some(_: Sequence[int]) -> Advanced:
            return Advanced(await store.count_rows(connection, tenant_id, self._rows_per_commit))

        return await advance_rows(tenant_id, [tenant_id], count_some, self._resting, self._locked)
