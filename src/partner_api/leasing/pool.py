"""SQL of the operator's pool of warmed accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from partner_api.database.connection import Connection


async def insert_account(
    connection: Connection,
    now: datetime,
    *,
    account_id: UUID,
    platform: str,
    handle: str,
    followers: int,
    vertical: str,
    language: str,
    geo: Sequence[str],
    monthly_price_cents: int,
    avatar_url: str | None,
) -> asyncpg.Record:
    """Add an available account; gives the row.

    Raises:
        asyncpg.UniqueViolationError: the pool has this handle already.
    """
    row = await connection.fetchrow(
        """
        INSERT INTO pool_accounts
            (id, platform, handle, followers, vertical, language, geo, monthly_price_cents,
             avatar_url, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
        RETURNING *
        """,
        account_id,
        platform,
        handle,
        followers,
        vertical,
        language,
        list(geo),
        monthly_price_cents,
        avatar_url,
        now,
    )
    assert row is not None  # noqa: S101 - RETURNING of one inserted row
    return row


async def list_accounts(
    connection: Connection,
    *,
    statuses: Sequence[str] | None,
    vertical: str | None,
    language: str | None,
    search: str | None,
    before: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """A page of the pool, newest first."""
    return await connection.fetch(
        """
        SELECT * FROM pool_accounts
         WHERE ($1::text[] IS NULL OR status = ANY ($1))
           AND ($2::text IS NULL OR vertical = $2)
           AND ($3::text IS NULL OR language = $3)
           AND ($4::text IS NULL OR position(lower($4) IN lower(handle)) > 0)
           AND ($5::uuid IS NULL OR id < $5)
         ORDER BY id DESC LIMIT $6
        """,
        None if statuses is None else list(statuses),
        vertical,
        language,
        search,
        before,
        limit,
    )
