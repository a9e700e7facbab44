"""Background work: due rows, advanced in bounded steps."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from partner_api.rendering.worker.renderer import Renderer
from partner_api.sweeps.books import Books
from partner_api.sweeps.claims import Claims
from partner_api.sweeps.expiries import Expiries
from partner_api.sweeps.periods import Periods
from partner_api.sweeps.renewals import Renewals
from partner_api.sweeps.retention import AuditPartitions, IdempotencyRecords, Outbox
from partner_api.sweeps.sandbox import SandboxJobs, SandboxRequests
from partner_api.sweeps.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from partner_api.storage import Storage
    from partner_api.sweeps.sweep import Sweep


@contextlib.asynccontextmanager
async def open_sweeps(
    storage: Storage, stop: asyncio.Event | None = None
) -> AsyncIterator[tuple[Sweep, ...]]:
    """Make every sweep, and close what they have opened at the end of the block.

    Args:
        storage: has the files of generated content.
        stop: when it is set, a step that waits for a sample is ended at once.
    """
    samples = SandboxJobs(storage, Renderer.for_samples())

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
    """Make every sweep for looking at what is due; whoever runs them opens them.

    ``storage`` has the files of generated content.
    """
    return _sweeps(storage, SandboxJobs(storage, Renderer.for_samples()))


def _sweeps(storage: Storage, samples: SandboxJobs) -> tuple[Sweep, ...]:
    return (
        Expiries(),
        Claims(),
        Periods(),
        Renewals(),
        SandboxRequests(),
        samples,
        IdempotencyRecords(),
        Outbox(),
        AuditPartitions(),
        Uploads(storage),
        Books(),
    )
