"""SQL of the operator's pool of warmed accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from partner_api.database.connection import Connection

_ASSIGNABLE = frozenset(
    {
        "followers",
        "vertical",
        "language",
        "geo",
        "monthly_price_cents",
        "avatar_url",
        "status",
    }
)


class ImportedAccount(NamedTuple):
    """An account to add with many others; the countries of ``geo`` have a space between them."""

    id: UUID
    platform: str
    handle: str
    followers: int
    vertical: str
    language: str
    geo: str
    monthly_price_cents: int
    avatar_url: str | None


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
    platforms: Sequence[str] | None,
    verticals: Sequence[str] | None,
    languages: Sequence[str] | None,
    geo: Sequence[str] | None,
    min_followers: int | None,
    max_followers: int | None,
    max_monthly_price_cents: int | None,
    search: str | None,
    before: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """A page of the pool, newest first."""
    return await connection.fetch(
        """
        SELECT * FROM pool_accounts
         WHERE ($1::text[] IS NULL OR status = ANY ($1))
           AND ($2::text[] IS NULL OR platform = ANY ($2))
           AND ($3::text[] IS NULL OR vertical = ANY ($3))
           AND ($4::text[] IS NULL OR language = ANY ($4))
           AND ($5::text[] IS NULL OR geo && $5)
           AND ($6::bigint IS NULL OR followers >= $6)
           AND ($7::bigint IS NULL OR followers <= $7)
           AND ($8::bigint IS NULL OR monthly_price_cents <= $8)
           AND ($9::text IS NULL OR position(lower($9) IN lower(handle)) > 0)
           AND ($10::uuid IS NULL OR id < $10)
         ORDER BY id DESC LIMIT $11
        """,
        None if statuses is None else list(statuses),
        None if platforms is None else list(platforms),
        None if verticals is None else list(verticals),
        None if languages is None else list(languages),
        None if geo is None else list(geo),
        min_followers,
        max_followers,
        max_monthly_price_cents,
        search,
        before,
        limit,
    )


async def lock_account(connection: Connection, account_id: UUID) -> asyncpg.Record | None:
    """An account of the pool, locked until the transaction ends."""
    return await connection.fetchrow(
        "SELECT * FROM pool_accounts WHERE id = $1 FOR NO KEY UPDATE", account_id
    )


async def update_account(
    connection: Connection, now: datetime, account_id: UUID, changes: Mapping[str, Any]
) -> asyncpg.Record:
    """Set columns of a locked account and give its row."""
    if not changes.keys() <= _ASSIGNABLE:
        raise ValueError(f"not to be changed of a pool account: {changes.keys() - _ASSIGNABLE}")
    assignments = "".join(f", {column} = ${place}" for place, column in enumerate(changes, 3))
    row = await connection.fetchrow(
        f"UPDATE pool_accounts SET updated_at = greatest(updated_at, $2){assignments} "
        "WHERE id = $1 RETURNING *",
        account_id,
        now,
        *changes.values(),
    )
    assert row is not None  # noqa: S101 - it is locked, so it is there
    return row


async def begin_import(connection: Connection) -> bool:
    """Keep other imports out until the transaction ends; False when one is running.

    Two at once that have handles in common would wait for each other.
    """
    alone = await connection.fetchval(
        "SELECT pg_try_advisory_xact_lock(hashtextextended('pool_accounts_import', 0))"
    )
    return bool(alone)


async def insert_accounts(
    connection: Connection, now: datetime, accounts: Sequence[ImportedAccount]
) -> dict[str, UUID]:
    """Add available accounts whose handles the pool does not have.

    Returns:
        The handles that it has already, or that an earlier one of ``accounts`` has, and whose they are.
    """
    await connection.execute(
        """
        INSERT INTO pool_accounts
            (id, platform, handle, followers, vertical, language, geo, monthly_price_cents,
             avatar_url, created_at, updated_at)
        SELECT id, platform, handle, followers, vertical, language, string_to_array(geo, ' '), monthly_price_cents,
               avatar_url, $10, $10
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[],
                      $8::bigint[], $9::text[])
               WITH ORDINALITY AS a (id, platform, handle, followers, vertical, language, geo, monthly_price_cents,
                                     avatar_url, position)
         ORDER BY position
            ON CONFLICT (platform, handle) DO NOTHING
        """,
        *map(list, zip(*accounts, strict=True)),
        now,
    )
    rows = await connection.fetch(
        """
        SELECT p.handle, p.id FROM unnest($1::uuid[], $2::text[], $3::text[]) a (id, platform, handle)
          JOIN pool_accounts p ON p.platform = a.platform AND p.handle = a.handle AND p.id <> a.id
        """,
        [account.id for account in accounts],
        [account.platform for account in accounts],
        [account.handle for account in accounts],
    )
    return {row["handle"]: row["id"] for row in rows}
