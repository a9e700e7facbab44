"""Advancing due rows, tenant by tenant; a row that cannot be advanced does not hold up the others."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import asyncpg

from partner_api.database.skipped_rows import is_row_fault
from partner_api.time_limits import SWEEP_STEP_SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Sequence

    from partner_api.database.skipped_rows import RestingRows

K = TypeVar("K", bound="Hashable")

# After so long a step begins no further tenant: a statement that fails at its time limit takes long.
_SECONDS_PER_STEP = SWEEP_STEP_SECONDS / 4


class Advanced(NamedTuple):
    """The outcome of advancing some due rows: how many were, and which could not be."""

    rows: int
    skipped: Collection[object] = ()


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
) -> int:
    """Advance rows of one tenant, and set those aside that cannot be.

    They are advanced together. If that fails, nothing of it was committed, and each half is tried for itself, down to
    the single row whose fault it is.

    Args:
        tenant_id: whose rows.
        rows: their ids.
        advance: takes some of the ids, and commits.
        resting: takes those that could not be advanced.

    Returns:
        How many were advanced.

    Raises:
        asyncpg.PostgresError: it would be the same for any row.
    """
    try:
        advanced = await advance(rows)
    except asyncpg.TransactionRollbackError:
        # Another transaction was in the way; the rows are still due.
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
        return advanced.rows
    middle = len(rows) // 2
    return await advance_rows(tenant_id, rows[:middle], advance, resting) + await advance_rows(
        tenant_id, rows[middle:], advance, resting
    )
