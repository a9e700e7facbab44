"""Wire types of the operator's postings and of subscriptions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from partner_api.clock import format_milliseconds
from partner_api.credits.event_schemas import CreditEvent, credit_event_of
from partner_api.credits.event_store import CreditEventFacts
from partner_api.credits.store import BillingStatus, SubscriptionTier
from partner_api.edge.request.validation import InvalidField
from partner_api.edge.wire.fields import (
    MAX_AMOUNT,
    Amount,
    Instant,
    JobId,
    MillisecondsText,
    PositiveAmount,
    SignedAmount,
)
from partner_api.edge.wire.metadata import Metadata
from partner_api.edge.wire.visible import VISIBLE

Description = Annotated[
    str, Meta(min_length=1, max_length=500, description="The partner sees it.", extra=VISIBLE)
]


class NewCredits(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Credits to grant, or that were bought."""

    credits: Annotated[PositiveAmount, Meta(description="How many to add.")]
    description: Description | None = None
    metadata: Metadata = {}


class CreditAdjustment(
    Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True
):
    """A correction of prepaid credits, up or down."""

    credits: Annotated[SignedAmount, Meta(description="Negative takes credits. Not 0.")]
    description: Description
    metadata: Metadata = {}

    def __post_init__(self) -> None:
        """Refuse a correction of nothing."""
        if self.credits == 0:
            raise InvalidField("credits", "Expected a number other than 0")


class CreditRefund(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Credits to give back for a job."""

    job_id: JobId
    credits: Annotated[
        PositiveAmount, Meta(description="With earlier refunds of the job, at most its charge.")
    ]
    description: Description | None = None


class PostedCredits(Struct, frozen=True, rename="camel"):
    """A posting, and the wallet after it."""

    event: CreditEvent
    balance: Amount
    available: Amount


class NewSubscription(
    Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True
):
    """The whole subscription of an organization, as it is from now on."""

    tier: Annotated[SubscriptionTier, Meta(description="What was bought.")]
    included_credits: Annotated[
        Amount, Meta(description="What each period grants while billing is active.")
    ]
    billing_status: Annotated[
        BillingStatus, Meta(description="Only `active` gets the allotment of each period.")
    ]
    started_at: Annotated[
        Instant | None,
        Meta(
            description="Cut to its day, the day of the month on which periods begin. "
            "Without it: as before, or today."
        ),
    ] = None


class SubscriptionPeriod(Struct, frozen=True):
    """The period that is running."""

    start: MillisecondsText
    end: MillisecondsText


class Subscription(Struct, frozen=True, rename="camel"):
    """The subscription of an organization."""

    tier: Annotated[SubscriptionTier, Meta(description="What was bought.")]
    included_credits: Annotated[int, Meta(ge=0, le=MAX_AMOUNT)]
    billing_status: Annotated[
        BillingStatus, Meta(description="Only `active` gets the allotment of each period.")
    ]
    started_at: MillisecondsText
    current_period: SubscriptionPeriod


class SetSubscription(Struct, frozen=True, rename="camel"):
    """A subscription as it is now, and the wallet after what it granted."""

    subscription: Subscription
    balance: Amount
    available: Amount


class _PeriodFacts(Struct, frozen=True):
    start: datetime
    end: datetime


class _SubscriptionFacts(Struct, frozen=True):
    tier: Annotated[SubscriptionTier, Meta(description="What was bought.")]
    included_credits: int
    billing_status: Annotated[
        BillingStatus, Meta(description="Only `active` gets the allotment of each period.")
    ]
    started_at: datetime
    current_period: _PeriodFacts


def posted_credits_of(facts: dict[str, Any]) -> PostedCredits:
    """Return the answer of the facts of ``credit_post``."""
    event = msgspec.convert(facts["event"], CreditEventFacts)
    return PostedCredits(credit_event_of(event), facts["balance"], facts["available"])


def set_subscription_of(facts: dict[str, Any]) -> SetSubscription:
    """Return the answer of the facts of ``subscription_set``."""
    found = msgspec.convert(facts["subscription"], _SubscriptionFacts)
    return SetSubscription(
        Subscription(
            tier=found.tier,
            included_credits=found.included_credits,
            billing_status=found.billing_status,
            started_at=format_milliseconds(found.started_at),
            current_period=SubscriptionPeriod(
                start=format_milliseconds(found.current_period.start),
                end=format_milliseconds(found.current_period.end),
            ),
        ),
        facts["balance"],
        facts["available"],
    )
