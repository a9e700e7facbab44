"""SQL of jobs that are due for a sweep: those whose worker is silent, and the sandbox's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection, Row


class JobPosition(NamedTuple):
    """A place in the line of sandbox jobs, which is in (started_at, id) order."""

    started_at: datetime
    job_id: UUID


class SandboxCompletion(NamedTuple):
    """A job of a test tenant, and its files as they are stored."""

    job_id: UUID
    assets: list[dict[str, Any]]


async def tenants_with_silent_workers(
    connection: Connection, now: datetime, limit: int
) -> list[int]:
    """Tenants with claims that have lapsed, the longest lapsed first. Crosses tenants."""
    rows = await connection.fetch(
        """
        SELECT tenant_id FROM jobs WHERE status = 'running' AND lease_until <= $1
         GROUP BY tenant_id ORDER BY min(lease_until) LIMIT $2
        """,
        now,
        limit,
    )
    return [row["tenant_id"] for row in rows]


async def next_lapse(connection: Connection, after: datetime) -> datetime | None:
    """When the next claim lapses, after an instant. Crosses tenants."""
    lapse: datetime | None = await connection.fetchval(
        "SELECT min(lease_until) FROM jobs WHERE status = 'running' AND lease_until > $1", after
    )
    return lapse


async def expire_claims(connection: Connection, tenant_id: int, now: datetime, limit: int) -> int:
    """End at most ``limit`` lapsed claims of a tenant: try again, fail or cancel; gives how many."""
    ended = await connection.fetchval("SELECT claims_expire($1, $2, $3)", tenant_id, now, limit)
    return int(ended)


async def due_sandbox_jobs(
    connection: Connection, started_by: datetime, after: JobPosition | None, limit: int
) -> list[Row]:
    """Running jobs of test tenants that started by then, the oldest first. Crosses tenants.

    Columns: ``tenant_id, id, format, started_at, container_id, inputs``.
    """
    return await connection.fetch(
        """
        SELECT j.tenant_id, j.id, j.format, j.started_at, c.id AS container_id, c.inputs
          FROM (SELECT tenant_id, id, format, started_at FROM jobs
                 WHERE status = 'running' AND sandbox AND started_at <= $1
                   AND ($2::timestamptz IS NULL OR (started_at, id) > ($2, $3::uuid))
                 ORDER BY started_at, id LIMIT $4) j
          JOIN containers c ON c.tenant_id = j.tenant_id AND c.job_id = j.id
         ORDER BY j.started_at, j.id
        """,
        started_by,
        after.started_at if after else None,
        after.job_id if after else None,
        limit,
    )


async def next_sandbox_start(connection: Connection, after: datetime) -> datetime | None:
    """The first start after an instant of a sandbox job that still runs. Crosses tenants."""
    start: datetime | None = await connection.fetchval(
        """
        SELECT min(started_at) FROM jobs WHERE status = 'running' AND sandbox AND started_at > $1
        """,
        after,
    )
    return start


async def complete_sandbox_jobs(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[SandboxCompletion]
) -> int:
    """Complete jobs of a test tenant, for nothing; gives how many were not over already."""
    completed = await connection.fetchval(
        "SELECT sandbox_complete($1, $2, $3)", tenant_id, now, items
    )
    return int(completed)
