"""SQL of the accounts that a project can publish to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    import asyncpg

    from partner_api.database.connection import Connection


async def list_social_accounts(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    project_id: UUID,
    *,
    platforms: Sequence[str] | None,
    statuses: Sequence[str] | None,
    leased: bool | None,
    before: UUID | None,
    limit: int,
) -> list[asyncpg.Record] | None:
    """A page of a project's accounts, newest first; None when the project is not the organization's."""
    rows = await connection.fetch(
        """
        SELECT s.id, s.platform, s.handle, s.avatar_url, s.status, s.leased, s.connected_at, s.token_expires_at
          FROM projects p
          LEFT JOIN LATERAL (
               SELECT * FROM social_accounts s
                WHERE s.tenant_id = p.tenant_id AND s.project_id = p.id
                  AND ($4::text[] IS NULL OR s.platform = ANY ($4))
                  AND ($5::text[] IS NULL OR s.status = ANY ($5))
                  AND ($6::boolean IS NULL OR s.leased = $6)
                  AND ($7::uuid IS NULL OR s.id < $7)
                ORDER BY s.id DESC
                LIMIT $8) s ON true
         WHERE p.tenant_id = $1 AND p.organization_id = $2 AND p.id = $3
         ORDER BY s.id DESC
        """,
        tenant_id,
        organization_id,
        project_id,
        None if platforms is None else list(platforms),
        None if statuses is None else list(statuses),
        leased,
        before,
        limit,
    )
    if not rows:
        return None
    return [row for row in rows if row["id"] is not None]
