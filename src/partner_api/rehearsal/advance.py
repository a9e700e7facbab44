"""Letting time pass: what becomes due is done in the order in which it would have been."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from partner_api.rehearsal import store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.clock import Clock
    from partner_api.database.connection import Pool
    from partner_api.sweeps.sweep import Sweep


async def advance(pool: Pool, clock: Clock, sweeps: Sequence[Sweep], target: datetime) -> int:
    """Move the installation's time to ``target``, stopping wherever something becomes due.

    At each stop the sweeps run until nothing is left, so that a period that ends in June is over
    before one in July. Gives how many rows they advanced.

    Args:
        pool: of this process.
        clock: of this process; the others follow.
        sweeps: all of them.
        target: not before the clock's time.
    """
    advanced = await _run_to_idle(pool, clock, sweeps)
    while (due := await _next_due(pool, sweeps, clock.now())) is not None and due < target:
        await _set(pool, clock, due)
        advanced += await _run_to_idle(pool, clock, sweeps)
    await _set(pool, clock, target)
    return advanced + await _run_to_idle(pool, clock, sweeps)


async def _next_due(pool: Pool, sweeps: Sequence[Sweep], after: datetime) -> datetime | None:
    async with pool.acquire() as connection:
        times = [await sweep.next_due(connection, after) for sweep in sweeps]
    return min((time for time in times if time is not None), default=None)


async def _set(pool: Pool, clock: Clock, target: datetime) -> None:
    ahead = math.ceil((target - datetime.now(UTC)).total_seconds())
    offset = max(ahead, clock.offset_seconds)
    async with pool.acquire() as connection:
        await store.raise_offset(connection, offset)
    clock.offset_seconds = offset


async def _run_to_idle(pool: Pool, clock: Clock, sweeps: Sequence[Sweep]) -> int:
    total = 0
    while advanced := sum([await sweep.step(pool, clock.now()) for sweep in sweeps]):
        total += advanced
    return total
