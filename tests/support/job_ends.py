"""How jobs end inside the database: what only other functions call, so these take a connection as the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from partner_api.database.arguments import SYSTEM, Actor, Outcome, call_money_function
from partner_api.jobs.store import JobRelease

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


class JobSettlement(NamedTuple):
    """The real cost of a finished job, at most what it reserved."""

    job_id: UUID
    charged: int
    caller: Actor = SYSTEM


def ending(job_id: UUID, status: str = "failed") -> JobRelease:
    """The end of a job that is not charged."""
    failed = status == "failed"
    return JobRelease(
        job_id,
        status,  # type: ignore[arg-type]  # tests also pass what comes out of a strategy
        "RENDER_FAILED" if failed else None,
        "It did not render." if failed else None,
        SYSTEM,
    )


async def settle_jobs(
    owner: Connection, tenant_id: int, now: datetime, items: Sequence[JobSettlement]
) -> list[Outcome]:
    """Charge finished jobs and free the rest of their reservations. Facts: ``{credits_charged}``."""
    return await call_money_function(owner, "job_settle", tenant_id, now, items)


async def release_jobs(
    owner: Connection, tenant_id: int, now: datetime, items: Sequence[JobRelease]
) -> list[Outcome]:
    """End jobs without a charge. Facts: ``{released_credits}``."""
    return await call_money_function(owner, "job_release", tenant_id, now, items)
