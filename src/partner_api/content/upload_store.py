"""Uploads: the files that a worker stores for its job, before it completes it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

import asyncpg
from msgspec import Struct

from partner_api.database.lanes import Lane
from partner_api.database.looks import look
from partner_api.database.rows import columns_of, read_rows
from partner_api.storage import file_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection, Pool
    from partner_api.storage import Storage, StoredFile


class HeldJob(NamedTuple):
    """A job and the claim by which a worker holds it."""

    tenant_id: int
    job_id: UUID
    worker_id: str
    claim_token: UUID


class Leftover(Struct, frozen=True):
    """What is noted of an upload of a job that is over."""

    tenant_id: int
    job_id: UUID
    attempt: int
    name: str
    storage_key: str
    kept: bool
    """Whether the file became an asset."""


_KEPT = """
EXISTS (SELECT FROM containers c
          JOIN assets a ON a.tenant_id = c.tenant_id AND a.container_id = c.id
         WHERE /* reached: c.tenant_id */ /* reached: a.tenant_id */ c.tenant_id = u.tenant_id
           AND c.job_id = u.job_id AND a.storage_key = u.storage_key)
"""


class ClaimLost(Exception):
    """The claim is not the current one of a running job any more; nothing was changed."""


async def upload(
    pool: Pool,
    storage: Storage,
    clock: Callable[[], datetime],
    held: HeldJob,
    name: str,
    chunks: AsyncIterable[bytes],
) -> StoredFile:
    """Store a file for a job; one of the same name of the same attempt is replaced.

    No connection is held while the bytes come.

    Args:
        pool: the database.
        storage: where the bytes go.
        clock: gives the time.
        held: whose file it is.
        name: of the asset.
        chunks: its bytes as they come; what it raises goes on to the caller.

    Raises:
        ClaimLost: before, or while the bytes came.
        FileTooLarge, InvalidKey, StorageUnavailable, OSError: see ``Storage.put``.
    """
    lane = Lane(held.tenant_id, writes=True)
    async with pool.acquire(lane) as connection:
        key = await _begin(connection, clock(), held, name)
    try:
        stored = await storage.put(key, chunks)
        async with pool.acquire(lane) as connection:
            done, replaced_key = await connection.fetchval(
                "SELECT upload_finish($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                held.tenant_id,
                clock(),
                held.job_id,
                held.worker_id,
                held.claim_token,
                key,
                name,
                stored.size_bytes,
                stored.sha256,
            )
        if not done:
            raise ClaimLost
    except Exception:
        await _discard(pool, storage, held, key)
        raise
    if replaced_key is not None:
        await _discard(pool, storage, held, replaced_key)
    return stored


async def leftovers(
    connection: Connection,
    ended_by: datetime,
    limit: int,
    resting: Sequence[str] = (),
    locked: Sequence[int] = (),
) -> list[Leftover]:
    """List uploads of jobs that ended by then; what is noted of them is not needed any more. Crosses tenants.

    Args:
        connection: any.
        ended_by: jobs that ended later do not count.
        limit: how many at most.
        resting: storage keys that do not count either.
        locked: tenants that do not.
    """
    rows = await look(
        connection,
        f"""
        SELECT {columns_of(Leftover, "u", kept=_KEPT)}
          FROM asset_uploads u
          JOIN jobs j ON /* reached: j.tenant_id */ j.tenant_id = u.tenant_id AND j.id = u.job_id
         WHERE /* reached: u.tenant_id */ j.status <> 'running' AND j.finished_at <= $1
           AND u.storage_key <> ALL ($3::text[]) AND u.tenant_id <> ALL ($4::bigint[])
         ORDER BY u.tenant_id, u.job_id LIMIT $2
        """,
        ended_by,
        limit,
        resting,
        locked,
    )
    return read_rows(Leftover, rows)


async def forget(
    connection: Connection, tenant_id: int, job_id: UUID, attempt: int, name: str
) -> None:
    """Remove what is noted of an upload; the file is the caller's."""
    await connection.execute(
        "DELETE FROM asset_uploads WHERE tenant_id = $1 AND job_id = $2 AND attempt = $3 AND name = $4",
        tenant_id,
        job_id,
        attempt,
        name,
    )


async def _begin(connection: Connection, now: datetime, held: HeldJob, name: str) -> str:
    """Note that a file is on its way; return its storage key."""
    container_id: UUID | None = await connection.fetchval(
        "SELECT id FROM containers WHERE tenant_id = $1 AND job_id = $2",
        held.tenant_id,
        held.job_id,
    )
    if container_id is None:
        raise ClaimLost
    key = file_key(held.tenant_id, container_id, name)
    begun = await connection.fetchval(
        "SELECT upload_begin($1, $2, $3, $4, $5, $6)",
        held.tenant_id,
        now,
        held.job_id,
        held.worker_id,
        held.claim_token,
        key,
    )
    if not begun:
        raise ClaimLost
    return key


async def _discard(pool: Pool, storage: Storage, held: HeldJob, key: str) -> None:
    """Remove the file of a draft, then the draft; what cannot be removed now, the sweep removes."""
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        await storage.delete(key)
        async with pool.acquire(Lane(held.tenant_id, writes=True)) as connection:
            await connection.execute(
                """
                DELETE FROM asset_uploads
                 WHERE tenant_id = $1 AND job_id = $2 AND name = upload_draft_name($3)
                """,
                held.tenant_id,
                held.job_id,
                key,
            )
