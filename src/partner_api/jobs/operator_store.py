"""SQL of jobs that are due for a sweep: those whose worker is silent, and the sandbox's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection, Row
    from partner_api.jobs.store import JobRelease


class SandboxCompletion(NamedTuple):
    """A job of a test tenant, and its files as they are stored."""

    job_id: UUID
    assets: list[dict[str, Any]]


async def tenants_with_silent_workers(
    connection: Connection, now: datetime, limit: int, resting: Collection[UUID] = ()
) -> list[int]:
    """Tenants with claims that have lapsed, the longest lapsed first. Crosses tenants.

    Args:
        connection: any.
        now: what lapses later does not count.
        limit: how many at most.
        resting: jobs that do not count either.
    """
    rows = await connection.fetch(
        """
        SELECT tenant_id FROM jobs
         WHERE status = 'running' AND lease_until <= $1 AND id <> ALL ($3::uuid[])
         GROUP BY tenant_id ORDER BY min(lease_until) LIMIT $2
        """,
        now,
        limit,
        list(resting),
    )
    return [row["tenant_id"] for row in rows]


async def next_lapse(connection: Connection, after: datetime) -> datetime | None:
    """When the next claim lapses, after an instant. Crosses tenants."""
    lapse: datetime | None = await connection.fetchval(
        "SELECT min(lease_until) FROM jobs WHERE status = 'running' AND lease_until > $1", after
    )
    return lapse


async def lapsed_claims(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    limit: int,
    resting: Collection[UUID] = (),
) -> list[UUID]:
    """The jobs of a tenant whose claims have lapsed, the longest lapsed first, but for ``resting``."""
    rows = await connection.fetch(
        """
        SELECT id FROM jobs
         WHERE tenant_id = $1 AND status = 'running' AND lease_until <= $2 AND id <> ALL ($4::uuid[])
         ORDER BY lease_until LIMIT $3
        """,
        tenant_id,
        now,
        limit,
        list(resting),
    )
    return [row["id"] for row in rows]


async def expire_claims(
    connection: Connection, tenant_id: int, now: datetime, job_ids: Sequence[UUID]
) -> tuple[int, list[UUID]]:
    """End lapsed claims of a tenant: try again, fail or cancel.

    Returns:
        How many were ended, and the jobs that are still claimed because they cannot be ended.
    """
    (row,) = await connection.fetch(
        "SELECT p_ended, p_skipped FROM claims_expire_these($1, $2, $3)", tenant_id, now, job_ids
    )
    return row["p_ended"], row["p_skipped"]


async def next_sandbox_job(
    connection: Connection, started_by: datetime, after: int, put_off: Collection[UUID]
) -> Row | None:
    """The oldest running job of the next test tenant that has one that started by then. Crosses tenants.

    It takes one step in the index, so that ten thousand jobs of one tenant cost as much as one.

    Args:
        connection: any.
        started_by: jobs that started later do not count.
        after: only tenants with a higher id.
        put_off: jobs that do not count either.

    Columns: ``tenant_id, id, format, container_id, inputs``; the last two are None if the job has no container.
    """
    return await connection.fetchrow(
        """
        SELECT j.tenant_id, j.id, j.format, c.id AS container_id, c.inputs
          FROM (SELECT tenant_id, id, format FROM jobs
                 WHERE status = 'running' AND sandbox AND tenant_id > $2 AND started_at <= $1
                   AND id <> ALL ($3::uuid[])
                 ORDER BY tenant_id, started_at, id LIMIT 1) j
          LEFT JOIN containers c ON c.tenant_id = j.tenant_id AND c.job_id = j.id
        """,
        started_by,
        after,
        list(put_off),
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


async def runs(connection: Connection, tenant_id: int, job_id: UUID) -> bool:
    """Return whether a job is not over."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM jobs WHERE tenant_id = $1 AND id = $2 AND status = 'running')",
            tenant_id,
            job_id,
        )
    )


async def complete_sandbox_jobs(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[SandboxCompletion]
) -> int:
    """Complete jobs of a test tenant, for nothing; gives how many were not over already."""
    completed = await connection.fetchval(
        "SELECT sandbox_complete($1, $2, $3)", tenant_id, now, items
    )
    return int(completed)


async def fail_sandbox_jobs(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[JobRelease]
) -> int:
    """End jobs of a test tenant that cannot be made; gives how many were not over already."""
    failed = await connection.fetchval("SELECT sandbox_fail($1, $2, $3)", tenant_id, now, items)
    return int(failed)
