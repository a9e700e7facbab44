"""The loop that claims slideshows until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import structlog

from partner_api.content.upload_store import HeldJob
from partner_api.database.arguments import SYSTEM
from partner_api.database.skipped_rows import RestingRows
from partner_api.ids import format_id
from partner_api.jobs import claim_store, operator_store
from partner_api.rendering.worker.health import Steps
from partner_api.rendering.worker.jobs import LEASE_SECONDS, Job, ended
from partner_api.rendering.worker.renderer import Renderer
from partner_api.sweeps.loop import sleep_unless_stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from uuid import UUID

    from partner_api.clock import Clock
    from partner_api.database.connection import Pool
    from partner_api.jobs.claim_store import ClaimedJob
    from partner_api.settings.table import Settings
    from partner_api.storage import Storage

T = TypeVar("T")
_log = structlog.get_logger(__name__)
FORMATS = ("slideshow_builder",)
CONNECTIONS_PER_PROCESS = 2
"""What one slideshow needs of the pool: its heartbeats, and its files."""

_PAUSE_SECONDS = 1.0
_PAUSE_AFTER_FAILURE_SECONDS = 5.0
_MOST_WORKER_CHARACTERS = 128
# Of the time that a stop of the whole server may take: for what is being claimed, to finish the job in hand, and to
# give it back. The rest is for what comes after this.
_CLAIM_SHARE = 0.1
_FINISH_SHARE = 0.4
_GIVE_BACK_SHARE = 0.2


async def run_rendering(
    pool: Pool,
    clock: Clock,
    storage: Storage,
    settings: Settings,
    stop: asyncio.Event,
    beat: Callable[[], None] | None = None,
) -> None:
    """Render slideshows, as many at a time as the settings say, until ``stop`` is set.

    What is being rendered then is finished if that is quick, and else given back; whatever the database does, this
    ends within four fifths of the time that the settings give a stop.

    Args:
        pool: the database.
        clock: the installation's time.
        storage: where the files go.
        settings: how many at a time, with which fonts.
        stop: ends it.
        beat: called at least once a second, as long as all of them get on or wait for something to do.
    """
    name = f"{socket.gethostname()}:{os.getpid()}"[-_MOST_WORKER_CHARACTERS + 4 :]
    steps = Steps()
    resting: RestingRows[UUID] = RestingRows("rendering_claim")
    async with steps.telling(beat), asyncio.TaskGroup() as slots:
        for number in range(1, settings.render_processes + 1):
            slot = _Slot(pool, clock, storage, settings, f"{name}:{number}", steps, resting)
            slots.create_task(slot.run(stop), name=f"rendering {number}")


class _Slot:
    """Renders one slideshow after the other."""

    def __init__(
        self,
        pool: Pool,
        clock: Clock,
        storage: Storage,
        settings: Settings,
        worker_id: str,
        steps: Steps,
        resting: RestingRows[UUID],
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._storage = storage
        self._renderer = Renderer.for_slideshows(settings.font_dir)
        self._stop_seconds = settings.shutdown_seconds
        self._worker_id = worker_id
        self._steps = steps
        self._resting = resting
        self._last_tenant = -1

    async def run(self, stop: asyncio.Event) -> None:
        try:
            while not stop.is_set():
                pause = _PAUSE_SECONDS
                try:
                    self._begin_step()
                    # Before the claim: a machine that cannot render must not take jobs.
                    await _unless_stopped(self._renderer.start(), stop, 0)
                    self._begin_step()
                    claimed = await _unless_stopped(
                        self._claim(), stop, self._stop_seconds * _CLAIM_SHARE
                    )
                    if claimed is not None:
                        await self._work_on(*claimed, stop)
                        continue
                except Exception as error:
                    _log.warning("rendering_paused", reason=f"{type(error).__name__}: {error}")
                    pause = _PAUSE_AFTER_FAILURE_SECONDS
                self._begin_step()
                await sleep_unless_stopped(pause, stop)
        finally:
            await self._renderer.kill()

    def _begin_step(self) -> None:
        self._steps.begin(self._worker_id)

    async def _claim(self) -> tuple[int, ClaimedJob] | None:
        """Take the oldest job of the next tenant that has one."""
        resting = self._resting.keys
        async with self._pool.acquire() as connection:
            # Each tenant in its turn; after the last, the first again.
            for after in (self._last_tenant, -1):
                tenants = await operator_store.tenants_with_waiting_jobs(
                    connection, FORMATS, after, 1, resting
                )
                if tenants:
                    break
            else:
                return None
            (tenant_id,) = tenants
            self._last_tenant = tenant_id
            given = await claim_store.claim_jobs(
                connection,
                tenant_id,
                self._clock.now(),
                worker_id=self._worker_id,
                formats=FORMATS,
                lease_seconds=LEASE_SECONDS,
                tokens=[uuid4()],
                caller=SYSTEM,
                resting=resting,
            )
        for job_id in given.skipped:
            self._resting.skip(job_id, tenant_id=tenant_id, job_id=format_id("job", job_id))
        return (tenant_id, given.jobs[0]) if given.jobs else None

    async def _work_on(self, tenant_id: int, claimed: ClaimedJob, stop: asyncio.Event) -> None:
        held = HeldJob(tenant_id, claimed.job_id, self._worker_id, claimed.claim_token)
        job = Job(
            self._pool,
            self._clock,
            self._storage,
            self._renderer,
            held,
            claimed,
            self._begin_step,
        )
        await job.run(
            stop, self._stop_seconds * _FINISH_SHARE, self._stop_seconds * _GIVE_BACK_SHARE
        )


async def _unless_stopped(
    work: Coroutine[None, None, T], stop: asyncio.Event, seconds: float
) -> T | None:
    """Do some work; when it is time to stop it has so many seconds more, then it is given up: None."""
    working = asyncio.create_task(work)
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            await asyncio.wait({working}, timeout=seconds)
        return await working if working.done() else None
    finally:
        for task in (working, stopped):
            await ended(task)
