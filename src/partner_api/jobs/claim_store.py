"""SQL of claims: what workers do with jobs, canceling them, and the jobs of test tenants, which no worker gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

from partner_api.database.arguments import Actor, Idempotency, Outcome, call_money_function
from partner_api.database.rows import read_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.content.store import ContentFormat
    from partner_api.database.connection import Connection
    from partner_api.jobs.store import JobRelease


class ClaimedJob(Struct, frozen=True):
    """A job that a worker has, as the composite type of this name has it in SQL."""

    job_id: UUID
    attempt: int
    claim_token: UUID
    format: ContentFormat
    organization_id: UUID
    project_id: UUID
    container_id: UUID
    inputs: dict[str, Any]
    reserved_credits: int
    lease_until: datetime


class JobHeartbeat(NamedTuple):
    """A worker says that it is alive, and how far it is; None leaves stage or progress as it was."""

    job_id: UUID
    worker_id: str
    claim_token: UUID
    stage: str | None
    progress: float | None
    idempotency: Idempotency | None = None


class JobCompletion(NamedTuple):
    """A worker's result: the real cost, and the files that it uploaded, by name, size and hash."""

    job_id: UUID
    worker_id: str
    claim_token: UUID
    charged: int
    assets: list[dict[str, Any]]
    caller: Actor
    idempotency: Idempotency | None = None


class JobFailure(NamedTuple):
    """A worker gives a job back; ``retryable`` says whether another try may help."""

    job_id: UUID
    worker_id: str
    claim_token: UUID
    error_code: str
    error_message: str
    retryable: bool
    caller: Actor
    idempotency: Idempotency | None = None


class CancelItem(NamedTuple):
    """A job to cancel; with ``organization_id``, only if it is that organization's. In SQL, a ``job_cancellation``."""

    job_id: UUID
    organization_id: UUID | None
    caller: Actor
    idempotency: Idempotency | None = None


class SandboxCompletion(NamedTuple):
    """A job of a test tenant, and its files as they are stored."""

    job_id: UUID
    assets: list[dict[str, Any]]


class Claimed(NamedTuple):
    """Jobs that a worker got, and some that nobody can be given."""

    jobs: list[ClaimedJob]
    skipped: list[UUID]


async def waiting_jobs(connection: Connection, tenant_id: int, content_format: str) -> list[UUID]:
    """List the jobs of a tenant that wait for a worker in this format."""
    rows = await connection.fetch(
        """
        SELECT id FROM jobs
         WHERE tenant_id = $1 AND format = $2 AND status = 'running' AND claim_token IS NULL
        """,
        tenant_id,
        content_format,
    )
    return [row["id"] for row in rows]


async def claim_jobs(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    *,
    worker_id: str,
    formats: Sequence[str],
    lease_seconds: int,
    tokens: Sequence[UUID],
    caller: Actor,
    resting: Sequence[UUID] = (),
) -> Claimed:
    """Assign a tenant's oldest waiting jobs to a worker, one for each token, or fewer; none that is ``resting``."""
    (row,) = await connection.fetch(
        "SELECT p_claimed, p_skipped FROM jobs_claim_sound($1, $2, $3, $4, $5, $6, $7, $8)",
        tenant_id,
        now,
        worker_id,
        list(formats),
        lease_seconds,
        list(tokens),
        resting,
        caller,
    )
    return Claimed(read_rows(ClaimedJob, row["p_claimed"]), row["p_skipped"])


async def heartbeat(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[JobHeartbeat]
) -> list[Outcome]:
    """Extend claims and take progress. Facts: ``{cancel_requested, lease_until}``."""
    return await call_money_function(connection, "job_heartbeat", tenant_id, now, items)


async def complete_jobs(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[JobCompletion]
) -> list[Outcome]:
    """Complete jobs: files become assets, the cost is charged. Facts: ``{status, credits_charged}``."""
    return await call_money_function(connection, "job_complete", tenant_id, now, items)


async def fail_jobs(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[JobFailure]
) -> list[Outcome]:
    """Return jobs, to be tried again or to fail. Facts: ``{status}``, `running` for another try."""
    return await call_money_function(connection, "job_fail", tenant_id, now, items)


async def cancel_jobs(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[CancelItem]
) -> list[Outcome]:
    """Cancel jobs, at once or by telling their workers. Facts: ``{job_id, accepted, reason}``."""
    return await call_money_function(connection, "job_cancel", tenant_id, now, items)


async def lapsed_claims(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    limit: int,
    resting: Collection[UUID] = (),
) -> list[UUID]:
    """List jobs of a tenant whose claims have lapsed, the longest lapsed first, but for ``resting``."""
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
    """Complete jobs of a test tenant, for nothing; return how many were not over already."""
    completed = await connection.fetchval(
        "SELECT sandbox_complete($1, $2, $3)", tenant_id, now, items
    )
    return int(completed)


async def fail_sandbox_jobs(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[JobRelease]
) -> int:
    """End jobs of a test tenant that cannot be made; return how many were not over already."""
    failed = await connection.fetchval("SELECT sandbox_fail($1, $2, $3)", tenant_id, now, items)
    return int(failed)
