"""The part that does the background work."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import structlog

from partner_api.clock import Clock
from partner_api.database.connection import open_pool
from partner_api.database.notifications import Bell, Listener
from partner_api.database.outages import FAILURES
from partner_api.health.minute_numbers import measure_every_minute
from partner_api.processes.asynchronous import beating, end_development, stop_on_signals
from partner_api.processes.link import Beat, Link
from partner_api.processes.shutdown import plan_shutdown
from partner_api.rehearsal.installation import following_installation
from partner_api.storage import FOLDER, open_storage
from partner_api.sweeps import locks, open_sweeps
from partner_api.sweeps.loop import run_sweeps, sleep_unless_stopped
from partner_api.sweeps.metrics import measure_lag
from partner_api.sweeps.progress import SweepProgress
from partner_api.sweeps.renewals import SERVERS_AT_ONCE
from partner_api.time_limits import BACKGROUND_ACQUIRE_SECONDS
from partner_api.webhooks.sending import metrics as webhook_metrics
from partner_api.webhooks.sending.sender import Outgoing

if TYPE_CHECKING:
    from pathlib import Path

    from partner_api.database.connection import Pool
    from partner_api.installation import Installation
    from partner_api.settings.table import Settings
    from partner_api.storage import Storage
    from partner_api.sweeps.sweep import Sweep

_log = structlog.get_logger(__name__)
CONNECTIONS = 23 + SERVERS_AT_ONCE - 1
"""One for each sweep, so that none waits until another has done a long step, and three more for deliveries, which work
for four tenants at once; for the lag, for the numbers of a minute, and for the bell; and for each further server on
which renewals are charged at a time.

Few of them are open at a time: a step of most sweeps takes some milliseconds.
"""
_RETRY_SECONDS = 5.0
_SECONDS_BETWEEN_LAGS = 10.0


async def run_sweeps_part(settings: Settings, installation: Installation, link: Link) -> None:
    """Run the sweeps until SIGTERM; a database that is unavailable is waited for.

    Args:
        settings: how.
        installation: whose work it is; this has a pool of its own on its database.
        link: to the supervisor.
    """
    stop = asyncio.Event()
    stop_on_signals(stop)
    storage = open_storage(settings, installation.secret_keys)
    progress = SweepProgress()
    async with beating(link, lambda: beat_of(progress)):
        while not stop.is_set():
            try:
                await _work(settings, installation, storage, progress, stop, link)
            except FAILURES as error:
                progress.error = type(error).__name__
                _log.warning("sweeps_not_started", reason=type(error).__name__)
                await sleep_unless_stopped(_RETRY_SECONDS, stop)


def beat_of(progress: SweepProgress) -> Beat | None:
    """Return the state of the sweeps; None when a step is past its limit, and the process has to be replaced."""
    if progress.stuck:
        return None
    failing = progress.failing
    return Beat(
        working=progress.has_begun,
        lag_seconds=progress.lag_seconds,
        problem=f"failing: {', '.join(failing)}" if failing else None,
        error=progress.error,
    )


async def _work(
    settings: Settings,
    installation: Installation,
    storage: Storage,
    progress: SweepProgress,
    stop: asyncio.Event,
    link: Link,
) -> None:
    outgoing = Outgoing(installation.secret_keys, settings.development, settings.webhook_proxy)
    pool = await open_pool(
        installation.location.application_url,
        CONNECTIONS,
        acquire_seconds=BACKGROUND_ACQUIRE_SECONDS,
        settings=locks.SETTINGS,
        name="background",
    )
    try:
        clock = Clock()
        bell = Bell(pool)
        listener = Listener(pool)
        _log.info("sweeps_started")
        async with (
            following_installation(
                pool,
                listener,
                clock,
                development=settings.development,
                on_production=lambda: end_development(link),
            ),
            bell.hearing_others(listener),
            listener.listening(),
            open_sweeps(
                storage,
                outgoing,
                stop,
                drain_seconds=plan_shutdown(settings.shutdown_seconds).requests,
            ) as sweeps,
        ):
            measuring = [
                asyncio.create_task(_measure(pool, clock, sweeps, progress), name="lag"),
                asyncio.create_task(
                    measure_every_minute(pool, clock, folders_of(settings)), name="minute numbers"
                ),
            ]
            try:
                await run_sweeps(pool, clock, bell, sweeps, stop, progress)
            finally:
                for task in measuring:
                    task.cancel()
                await asyncio.gather(*measuring, return_exceptions=True)
    finally:
        await pool.close()


def folders_of(settings: Settings) -> dict[str, Path]:
    """Return the folders that a server fills, by the names that their disks have in its numbers."""
    folders = {"data": settings.data_dir}
    if settings.storage_url is None:
        folders["files"] = settings.data_dir / FOLDER
    if settings.database_url is None:
        postgres = settings.data_dir / "postgres"
        folders |= {"postgres": postgres, "wal": postgres / "pg_wal"}
    return folders


async def _measure(
    pool: Pool, clock: Clock, sweeps: tuple[Sweep, ...], progress: SweepProgress
) -> None:
    while True:
        # Not at once: what became due while no server ran is only now being done.
        await asyncio.sleep(_SECONDS_BETWEEN_LAGS)
        with contextlib.suppress(*FAILURES):
            async with pool.acquire() as connection:
                progress.lag_seconds = await measure_lag(connection, sweeps, clock.now())
                await webhook_metrics.measure(connection, clock.now())
