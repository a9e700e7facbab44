"""Completing the jobs of test environments with samples, without workers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import asyncpg
import structlog

from partner_api.database.arguments import SYSTEM
from partner_api.database.outages import is_unavailable
from partner_api.database.skipped_rows import RestingRows, is_row_fault
from partner_api.ids import format_id
from partner_api.jobs import claim_store, operator_store
from partner_api.jobs.store import JobRelease
from partner_api.rendering.worker.renderer import (
    RendererDied,
    RendererNotStarted,
    RenderingFailed,
    RenderingTooLong,
)
from partner_api.storage import content_key
from partner_api.sweeps.locks import LATER, LockedTenants
from partner_api.sweeps.sandbox_requests import DELAY
from partner_api.sweeps.sweep import Sweep

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from partner_api.database.connection import Connection, Pool
    from partner_api.rendering.assets import RenderedAsset
    from partner_api.rendering.worker.renderer import Renderer
    from partner_api.storage import Storage

_log = structlog.get_logger(__name__)
_JOBS_PER_STEP = 50
# A step that has taken so long begins no further job: a stop is noticed between steps.
_SECONDS_PER_STEP = 2.0
# What cannot be stored now can be soon.
_LONGEST_REST_SECONDS = 60.0


class CompleteSandboxJobs(Sweep):
    """Completes the jobs of test environments with samples, made from what was asked for.

    Each tenant has one job in its turn, so that one whose jobs take long delays the others by one of them. A job
    whose sample cannot be rendered fails at once.

    Args:
        storage: where the samples go.
        renderer: makes them, in a process that starts when the first one is due.
    """

    name = "sandbox_jobs"
    pause_seconds = 0.5

    def __init__(
        self, storage: Storage, renderer: Renderer, *, seconds_per_step: float = _SECONDS_PER_STEP
    ) -> None:
        self._storage = storage
        self._seconds_per_step = seconds_per_step
        self._renderer = renderer
        self._last_tenant = -1
        self._resting: RestingRows[UUID] = RestingRows(
            self.name, longest_seconds=_LONGEST_REST_SECONDS
        )
        self._locked = LockedTenants(self.name)
        self._closed = False

    @property
    def left_some(self) -> bool:
        """Whether the last step left a tenant for a later one, because somebody held a lock of it."""
        return self._locked.left_some

    async def step(self, pool: Pool, now: datetime) -> int:
        """End jobs that are two seconds old, one commit each: up to 50, and none that would begin after two seconds.

        Returns how many it completed or failed.

        Raises:
            RendererNotStarted: this machine renders nothing.
        """
        ended = 0
        locked = self._locked.begin_step()
        until = time.monotonic() + self._seconds_per_step
        for _ in range(_JOBS_PER_STEP):
            job = await self._next(pool, now, locked)
            if job is None or self._closed:
                break
            try:
                ended += await self._end(pool, job, now)
                self._locked.end(job.tenant_id)
            except RendererDied:
                if self._closed:
                    break
                raise
            except LATER as error:
                # Its other jobs would be rendered for nothing.
                self._locked.leave(job.tenant_id, error)
                locked.append(job.tenant_id)
            except Exception as error:
                if isinstance(error, asyncpg.PostgresError) and not is_row_fault(error):
                    raise
                if is_unavailable(error):
                    raise
                # A job that cannot be rendered or stored does not hold up the others.
                self._skip(job, error)
            if time.monotonic() > until:
                break
        return ended

    async def next_due(self, connection: Connection, after: datetime) -> datetime | None:
        """Return when the next job is two seconds old."""
        started_at = await operator_store.next_sandbox_start(connection, after - DELAY)
        return None if started_at is None else started_at + DELAY

    async def close(self) -> None:
        """End the renderer. A step that waits for it ends too, and its job stays due."""
        self._closed = True
        await self._renderer.kill()

    async def _next(
        self, pool: Pool, now: datetime, locked: Sequence[int]
    ) -> operator_store.SandboxJob | None:
        """Return the oldest job of the next tenant; after the last tenant comes the first again."""
        resting = self._resting.keys
        async with pool.acquire() as connection:
            job = await operator_store.next_sandbox_job(
                connection, now - DELAY, self._last_tenant, resting, locked
            )
            if job is None and self._last_tenant >= 0:
                job = await operator_store.next_sandbox_job(
                    connection, now - DELAY, -1, resting, locked
                )
        self._last_tenant = -1 if job is None else job.tenant_id
        return job

    def _skip(self, job: operator_store.SandboxJob, error: Exception | None = None) -> None:
        self._resting.skip(job.id, error, tenant_id=job.tenant_id, job_id=format_id("job", job.id))

    async def _end(self, pool: Pool, job: operator_store.SandboxJob, now: datetime) -> int:
        if job.container_id is None:
            self._skip(job)
            return 0
        tenant_id = job.tenant_id
        try:
            rendered = await self._render(job)
        except RenderingFailed as error:
            _log.warning("sandbox_job_failed", job_id=str(job.id), reason=str(error))
            failure = JobRelease(job.id, "failed", "RENDERING_FAILED", _sentence(error), SYSTEM)
            async with pool.acquire() as connection:
                ended = await claim_store.fail_sandbox_jobs(connection, tenant_id, now, [failure])
                runs = not ended and await claim_store.runs(connection, tenant_id, job.id)
        else:
            files = await self._store(job.tenant_id, job.container_id, rendered)
            completion = claim_store.SandboxCompletion(job.id, files)
            async with pool.acquire() as connection:
                ended = await claim_store.complete_sandbox_jobs(
                    connection, tenant_id, now, [completion]
                )
                runs = not ended and await claim_store.runs(connection, tenant_id, job.id)
        if runs:
            # Nobody has canceled it meanwhile: it cannot be ended.
            self._skip(job)
        return ended

    async def _render(
        self, job: operator_store.SandboxJob, *, try_again: bool = True
    ) -> list[RenderedAsset]:
        """Render a sample, with a second process if the first one dies.

        Raises:
            RenderingFailed: it cannot be rendered.
            RendererNotStarted: there is no process to render it.
            RendererDied: this was closed.
        """
        try:
            return await self._renderer.sample(job.inputs, job.format)
        except RendererNotStarted:
            raise
        except RendererDied as error:
            if self._closed:
                raise
            if not try_again:
                # Two processes have died of it. A third would do no better, and other jobs wait.
                raise RenderingFailed(str(error)) from error
            _log.warning("sandbox_job_tried_again", job_id=str(job.id), reason=str(error))
        return await self._render(job, try_again=False)

    async def _store(
        self, tenant_id: int, container_id: UUID, rendered: list[RenderedAsset]
    ) -> list[dict[str, Any]]:
        """Store the files of a job; return them in the form that completes it."""
        assets = []
        for asset in rendered:
            key = content_key(tenant_id, container_id, asset.name, asset.content)
            stored = await self._storage.put(key, _once(asset.content))
            assets.append(
                {
                    "kind": asset.kind,
                    "name": asset.name,
                    "width": asset.width,
                    "height": asset.height,
                    "mime_type": asset.mime_type,
                    "size_bytes": stored.size_bytes,
                    "sha256": stored.sha256,
                    "storage_key": stored.key,
                }
            )
        return assets


def _sentence(error: RenderingFailed) -> str:
    """Return the sentence that tells the partner why there is no sample."""
    if isinstance(error, RenderingTooLong):
        return "Rendering the sample took too long; nothing was charged."
    return "The sample could not be rendered; nothing was charged."


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
