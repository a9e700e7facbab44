"""SQL of jobs: starting them, which reserves credits, reading them, and ending those that are overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from msgspec import Struct

from partner_api.database.arguments import Actor, Idempotency, Outcome, call_money_function
from partner_api.database.rows import columns_of, read_row

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.content.store import ContentFormat
    from partner_api.database.connection import Connection
    from partner_api.edge.identity.authentication import RateLimitTier

JobStatus = Literal["running", "completed", "failed", "canceled"]


class Job(Struct, frozen=True):
    """A job, with what its container, its reservation and its project say of it."""

    tenant_id: int
    id: UUID
    organization_id: UUID
    """Of its project."""
    project_id: UUID
    container_id: UUID
    sandbox: bool
    format: ContentFormat
    status: JobStatus
    stage: str
    progress: float
    attempt: int
    worker_id: str | None
    claimed_at: datetime | None
    lease_until: datetime | None
    cancel_requested_at: datetime | None
    credits: int
    """What it reserved."""
    charged: int
    error_code: str | None
    error_message: str | None
    last_error_code: str | None
    last_error_message: str | None
    started_at: datetime
    expires_at: datetime
    finished_at: datetime | None


JOB_COLUMNS = {
    "organization_id": "p.organization_id",
    "container_id": "c.id",
    "credits": "r.credits",
    "charged": "r.charged",
}
"""What the columns of a job are called in ``JOB_TABLES``, other than those of ``j``."""

JOB_TABLES = """
  FROM jobs j
  JOIN containers c ON c.tenant_id = j.tenant_id AND c.job_id = j.id
  JOIN reservations r ON r.tenant_id = j.tenant_id AND r.job_id = j.id
  JOIN projects p ON p.tenant_id = j.tenant_id AND p.id = j.project_id
"""


class JobStart(NamedTuple):
    """A job to start.

    ``credits`` is the estimate to reserve, None for the price of the format; ``running_jobs_limit`` None for no limit.
    """

    job_id: UUID
    container_id: UUID
    organization_id: UUID
    project_id: UUID
    format: str
    inputs: dict[str, Any]
    credits: int | None
    running_jobs_limit: int | None
    expires_at: datetime
    caller: Actor
    social_account_id: UUID | None = None
    idempotency: Idempotency | None = None


class JobRelease(NamedTuple):
    """A job that ends without a charge; the error belongs to ``failed`` only."""

    job_id: UUID
    status: Literal["failed", "canceled"]
    error_code: str | None
    error_message: str | None
    caller: Actor


async def start_jobs(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[JobStart]
) -> list[Outcome]:
    """Reserve, and create job and container, item by item in order.

    Facts: ``{job_id, container_id, project_id, reserved_credits, started_at}``.
    """
    return await call_money_function(connection, "job_start", tenant_id, now, items)


async def expired_jobs(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    limit: int,
    resting: Collection[UUID] = (),
) -> list[UUID]:
    """List jobs of a tenant with open reservations past their time, the longest overdue first, but for ``resting``."""
    rows = await connection.fetch(
        """
        SELECT job_id FROM reservations
         WHERE tenant_id = $1 AND status = 'open' AND expires_at <= $2 AND job_id <> ALL ($4::uuid[])
         ORDER BY expires_at LIMIT $3
        """,
        tenant_id,
        now,
        limit,
        list(resting),
    )
    return [row["job_id"] for row in rows]


async def expire_jobs(connection: Connection, tenant_id: int, now: datetime, limit: int) -> int:
    """End at most ``limit`` overdue jobs of a tenant and release their reservations; return how many."""
    job_ids = await expired_jobs(connection, tenant_id, now, limit)
    ended, _ = await expire_these(connection, tenant_id, now, job_ids)
    return ended


async def expire_these(
    connection: Connection, tenant_id: int, now: datetime, job_ids: Sequence[UUID]
) -> tuple[int, list[UUID]]:
    """End these overdue jobs of a tenant and release their reservations.

    Returns:
        How many were ended, and those whose reservation is still open because nothing can be released of them.
    """
    (row,) = await connection.fetch(
        "SELECT p_ended, p_skipped FROM jobs_expire_these($1, $2, $3)", tenant_id, now, job_ids
    )
    return row["p_ended"], row["p_skipped"]


async def find_job(
    connection: Connection, tenant_id: int, organization_id: UUID, job_id: UUID
) -> Job | None:
    """Return an organization's job; None when it has no such job."""
    row = await connection.fetchrow(
        f"""
        SELECT {columns_of(Job, "j", **JOB_COLUMNS)} {JOB_TABLES}
         WHERE j.tenant_id = $1 AND j.id = $2 AND p.organization_id = $3
        """,
        tenant_id,
        job_id,
        organization_id,
    )
    return read_row(Job, row)


async def rate_limit_tier_of(
    connection: Connection, tenant_id: int, organization_id: UUID
) -> RateLimitTier:
    """Return the tier of an organization, which is its partner's."""
    tier: RateLimitTier = await connection.fetchval(
        """
        SELECT coalesce(p.rate_limit_tier, o.rate_limit_tier) FROM organizations o
          LEFT JOIN organizations p ON p.tenant_id = o.tenant_id AND p.id = o.parent_id
         WHERE o.tenant_id = $1 AND o.id = $2
        """,
        tenant_id,
        organization_id,
    )
    return tier
