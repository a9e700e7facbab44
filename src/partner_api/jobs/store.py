"""SQL of jobs: starting them reserves credits, ending them settles or releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from partner_api.database.arguments import Caller, Idempotency, Outcome, call_money_function

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection, Row
    from partner_api.edge.identity.authentication import RateLimitTier


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
    caller: Caller
    social_account_id: UUID | None = None
    idempotency: Idempotency | None = None


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
    """Reserve, and create job and container, item by item in order.

    Facts: ``{job_id, container_id, project_id, reserved_credits, started_at}``.
    """
    return await call_money_function(connection, "job_start", tenant_id, now, items)


async def tenants_with_expired_jobs(
    connection: Connection, now: datetime, limit: int, resting: Collection[UUID] = ()
) -> list[int]:
    """Tenants that have open reservations past their time, the longest overdue first. Crosses tenants.

    Args:
        connection: any.
        now: what expires later does not count.
        limit: how many at most.
        resting: jobs that do not count either.
    """
    rows = await connection.fetch(
        """
        SELECT tenant_id FROM reservations
         WHERE status = 'open' AND expires_at <= $1 AND job_id <> ALL ($3::uuid[])
         GROUP BY tenant_id ORDER BY min(expires_at) LIMIT $2
        """,
        now,
        limit,
        list(resting),
    )
    return [row["tenant_id"] for row in rows]


async def next_expiry(connection: Connection, after: datetime) -> datetime | None:
    """The first expiry of an open reservation after an instant. Crosses tenants."""
    expiry: datetime | None = await connection.fetchval(
        "SELECT min(expires_at) FROM reservations WHERE status = 'open' AND expires_at > $1", after
    )
    return expiry


async def expired_jobs(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    limit: int,
    resting: Collection[UUID] = (),
) -> list[UUID]:
    """The jobs of a tenant with open reservations past their time, the longest overdue first, but for ``resting``."""
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
    """End at most ``limit`` overdue jobs of a tenant and release their reservations; gives how many."""
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


# A job with what its container, its reservation and its project say of it. Times of the job are its own.
_JOB = """
SELECT j.*, c.id AS container_id, r.credits, r.charged, p.organization_id
  FROM jobs j
  JOIN containers c ON c.tenant_id = j.tenant_id AND c.job_id = j.id
  JOIN reservations r ON r.tenant_id = j.tenant_id AND r.job_id = j.id
  JOIN projects p ON p.tenant_id = j.tenant_id AND p.id = j.project_id
"""


async def find_job(
    connection: Connection, tenant_id: int, organization_id: UUID, job_id: UUID
) -> Row | None:
    """An organization's job, with its container's id and what it reserved and was charged."""
    return await connection.fetchrow(
        f"{_JOB} WHERE j.tenant_id = $1 AND j.id = $2 AND p.organization_id = $3",
        tenant_id,
        job_id,
        organization_id,
    )


async def find_any_job(connection: Connection, job_id: UUID) -> Row | None:
    """The job with this id, wherever it is, with its container's inputs. Crosses tenants: for the operator only."""
    return await connection.fetchrow(
        f"{_JOB.replace('c.id AS container_id', 'c.id AS container_id, c.inputs')} WHERE j.id = $1",
        job_id,
    )


async def find_job_tenant(connection: Connection, job_id: UUID) -> int | None:
    """The tenant of a job. Crosses tenants: for workers, who know jobs by id alone."""
    tenant_id: int | None = await connection.fetchval(
        "SELECT tenant_id FROM jobs WHERE id = $1", job_id
    )
    return tenant_id


async def list_any_jobs(
    connection: Connection,
    *,
    statuses: Sequence[str] | None,
    formats: Sequence[str] | None,
    organization_id: UUID | None,
    before: UUID | None,
    limit: int,
) -> list[Row]:
    """A page of all jobs, newest first. Crosses tenants: for the operator only."""
    return await connection.fetch(
        f"""
        {_JOB}
         WHERE ($1::text[] IS NULL OR j.status = ANY ($1))
           AND ($2::text[] IS NULL OR j.format = ANY ($2))
           AND ($3::uuid IS NULL OR p.organization_id = $3)
           AND ($4::uuid IS NULL OR j.id < $4)
         ORDER BY j.id DESC LIMIT $5
        """,
        None if statuses is None else list(statuses),
        None if formats is None else list(formats),
        organization_id,
        before,
        limit,
    )


async def rate_limit_tier_of(
    connection: Connection, tenant_id: int, organization_id: UUID
) -> RateLimitTier:
    """The tier of an organization, which is its partner's."""
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


async def list_assets(
    connection: Connection, tenant_id: int, container_ids: Sequence[UUID]
) -> dict[UUID, list[Row]]:
    """The assets of containers, in their order, by container."""
    rows = await connection.fetch(
        """
        SELECT * FROM assets WHERE tenant_id = $1 AND container_id = ANY ($2)
         ORDER BY container_id, position
        """,
        tenant_id,
        list(container_ids),
    )
    found: dict[UUID, list[Row]] = {container_id: [] for container_id in container_ids}
    for row in rows:
        found[row["container_id"]].append(row)
    return found
