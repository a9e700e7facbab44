"""SQL of jobs: starting them reserves credits, ending them settles or releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from partner_api.database.arguments import Caller, Outcome, call_money_function

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


class JobStart(NamedTuple):
    """A job to start: ``credits`` is the estimate to reserve, ``running_jobs_limit`` None for no limit."""

    job_id: UUID
    container_id: UUID
    organization_id: UUID
    project_id: UUID
    format: str
    inputs: dict[str, Any]
    credits: int
    running_jobs_limit: int | None
    expires_at: datetime
    caller: Caller


class JobSettlement(NamedTuple):
    """The real cost of a finished job, at most what it reserved."""

    job_id: UUID
    charged: int
    caller: Caller


class JobRelease(NamedTuple):
    """A job that ends without a charge; the error belongs to ``failed`` only."""

    job_id: UUID
    status: Literal["failed", "canceled"]
    error_code: str | None
    error_message: str | None
    caller: Caller


async def start_jobs(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[JobStart]
) -> list[Outcome]:
    """Reserve, and create job and container, item by item in order. Facts: ``{reserved_credits}``."""
    return await call_money_function(connection, "job_start", tenant_id, now, items)


async def settle_jobs(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[JobSettlement]
) -> list[Outcome]:
    """Charge finished jobs and free the rest of their reservations. Facts: ``{credits_charged}``."""
    return await call_money_function(connection, "job_settle", tenant_id, now, items)


async def release_jobs(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[JobRelease]
) -> list[Outcome]:
    """End jobs without a charge. Facts: ``{released_credits}``."""
    return await call_money_function(connection, "job_release", tenant_id, now, items)


async def tenants_with_expired_jobs(connection: Connection, now: datetime, limit: int) -> list[int]:
    """Tenants that have open reservations past their time, the longest overdue first. Crosses tenants."""
    rows = await connection.fetch(
        """
        SELECT tenant_id FROM reservations WHERE status = 'open' AND expires_at <= $1
         GROUP BY tenant_id ORDER BY min(expires_at) LIMIT $2
        """,
        now,
        limit,
    )
    return [row["tenant_id"] for row in rows]


async def next_expiry(connection: Connection, after: datetime) -> datetime | None:
    """The first expiry of an open reservation after an instant. Crosses tenants."""
    expiry: datetime | None = await connection.fetchval(
        "SELECT min(expires_at) FROM reservations WHERE status = 'open' AND expires_at > $1", after
    )
    return expiry


async def expire_jobs(connection: Connection, tenant_id: int, now: datetime, limit: int) -> int:
    """Fail at most ``limit`` overdue jobs of a tenant and release their reservations; gives how many."""
    expired = await connection.fetchval("SELECT jobs_expire($1, $2, $3)", tenant_id, now, limit)
    return int(expired)
