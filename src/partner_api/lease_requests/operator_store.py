"""SQL of lease requests as the operator sees them: of all partners, in the live environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    import asyncpg

    from partner_api.database.connection import Connection


async def list_queue(
    connection: Connection,
    *,
    statuses: Sequence[str],
    organization_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """A page of all lease requests, oldest first. Crosses tenants: for the operator only."""
    return await connection.fetch(
        """
        SELECT r.* FROM lease_requests r JOIN tenants t ON t.id = r.tenant_id
         WHERE t.env = 'live' AND r.status = ANY ($1::text[])
           AND ($2::uuid IS NULL OR r.organization_id = $2)
           AND ($3::uuid IS NULL OR r.id > $3)
         ORDER BY r.id LIMIT $4
        """,
        list(statuses),
        organization_id,
        after,
        limit,
    )


async def find_request(connection: Connection, request_id: UUID) -> asyncpg.Record | None:
    """The lease request with this id, whosever it is. Crosses tenants: for the operator only."""
    return await connection.fetchrow(
        """
        SELECT r.* FROM lease_requests r JOIN tenants t ON t.id = r.tenant_id
         WHERE r.id = $1 AND t.env = 'live'
        """,
        request_id,
    )
