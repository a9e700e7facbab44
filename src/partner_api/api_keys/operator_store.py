"""SQL of API keys across tenants, for the operator, the demo and what is noted of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.api_keys.store import ApiKey
from partner_api.database.rows import columns_of, read_row, read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection

_COLUMNS = columns_of(ApiKey, "k")


async def list_keys(
    connection: Connection, organization_id: UUID, *, before: UUID | None, limit: int
) -> list[ApiKey]:
    """Return a page of a partner's keys of both environments, newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM api_keys k
         WHERE k.tenant_id IN (SELECT id FROM tenants WHERE partner_id = $1)
           AND k.organization_id = $1 AND ($2::uuid IS NULL OR k.id < $2)
         ORDER BY k.id DESC LIMIT $3
        """,
        organization_id,
        before,
        limit,
    )
    return read_rows(ApiKey, rows)


async def lock_key(connection: Connection, organization_id: UUID, key_id: UUID) -> ApiKey | None:
    """Return a partner's key of either environment, locked until the transaction ends."""
    row = await connection.fetchrow(
        f"""
        SELECT {_COLUMNS} FROM api_keys k
         WHERE k.tenant_id IN (SELECT id FROM tenants WHERE partner_id = $1)
           AND k.organization_id = $1 AND k.id = $2
           FOR NO KEY UPDATE OF k
        """,
        organization_id,
        key_id,
    )
    return read_row(ApiKey, row)


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
    await connection.execute(
        """
        UPDATE api_keys SET demo = true
         WHERE tenant_id IN (SELECT id FROM tenants WHERE partner_id = $1) AND NOT demo
        """,
        partner_id,
    )
