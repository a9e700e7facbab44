"""SQL of claims: what workers do with jobs, and canceling, which they are told of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from partner_api.database.arguments import Caller, Idempotency, Outcome, call_money_function

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection, Row


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
    caller: Caller
    idempotency: Idempotency | None = None


class JobFailure(NamedTuple):
    """A worker gives a job back; ``retryable`` says whether another try may help."""

    job_id: UUID
    worker_id: str
    claim_token: UUID
    error_code: str
    error_message: str
    retryable: bool
    caller: Caller
    idempotency: Idempotency | None = None


class CancelItem(NamedTuple):
    """A job to cancel; with ``organization_id``, only if it is that organization's. In SQL, a ``job_cancellation``."""

    job_id: UUID
    organization_id: UUID | None
    caller: Caller
    idempotency: Idempotency | None = None


class Claimed(NamedTuple):
    """Jobs that a worker got, as rows of the composite type ``claimed_job``, and some that nobody can be given."""

    rows: list[Row]
    skipped: list[UUID]


async def tenants_with_waiting_jobs(
    connection: Connection,
    formats: Sequence[str],
    after: int,
    limit: int,
    resting: Sequence[UUID] = (),
) -> list[int]:
    """The next tenants by id that have jobs waiting in these formats. Crosses tenants.

    It steps from tenant to tenant in the index, so that ten thousand jobs of one cost as much as one.

    Args:
        connection: any.
        formats: any of these counts.
        after: only tenants with a higher id.
        limit: how many at most.
        resting: jobs that do not count.
    """
    rows = await connection.fetch(
        """
        WITH RECURSIVE ring (tenant_id, place) AS (
            SELECT $2::bigint, 0
             UNION ALL
            SELECT n.tenant_id, ring.place + 1 FROM ring CROSS JOIN LATERAL (
                SELECT min(w.tenant_id) AS tenant_id
                  FROM unnest($1::text[]) f (format) CROSS JOIN LATERAL (
                       SELECT j.tenant_id FROM jobs j
                        WHERE j.format = f.format AND j.tenant_id > ring.tenant_id
                          AND j.status = 'running' AND j.claim_token IS NULL AND NOT j.sandbox
                          AND j.id <> ALL ($4::uuid[])
                        ORDER BY j.tenant_id LIMIT 1) w) n
             WHERE ring.place < $3 AND n.tenant_id IS NOT NULL)
        SELECT tenant_id FROM ring WHERE place > 0 ORDER BY place
        """,
        list(formats),
        after,
        limit,
        resting,
    )
    return [row["tenant_id"] for row in rows]


async def waiting_jobs(connection: Connection, tenant_id: int, content_format: str) -> list[UUID]:
    """The jobs of a tenant that wait for a worker in this format."""
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
    caller: Caller,
    resting: Sequence[UUID] = (),
) -> Claimed:
    """Give a tenant's oldest waiting jobs to a worker, one for each token, or fewer; none that is ``resting``."""
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
    return Claimed(*row)


async def current_claim(
    connection: Connection, job_id: UUID, worker_id: str, claim_token: UUID, now: datetime
) -> Row | None:
    """The claim that a worker names, if it is the current one of a running job. Crosses tenants.

    Columns: ``tenant_id, job_id, attempt, cancel_requested_at, lease_until``.
    """
    return await connection.fetchrow(
        """
        SELECT tenant_id, id AS job_id, attempt, cancel_requested_at, lease_until FROM jobs
         WHERE id = $1 AND worker_id = $2 AND claim_token = $3 AND status = 'running'
           AND expires_at > $4
        """,
        job_id,
        worker_id,
        claim_token,
        now,
    )


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
    """Give jobs back, to be tried again or to fail. Facts: ``{status}``, `running` for another try."""
    return await call_money_function(connection, "job_fail", tenant_id, now, items)


async def cancel_jobs(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[CancelItem]
) -> list[Outcome]:
    """Cancel jobs, at once or by telling their workers. Facts: ``{job_id, accepted, reason}``."""
    return await call_money_function(connection, "job_cancel", tenant_id, now, items)
