"""The loop that runs the sweeps until it is told to stop."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.clock import Clock
    from partner_api.database.connection import Pool
    from partner_api.sweeps.sweep import Sweep

_log = structlog.get_logger(__name__)
_LONGEST_PAUSE_AFTER_FAILURE_SECONDS = 60.0


async def run_sweeps(
    pool: Pool, clock: Clock, sweeps: Sequence[Sweep], stop: asyncio.Event
) -> None:
    """Run each sweep in its own task until ``stop`` is set; a step that has begun is finished."""
    async with asyncio.TaskGroup() as tasks:
        for sweep in sweeps:
            tasks.create_task(_run(sweep, pool, clock, stop), name=f"sweep {sweep.name}")


async def _run(sweep: Sweep, pool: Pool, clock: Clock, stop: asyncio.Event) -> None:
    failures = 0
    while not stop.is_set():
        try:
            advanced = await sweep.step(pool, clock.now())
        except Exception:
            # Whatever a step meets, the work is still due: say so, wait longer each time, go on.
            failures += 1
            pause = min(sweep.pause_seconds * 2**failures, _LONGEST_PAUSE_AFTER_FAILURE_SECONDS)
            _log.exception("sweep_failed", sweep=sweep.name, failures=failures, retry_in=pause)
        else:
            failures = 0
            if advanced:
                _log.info("sweep_advanced", sweep=sweep.name, rows=advanced)
                continue
            pause = sweep.pause_seconds
        await _sleep_unless_stopped(pause, stop)


async def _sleep_unless_stopped(seconds: float, stop: asyncio.Event) -> None:
    # Jitter, so that many workers do not look at the same moment.
    try:
        await asyncio.wait_for(stop.wait(), seconds * random.uniform(0.8, 1.2))  # noqa: S311
    except TimeoutError:
        return
