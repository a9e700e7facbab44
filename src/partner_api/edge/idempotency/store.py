"""SQL of the idempotency records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from partner_api.database.rows import columns_of, read_returned

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.arguments import Idempotency
    from partner_api.database.connection import Connection


class Found(msgspec.Struct, frozen=True):
    """What is known of a request; all but the verdict is there if it is ``replayed``, and then one of the answers."""

    verdict: Literal["new", "in_progress", "conflict", "replayed"]
    status_code: int | None
    answer: str | None
    """As text: a replay is the first answer to the byte."""
    sealed: bytes | None


async def find(connection: Connection, now: datetime, record: Idempotency) -> Found:
    """Look a request up, and lock its key until the transaction ends."""
    return read_returned(
        Found,
        await connection.fetchrow(
            f"""
            SELECT {columns_of(Found, answer="answer::text")}
              FROM idempotency_find($1, $2::idempotency)
            """,
            now,
            record,
        ),
    )


async def keep(
    connection: Connection,
    now: datetime,
    record: Idempotency,
    status_code: int,
    answer: msgspec.Raw | None,
    sealed: bytes | None,
) -> None:
    """Store an answer: its JSON, or, when it contains a secret, its ciphertext."""
    await connection.execute(
        "SELECT idempotency_store($1, $2::idempotency, $3, $4, $5)",
        now,
        record,
        status_code,
        answer,
        sealed,
    )


async def delete_expired(connection: Connection, now: datetime, limit: int) -> int:
    """Delete up to ``limit`` records that no request asks for any more; gives how many. Crosses tenants.

    A record answers for 24 hours, counted to the arrival of the request. It stays an hour longer,
    for a request that arrived in time and is still on its way to it.
    """
    deleted = await connection.fetchval(
        """
        WITH gone AS (
            DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM idempotency_keys
                 WHERE created_at <= $1::timestamptz - interval '25 hours'
                 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))
            RETURNING 1)
        SELECT count(*) FROM gone
        """,
        now,
        limit,
    )
    return int(deleted)
