"""SQL that removes what is left of deleted endpoints, and deliveries past their time, some at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from partner_api.database.looks import look
from partner_api.database.tenants import tenant_transaction
from partner_api.ids import first_id_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection

_TIME_KEPT = timedelta(days=30)
_MILLISECOND = timedelta(milliseconds=1)
# What is oldest says whose turn it is; of these tenants then all goes that is past its time.
_DELIVERIES_PER_LOOK = 10


async def delete_expired(connection: Connection, now: datetime, limit: int) -> int:
    """Delete up to ``limit`` deliveries that are 30 days old; return how many. Crosses tenants.

    A commit for each tenant, up to 10 of them. Those that somebody has in hand are left for later: a claim locks them
    in another order, and the two could wait for each other.
    """
    until = now - _TIME_KEPT
    rows = await look(
        connection,
        """
        SELECT tenant_id FROM webhook_deliveries
         WHERE /* reached: tenant_id */ created_at <= $1 ORDER BY created_at LIMIT $2
        """,
        until,
        _DELIVERIES_PER_LOOK,
    )
    deleted = 0
    for tenant_id in dict.fromkeys(row["tenant_id"] for row in rows):
        if deleted >= limit:
            break
        deleted += await _delete_expired_of(connection, tenant_id, until, limit - deleted)
    return deleted


async def _delete_expired_of(
    connection: Connection, tenant_id: int, until: datetime, limit: int
) -> int:
    """Delete up to ``limit`` deliveries of a tenant that were created until then; their ids begin with the time."""
    deleted: int = await connection.fetchval(
        """
        WITH gone AS (
            DELETE FROM webhook_deliveries WHERE tenant_id = $1 AND id = ANY (ARRAY(
                SELECT id FROM webhook_deliveries
                 WHERE tenant_id = $1 AND id < $3 AND created_at <= $2
                 ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED))
            RETURNING 1)
        SELECT count(*) FROM gone
        """,
        tenant_id,
        until,
        first_id_at(until + _MILLISECOND),
        limit,
    )
    return deleted


async def tenants_with_deleted(
    connection: Connection, limit: int, resting: Sequence[UUID] = (), locked: Sequence[int] = ()
) -> list[int]:
    """Return tenants with a deleted endpoint of which rows are left, the longest deleted first. Crosses tenants.

    Args:
        connection: any.
        limit: how many endpoints at most, so perhaps fewer tenants.
        resting: endpoints that do not count.
        locked: tenants that do not count either.
    """
    rows = await look(
        connection,
        """
        SELECT tenant_id FROM webhook_endpoints
         WHERE /* reached: tenant_id */ deleted_at IS NOT NULL AND id <> ALL ($2::uuid[])
           AND tenant_id <> ALL ($3::bigint[])
         ORDER BY deleted_at LIMIT $1
        """,
        limit,
        resting,
        locked,
    )
    return list(dict.fromkeys(row["tenant_id"] for row in rows))


async def deleted_endpoints(
    connection: Connection, tenant_id: int, limit: int, resting: Sequence[UUID] = ()
) -> list[UUID]:
    """Return deleted endpoints of a tenant of which rows are left, without those that rest."""
    rows = await connection.fetch(
        """
        SELECT id FROM webhook_endpoints
         WHERE tenant_id = $1 AND deleted_at IS NOT NULL AND id <> ALL ($3::uuid[])
         ORDER BY deleted_at LIMIT $2
        """,
        tenant_id,
        limit,
        resting,
    )
    return [row["id"] for row in rows]


async def purge_endpoint(
    connection: Connection, tenant_id: int, endpoint_id: UUID, limit: int
) -> int:
    """Delete up to ``limit`` deliveries of a deleted endpoint, with the last of them the endpoint itself.

    Returns:
        How many rows, without those of attempts.
    """
    async with tenant_transaction(connection, tenant_id):
        # Nobody makes deliveries of it meanwhile.
        await connection.execute(
            "SELECT FROM webhook_queues WHERE tenant_id = $1 AND endpoint_id = $2 FOR UPDATE",
            tenant_id,
            endpoint_id,
        )
        deleted: int = await connection.fetchval(
            """
            WITH gone AS (
                DELETE FROM webhook_deliveries WHERE tenant_id = $1 AND id = ANY (ARRAY(
                    SELECT id FROM webhook_deliveries WHERE tenant_id = $1 AND endpoint_id = $2
                     ORDER BY id LIMIT $3))
                RETURNING 1)
            SELECT count(*) FROM gone
            """,
            tenant_id,
            endpoint_id,
            limit,
        )
        if deleted == limit:
            return deleted
        await connection.execute(
            "DELETE FROM webhook_queues WHERE tenant_id = $1 AND endpoint_id = $2",
            tenant_id,
            endpoint_id,
        )
        await connection.execute(
            "DELETE FROM webhook_endpoints WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NOT NULL",
            tenant_id,
            endpoint_id,
        )
        return deleted + 1
