"""Wire types of the credit wallet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from partner_api.clock import format_milliseconds
from partner_api.edge.fields import Amount, MillisecondsText, OrganizationIdText
from partner_api.ids import format_id

if TYPE_CHECKING:
    from partner_api.database.connection import Row

SubscriptionTier = Literal["free", "starter", "pro", "scale", "enterprise"]
BillingStatus = Literal["active", "past_due", "canceled"]


class CurrentPeriod(Struct, frozen=True, rename="camel"):
    """The period that `includedRemaining` and `usedThisPeriod` belong to."""

    start: Annotated[MillisecondsText, Meta(description="When it began, inclusive.")]
    end: Annotated[MillisecondsText, Meta(description="When the next one begins.")]
    used_credits: Annotated[Amount, Meta(description="The same as `usedThisPeriod`.")]


class FormatEstimates(Struct, frozen=True):
    """The most that one piece of content of each format can cost."""

    slideshow_builder: Amount = 50
    slideshow_remix: Amount = 50
    video_remix: Amount = 120
    ugc_remix: Amount = 120
    auto: Amount = 120


class IngestCosts(Struct, frozen=True):
    """Whether reading a source costs credits. Nothing does."""

    github: bool = False
    website: bool = False
    appstore: bool = False


class Credits(Struct, frozen=True, rename="camel"):
    """A wallet. Decide on `available` whether its organization may start new work."""

    organization_id: Annotated[OrganizationIdText, Meta(description="Whose wallet it is.")]
    balance: Annotated[
        Amount, Meta(description="The gross wallet: `includedRemaining` + `prepaidBalance`.")
    ]
    available: Annotated[
        Amount,
        Meta(description="What new work may spend now: `balance` - `reservedCredits`."),
    ]
    included_remaining: Annotated[
        Amount,
        Meta(description="What is left of this period's allotment. It is spent before prepaid."),
    ]
    prepaid_balance: Annotated[
        Amount,
        Meta(description="Bought, granted and allocated credits, less what was spent of them."),
    ]
    reserved_credits: Annotated[
        Amount, Meta(description="Held for work in flight, until that settles or is released.")
    ]
    included_this_period: Annotated[
        Amount, Meta(description="The subscription's allotment for this period.")
    ]
    used_this_period: Annotated[
        Amount, Meta(description="Consumed since `currentPeriod.start`, included and prepaid.")
    ]
    current_period: CurrentPeriod
    subscription_tier: Annotated[
        SubscriptionTier, Meta(description="`free` without a subscription.")
    ]
    billing_status: Annotated[
        BillingStatus, Meta(description="Only `active` receives the next period's allotment.")
    ]
    estimated_credits_per_format: Annotated[
        FormatEstimates,
        Meta(
            description="Upper bounds, to show before a job is started. What it costs is decided "
            "when it has finished."
        ),
    ]
    ingest_costs_billed: IngestCosts


def credits_of(wallet: Row) -> Credits:
    """Make the wire form of a row of ``store.read_wallets``."""
    balance = wallet["included_remaining"] + wallet["prepaid"]
    return Credits(
        organization_id=format_id("org", wallet["organization_id"]),
        balance=balance,
        available=balance - wallet["reserved"],
        included_remaining=wallet["included_remaining"],
        prepaid_balance=wallet["prepaid"],
        reserved_credits=wallet["reserved"],
        included_this_period=wallet["included_this_period"],
        used_this_period=wallet["used_this_period"],
        current_period=CurrentPeriod(
            start=format_milliseconds(wallet["period_start"]),
            end=format_milliseconds(wallet["period_end"]),
            used_credits=wallet["used_this_period"],
        ),
        subscription_tier=wallet["subscription_tier"],
        billing_status=wallet["billing_status"],
        estimated_credits_per_format=FormatEstimates(**(wallet["format_prices"] or {})),
        ingest_costs_billed=IngestCosts(),
    )


CREDITS_EXAMPLE = Credits(
    organization_id="org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05",
    balance=6000,
    available=5880,
    included_remaining=600,
    prepaid_balance=5400,
    reserved_credits=120,
    included_this_period=1000,
    used_this_period=400,
    current_period=CurrentPeriod(
        start="2026-06-01T00:00:00.000Z", end="2026-07-01T00:00:00.000Z", used_credits=400
    ),
    subscription_tier="pro",
    billing_status="active",
    estimated_credits_per_format=FormatEstimates(),
    ingest_costs_billed=IngestCosts(),
)
