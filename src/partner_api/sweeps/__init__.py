"""Background work: due rows, advanced in bounded steps."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from partner_api.rendering.worker.renderer import Renderer
from partner_api.sweeps.books import CheckBooks
from partner_api.sweeps.claims import ExpireClaims
from partner_api.sweeps.daily_totals import CountDays
from partner_api.sweeps.deliveries import DeliverWebhooks
from partner_api.sweeps.events import PublishEvents
from partner_api.sweeps.expiries import ExpireJobs
from partner_api.sweeps.periods import EndPeriods
from partner_api.sweeps.portal_sessions import PurgePortalSessions
from partner_api.sweeps.renewals import RenewLeases
from partner_api.sweeps.retention import (
    PurgeIdempotencyRecords,
    PurgeOutbox,
    PurgeSessions,
    RotateAuditPartitions,
)
from partner_api.sweeps.sandbox_jobs import CompleteSandboxJobs
from partner_api.sweeps.sandbox_requests import AnswerSandboxRequests
from partner_api.sweeps.uploads import PurgeUploads
from partner_api.sweeps.webhooks import PurgeWebhooks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from partner_api.storage import Storage
    from partner_api.sweeps.sweep import Sweep
    from partner_api.webhooks.sending.sender import Outgoing


@contextlib.asynccontextmanager
async def open_sweeps(
    storage: Storage,
    outgoing: Outgoing,
    stop: asyncio.Event | None = None,
    *,
    drain_seconds: float | None = None,
) -> AsyncIterator[tuple[Sweep, ...]]:
    """Create every sweep, and close what they have opened at the end of the block.

    Args:
        storage: has the files of generated content.
        outgoing: what webhooks are sent with.
        stop: when it is set, a step that waits for a sample is ended at once.
        drain_seconds: how long webhooks that are being sent may go on after the last step; None: each step waits
            for the answers to all that it sends.
    """
    samples = CompleteSandboxJobs(storage, Renderer.for_samples())
    deliveries = DeliverWebhooks(outgoing, drain_seconds=drain_seconds)

    async def close_at_stop() -> None:
        if stop is not None:
            await stop.wait()
            await samples.close()

    closing = asyncio.create_task(close_at_stop(), name="close sweeps")
    try:
        yield _sweeps(storage, samples, deliveries)
    finally:
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)
        await deliveries.close()
        await samples.close()


def all_sweeps(storage: Storage, outgoing: Outgoing) -> tuple[Sweep, ...]:
    """Create every sweep for looking at what is due; to run them, use ``open_sweeps``.

    ``storage`` has the files of generated content; with ``outgoing`` webhooks are sent.
    """
    samples = CompleteSandboxJobs(storage, Renderer.for_samples())
    return _sweeps(storage, samples, DeliverWebhooks(outgoing, drain_seconds=None))


def _sweeps(
    storage: Storage, samples: CompleteSandboxJobs, deliveries: DeliverWebhooks
) -> tuple[Sweep, ...]:
    return (
        ExpireJobs(),
        ExpireClaims(),
        EndPeriods(),
        RenewLeases(),
        AnswerSandboxRequests(),
        samples,
        PublishEvents(),
        deliveries,
        PurgeIdempotencyRecords(),
        PurgeOutbox(),
        PurgePortalSessions(),
        PurgeWebhooks(),
        PurgeSessions(),
        RotateAuditPartitions(),
        PurgeUploads(storage),
        CountDays(),
        CheckBooks(),
    )
