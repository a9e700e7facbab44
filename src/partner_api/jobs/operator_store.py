"""SQL of jobs across tenants: one of them, what workers may claim, and what is due for a sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from partner_api.database.looks import look, look_up
from partner_api.database.rows import columns_of, read_row
from partner_api.jobs.store import JOB_COLUMNS, JOB_TABLES, Job

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.content.store import ContentFormat
    from partner_api.database.connection import Connection


class JobWithInputs(Job, frozen=True):
    """A job, and what its partner sent."""

    inputs: dict[str, Any]


class SandboxJob(Struct, frozen=True):
    """A running job of a test tenant."""

    tenant_id: int
    id: UUID
    format: ContentFormat
    container_id: UUID | None
    """None if the job has no container, which is a fault."""
    inputs: dict[str, Any]


async def find_job(connection: Connection, job_id: UUID) -> JobWithInputs | None:
    """Return a job with its inputs. Crosses tenants."""
    row = await connection.fetchrow(
        f"""
        SELECT {columns_of(JobWithInputs, "j", inputs="c.inputs", **JOB_COLUMNS)} {JOB_TABLES}
         WHERE j.id = $1
        """,
        job_id,
    )
    return read_row(JobWithInputs, row)


async def find_tenants(connection: Connection, job_ids: Sequence[UUID]) -> list[int | None]:
    """Return the tenant of each job, None for one that does not exist. Crosses tenants.

    Workers and operators know a job by its id alone.
    """
    # For one it is planned once, with an array at every call.
    if len(job_ids) == 1:
        rows = await look_up(
            connection,
            "SELECT id, tenant_id FROM jobs WHERE /* reached: tenant_id */ id = $1 LIMIT 1",
            job_ids[0],
        )
    else:
        rows = await look_up(
            connection,
            "SELECT id, tenant_id FROM jobs WHERE /* reached: tenant_id */ id = ANY ($1::uuid[])",
            list(job_ids),
            count=len(set(job_ids)),
        )
    tenants = {row["id"]: row["tenant_id"] for row in rows}
    return [tenants.get(job_id) for job_id in job_ids]


async def find_tenant_of_claim(
    connection: Connection, job_id: UUID, worker_id: str, claim_token: UUID, now: datetime
) -> int | None:
    """Return the tenant of the job that a worker claimed; None if the claim is not current. Crosses tenants."""
    rows = await look_up(
        connection,
        """
        SELECT tenant_id FROM jobs
         WHERE /* reached: tenant_id */ id = $1 AND worker_id = $2 AND claim_token = $3 AND status = 'running'
           AND expires_at > $4
        """,
        job_id,
        worker_id,
        claim_token,
        now,
    )
    return rows[0]["tenant_id"] if rows else None


async def tenants_with_waiting_jobs(
    connection: Connection,
    formats: Sequence[str],
    after: int,
    limit: int,
    resting: Sequence[UUID] = (),
) -> list[int]:
    """Return the next tenants by id that have jobs waiting in these formats. Crosses tenants.

    It steps from tenant to tenant in the index of the queue, so that ten thousand jobs of one cost as much as one.

    Args:
        connection: any.
        formats: any of these counts.
        after: only tenants with a higher id.
        limit: how many at most.
        resting: jobs that do not count.
    """
    rows = await look(
        connection,
        "SELECT unnest(jobs_waiting_tenants($1, $2, $3, $4)) AS tenant_id",
        list(formats),
        after,
        limit,
        list(resting),
        alone="""
        SELECT DISTINCT tenant_id FROM jobs
         WHERE /* reached: tenant_id */ format = ANY ($1::text[]) AND tenant_id > $2 AND status = 'running'
           AND claim_token IS NULL AND NOT sandbox AND id <> ALL ($4::uuid[])
         ORDER BY tenant_id LIMIT $3
        """,
    )
    return [row["tenant_id"] for row in rows]


async def tenants_with_expired_jobs(
    connection: Connection,
    now: datetime,
    limit: int,
    resting: Collection[UUID] = (),
    locked: Collection[int] = (),
) -> list[int]:
    """Return tenants that have open reservations past their time, the longest overdue first. Crosses tenants.

    Args:
        connection: any.
        now: what expires later does not count.
        limit: how many at most.
        resting: jobs that do not count either.
        locked: tenants that do not.
    """
    rows = await look(
        connection,
        """
        SELECT tenant_id FROM reservations
         WHERE /* reached: tenant_id */ status = 'open' AND expires_at <= $1 AND job_id <> ALL ($3::uuid[])
           AND tenant_id <> ALL ($4::bigint[])
         GROUP BY tenant_id ORDER BY min(expires_at) LIMIT $2
        """,
        now,
        limit,
        list(resting),
        list(locked),
    )
    return [row["tenant_id"] for row in rows]


async def next_expiry(connection: Connection, after: datetime) -> datetime | None:
    """Return the first expiry of an open reservation after an instant. Crosses tenants."""
    expiry: datetime | None = await connection.fetchval(
        "SELECT min(expires_at) FROM reservations WHERE status = 'open' AND expires_at > $1", after
    )
    return expiry


async def tenants_with_silent_workers(
    connection: Connection,
    now: datetime,
    limit: int,
    resting: Collection[UUID] = (),
    locked: Collection[int] = (),
) -> list[int]:
    """Return tenants with claims that have lapsed, the longest lapsed first. Crosses tenants.

    Args:
        connection: any.
        now: what lapses later does not count.
        limit: how many at most.
        resting: jobs that do not count either.
        locked: tenants that do not.
    """
    silent = await look(
        connection,
        """
        SELECT tenant_id FROM jobs
         WHERE /* reached: tenant_id */ status = 'running' AND lease_until <= $1 AND id <> ALL ($3::uuid[])
           AND tenant_id <> ALL ($4::bigint[])
         GROUP BY tenant_id ORDER BY min(lease_until) LIMIT $2
        """,
        now,
        limit,
        list(resting),
        list(locked),
    )
    return [row["tenant_id"] for row in silent]


async def next_lapse(connection: Connection, after: datetime) -> datetime | None:
    """Return when the next claim lapses after an instant. Crosses tenants."""
    lapse: datetime | None = await connection.fetchval(
        "SELECT min(lease_until) FROM jobs WHERE status = 'running' AND lease_until > $1", after
    )
    return lapse


async def next_sandbox_job(
    connection: Connection,
    started_by: datetime,
    after: int,
    put_off: Collection[UUID],
    locked: Collection[int] = (),
) -> SandboxJob | None:
    """Return the oldest running job of the next test tenant that has one that started by then. Crosses tenants.

    It takes one step in the index, so that ten thousand jobs of one tenant cost as much as one.

    Args:
        connection: any.
        started_by: jobs that started later do not count.
        after: only tenants with a higher id.
        put_off: jobs that do not count either.
        locked: tenants that do not.
    """
    rows = await look(
        connection,
        f"""
        SELECT {columns_of(SandboxJob, "j", container_id="c.id", inputs="coalesce(c.inputs, '{}')")}
          FROM (SELECT tenant_id, id, format FROM jobs
                 WHERE /* reached: tenant_id */ status = 'running' AND sandbox AND tenant_id > $2 AND started_at <= $1
                   AND id <> ALL ($3::uuid[]) AND tenant_id <> ALL ($4::bigint[])
                 ORDER BY tenant_id, started_at, id LIMIT 1) j
          LEFT JOIN containers c ON /* reached: c.tenant_id */ c.tenant_id = j.tenant_id AND c.job_id = j.id
        """,
        started_by,
        after,
        list(put_off),
        list(locked),
    )
    return read_row(SandboxJob, rows[0] if rows else None)


async def next_sandbox_start(connection: Connection, after: datetime) -> datetime | None:
    """Return the first start after an instant of a sandbox job that still runs. Crosses tenants."""
    start: datetime | None = await connection.fetchval(
        """
        SELECT min(started_at) FROM jobs WHERE status = 'running' AND sandbox AND started_at > $1
        """,
        after,
    )
    return start
