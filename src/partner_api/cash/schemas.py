"""Wire types of the cash wallet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from partner_api.cash.store import CashEventType
from partner_api.clock import format_milliseconds, format_seconds
from partner_api.edge.wire.fields import (
    Amount,
    BareIdText,
    MillisecondsText,
    OrganizationIdText,
    ProjectIdText,
    SecondsText,
    SignedAmount,
    SocialAccountIdText,
)
from partner_api.edge.wire.ledger_chain import EventHash, InternalHash, PreviousHash
from partner_api.edge.wire.pagination import Cursor
from partner_api.ids import format_id

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.cash import store

OUTLOOK_DAYS = 30


class CashEventsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the cash ledger."""

    event_type: Annotated[
        list[CashEventType] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    limit: Annotated[int, Meta(ge=1, le=100, description="Events on a page.")] = 25
    cursor: Cursor | None = None


class UpcomingRenewals(Struct, frozen=True, rename="camel", kw_only=True):
    """What the leases will take from the wallet, if none is added and none released."""

    days: Annotated[int, Meta(description="How far this looks ahead.")] = OUTLOOK_DAYS
    count: Annotated[int, Meta(ge=0, description="Renewals in that time.")]
    total_cents: Annotated[Amount, Meta(description="What they cost.")]
    next_renewal_at: Annotated[
        SecondsText | None, Meta(description="The first of them; null when no account is leased.")
    ]
    covered_until: Annotated[
        SecondsText,
        Meta(
            description="Up to and including this instant every renewal is paid for, those that are "
            "past due as well; the end of the days when all are."
        ),
    ]
    shortfall_cents: Annotated[
        Amount,
        Meta(
            description="What has to be paid in so that all are paid for, past due ones included."
        ),
    ]


class CashWallet(Struct, frozen=True, rename="camel", kw_only=True):
    """A partner's cash, from which its leases are paid."""

    organization_id: OrganizationIdText
    currency: Literal["USD"] = "USD"
    balance_cents: Amount
    upcoming_renewals: UpcomingRenewals


def cash_wallet_of(organization_id: UUID, outlook: store.Outlook) -> CashWallet:
    """Return the wire form of a cash wallet and its outlook."""
    return CashWallet(
        organization_id=format_id("org", organization_id),
        balance_cents=outlook.balance_cents,
        upcoming_renewals=UpcomingRenewals(
            count=outlook.renewals,
            total_cents=outlook.total_cents,
            next_renewal_at=(
                None if outlook.next_renewal_at is None else format_seconds(outlook.next_renewal_at)
            ),
            covered_until=format_seconds(outlook.covered_until),
            shortfall_cents=outlook.shortfall_cents,
        ),
    )


class CashEvent(Struct, frozen=True, rename="camel"):
    """One movement of cash, in US cents. The events of a wallet sum to its balance."""

    event_id: BareIdText
    event_type: CashEventType
    amount_cents: Annotated[SignedAmount, Meta(description="What came, or went when negative.")]
    balance_after_cents: Amount
    social_account_id: SocialAccountIdText | None
    project_id: ProjectIdText | None
    organization_id: Annotated[
        OrganizationIdText, Meta(description="For whom: the partner, or the child that leases.")
    ]
    period_start: SecondsText | None
    period_end: SecondsText | None
    lease_month: Annotated[int | None, Meta(description="0 is the first month of the lease.")]
    description: str | None
    created_at: MillisecondsText
    hash: EventHash
    previous_hash: PreviousHash
    internal_hash: InternalHash


def cash_event_of(event: store.CashEventFacts) -> CashEvent:
    """Return the wire form of a row of the cash ledger."""
    account_id = event.social_account_id
    return CashEvent(
        event_id=str(event.event_id),
        event_type=event.event_type,
        amount_cents=event.amount_cents,
        balance_after_cents=event.balance_after_cents,
        social_account_id=None if account_id is None else format_id("sa", account_id),
        project_id=None if event.project_id is None else format_id("prj", event.project_id),
        organization_id=format_id("org", event.for_organization_id),
        period_start=None if event.period_start is None else format_seconds(event.period_start),
        period_end=None if event.period_end is None else format_seconds(event.period_end),
        lease_month=event.lease_month,
        description=event.description,
        created_at=format_milliseconds(event.created_at),
        hash=event.hash.hex(),
        previous_hash=event.previous_hash.hex(),
        internal_hash=event.internal_hash.hex(),
    )
