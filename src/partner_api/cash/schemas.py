"""Wire types of the cash wallet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from partner_api.cash.events import CashEventType
from partner_api.clock import format_seconds
from partner_api.edge.fields import Amount, OrganizationIdText, SecondsText
from partner_api.edge.pagination import Cursor
from partner_api.ids import format_id

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.cash.store import Outlook

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


def cash_wallet_of(organization_id: UUID, outlook: Outlook) -> CashWallet:
    """Make the wire form of what ``store.read_outlook`` gives."""
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
