"""SQL of the operator's pool of warmed accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from msgspec import Struct

from partner_api.database.rows import columns_of, read_returned, read_row, read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection

PoolStatus = Literal["available", "leased", "retired"]
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


class PoolAccount(Struct, frozen=True):
    """An account of the pool; ``lease_id`` is the lease that has it."""

    id: UUID
    platform: Literal["tiktok"]
    handle: str
    followers: int
    vertical: str
    language: str
    geo: list[str]
    monthly_price_cents: int
    avatar_url: str | None
    status: PoolStatus
    lease_id: UUID | None
    created_at: datetime
    updated_at: datetime


class ImportedAccount(NamedTuple):
    """An account to add with many others; ``geo`` has its countries, separated by spaces."""

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
) -> PoolAccount:
    """Add an available account.

    Raises:
        asyncpg.UniqueViolationError: the pool has this handle already.
    """
    row = await connection.fetchrow(
        f"""
        INSERT INTO pool_accounts
            (id, platform, handle, followers, vertical, language, geo, monthly_price_cents,
             avatar_url, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
        RETURNING {columns_of(PoolAccount)}
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
    return read_returned(PoolAccount, row)


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
) -> list[PoolAccount]:
    """Return a page of the pool, newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {columns_of(PoolAccount)} FROM pool_accounts
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
    return read_rows(PoolAccount, rows)


async def find_account(connection: Connection, account_id: UUID) -> PoolAccount | None:
    """Return an account of the pool."""
    row = await connection.fetchrow(
        f"SELECT {columns_of(PoolAccount)} FROM pool_accounts WHERE id = $1", account_id
    )
    return read_row(PoolAccount, row)


async def lock_account(connection: Connection, account_id: UUID) -> PoolAccount | None:
    """Lock an account of the pool until the transaction ends."""
    row = await connection.fetchrow(
        f"SELECT {columns_of(PoolAccount)} FROM pool_accounts WHERE id = $1 FOR NO KEY UPDATE",
        account_id,
    )
    return read_row(PoolAccount, row)


async def update_account(
    connection: Connection, now: datetime, account_id: UUID, changes: Mapping[str, Any]
) -> PoolAccount:
    """Set columns of a locked account."""
    if not changes.keys() <= _ASSIGNABLE:
        raise ValueError(f"not to be changed of a pool account: {changes.keys() - _ASSIGNABLE}")
    assignments = "".join(f", {column} = ${place}" for place, column in enumerate(changes, 3))
    row = await connection.fetchrow(
        f"UPDATE pool_accounts SET updated_at = greatest(updated_at, $2){assignments} "
        f"WHERE id = $1 RETURNING {columns_of(PoolAccount)}",
        account_id,
        now,
        *changes.values(),
    )
    return read_returned(PoolAccount, row)


async def begin_import(connection: Connection) -> bool:
    """Keep other imports out until the transaction ends; return False if one is running.

    Two imports at once that have handles in common would wait for each other.
    """
    alone = await connection.fetchval(
        "SELECT pg_try_advisory_xact_lock(hashtextextended('pool_accounts_import', 0))"
    )
    return bool(alone)


async def insert_accounts(
    connection: Connection, now: datetime, accounts: Sequence[ImportedAccount]
) -> dict[str, UUID]:
    """Add those accounts whose handles the pool does not have, as available ones.

    Returns:
        By handle, the account that has it already: one of the pool, or an earlier one of ``accounts``.
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
