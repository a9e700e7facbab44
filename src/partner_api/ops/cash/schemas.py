"""Wire types of the operator's postings of cash."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from partner_api.cash.schemas import CashEvent, cash_event_of
from partner_api.cash.store import CashEventFacts
from partner_api.edge.request.validation import InvalidField
from partner_api.edge.wire.fields import (
    Amount,
    PositiveAmount,
    SignedAmount,
    SocialAccountId,
)
from partner_api.edge.wire.visible import VISIBLE

Description = Annotated[
    str,
    Meta(min_length=1, max_length=500, description="The partner sees it.", extra=VISIBLE),
]
Reference = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=255,
        description="Of the payment, such as an invoice.",
        extra=VISIBLE,
    ),
]


class CashTopup(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Money that a partner has paid in, in US cents."""

    amount_cents: Annotated[PositiveAmount, Meta(description="What was paid in.")]
    description: Description
    reference: Reference | None = None


class CashAdjustment(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A correction of a partner's cash wallet, up or down, in US cents."""

    amount_cents: Annotated[SignedAmount, Meta(description="Negative takes money. Not 0.")]
    description: Description
    reference: Reference | None = None

    def __post_init__(self) -> None:
        """Refuse a correction of nothing."""
        if self.amount_cents == 0:
            raise InvalidField("amountCents", "Expected a number other than 0")


class CashRefund(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What to give back of a month of a lease, in US cents."""

    social_account_id: SocialAccountId
    lease_month: Annotated[int, Meta(ge=0, le=100_000, description="0 is the first month.")]
    amount_cents: Annotated[PositiveAmount, Meta(description="At most what the month was charged.")]
    description: Description | None = None


class PostedCash(Struct, frozen=True, rename="camel"):
    """A posting, and the wallet after it."""

    event: CashEvent
    balance: Annotated[Amount, Meta(description="In US cents.")]
    available: Annotated[Amount, Meta(description="The same: nothing reserves cash.")]


def posted_cash_of(facts: dict[str, Any]) -> PostedCash:
    """Return the answer of the facts of ``cash_post``."""
    event = msgspec.convert(facts["event"], CashEventFacts)
    return PostedCash(cash_event_of(event), facts["balance_cents"], facts["balance_cents"])
