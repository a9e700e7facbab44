"""Wire types of how far partners' cash reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from partner_api.edge.wire.fields import Amount, OrganizationIdText, capped
from partner_api.ids import format_id
from partner_api.ops.renewals.calendar_schemas import DayText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.ops.renewals.service import PartnerCalendar


class CoverQuery(Struct, frozen=True, kw_only=True):
    """How far to look ahead."""

    days: Annotated[int, Meta(ge=1, le=62, description="Days from today on.")] = 30
    limit: Annotated[int, Meta(ge=1, le=100, description="Partners in `items`.")] = 20


class PartnerCover(Struct, frozen=True, rename="camel", kw_only=True):
    """What the leases of a partner and its children will cost its cash wallet, and whether it reaches."""

    organization_id: OrganizationIdText
    name: str
    balance_cents: Amount
    owed_cents: Annotated[Amount, Meta(description="Months that have begun and are not paid.")]
    total_cents: Annotated[
        Amount, Meta(description="What is to be paid to the end of the last day, with that.")
    ]
    shortfall_cents: Annotated[
        Amount, Meta(description="What has to be paid in for it; 0: the cash wallet covers it.")
    ]
    first_short_day: Annotated[
        DayText | None, Meta(description="The first day that it does not cover; null: none.")
    ]


class RenewalsCover(Struct, frozen=True, rename="camel", kw_only=True):
    """What renewals will cost all partners, and whose cash does not reach."""

    last_day: DayText
    partners: Annotated[int, Meta(ge=0, description="Those with assigned leases.")]
    total_cents: Annotated[Amount, Meta(description="What they have to pay.")]
    short_partners: Annotated[int, Meta(ge=0, description="Those whose cash does not reach.")]
    shortfall_cents: Annotated[Amount, Meta(description="What these have to pay in.")]
    items: Annotated[
        list[PartnerCover],
        Meta(
            description="Those whose cash does not reach, the first to run out first; then the others, those with "
            "the least left first."
        ),
    ]


def cover_of(calendars: Sequence[PartnerCalendar], last_day: str, limit: int) -> RenewalsCover:
    """Return the wire form of what partners have to pay, and of the most urgent of them."""
    partners = sorted((_partner_cover_of(calendar) for calendar in calendars), key=_urgency)
    short = [one for one in partners if one.shortfall_cents]
    return RenewalsCover(
        last_day=last_day,
        partners=len(partners),
        total_cents=capped(sum(one.total_cents for one in partners)),
        short_partners=len(short),
        shortfall_cents=capped(sum(one.shortfall_cents for one in short)),
        items=partners[:limit],
    )


def _partner_cover_of(calendar: PartnerCalendar) -> PartnerCover:
    balance = calendar.line.balance_cents
    total = calendar.days[-1].owed_cents
    short = next((due.day for due in calendar.days if due.owed_cents > balance), None)
    return PartnerCover(
        organization_id=format_id("org", calendar.line.organization_id),
        name=calendar.line.name,
        balance_cents=balance,
        owed_cents=capped(calendar.before.cents),
        total_cents=capped(total),
        shortfall_cents=capped(max(0, total - balance)),
        first_short_day=None if short is None else short.isoformat(),
    )


def _urgency(partner: PartnerCover) -> tuple[bool, str, int]:
    left = partner.balance_cents - partner.total_cents
    return partner.first_short_day is None, partner.first_short_day or "", left
