"""Wire types of the pool of warmed accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from partner_api.clock import format_milliseconds
from partner_api.edge.fields import Amount, MillisecondsText, PoolAccountIdText
from partner_api.edge.pagination import Cursor
from partner_api.ids import format_id
from partner_api.social_accounts.schemas import Platform

if TYPE_CHECKING:
    from partner_api.database.connection import Row

PoolStatus = Literal["available", "leased", "retired"]
Vertical = Annotated[str, Meta(min_length=1, max_length=64, examples=["food_and_drink"])]
Language = Annotated[
    str,
    Meta(
        pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35, description="BCP 47 language."
    ),
]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2 code.")]


class NewPoolAccount(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A warmed account to add to the pool."""

    platform: Platform
    handle: Annotated[str, Meta(min_length=1, max_length=64)]
    followers: Amount
    vertical: Vertical
    language: Language
    geo: Annotated[list[Country], Meta(min_length=1, max_length=249)]
    monthly_price_cents: Amount = 15_000
    avatar_url: Annotated[str, Meta(max_length=2048, pattern=r"^https://")] | None = None


class PoolAccountsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the pool."""

    status: Annotated[
        list[PoolStatus] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    vertical: Vertical | None = None
    language: Language | None = None
    search: Annotated[
        str | None, Meta(max_length=64, description="A part of the handle, whatever its case.")
    ] = None
    limit: Annotated[int, Meta(ge=1, le=200, description="Accounts on a page.")] = 50
    cursor: Cursor | None = None


class PoolAccount(Struct, frozen=True, rename="camel", kw_only=True):
    """An account of the pool."""

    id: PoolAccountIdText
    platform: Platform
    handle: str
    followers: Amount
    vertical: str
    language: str
    geo: list[str]
    monthly_price_cents: Amount
    avatar_url: str | None
    status: PoolStatus
    created_at: MillisecondsText
    updated_at: MillisecondsText


def pool_account_of(row: Row) -> PoolAccount:
    """Make the wire form of a row of ``pool_accounts``."""
    return PoolAccount(
        id=format_id("pool", row["id"]),
        platform=row["platform"],
        handle=row["handle"],
        followers=row["followers"],
        vertical=row["vertical"],
        language=row["language"],
        geo=row["geo"],
        monthly_price_cents=row["monthly_price_cents"],
        avatar_url=row["avatar_url"],
        status=row["status"],
        created_at=format_milliseconds(row["created_at"]),
        updated_at=format_milliseconds(row["updated_at"]),
    )
