"""SQL that reads the operator's pool for checking, beside the leases that its accounts name.

The pool belongs to no tenant, so a page of it has accounts whose leases lie on any node of a cluster. Each node has a
copy of the pool, but what ends or begins a lease does not arrive at all of them in the same moment: an account may be
given back where one looks, and still be leased where its lease is. So the look at a whole page only says what is worth
another one, and nothing is wrong but what one statement for the tenant finds, which reads the lease and the copy of
the pool beside it, as the rules in `store` have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.database.rows import read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from partner_api.database.connection import Connection


class HeldAccount(msgspec.Struct, frozen=True):
    """A pool account that is leased: the tenant and the lease that it names."""

    id: UUID
    tenant_id: int | None
    lease_id: UUID | None


class HeldLease(msgspec.Struct, frozen=True):
    """A pool account that is leased, and the lease that it names."""

    id: UUID
    tenant_id: int | None
    lease_id: UUID | None
    lease_status: str | None
    """None without such a lease, as ``pool_account_id`` (of the lease) and ``organization_id`` (of its project)."""
    pool_account_id: UUID | None
    organization_id: UUID | None


async def list_held_accounts(connection: Connection, after: UUID, limit: int) -> list[HeldAccount]:
    """Return the next leased pool accounts by id."""
    rows = await connection.fetch(
        """
        SELECT id, lease_tenant_id AS tenant_id, lease_id FROM pool_accounts
         WHERE id > $1 AND (lease_id IS NOT NULL OR status = 'leased')
         ORDER BY id LIMIT $2
        """,
        after,
        limit,
    )
    return read_rows(HeldAccount, rows)


async def find_held(connection: Connection, accounts: Sequence[HeldAccount]) -> set[UUID]:
    """Return which of these pool accounts are in the lease that they name. Crosses tenants."""
    rows = await connection.fetch(
        """
        SELECT k.id
          FROM unnest($1::uuid[], $2::bigint[], $3::uuid[]) AS k (id, tenant_id, lease_id)
          JOIN leases l ON l.tenant_id = k.tenant_id AND l.social_account_id = k.lease_id
         WHERE l.status = 'assigned' AND l.pool_account_id = k.id
        """,
        [account.id for account in accounts],
        [account.tenant_id for account in accounts],
        [account.lease_id for account in accounts],
    )
    return {row["id"] for row in rows}


async def read_held(
    connection: Connection, tenant_id: int, account_ids: Sequence[UUID]
) -> list[HeldLease]:
    """Return those of these pool accounts that name a lease of the tenant, with the lease."""
    rows = await connection.fetch(
        """
        SELECT a.id, a.lease_tenant_id AS tenant_id, a.lease_id, l.status AS lease_status,
               l.pool_account_id, p.organization_id
          FROM unnest($2::uuid[]) AS k (id)
         CROSS JOIN LATERAL (
               SELECT * FROM pool_accounts
                WHERE id = k.id AND lease_tenant_id = $1 LIMIT 1) a
          LEFT JOIN LATERAL (
               SELECT * FROM leases
                WHERE tenant_id = $1 AND social_account_id = a.lease_id LIMIT 1) l ON true
          LEFT JOIN LATERAL (
               SELECT organization_id FROM projects
                WHERE tenant_id = $1 AND id = l.project_id LIMIT 1) p ON true
         ORDER BY a.id
        """,
        tenant_id,
        account_ids,
    )
    return read_rows(HeldLease, rows)
