"""The loop that claims slideshows until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog

from partner_api.database.arguments import SYSTEM
from partner_api.generation import claims
from partner_api.generation.uploads import HeldJob
from partner_api.rendering_worker.jobs import LEASE_SECONDS, Job
from partner_api.rendering_worker.renderer import Renderer
from partner_api.sweeps.loop import sleep_unless_stopped

if TYPE_CHECKING:
    from partner_api.clock import Clock
    from partner_api.database.connection import Pool, Row
    from partner_api.generation.storage import Storage
    from partner_api.settings import Settings

_log = structlog.get_logger(__name__)
FORMATS = ("slideshow_builder",)
CONNECTIONS_PER_PROCESS = 2
"""What one slideshow needs of the pool: its heartbeats, and its files."""

_PAUSE_SECONDS = 1.0
_PAUSE_AFTER_FAILURE_SECONDS = 5.0
_MOST_WORKER_CHARACTERS = 128


async def run_rendering(
    pool: Pool, clock: Clock, storage: Storage, settings: Settings, stop: asyncio.Event
) -> None:
    """Render slideshows, as many at a time as the settings say, until ``stop`` is set.

    What is being rendered then is finished if that is quick, and else given back.
    """
    name = f"{socket.gethostname()}:{os.getpid()}"[-_MOST_WORKER_CHARACTERS + 4 :]
    async with asyncio.TaskGroup() as slots:
        for number in range(1, settings.render_processes + 1):
            slot = _Slot(pool, clock, storage, settings, f"{name}:{number}")
            slots.create_task(slot.run(stop), name=f"rendering {number}")


class _Slot:
    """Renders one slideshow after the other."""

    def __init__(
        self, pool: Pool, clock: Clock, storage: Storage, settings: Settings, worker_id: str
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._storage = storage
        self._renderer = Renderer(settings.font_dir)
        # A stop of the whole server must not wait longer for a slideshow than for a request.
        self._grace_seconds = settings.shutdown_seconds / 2
        self._worker_id = worker_id
        self._last_tenant = -1

    async def run(self, stop: asyncio.Event) -> None:
        try:
            while not stop.is_set():
                pause = _PAUSE_SECONDS
                try:
                    # Before the claim: a machine that cannot render must not take jobs.
                    await self._renderer.start()
                    claimed = await self._claim()
                    if claimed is not None:
                        await self._work_on(*claimed, stop)
                        continue
                except Exception as error:
                    _log.warning("rendering_paused", reason=f"{type(error).__name__}: {error}")
                    pause = _PAUSE_AFTER_FAILURE_SECONDS
                await sleep_unless_stopped(pause, stop)
        finally:
            await self._renderer.kill()

    async def _claim(self) -> tuple[int, Row] | None:
        """Take the oldest job of the next tenant that has one."""
        async with self._pool.acquire() as connection:
            # Each tenant in its turn; after the last, the first again.
            for after in (self._last_tenant, -1):
                tenants = await claims.tenants_with_waiting_jobs(connection, FORMATS, after, 1)
                if tenants:
                    break
            else:
                return None
            (tenant_id,) = tenants
            self._last_tenant = tenant_id
            rows = await claims.claim_jobs(
                connection,
                tenant_id,
                self._clock.now(),
                worker_id=self._worker_id,
                formats=FORMATS,
                lease_seconds=LEASE_SECONDS,
                tokens=[uuid4()],
                caller=SYSTEM,
            )
        return (tenant_id, rows[0]) if rows else None

    async def _work_on(self, tenant_id: int, claimed: Row, stop: asyncio.Event) -> None:
        held = HeldJob(tenant_id, claimed["job_id"], self._worker_id, claimed["claim_token"])
        job = Job(self._pool, self._clock, self._storage, self._renderer, held, claimed)
        await job.run(stop, self._grace_seconds)
