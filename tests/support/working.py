"""A worker of tests, at the functions that the server calls: it claims, uploads, and reports."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from tests.support.tenants import NOON

from partner_api.database.arguments import SYSTEM
from partner_api.jobs import claim_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tests.support.tenants import Wallet

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection, Row


@dataclass(frozen=True)
class Claim:
    """A job that a worker holds."""

    tenant_id: int
    job_id: UUID
    worker_id: str
    claim_token: UUID
    attempt: int


async def claim(
    connection: Connection,
    wallet: Wallet,
    count: int = 1,
    *,
    now: datetime = NOON,
    worker: str = "w1",
    formats: Sequence[str] = ("video_remix",),
    lease_seconds: int = 60,
) -> list[Claim]:
    """Claim so many waiting jobs of the wallet's tenant, or fewer."""
    given = await claim_store.claim_jobs(
        connection,
        wallet.tenant_id,
        now,
        worker_id=worker,
        formats=formats,
        lease_seconds=lease_seconds,
        tokens=[uuid4() for _ in range(count)],
        caller=SYSTEM,
    )
    return [
        Claim(wallet.tenant_id, job.job_id, worker, job.claim_token, job.attempt)
        for job in given.jobs
    ]


async def upload(
    connection: Connection,
    held: Claim,
    name: str,
    content: bytes,
    kind: str = "slide",
    *,
    key: str | None = None,
) -> dict[str, Any]:
    """Note a file as stored, as the upload's route does; gives the asset to complete with."""
    digest = hashlib.sha256(content).hexdigest()
    await connection.execute(
        """
        INSERT INTO asset_uploads
            (tenant_id, job_id, attempt, name, size_bytes, sha256, storage_key, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        held.tenant_id,
        held.job_id,
        held.attempt,
        name,
        len(content),
        digest,
        key or f"{held.job_id}/{held.attempt}/{name}",
        NOON,
    )
    return asset(name, digest, len(content), kind)


def asset(name: str, digest: str, size: int, kind: str = "slide") -> dict[str, Any]:
    """A file as a worker reports it."""
    return {
        "kind": kind,
        "name": name,
        "width": 1080,
        "height": 1920,
        "mime_type": "image/png",
        "size_bytes": size,
        "sha256": digest,
    }


def completion(
    held: Claim, charged: int, assets: Sequence[dict[str, Any]] = ()
) -> claim_store.JobCompletion:
    """The report of a result."""
    return claim_store.JobCompletion(
        held.job_id, held.worker_id, held.claim_token, charged, list(assets), SYSTEM
    )


async def complete(
    connection: Connection,
    held: Claim,
    charged: int,
    assets: Sequence[dict[str, Any]] = (),
    *,
    now: datetime = NOON,
) -> Outcome:
    """Report a result."""
    item = completion(held, charged, assets)
    (outcome,) = await claim_store.complete_jobs(connection, held.tenant_id, now, [item])
    return outcome


def failure(held: Claim, *, retryable: bool) -> claim_store.JobFailure:
    """The report that hands the job back."""
    return claim_store.JobFailure(
        held.job_id,
        held.worker_id,
        held.claim_token,
        "RENDER_FAILED",
        "It did not render.",
        retryable,
        SYSTEM,
    )


async def fail(
    connection: Connection, held: Claim, *, retryable: bool, now: datetime = NOON
) -> Outcome:
    """Hand the job back."""
    item = failure(held, retryable=retryable)
    (outcome,) = await claim_store.fail_jobs(connection, held.tenant_id, now, [item])
    return outcome


async def beat(
    connection: Connection,
    held: Claim,
    stage: str | None = None,
    progress: float | None = None,
    *,
    now: datetime = NOON,
) -> Outcome:
    """Say that the worker is alive."""
    item = claim_store.JobHeartbeat(held.job_id, held.worker_id, held.claim_token, stage, progress)
    (outcome,) = await claim_store.heartbeat(connection, held.tenant_id, now, [item])
    return outcome


async def expire_claims(connection: Connection, tenant_id: int, now: datetime, limit: int) -> int:
    """End lapsed claims, as the sweep does; how many."""
    job_ids = await claim_store.lapsed_claims(connection, tenant_id, now, limit)
    ended, _ = await claim_store.expire_claims(connection, tenant_id, now, job_ids)
    return ended


async def cancel(
    connection: Connection, wallet: Wallet, job_id: UUID, *, now: datetime = NOON
) -> Outcome:
    """Cancel a job as its organization."""
    item = claim_store.CancelItem(job_id, wallet.organization_id, SYSTEM)
    (outcome,) = await claim_store.cancel_jobs(connection, wallet.tenant_id, now, [item])
    return outcome


async def job_of(connection: Connection, wallet: Wallet, job_id: UUID) -> Row:
    """The job, and the states of its container and its reservation."""
    row = await connection.fetchrow(
        """
        SELECT j.*, c.id AS container_id, c.status AS container_status, r.status AS reservation,
               r.charged
          FROM jobs j
          JOIN containers c ON c.tenant_id = j.tenant_id AND c.job_id = j.id
          JOIN reservations r ON r.tenant_id = j.tenant_id AND r.job_id = j.id
         WHERE j.tenant_id = $1 AND j.id = $2
        """,
        wallet.tenant_id,
        job_id,
    )
    assert row is not None
    return row
