"""SQL of the accounts that a project can publish to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from partner_api.database.rows import columns_of, read_returned, read_row, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection

SocialAccountStatus = Literal["connected", "reauth_required", "disconnected"]


class SocialAccount(Struct, frozen=True):
    """A row of ``social_accounts``."""

    id: UUID
    project_id: UUID
    platform: str
    handle: str
    avatar_url: str | None
    status: SocialAccountStatus
    leased: bool
    connected_at: datetime
    token_expires_at: datetime | None
    disconnected_at: datetime | None


_COLUMNS = columns_of(SocialAccount)
_COLUMNS_OF_S = columns_of(SocialAccount, "s")


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
) -> list[SocialAccount] | None:
    """Return a page of a project's accounts, newest first; None when the project is not the organization's."""
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS_OF_S}
          FROM projects p
          LEFT JOIN LATERAL (
               SELECT * FROM social_accounts s
                WHERE s.tenant_id = $1 AND s.project_id = p.id
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
    return read_rows(SocialAccount, [row for row in rows if row["id"] is not None])


async def lock_social_account(
    connection: Connection, tenant_id: int, organization_id: UUID, social_account_id: UUID
) -> SocialAccount | None:
    """Lock an account of one of an organization's projects; None when it is not its own."""
    row = await connection.fetchrow(
        f"""
        SELECT {_COLUMNS_OF_S} FROM social_accounts s
          JOIN projects p ON p.tenant_id = $1 AND p.id = s.project_id
         WHERE s.tenant_id = $1 AND p.organization_id = $2 AND s.id = $3
           FOR NO KEY UPDATE OF s
        """,
        tenant_id,
        organization_id,
        social_account_id,
    )
    return read_row(SocialAccount, row)


async def revoke(
    connection: Connection, tenant_id: int, now: datetime, social_account_id: UUID
) -> SocialAccount:
    """Disconnect a locked account that is not leased."""
    row = await connection.fetchrow(
        f"""
        UPDATE social_accounts
           SET status = 'disconnected', disconnected_at = greatest(connected_at, $3),
               disconnected_reason = 'revoked_by_partner'
         WHERE tenant_id = $1 AND id = $2
        RETURNING {_COLUMNS}
        """,
        tenant_id,
        social_account_id,
        now,
    )
    return read_returned(SocialAccount, row)
