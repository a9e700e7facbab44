"""SQL of API keys across tenants, for the operator, the demo and what is noted of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.api_keys import store
from partner_api.api_keys.store import ApiKey
from partner_api.organizations.operator_store import list_tenants

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


async def list_keys(
    connection: Connection, organization_id: UUID, *, before: UUID | None, limit: int
) -> list[ApiKey]:
    """Return a page of a partner's keys of both environments, newest first."""
    keys = []
    for tenant_id in await list_tenants(connection, organization_id):
        keys += await store.list_keys(
            connection, tenant_id, organization_id, before=before, limit=limit
        )
    return sorted(keys, key=lambda key: key.id, reverse=True)[:limit]


async def find_tenant(connection: Connection, organization_id: UUID, key_id: UUID) -> int | None:
    """Return the tenant of a partner's key: of one of its environments."""
    for tenant_id in await list_tenants(connection, organization_id):
        if await connection.fetchval(
            """
            SELECT EXISTS (SELECT FROM api_keys
                            WHERE tenant_id = $1 AND organization_id = $2 AND id = $3)
            """,
            tenant_id,
            organization_id,
            key_id,
        ):
            return tenant_id
    return None


async def set_last_used(
    connection: Connection, tenant_id: int, uses: Mapping[UUID, datetime]
) -> list[UUID]:
    """Move the time of last use of keys of a tenant forward. Waits for no lock.

    Returns:
        The keys that somebody holds and that are as they were.
    """
    rows = await connection.fetch(
        """
        WITH late AS (
            SELECT k.id, u.used_at FROM unnest($2::uuid[], $3::timestamptz[]) AS u (id, used_at)
              JOIN api_keys k ON k.tenant_id = $1 AND k.id = u.id
             WHERE k.last_used_at IS NULL OR k.last_used_at < u.used_at
        ), free AS (
            SELECT k.id FROM api_keys k
             WHERE k.tenant_id = $1 AND k.id IN (SELECT id FROM late)
               FOR NO KEY UPDATE SKIP LOCKED
        ), moved AS (
            UPDATE api_keys k SET last_used_at = greatest(k.last_used_at, l.used_at)
              FROM late l JOIN free f ON f.id = l.id
             WHERE k.tenant_id = $1 AND k.id = l.id)
        SELECT id FROM late EXCEPT SELECT id FROM free
        """,
        tenant_id,
        list(uses),
        list(uses.values()),
    )
    return [row["id"] for row in rows]


async def mark_all_as_demo(connection: Connection, partner_id: UUID) -> None:
    """Mark all keys of a partner and its children, in both environments, as the demo's."""
    for tenant_id in await list_tenants(connection, partner_id):
        await connection.execute(
            "UPDATE api_keys SET demo = true WHERE tenant_id = $1 AND NOT demo", tenant_id
        )
