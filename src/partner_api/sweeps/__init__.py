"""Background work: due rows, advanced in bounded steps."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from partner_api.rendering.worker.renderer import Renderer
from partner_api.sweeps.books import CheckBooks
from partner_api.sweeps.claims import ExpireClaims
from partner_api.sweeps.events import PublishEvents
from partner_api.sweeps.expiries import ExpireJobs
from partner_api.sweeps.periods import EndPeriods
from partner_api.sweeps.renewals import RenewLeases
from partner_api.sweeps.retention import PurgeIdempotencyRecords, PurgeOutbox, RotateAuditPartitions
from partner_api.sweeps.sandbox_jobs import CompleteSandboxJobs
from partner_api.sweeps.sandbox_requests import AnswerSandboxRequests
from partner_api.sweeps.uploads import PurgeUploads
from partner_api.sweeps.webhooks import PurgeWebhooks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from partner_api.storage import Storage
    from partner_api.sweeps.sweep import Sweep


@contextlib.asynccontextmanager
async def open_sweeps(
    storage: Storage, stop: asyncio.Event | None = None
) -> AsyncIterator[tuple[Sweep, ...]]:
    """Create every sweep, and close what they have opened at the end of the block.

    Args:
        storage: has the files of generated content.
        stop: when it is set, a step that waits for a sample is ended at once.
    """
    samples = CompleteSandboxJobs(storage, Renderer.for_samples())

    async def close_at_stop() -> None:
        if stop is not None:
            await stop.wait()
            await samples.close()

    closing = asyncio.create_task(close_at_stop(), name="close sweeps")
    try:
        yield _sweeps(storage, samples)
    finally:
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)
        await samples.close()


def all_sweeps(storage: Storage) -> tuple[Sweep, ...]:
    """Create every sweep for looking at what is due; to run them, use ``open_sweeps``.

    ``storage`` has the files of generated content.
    """
    return _sweeps(storage, CompleteSandboxJobs(storage, Renderer.for_samples()))


def _sweeps(storage: Storage, samples: CompleteSandboxJobs) -> tuple[Sweep, ...]:
    return (
        ExpireJobs(),
        ExpireClaims(),
        EndPeriods(),
        RenewLeases(),
        AnswerSandboxRequests(),
        samples,
        PublishEvents(),
        PurgeIdempotencyRecords(),
        PurgeOutbox(),
        PurgeWebhooks(),
        RotateAuditPartitions(),
        PurgeUploads(storage),
        CheckBooks(),
    )
