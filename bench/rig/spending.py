"""Reserving and settling through the driver, as the server does: in batches, over several connections."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from partner_api.clock import Clock
from partner_api.database.arguments import SYSTEM, Actor, call_money_function
from partner_api.ids import new_ulid, new_uuid7
from partner_api.jobs import store as job_store
from rig.tenants import require_done

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection, Pool
    from rig.tenants import Spender

RESERVED_CREDITS = 50
CHARGED_CREDITS = 40


class _Settlement(NamedTuple):
    """What the SQL function ``job_settle`` takes, which only other functions and the owner call."""

    job_id: UUID
    charged: int
    caller: Actor


async def spend(
    pool: Pool,
    spenders: Sequence[Spender],
    *,
    batch: int,
    connections: int,
    settle: bool,
    seconds: float,
) -> float:
    """Start jobs, and settle them if asked to, until the time is up; gives jobs per second.

    Args:
        pool: at least ``connections`` large.
        spenders: of one tenant; each job is a random one's.
        batch: jobs in one call.
        connections: how many make calls at the same time.
        settle: whether each batch is settled too, in a call of its own; the pool is then the owner's.
        seconds: how long.

    Raises:
        MeasurementError: a job was refused.
    """
    all_ready = asyncio.Barrier(connections)

    async def work() -> tuple[int, float]:
        jobs = 0
        async with pool.acquire() as connection:
            # A connection's first call makes its plans.
            await _one_batch(connection, spenders, batch, settle=settle)
            await all_ready.wait()
            began = perf_counter()
            while perf_counter() < began + seconds:
                await _one_batch(connection, spenders, batch, settle=settle)
                jobs += batch
        return jobs, perf_counter() - began

    done = await asyncio.gather(*(work() for _ in range(connections)))
    return sum(jobs for jobs, _ in done) / max(elapsed for _, elapsed in done)


async def _one_batch(
    connection: Connection, spenders: Sequence[Spender], size: int, *, settle: bool
) -> None:
    now = Clock().now()
    tenant_id = spenders[0].tenant_id
    starts = [_start_of(random.choice(spenders), now) for _ in range(size)]
    require_done(await job_store.start_jobs(connection, tenant_id, now, starts))
    if settle:
        settlements = [_Settlement(start.job_id, CHARGED_CREDITS, SYSTEM) for start in starts]
        now = Clock().now()
        require_done(
            await call_money_function(connection, "job_settle", tenant_id, now, settlements)
        )


def _start_of(spender: Spender, now: datetime) -> job_store.JobStart:
    return job_store.JobStart(
        new_ulid(now),
        new_uuid7(now),
        spender.organization_id,
        spender.project_id,
        "video_remix",
        {},
        RESERVED_CREDITS,
        None,
        now + timedelta(days=1),
        SYSTEM,
    )
