"""Wire types of social accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from partner_api.clock import format_milliseconds
from partner_api.edge.wire.fields import MillisecondsText, SocialAccountIdText
from partner_api.edge.wire.pagination import Cursor
from partner_api.ids import format_id

if TYPE_CHECKING:
    from partner_api.database.connection import Row

Platform = Literal["tiktok"]
SocialAccountStatus = Literal["connected", "reauth_required", "disconnected"]


class SocialAccountsQuery(Struct, frozen=True, rename="camel"):
    """Filters of the list of social accounts."""

    platform: Annotated[
        list[Platform] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    status: Annotated[
        list[SocialAccountStatus] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    leased: Annotated[bool | None, Meta(description="Only leased ones, or only others.")] = None
    limit: Annotated[int, Meta(ge=1, le=200, description="Accounts on a page.")] = 50
    cursor: Cursor | None = None


class SocialAccount(Struct, frozen=True, rename="camel"):
    """An account that the project can publish to, leased or the customer's own."""

    social_account_id: SocialAccountIdText
    platform: Annotated[str, Meta(examples=["tiktok"])]
    handle: Annotated[str, Meta(examples=["coffee.reviews.daily"])]
    avatar_url: str | None
    status: SocialAccountStatus
    leased: Annotated[bool, Meta(description="Whether it is leased; then it has a price too.")]
    connected_at: MillisecondsText
    token_expires_at: MillisecondsText | None


def social_account_of(account: Row) -> SocialAccount:
    """Make the wire form of a row of ``store.list_social_accounts``."""
    expires_at = account["token_expires_at"]
    return SocialAccount(
        social_account_id=format_id("sa", account["id"]),
        platform=account["platform"],
        handle=account["handle"],
        avatar_url=account["avatar_url"],
        status=account["status"],
        leased=account["leased"],
        connected_at=format_milliseconds(account["connected_at"]),
        token_expires_at=None if expires_at is None else format_milliseconds(expires_at),
    )


class RevokedAccount(Struct, frozen=True, rename="camel", kw_only=True):
    """A social account that was disconnected."""

    social_account_id: SocialAccountIdText
    status: Literal["disconnected"] = "disconnected"
    disconnected_reason: Literal["revoked_by_partner"] = "revoked_by_partner"
    canceled_scheduled_posts: Annotated[int, Meta(ge=0)]
    disconnected_at: MillisecondsText


def revoked_account_of(account: Row) -> RevokedAccount:
    """Make the wire form of a disconnected row of ``social_accounts``."""
    return RevokedAccount(
        social_account_id=format_id("sa", account["id"]),
        # There are no scheduled posts that could be canceled.
        canceled_scheduled_posts=0,
        disconnected_at=format_milliseconds(account["disconnected_at"]),
    )
