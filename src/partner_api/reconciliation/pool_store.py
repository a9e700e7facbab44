"""SQL that reads the operator's pool for checking.

The same rules as in `store`, but that the pool belongs to no tenant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.database.rows import read_rows

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection


class HeldAccount(msgspec.Struct, frozen=True):
    """A pool account that is leased, and the lease that it names."""

    id: UUID
    tenant_id: int | None
    lease_id: UUID | None
    lease_status: str | None
    """None without such a lease, as ``pool_account_id`` (of the lease) and ``organization_id`` (of its project)."""
    pool_account_id: UUID | None
    organization_id: UUID | None


async def list_held_accounts(connection: Connection, after: UUID, limit: int) -> list[HeldAccount]:
    """Return the next leased pool accounts by id. Crosses tenants."""
    rows = await connection.fetch(
        """
        SELECT a.id, a.lease_tenant_id AS tenant_id, a.lease_id, l.status AS lease_status,
               l.pool_account_id, p.organization_id
          FROM (SELECT * FROM pool_accounts
                 WHERE id > $1 AND (lease_id IS NOT NULL OR status = 'leased')
                 ORDER BY id LIMIT $2) a
          LEFT JOIN LATERAL (
               SELECT * FROM leases
                WHERE tenant_id = a.lease_tenant_id AND social_account_id = a.lease_id
                LIMIT 1) l ON true
          LEFT JOIN LATERAL (
               SELECT organization_id FROM projects
                WHERE tenant_id = l.tenant_id AND id = l.project_id LIMIT 1) p ON true
         ORDER BY a.id
        """,
        after,
        limit,
    )
    return read_rows(HeldAccount, rows)
