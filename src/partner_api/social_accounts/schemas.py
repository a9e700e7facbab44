"""Wire types of social accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from partner_api.clock import format_milliseconds, format_milliseconds_or_none
from partner_api.edge.wire.fields import MillisecondsText, SocialAccountIdText
from partner_api.edge.wire.pagination import Cursor
from partner_api.events.data_schemas import SocialAccountRevokedData
from partner_api.ids import format_id
from partner_api.social_accounts import store
from partner_api.social_accounts.store import SocialAccountStatus

if TYPE_CHECKING:
    from uuid import UUID

Platform = Literal["tiktok"]


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


def social_account_of(account: store.SocialAccount) -> SocialAccount:
    """Return an account in its wire form."""
    return SocialAccount(
        social_account_id=format_id("sa", account.id),
        platform=account.platform,
        handle=account.handle,
        avatar_url=account.avatar_url,
        status=account.status,
        leased=account.leased,
        connected_at=format_milliseconds(account.connected_at),
        token_expires_at=format_milliseconds_or_none(account.token_expires_at),
    )


class RevokedAccount(Struct, frozen=True, rename="camel", kw_only=True):
    """A social account that was disconnected."""

    social_account_id: SocialAccountIdText
    status: Literal["disconnected"] = "disconnected"
    disconnected_reason: Literal["revoked_by_partner"] = "revoked_by_partner"
    canceled_scheduled_posts: Annotated[int, Meta(ge=0)]
    disconnected_at: MillisecondsText


def revoked_account_of(account: store.SocialAccount) -> RevokedAccount:
    """Return the wire form of an account that was disconnected."""
    assert account.disconnected_at is not None  # noqa: S101 - a CHECK: it goes with the status
    return RevokedAccount(
        social_account_id=format_id("sa", account.id),
        # There are no scheduled posts that could be canceled.
        canceled_scheduled_posts=0,
        disconnected_at=format_milliseconds(account.disconnected_at),
    )


def revoked_account_data_of(
    account: store.SocialAccount, organization_id: UUID
) -> SocialAccountRevokedData:
    """Return what partners are told of an account that was disconnected."""
    return SocialAccountRevokedData(
        organization_id=format_id("org", organization_id),
        social_account_id=format_id("sa", account.id),
        project_id=format_id("prj", account.project_id),
        handle=account.handle,
    )
