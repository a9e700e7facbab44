"""The loop that runs the sweeps until it is told to stop."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING

import asyncpg
import structlog

from partner_api.database.outages import is_unavailable, log_unavailable
from partner_api.sweeps import metrics
from partner_api.sweeps.locks import note_locked
from partner_api.tracing import live
from partner_api.tracing.tracer import begin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.clock import Clock
    from partner_api.database.connection import Pool
    from partner_api.database.notifications import Bell
    from partner_api.sweeps.progress import SweepProgress
    from partner_api.sweeps.sweep import Sweep
    from partner_api.tracing.tracer import Tracer

_log = structlog.get_logger(__name__)
_LONGEST_PAUSE_AFTER_FAILURE_SECONDS = 60.0


async def run_sweeps(
    pool: Pool,
    clock: Clock,
    bell: Bell,
    sweeps: Sequence[Sweep],
    stop: asyncio.Event,
    progress: SweepProgress,
) -> None:
    """Run each sweep in its own task until ``stop`` is set; a step that has begun is finished, and what it began."""
    async with asyncio.TaskGroup() as tasks:
        for sweep in sweeps:
            tasks.create_task(
                _run(sweep, pool, clock, bell, stop, progress), name=f"sweep {sweep.name}"
            )


async def _run(
    sweep: Sweep,
    pool: Pool,
    clock: Clock,
    bell: Bell,
    stop: asyncio.Event,
    progress: SweepProgress,
) -> None:
    failures = 0
    metrics.begin(sweep.name)
    while not stop.is_set():
        wakes = sweep.wakes_itself, None if sweep.wakes_on is None else bell.listen(sweep.wakes_on)
        began = time.perf_counter()
        progress.begin_step(sweep.name, sweep.limit_seconds)
        try:
            if live.tracer is None:
                advanced = await sweep.step(pool, clock.now())
            else:
                advanced = await _traced_step(sweep, pool, clock.now(), live.tracer)
        except asyncpg.LockNotAvailableError as error:
            # What is no tenant's, such as a table: its lock is free again, and that is no fault of the sweep's.
            progress.end_step(sweep.name)
            failures += 1
            wakes = None, None
            pause = _pause_after(sweep, failures)
            note_locked(sweep.name, error)
        except Exception as error:
            progress.end_step(sweep.name, error)
            # Whatever failed, the work is still due: log it, wait longer each time, and go on.
            failures += 1
            wakes = None, None
            pause = _pause_after(sweep, failures)
            metrics.count_failure(sweep.name)
            _log_failure(sweep, error, failures=failures, retry_in=pause)
        else:
            progress.end_step(sweep.name)
            failures = 0
            metrics.observe(sweep.name, advanced, time.perf_counter() - began)
            if advanced:
                for topic in sweep.rings:
                    bell.ring(topic)
                if sweep.logs_steps:
                    _log.info("sweep_advanced", sweep=sweep.name, rows=advanced)
                if not sweep.rest_seconds:
                    continue
                wakes = None, None
            pause = sweep.rest_seconds if advanced else sweep.pause_seconds
        await sleep_unless_stopped(pause, stop, *wakes)
    try:
        await sweep.stop(pool, clock)
    except Exception as error:
        metrics.count_failure(sweep.name)
        _log_failure(sweep, error, failures=1)


async def _traced_step(sweep: Sweep, pool: Pool, now: datetime, tracer: Tracer) -> int:
    """Do a step; it is traced if it advanced something, or failed."""
    span = begin(tracer.step(sweep.name))
    if span is None:
        return await sweep.step(pool, now)
    with span:
        span.wanted = False
        try:
            advanced = await sweep.step(pool, now)
        except Exception:
            span.wanted = True
            raise
        span.wanted = advanced > 0
        span.attributes["layers.sweep.rows"] = advanced
        return advanced


def _log_failure(sweep: Sweep, error: Exception, **fields: object) -> None:
    """Log what a sweep raised, from its handler; of an unavailable database, that it is."""
    if is_unavailable(error):
        log_unavailable(error, where=f"sweep {sweep.name}", **fields)
    else:
        _log.exception("sweep_failed", sweep=sweep.name, **fields)


def _pause_after(sweep: Sweep, failures: int) -> float:
    """Return the pause after so many steps in a row that did not work, in seconds."""
    return min(sweep.pause_seconds * 2.0**failures, _LONGEST_PAUSE_AFTER_FAILURE_SECONDS)


async def sleep_unless_stopped(
    seconds: float, stop: asyncio.Event, *wakes: asyncio.Event | None
) -> None:
    """Wait for about so many seconds, or until ``stop`` or one of ``wakes`` is set."""
    waits = [asyncio.create_task(event.wait()) for event in (stop, *wakes) if event is not None]
    try:
        # Jitter, so that many workers do not query at the same moment.
        await asyncio.wait(
            waits,
            timeout=seconds * random.uniform(0.8, 1.2),  # noqa: S311
            return_when=asyncio.FIRST_COMPLETED,
        )
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
