"""Moving time ahead: what becomes due is done in the order in which it would have been."""

from __future__ import annotations

import asyncio
import math
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from partner_api.database.pool import require_no_connection
from partner_api.rehearsal import store
from partner_api.sweeps.locks import LATER
from partner_api.time_limits import CLOCK_LOCK_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.clock import Clock
    from partner_api.database.connection import Pool
    from partner_api.sweeps.sweep import Sweep

# Between two looks whether a lock is free.
_PAUSE_SECONDS = 0.05


class ProductionTimeError(Exception):
    """The database is production's, so its time is the machine's and cannot be moved."""


class LeftLocked(Exception):
    """Somebody holds a lock of what is due. The message names the sweeps that could not go on."""


async def advance(pool: Pool, clock: Clock, sweeps: Sequence[Sweep], target: datetime) -> int:
    """Move the installation's time to ``target``, stopping wherever something becomes due.

    At each stop the sweeps run until nothing is left, so that a period that ends in June is over
    before one in July. Before each round the database's own time is moved, so that nothing is done
    at a time that it does not have; once its time is ahead it cannot become production's any more.

    Args:
        pool: of this process.
        clock: of this process; the others follow.
        sweeps: all of them.
        target: not before the clock's time.

    Returns:
        How many rows the sweeps advanced.

    Raises:
        ProductionTimeError: nothing was moved, and nothing done at a later time than the machine's.
        LeftLocked: the clock stands where the first of what could not be done is due, or at ``target``.
    """
    await _move(pool, clock, clock.now())
    advanced, idle_since = await _run_to_idle(pool, clock, sweeps)
    while (due := await _next_due(pool, sweeps, idle_since)) is not None and due < target:
        await _move(pool, clock, due)
        moved, idle_since = await _run_to_idle(pool, clock, sweeps)
        advanced += moved
    await _move(pool, clock, target)
    moved, _ = await _run_to_idle(pool, clock, sweeps)
    return advanced + moved


async def _next_due(pool: Pool, sweeps: Sequence[Sweep], after: datetime) -> datetime | None:
    async with pool.acquire() as connection:
        times = [await sweep.next_due(connection, after) for sweep in sweeps]
    return min((time for time in times if time is not None), default=None)


async def _move(pool: Pool, clock: Clock, target: datetime) -> None:
    ahead = math.ceil((target - datetime.now(UTC)).total_seconds())
    async with pool.acquire() as connection:
        offset = await store.raise_offset(connection, max(ahead, clock.offset_seconds))
    if offset is None:
        raise ProductionTimeError
    clock.offset_seconds = max(clock.offset_seconds, offset)


async def _run_to_idle(pool: Pool, clock: Clock, sweeps: Sequence[Sweep]) -> tuple[int, datetime]:
    """Run the sweeps until a round finds nothing; return how many rows, and when that round began.

    What became due while it went on may have been missed, so the next look begins there.

    Raises:
        LeftLocked: for so long there was nothing left but what others have locked.
    """
    total = 0
    give_up: float | None = None
    while True:
        began = clock.now()
        advanced, left = await _run_each(pool, clock, sweeps)
        if advanced:
            total += advanced
            give_up = None
        elif not left:
            return total, began
        elif give_up is None:
            give_up = time.monotonic() + CLOCK_LOCK_SECONDS
        elif time.monotonic() > give_up:
            raise LeftLocked(", ".join(left))
        if not advanced:
            require_no_connection()
            await asyncio.sleep(_PAUSE_SECONDS)


async def _run_each(pool: Pool, clock: Clock, sweeps: Sequence[Sweep]) -> tuple[int, list[str]]:
    """Run a step of each sweep; return how many rows, and the sweeps that left some because they are locked."""
    advanced = 0
    left = []
    for sweep in sweeps:
        try:
            advanced += await sweep.step(pool, clock.now())
        except LATER:
            left.append(sweep.name)
        else:
            if sweep.left_some:
                left.append(sweep.name)
    return advanced, left
