"""Wire types of the pool of warmed accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from partner_api.account_pool.store import PoolStatus
from partner_api.clock import format_milliseconds
from partner_api.edge.wire.fields import (
    Amount,
    MillisecondsText,
    PoolAccountIdText,
    SocialAccountIdText,
)
from partner_api.edge.wire.pagination import Cursor
from partner_api.edge.wire.standards import LANGUAGE, URL
from partner_api.ids import format_id
from partner_api.lease_requests.schemas import Country, Vertical
from partner_api.social_accounts.schemas import Platform

if TYPE_CHECKING:
    from partner_api.account_pool import store

# The platform does not tell upper from lower case, so that one account has one spelling.
Handle = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9._]{1,64}$(?!\n)",
        description="In lower case, without @.",
        examples=["coffee.reviews.daily"],
    ),
]
Language = Annotated[
    str,
    Meta(
        # In Python, $ alone would let a newline at the end pass.
        pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$(?!\n)",
        max_length=35,
        description="BCP 47 language tag, of registered parts.",
        examples=["pt-BR"],
        extra=LANGUAGE,
    ),
]
Countries = Annotated[
    list[Country], Meta(min_length=1, max_length=249, description="Where its audience is.")
]
AvatarUrl = Annotated[
    str,
    Meta(max_length=2048, pattern=r"^https://", description="Its picture.", extra=URL),
]
_FOLLOWERS = Meta(description="How many follow it.")


class NewPoolAccount(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A warmed account to add to the pool."""

    platform: Annotated[Platform, Meta(description="Where it is.")]
    handle: Handle
    followers: Annotated[Amount, _FOLLOWERS]
    vertical: Vertical
    language: Language
    geo: Countries
    monthly_price_cents: Annotated[
        Amount, Meta(description="What a month costs, where the lease says nothing else.")
    ] = 15_000
    avatar_url: AvatarUrl | None = None


class PoolAccountPatch(
    Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True
):
    """What to change of a pool account: what is left out stays. A handle cannot be changed."""

    followers: Annotated[Amount | UnsetType, _FOLLOWERS] = UNSET
    vertical: Vertical | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    geo: Countries | UnsetType = UNSET
    monthly_price_cents: Annotated[
        Amount | UnsetType, Meta(description="Of later leases; leases that exist keep theirs.")
    ] = UNSET
    avatar_url: AvatarUrl | UnsetType | None = UNSET
    status: Annotated[
        Literal["available", "retired"] | UnsetType,
        Meta(description="A retired account is not leased any more. A leased one is 409."),
    ] = UNSET

    def changes(self) -> dict[str, Any]:
        """Return the fields that were sent, by their column."""
        return {
            name: value
            for name in self.__struct_fields__
            if (value := getattr(self, name)) is not UNSET
        }


class ImportQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """How an import is done."""

    all_or_nothing: Annotated[
        bool, Meta(description="Add no account at all if a line has a problem.")
    ] = False


class ImportProblem(Struct, frozen=True):
    """Why a line was rejected."""

    line: Annotated[int, Meta(ge=1, description="Lines count from 1, the header of a CSV too.")]
    message: str


class PoolImport(Struct, frozen=True, rename="camel", kw_only=True):
    """The result of an import."""

    lines: Annotated[int, Meta(ge=0, description="Without the header and empty lines.")]
    added: Annotated[int, Meta(ge=0)]
    rejected: Annotated[int, Meta(ge=0, description="Lines with a problem.")]
    errors: Annotated[
        list[ImportProblem], Meta(max_length=1000, description="The first 1,000 of them.")
    ]


class PoolAccountsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the pool."""

    status: Annotated[
        list[PoolStatus] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    platform: Annotated[
        list[Platform] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    vertical: Annotated[
        list[Vertical] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    language: Annotated[
        list[Language] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    geo: Annotated[
        list[Country] | None,
        Meta(description="Only with an audience in one of these countries; repeat it for several."),
    ] = None
    min_followers: Annotated[Amount | None, Meta(description="Only with so many or more.")] = None
    max_followers: Annotated[Amount | None, Meta(description="Only with so many or fewer.")] = None
    max_monthly_price_cents: Annotated[
        Amount | None, Meta(description="Only those that cost so much or less.")
    ] = None
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
    social_account_id: Annotated[
        SocialAccountIdText | None, Meta(description="The lease that has it, while it is leased.")
    ] = None


def pool_account_of(account: store.PoolAccount) -> PoolAccount:
    """Return the wire form of an account of the pool."""
    return PoolAccount(
        id=format_id("pool", account.id),
        platform=account.platform,
        handle=account.handle,
        followers=account.followers,
        vertical=account.vertical,
        language=account.language,
        geo=account.geo,
        monthly_price_cents=account.monthly_price_cents,
        avatar_url=account.avatar_url,
        status=account.status,
        created_at=format_milliseconds(account.created_at),
        updated_at=format_milliseconds(account.updated_at),
        social_account_id=None if account.lease_id is None else format_id("sa", account.lease_id),
    )
