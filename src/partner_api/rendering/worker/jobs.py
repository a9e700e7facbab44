"""One claimed job, from its claim to its end."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from partner_api.content.upload_store import ClaimLost, HeldJob, upload
from partner_api.database.arguments import SYSTEM
from partner_api.database.outages import FAILURES
from partner_api.jobs import claim_store
from partner_api.rendering.assets import SlideshowInputs
from partner_api.rendering.worker.renderer import RenderingFailed
from partner_api.time_limits import KILL_SECONDS, OUTAGE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from partner_api.clock import Clock
    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection, Pool
    from partner_api.jobs.claim_store import ClaimedJob
    from partner_api.rendering.assets import RenderedAsset
    from partner_api.rendering.worker.renderer import Renderer
    from partner_api.storage import Storage

T = TypeVar("T")
_log = structlog.get_logger(__name__)

LEASE_SECONDS = 30
# How much of the job is done when a stage begins.
_SHARES = {"rendering": (0.0, 0.7), "uploading": (0.7, 0.95), "finalizing": (0.95, 0.95)}
_HEARTBEAT_CHECK_SECONDS = 0.5
_SILENCE_SECONDS = LEASE_SECONDS / 3
_RETRY_SECONDS = 1.0


class Canceled(Exception):
    """Somebody wants the job to end."""


@dataclass(slots=True)
class JobProgress:
    """How far a job is, as its next heartbeat will say."""

    stage: str = "rendering"
    progress: float = 0.0

    def reach(self, stage: str, share: float) -> None:
        """Note that so much of a stage is done, 0 to 1."""
        start, end = _SHARES[stage]
        self.stage = stage
        self.progress = max(self.progress, start + (end - start) * share)


class Job:
    """Works on a claimed slideshow.

    Args:
        pool: the database.
        clock: the installation's time.
        storage: where the files go.
        renderer: makes them.
        held: the claim.
        claimed: the job, as the claim answered it.
        begin_step: called whenever something of the job is done, and the next thing begins.
    """

    def __init__(
        self,
        pool: Pool,
        clock: Clock,
        storage: Storage,
        renderer: Renderer,
        held: HeldJob,
        claimed: ClaimedJob,
        begin_step: Callable[[], None],
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._storage = storage
        self._renderer = renderer
        self._held = held
        self._claimed = claimed
        self._begin_step = begin_step
        self._progress = JobProgress()
        self._heartbeat_lock = asyncio.Lock()
        self._completing = False
        self._log = _log.bind(job_id=str(held.job_id), attempt=claimed.attempt)

    async def run(
        self, stop: asyncio.Event, finish_seconds: float, give_back_seconds: float
    ) -> None:
        """Bring the job to its end: completed, failed, canceled, or given back.

        Args:
            stop: when it is set, the job is given back, unless it ends soon.
            finish_seconds: how long a stop waits for that.
            give_back_seconds: how long it then takes at most to give the job back. If that does not succeed, because
                the database is unavailable, the end of the claim says the same later.
        """
        working = asyncio.create_task(self._work())
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                await asyncio.wait({working}, timeout=finish_seconds)
            if working.done():
                await working
                return
            await ended(working)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(give_back_seconds):
                    await self._give_back(
                        "WORKER_STOPPED", "The worker was stopped.", retryable=True
                    )
        finally:
            for task in (working, stopped):
                await ended(task)

    async def _work(self) -> None:
        making = asyncio.create_task(self._make())
        heartbeats = asyncio.create_task(self._heartbeat_loop())
        try:
            await asyncio.wait({making, heartbeats}, return_when=asyncio.FIRST_COMPLETED)
            await (making if making.done() else heartbeats)
        except Canceled:
            await ended(making)
            await self._give_back("CANCELED", "The job was canceled.", retryable=False)
        except ClaimLost:
            self._log.warning("claim_lost")
        except RenderingFailed as error:
            self._log.error("rendering_failed", reason=str(error))
            await self._give_back(
                "RENDERING_FAILED", "The slides could not be rendered.", retryable=False
            )
        except Exception as error:
            # Whatever it was, another attempt may succeed, and nobody should wait for the claim's end.
            self._log.warning("attempt_failed", exc_info=error)
            await self._give_back("WORKER_FAILED", "The worker had a fault.", retryable=True)
        finally:
            for task in (making, heartbeats):
                await ended(task)

    async def _make(self) -> None:
        assets = await self._renderer.render(
            SlideshowInputs(self._claimed.inputs["hook"]), self._reach
        )
        for position, asset in enumerate(assets):
            self._reach("uploading", position / len(assets))
            await self._through_outages(partial(self._upload, asset))
        self._reach("finalizing", 1)
        await self._heartbeat()
        async with self._heartbeat_lock:
            # A heartbeat after the completion would be told that the claim is over.
            self._completing = True
        charged = self._claimed.reserved_credits
        completion = claim_store.JobCompletion(
            self._held.job_id,
            self._held.worker_id,
            self._held.claim_token,
            charged,
            [_noted(asset) for asset in assets],
            SYSTEM,
        )
        outcome = await self._report(
            lambda connection: claim_store.complete_jobs(
                connection, self._held.tenant_id, self._clock.now(), [completion]
            )
        )
        if outcome.status == "refused":
            raise RenderingFailed(f"the result was refused: {outcome.code} {outcome.facts}")
        self._log.info("job_ended", assets=len(assets), status=(outcome.facts or {}).get("status"))

    def _reach(self, stage: str, share: float) -> None:
        self._begin_step()
        self._progress.reach(stage, share)

    async def _upload(self, asset: RenderedAsset) -> None:
        async def content() -> AsyncIterator[bytes]:
            yield asset.content

        await upload(self._pool, self._storage, self._clock.now, self._held, asset.name, content())

    async def _heartbeat_loop(self) -> None:
        """Send a heartbeat every ten seconds, and soon after the progress has changed.

        Raises:
            Canceled, ClaimLost: there is no use in going on.
        """
        said = JobProgress(stage="")
        silent = _SILENCE_SECONDS
        while True:
            if silent >= _SILENCE_SECONDS or said != self._progress:
                said = JobProgress(self._progress.stage, self._progress.progress)
                silent = 0.0
                async with self._heartbeat_lock:
                    if not self._completing:
                        await self._heartbeat()
            await asyncio.sleep(_HEARTBEAT_CHECK_SECONDS)
            silent += _HEARTBEAT_CHECK_SECONDS

    async def _heartbeat(self) -> None:
        heartbeat = claim_store.JobHeartbeat(
            self._held.job_id,
            self._held.worker_id,
            self._held.claim_token,
            self._progress.stage,
            self._progress.progress,
        )
        outcome = await self._report(
            lambda connection: claim_store.heartbeat(
                connection, self._held.tenant_id, self._clock.now(), [heartbeat]
            )
        )
        if (outcome.facts or {}).get("cancel_requested"):
            raise Canceled

    async def _give_back(self, code: str, message: str, *, retryable: bool) -> None:
        failure = claim_store.JobFailure(
            self._held.job_id,
            self._held.worker_id,
            self._held.claim_token,
            code,
            message,
            retryable,
            SYSTEM,
        )
        # What cannot be said now, the end of the claim says later.
        with contextlib.suppress(ClaimLost, *FAILURES):
            outcome = await self._report(
                lambda connection: claim_store.fail_jobs(
                    connection, self._held.tenant_id, self._clock.now(), [failure]
                )
            )
            status = (outcome.facts or {}).get("status")
            self._log.info("job_given_back", code=code, status=status)

    async def _report(self, call: Callable[[Connection], Awaitable[list[Outcome]]]) -> Outcome:
        """Call a function of ``claim_store``.

        Raises:
            ClaimLost: the claim is not the current one.
            OSError, asyncpg.PostgresError: the outage lasts too long.
        """

        async def report() -> Outcome:
            async with self._pool.acquire() as connection:
                (outcome,) = await call(connection)
            return outcome

        outcome = await self._through_outages(report)
        if outcome.status == "refused" and outcome.code in {"CONFLICT", "NOT_FOUND"}:
            raise ClaimLost
        return outcome

    async def _through_outages(self, work: Callable[[], Awaitable[T]]) -> T:
        """Try again while the database is unavailable, as long as the claim may still be ours.

        Raises:
            OSError, asyncpg.PostgresError: the outage lasts too long.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + OUTAGE_SECONDS
        while True:
            try:
                return await work()
            except FAILURES as error:
                if loop.time() > deadline:
                    raise
                self._log.warning("report_delayed", reason=type(error).__name__)
            await asyncio.sleep(_RETRY_SECONDS)


def _noted(asset: RenderedAsset) -> dict[str, Any]:
    """Describe a file as the function that completes a job wants it."""
    return {
        "kind": asset.kind,
        "name": asset.name,
        "width": asset.width,
        "height": asset.height,
        "mime_type": asset.mime_type,
        "size_bytes": len(asset.content),
        "sha256": hashlib.sha256(asset.content).hexdigest(),
    }


async def ended(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait for its end; what it raised was dealt with, or is of no use any more."""
    task.cancel()
    await asyncio.wait({task}, timeout=KILL_SECONDS)
    if task.done() and not task.cancelled():
        task.exception()
