"""Wire types of the credit wallet."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from partner_api.clock import format_milliseconds
from partner_api.credits.store import BillingStatus, SubscriptionTier
from partner_api.edge.declaration import Shown
from partner_api.edge.wire.fields import (
    Amount,
    MillisecondsText,
    OrganizationIdText,
    PositiveAmount,
    TransferIdText,
)
from partner_api.edge.wire.metadata import Metadata
from partner_api.edge.wire.visible import VISIBLE
from partner_api.ids import format_id

if TYPE_CHECKING:
    from partner_api.credits import store


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


def credits_of(wallet: store.Wallet) -> Credits:
    """Return the wire form of a wallet."""
    return Credits(
        organization_id=format_id("org", wallet.organization_id),
        balance=wallet.balance,
        available=wallet.available,
        included_remaining=wallet.included_remaining,
        prepaid_balance=wallet.prepaid,
        reserved_credits=wallet.reserved,
        included_this_period=wallet.included_this_period,
        used_this_period=wallet.used_this_period,
        current_period=CurrentPeriod(
            start=format_milliseconds(wallet.period_start),
            end=format_milliseconds(wallet.period_end),
            used_credits=wallet.used_this_period,
        ),
        subscription_tier=wallet.subscription_tier,
        billing_status=wallet.billing_status,
        estimated_credits_per_format=FormatEstimates(**(wallet.format_prices or {})),
        ingest_costs_billed=IngestCosts(),
    )


class NewAllocation(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Prepaid credits to move to a child."""

    credits: Annotated[PositiveAmount, Meta(description="How many to move.")]
    description: (
        Annotated[str, Meta(max_length=500, description="Both ledgers show it.", extra=VISIBLE)]
        | None
    ) = None
    metadata: Metadata = {}


class Allocation(Struct, frozen=True, rename="camel", kw_only=True):
    """A transfer of prepaid credits, and the child's wallet right after it."""

    id: TransferIdText
    organization_id: OrganizationIdText
    allocated: PositiveAmount
    description: str | None
    metadata: Metadata
    balance: Amount
    available: Amount
    created: MillisecondsText
    replayed: Annotated[
        bool, Meta(description="Whether this answers a repetition; nothing moved again.")
    ]


class _AllocationFacts(Struct, frozen=True):
    id: UUID
    organization_id: UUID
    allocated: int
    description: str | None
    metadata: dict[str, str]
    balance: int
    available: int
    created: datetime


def allocation_of(transfer: dict[str, Any], *, replayed: bool = False) -> Allocation:
    """Return the answer of the facts of ``store.allocate``."""
    facts = msgspec.convert(transfer, _AllocationFacts)
    return Allocation(
        id=format_id("txn", facts.id),
        organization_id=format_id("org", facts.organization_id),
        allocated=facts.allocated,
        description=facts.description,
        metadata=facts.metadata,
        balance=facts.balance,
        available=facts.available,
        created=format_milliseconds(facts.created),
        replayed=replayed,
    )


_CAP = Meta(description="The most that may be used and reserved in a period; null is no cap.")
_THRESHOLD = Meta(description="A start that would leave less than this available refills first.")
_REFILL = Meta(description="How much a refill moves.")


class CreditConfigPatch(
    Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True
):
    """What to change: a number sets, null clears, what is left out stays."""

    monthly_credit_cap: Annotated[Amount | UnsetType | None, _CAP] = UNSET
    refill_threshold: Annotated[Amount | UnsetType | None, _THRESHOLD] = UNSET
    refill_amount: Annotated[PositiveAmount | UnsetType | None, _REFILL] = UNSET


class CreditConfig(Struct, frozen=True, rename="camel", kw_only=True):
    """How far a child may spend, and when its wallet fills itself from its partner's."""

    monthly_credit_cap: Annotated[Amount | None, _CAP]
    refill_threshold: Annotated[Amount | None, _THRESHOLD]
    refill_amount: Annotated[PositiveAmount | None, _REFILL]
    auto_refill_enabled: Annotated[
        bool, Meta(description="Whether `refillThreshold` and `refillAmount` are both set.")
    ]


class CreditConfigAnswer(Struct, frozen=True, rename="camel", kw_only=True):
    """A child's configuration, and its wallet."""

    organization_id: OrganizationIdText
    config: CreditConfig
    balance: Amount
    available: Amount


def credit_config_of(config: store.CreditConfig) -> CreditConfig:
    """Return the wire form of a wallet's configuration."""
    return CreditConfig(
        monthly_credit_cap=config.monthly_credit_cap,
        refill_threshold=config.refill_threshold,
        refill_amount=config.refill_amount,
        auto_refill_enabled=config.auto_refill_enabled,
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
# What the reference says beside the descriptions of the fields.
_NOTES = (
    "`balance` = `includedRemaining` + `prepaidBalance`: the gross wallet. `available` = `balance` - "
    "`reservedCredits`, never below 0.",
    "`reservedCredits` is committed to work in flight: a generation reserves its estimate the moment it starts and "
    "settles when it finishes, so `available` can be lower than `balance` while work is under way. When nothing runs, "
    "`reservedCredits` is 0 and the two are equal.",
    "Decide on `available`, not on `balance`, whether something can be generated: deciding on the gross number spends "
    "twice what running jobs have committed already.",
    "`estimatedCreditsPerFormat` is an upper bound, for what you show before a job starts. What is deducted is decided "
    "by the server when it has finished.",
    "`ingestCostsBilled` says whether reading a source costs credits. All three are false today.",
)
CREDITS_SHOWN = Shown(
    notes=_NOTES,
    see=[
        "credits.events.list",
        "organizations.credits.retrieve",
        "organizations.credits.allocate",
    ],
    python='print(result["available"])',
    typescript="console.log(result.available);",
)
CHILD_CREDITS_SHOWN = Shown(
    notes=[
        *_NOTES,
        "`prepaidBalance` is what you have funded into the child with "
        "`POST /v1/organizations/{orgId}/credits/allocate`, and anything granted or bought for it, less what it "
        "has spent of that. `includedRemaining` is the child's own subscription allotment, if it has one.",
    ],
    path={
        "orgId": "The child organization whose wallet you want. Must be a direct child of yours, otherwise 404.",
    },
    when={
        "NOT_FOUND": "`orgId` is not a direct child of your organization. A stranger's organization looks the same "
        "as a missing one.",
        "VALIDATION": "Malformed `orgId`.",
        "KILL_SWITCH": "Your key or organization is suspended, or the child is suspended or archived: "
        "`details.scope` says which.",
    },
    see=[
        "credits.retrieve",
        "organizations.credits.allocate",
        "organizations.credits.events.list",
        "organizations.credit_config.update",
    ],
    python='print(result["available"])',
    typescript="console.log(result.available);",
)
ALLOCATION_SHOWN = Shown(
    see=[
        "organizations.credits.retrieve",
        "organizations.credits.events.list",
        "organizations.credit_config.update",
    ],
    when={
        "NOT_FOUND": "`orgId` is not a direct child of your organization.",
        "BILLING_EXHAUSTED": "Less is prepaid and not reserved than should move: `details.reason` is "
        "`insufficient_prepaid`.",
    },
)
