"""Advancing due rows, tenant by tenant; what cannot be advanced, or is locked, does not hold up the others."""

from __future__ import annotations

import time
from abc import abstractmethod
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from uuid import UUID

import asyncpg

from partner_api.database.outages import NODE_UNREACHABLE
from partner_api.database.skipped_rows import RestingRows, is_row_fault
from partner_api.sweeps.locks import LATER, LockedTenants
from partner_api.sweeps.sweep import Sweep
from partner_api.time_limits import SWEEP_STEP_SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Sequence
    from datetime import datetime

    from partner_api.database.connection import Connection, Pool

K = TypeVar("K", bound="Hashable")

# After so long a step begins no further tenant: a statement that fails at its time limit takes long.
_SECONDS_PER_STEP = SWEEP_STEP_SECONDS / 4


TenantRow = tuple[int, UUID]
"""A row that has an id, and its tenant."""


class Advanced(NamedTuple):
    """The outcome of advancing some due rows: how many were, and which could not be."""

    rows: int
    skipped: Collection[object] = ()


class Due(NamedTuple):
    """What a step looks at."""

    connection: Connection
    now: datetime
    resting: Sequence[TenantRow]
    """Rows that do not count, because they could not be advanced a moment ago."""


class TenantSweep(Sweep):
    """A sweep that gives every tenant a turn: some of its rows in one commit, then the next tenant.

    So a tenant of which much is due delays the others by one commit, and holds its wallets for no longer than that.
    """

    tenants_per_step = 50
    rows_per_commit = 100

    def __init__(self) -> None:
        self._resting: RestingRows[TenantRow] = RestingRows(self.name)
        self._locked = LockedTenants(self.name)

    @property
    def left_some(self) -> bool:
        """Whether the last step left a tenant for a later one, because somebody held a lock of it."""
        return self._locked.left_some

    async def step(self, pool: Pool, now: datetime) -> int:
        """Advance up to 100 rows of each of up to 50 tenants, one commit per tenant."""
        locked = self._locked.begin_step()
        async with pool.acquire() as connection:
            due = Due(connection, now, self._resting.keys)

            async def advance(tenant_id: int) -> int:
                try:
                    rows = await self._rows(due, tenant_id, self.rows_per_commit)
                except NODE_UNREACHABLE as error:
                    self._locked.leave(tenant_id, error)
                    return 0

                async def advance_some(some: Sequence[UUID]) -> Advanced:
                    return await self._advance(due, tenant_id, some)

                return await advance_rows(
                    tenant_id, rows, advance_some, self._resting, self._locked
                )

            return await advance_each(
                await self._tenants(due, self.tenants_per_step, locked), advance
            )

    @abstractmethod
    async def _tenants(self, due: Due, limit: int, locked: Sequence[int]) -> Sequence[int]:
        """Return tenants of which something is due, the longest overdue first, without those that are locked."""

    @abstractmethod
    async def _rows(self, due: Due, tenant_id: int, limit: int) -> Sequence[UUID]:
        """Return what is due of a tenant, the longest overdue first."""

    @abstractmethod
    async def _advance(self, due: Due, tenant_id: int, rows: Sequence[UUID]) -> Advanced:
        """Advance these rows of a tenant, and commit."""


async def advance_each(tenant_ids: Iterable[int], advance: Callable[[int], Awaitable[int]]) -> int:
    """Advance some rows of each tenant, as long as the step may take.

    Args:
        tenant_ids: whose rows.
        advance: takes a tenant's id, commits, and returns how many rows it advanced.
    """
    until = time.monotonic() + _SECONDS_PER_STEP
    advanced = 0
    for tenant_id in tenant_ids:
        advanced += await advance(tenant_id)
        if time.monotonic() > until:
            break
    return advanced


async def advance_rows(
    tenant_id: int,
    rows: Sequence[K],
    advance: Callable[[Sequence[K]], Awaitable[Advanced]],
    resting: RestingRows[tuple[int, K]],
    locked: LockedTenants,
) -> int:
    """Advance rows of one tenant, and set those aside that cannot be.

    They are advanced together. If that fails, nothing of it was committed, and each half is tried for itself, down to
    the single row whose fault it is.

    Args:
        tenant_id: whose rows.
        rows: their ids.
        advance: takes some of the ids, and commits.
        resting: takes those that could not be advanced.
        locked: takes the tenant, if another transaction is in the way.

    Returns:
        How many were advanced.

    Raises:
        asyncpg.PostgresError: it would be the same for any row.
    """
    try:
        advanced = await advance(rows)
    except LATER as error:
        # The rows are still due.
        locked.leave(tenant_id, error)
        return 0
    except asyncpg.PostgresError as error:
        if not is_row_fault(error):
            raise
        if len(rows) == 1:
            resting.skip((tenant_id, rows[0]), error, tenant_id=tenant_id, row=str(rows[0]))
            return 0
    else:
        for row in rows:
            if row in advanced.skipped:
                resting.skip((tenant_id, row), tenant_id=tenant_id, row=str(row))
        locked.end(tenant_id)
        return advanced.rows
    middle = len(rows) // 2
    first = await advance_rows(tenant_id, rows[:middle], advance, resting, locked)
    if tenant_id in locked:
        return first
    return first + await advance_rows(tenant_id, rows[middle:], advance, resting, locked)
