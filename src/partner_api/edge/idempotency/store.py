"""SQL of the idempotency records."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import msgspec

from partner_api.database.looks import look
from partner_api.database.rows import columns_of, read_returned

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.database.arguments import Idempotency
    from partner_api.database.connection import Connection, Row

_TIME_KEPT = timedelta(hours=25)


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
    """Delete up to ``limit`` records that no request asks for any more; gives how many.

    A record answers for 24 hours, counted to the arrival of the request. It stays an hour longer,
    for a request that arrived in time and is still on its way to it. A commit for each tenant.
    """
    until = now - _TIME_KEPT
    expired: dict[int, list[Row]] = {}
    for row in await _expired(connection, until, limit):
        expired.setdefault(row["tenant_id"], []).append(row)
    deleted = 0
    for tenant_id, records in expired.items():
        deleted += await _delete_records(connection, tenant_id, records, until)
    return deleted


async def _delete_records(
    connection: Connection, tenant_id: int, records: Sequence[Row], until: datetime
) -> int:
    """Delete these records of a tenant, but for those that have been made anew meanwhile; return how many."""
    deleted: int = await connection.fetchval(
        """
        WITH gone AS (
            DELETE FROM idempotency_keys k
             USING unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS e (caller_id, method, route, key)
             WHERE k.tenant_id = $1 AND k.caller_id = e.caller_id AND k.method = e.method
               AND k.route = e.route AND k.key = e.key AND k.created_at <= $6
            RETURNING 1)
        SELECT count(*) FROM gone
        """,
        tenant_id,
        *([record[name] for record in records] for name in ("caller_id", "method", "route", "key")),
        until,
    )
    return deleted


async def _expired(connection: Connection, until: datetime, limit: int) -> list[Row]:
    """Return the keys of up to ``limit`` records that were made until then. Crosses tenants."""
    return await look(
        connection,
        """
        SELECT tenant_id, caller_id, method, route, key FROM idempotency_keys
         WHERE /* reached: tenant_id */ created_at <= $1 ORDER BY created_at LIMIT $2
        """,
        until,
        limit,
    )
