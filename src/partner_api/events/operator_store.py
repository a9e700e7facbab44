"""SQL of events across tenants: whose are not published yet, and those that are past their time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.database.connection import Connection

# A look goes no farther; the next one goes on behind it.
_TENANTS_PER_LOOK = 1_000


async def tenants_with_unpublished(
    connection: Connection, after_tenant: int, limit: int, resting: Sequence[int] = ()
) -> list[int]:
    """Return tenants with events that are not published, in turn: those behind a tenant first. Crosses tenants.

    Args:
        connection: any.
        after_tenant: who had the last turn; -1 for the beginning.
        limit: how many at most.
        resting: tenants that do not count.
    """
    rows = await connection.fetch(
        """
        WITH RECURSIVE behind AS (
            (SELECT o.tenant_id FROM outbox o WHERE o.tenant_id > $1 AND o.sequence IS NULL
              ORDER BY o.tenant_id LIMIT 1)
            UNION ALL
            SELECT next.tenant_id FROM behind CROSS JOIN LATERAL (
                SELECT o.tenant_id FROM outbox o WHERE o.tenant_id > behind.tenant_id AND o.sequence IS NULL
                 ORDER BY o.tenant_id LIMIT 1) next),
        before AS (
            (SELECT o.tenant_id FROM outbox o WHERE o.tenant_id <= $1 AND o.sequence IS NULL
              ORDER BY o.tenant_id LIMIT 1)
            UNION ALL
            SELECT next.tenant_id FROM before CROSS JOIN LATERAL (
                SELECT o.tenant_id FROM outbox o
                 WHERE o.tenant_id > before.tenant_id AND o.tenant_id <= $1 AND o.sequence IS NULL
                 ORDER BY o.tenant_id LIMIT 1) next)
        SELECT tenant_id FROM (SELECT * FROM behind UNION ALL SELECT * FROM before) turn
         WHERE tenant_id <> ALL ($3::bigint[]) LIMIT $2
        """,
        after_tenant,
        limit,
        resting,
    )
    return [row["tenant_id"] for row in rows]


async def oldest_unpublished(connection: Connection) -> datetime | None:
    """Return when the oldest event was created that is not published yet. Crosses tenants.

    Of the first thousand tenants that have any; ids begin with the time.
    """
    created_at: datetime | None = await connection.fetchval(
        """
        WITH RECURSIVE oldest AS (
            (SELECT o.tenant_id, o.created_at, 1 AS looked FROM outbox o WHERE o.sequence IS NULL
              ORDER BY o.tenant_id, o.id LIMIT 1)
            UNION ALL
            SELECT next.tenant_id, next.created_at, oldest.looked + 1 FROM oldest CROSS JOIN LATERAL (
                SELECT o.tenant_id, o.created_at FROM outbox o
                 WHERE o.tenant_id > oldest.tenant_id AND o.sequence IS NULL
                 ORDER BY o.tenant_id, o.id LIMIT 1) next
             WHERE oldest.looked < $1)
        SELECT min(created_at) FROM oldest
        """,
        _TENANTS_PER_LOOK,
    )
    return created_at


async def delete_expired(connection: Connection, now: datetime, limit: int) -> int:
    """Delete up to ``limit`` events that were published 30 days ago; return how many. Crosses tenants.

    Of each tenant the first go first, so that a feed has no holes.
    """
    deleted = await connection.fetchval(
        """
        WITH gone AS (
            DELETE FROM outbox WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM outbox
                 WHERE published_at <= $1::timestamptz - interval '30 days'
                 ORDER BY published_at, tenant_id, sequence LIMIT $2))
            RETURNING 1)
        SELECT count(*) FROM gone
        """,
        now,
        limit,
    )
    return int(deleted)
