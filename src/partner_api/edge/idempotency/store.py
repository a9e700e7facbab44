"""SQL of the idempotency records, beyond what the requests themselves do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.connection import Connection


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
