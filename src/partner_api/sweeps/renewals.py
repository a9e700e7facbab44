"""Charging leases whose next month has begun, and ending those that stay unpaid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg

from partner_api.database.at_once import work_at_once
from partner_api.database.skipped_rows import RestingRows, is_row_fault
from partner_api.leases import operator_store
from partner_api.sweeps.locks import LATER, LockedTenants
from partner_api.sweeps.sweep import Sweep
from partner_api.sweeps.tenants import advance_each

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.database.connection import Connection, Pool

SERVERS_AT_ONCE = 4
"""So many connections a step uses, where partners are spread over that many servers."""
_TENANTS_PER_STEP = 500
# The wallet of so many leases is held for about a quarter of a second.
_LEASES_PER_COMMIT = 5_000
# A step ends after so many, whoever is left: a stop is noticed between steps, and each step has one time.
_LEASES_PER_STEP = 50_000
# Of a partner whose renewal failed with others: what takes too long may succeed in smaller parts.
_LEASES_ALONE = 1_000
_LONGEST_REST = 60.0


class RenewLeases(Sweep):
    """Charges due leases, partner by partner, so that one with many leases does not hold up the others."""

    name = "renewals"
    pause_seconds = 2.0
    wakes_on = "cash"

    def __init__(self, *, leases_per_commit: int = _LEASES_PER_COMMIT) -> None:
        self._leases_per_commit = leases_per_commit
        # By tenant. A partner's leases stand in one line: the rest of it must not wait long for one of them.
        self._resting: RestingRows[int] = RestingRows(self.name, longest_seconds=_LONGEST_REST)
        self._locked = LockedTenants(self.name)

    @property
    def left_some(self) -> bool:
        """Whether the last step left a partner for a later one, because somebody held a lock of it."""
        return self._locked.left_some

    async def step(self, pool: Pool, now: datetime) -> int:
        """Renew up to 5,000 leases of each of up to 500 partners, about as many in each commit, 50,000 in all.

        Those that are on one server share commits. A cash wallet that somebody else holds is left to them, or to a
        later step.
        """
        locked = self._locked.begin_step()
        async with pool.acquire() as connection:
            due = await self._due(connection, now, locked)
        if not due:
            return 0
        # Each server charges the partners that it has. Whatever fails on one of them, the others finish.
        most = _LEASES_PER_STEP // len(due)
        pending = iter(due)
        renewed = 0

        async def renew(connection: Connection) -> None:
            nonlocal renewed
            for tenant_ids in pending:
                # Another may have counted while this one waited.
                done = await self._renew_on_server(connection, tenant_ids, now, most)
                renewed += done

        at_once = min(SERVERS_AT_ONCE, len(due), pool.get_max_size())
        await work_at_once(pool.acquire, at_once, renew)
        if not renewed:
            # Nobody waited for their wallets.
            async with pool.acquire() as connection:
                for tenant_ids in await self._due(connection, now, locked):
                    for tenant_id in tenant_ids:
                        self._locked.pass_over(tenant_id)
        return renewed

    async def _renew_on_server(
        self, connection: Connection, tenant_ids: Sequence[int], now: datetime, most: int
    ) -> int:
        renewed = 0
        while tenant_ids and renewed < most:
            try:
                done = await self._renew(connection, tenant_ids, now, self._leases_per_commit)
            except asyncpg.PostgresError as error:
                if not is_row_fault(error):
                    raise
                # None of it was committed. Taking each partner alone shows whose fault it is.
                return renewed + await self._renew_each(connection, tenant_ids, now)
            tenant_ids = tenant_ids[done.tenants :]
            renewed += done.leases
        return renewed

    async def _due(
        self, connection: Connection, now: datetime, locked: Sequence[int]
    ) -> Sequence[Sequence[int]]:
        return await operator_store.tenants_with_renewals(
            connection, now, _TENANTS_PER_STEP, [*self._resting.keys, *locked]
        )

    async def _renew(
        self, connection: Connection, tenant_ids: Sequence[int], now: datetime, limit: int
    ) -> operator_store.Renewed:
        done = await operator_store.renew(connection, tenant_ids, now, limit)
        for tenant_id in done.stuck:
            self._resting.skip(tenant_id, tenant_id=tenant_id)
        return done

    async def _renew_each(
        self, connection: Connection, tenant_ids: Sequence[int], now: datetime
    ) -> int:
        limit = min(self._leases_per_commit, _LEASES_ALONE)

        async def renew(tenant_id: int) -> int:
            try:
                return (await self._renew(connection, [tenant_id], now, limit)).leases
            except LATER as error:
                self._locked.leave(tenant_id, error)
                return 0
            except asyncpg.PostgresError as error:
                if not is_row_fault(error):
                    raise
                self._resting.skip(tenant_id, error, tenant_id=tenant_id)
                return 0

        return await advance_each(tenant_ids, renew)

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        """Return when the next lease is to be charged or tried again."""
        return await operator_store.next_renewal(connection, after)
