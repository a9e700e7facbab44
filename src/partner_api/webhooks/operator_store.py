"""SQL of the outbox across tenants; the money functions fill it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.connection import Connection


async def delete_expired(connection: Connection, now: datetime, limit: int) -> int:
    """Delete up to ``limit`` rows older than 30 days; return how many. Crosses tenants."""
    deleted = await connection.fetchval(
        """
        WITH gone AS (
            DELETE FROM outbox WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM outbox
                 WHERE created_at <= $1::timestamptz - interval '30 days'
                 ORDER BY created_at LIMIT $2))
            RETURNING 1)
        SELECT count(*) FROM gone
        """,
        now,
        limit,
    )
    return int(deleted)
