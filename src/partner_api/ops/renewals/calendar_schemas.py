"""Wire types of what falls due, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

from msgspec import Meta, Struct
from msgspec.structs import asdict

from partner_api.edge.wire.fields import (
    Amount,
    OrganizationId,
    OrganizationIdText,
    SecondsText,
    capped,
)
from partner_api.edge.wire.pagination import Cursor
from partner_api.ids import format_id
from partner_api.ops.leases.schemas import ListedLease, listed_lease_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.leases import listed_store
    from partner_api.ops.renewals.service import PartnerCalendar

DayText: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$(?!\n)",
        description="A day in UTC.",
        examples=["2026-05-20"],
    ),
]
_OF_PARTNER = Meta(description="Only of this partner, with its children.")
_MAX_DAYS = 62


class DaysQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Which days to count, and of whom."""

    since: Annotated[
        DayText | None,
        Meta(description="The first day, at most a year ahead. Without it, today, from now on."),
    ] = None
    days: Annotated[int, Meta(ge=1, le=_MAX_DAYS, description="How many days.")] = 30
    organization_id: Annotated[OrganizationId | None, _OF_PARTNER] = None


class PartnerDaysQuery(DaysQuery, frozen=True, rename="camel", kw_only=True):
    """The same for each partner."""

    limit: Annotated[int, Meta(ge=1, le=100, description="Partners on a page.")] = 25
    cursor: Cursor | None = None


class LeasesOfDayQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Which day, and of whom."""

    date: Annotated[DayText, Meta(description="Today or later, at most a year ahead.")]
    organization_id: Annotated[OrganizationId | None, _OF_PARTNER] = None
    limit: Annotated[int, Meta(ge=1, le=200, description="Leases on a page.")] = 50
    cursor: Cursor | None = None


class RenewalDay(Struct, frozen=True, rename="camel", kw_only=True):
    """What falls due on a day, of all partners or of one."""

    date: DayText
    count: Annotated[int, Meta(ge=0, description="Months of leases that begin on it.")]
    total_cents: Annotated[Amount, Meta(description="What they cost.")]
    partners: Annotated[int, Meta(ge=0, description="Whose leases these are.")]
    short_partners: Annotated[
        int,
        Meta(ge=0, description="Partners whose cash does not reach to the end of the day."),
    ]
    shortfall_cents: Annotated[
        Amount,
        Meta(
            description="What these have to pay in for everything that has begun by then, what is past due included."
        ),
    ]


class PartnerDay(Struct, frozen=True, rename="camel", kw_only=True):
    """What falls due on a day of one partner's leases."""

    date: DayText
    count: Annotated[int, Meta(ge=0)]
    total_cents: Amount
    shortfall_cents: Annotated[
        Amount,
        Meta(
            description="What has to be paid in by then for everything that has begun when the day ends; 0: the cash "
            "wallet covers it."
        ),
    ]


class PartnerDays(Struct, frozen=True, rename="camel", kw_only=True):
    """What falls due of one partner's leases, day by day."""

    organization_id: OrganizationIdText
    name: str
    balance_cents: Amount
    owed_count: Annotated[
        int, Meta(ge=0, description="Months that have begun before the first day and are not paid.")
    ]
    owed_cents: Amount
    days: Annotated[
        list[PartnerDay], Meta(description="Those on which something falls due, in their order.")
    ]


class LeaseOfDay(ListedLease, frozen=True, rename="camel", kw_only=True):
    """A lease of which a month begins on the day that was asked for."""

    due_at: Annotated[SecondsText, Meta(description="When that month begins and is charged.")]


def lease_of_day_of(lease: listed_store.ListedLease, day: str) -> LeaseOfDay:
    """Return the wire form of a lease, with when on a day its month begins: at the time at which it was assigned."""
    listed = listed_lease_of(lease)
    return LeaseOfDay(**asdict(listed), due_at=f"{day}T{listed.assigned_at.partition('T')[2]}")


def partner_days_of(calendar: PartnerCalendar) -> PartnerDays:
    """Return the wire form of a partner's calendar."""
    return PartnerDays(
        organization_id=format_id("org", calendar.line.organization_id),
        name=calendar.line.name,
        balance_cents=calendar.line.balance_cents,
        owed_count=calendar.before.months,
        owed_cents=calendar.before.cents,
        days=[
            PartnerDay(
                date=day.day.isoformat(),
                count=day.months,
                total_cents=day.cents,
                shortfall_cents=max(0, day.owed_cents - calendar.line.balance_cents),
            )
            for day in calendar.days
            if day.months
        ],
    )


def renewal_days_of(calendars: Sequence[PartnerCalendar], days: Sequence[str]) -> list[RenewalDay]:
    """Return what falls due of all of them together, on each of the days that they have in common."""
    found = []
    for number, day in enumerate(days):
        of_day = [calendar.days[number] for calendar in calendars]
        missing = [
            max(0, due.owed_cents - calendar.line.balance_cents)
            for due, calendar in zip(of_day, calendars, strict=True)
        ]
        found.append(
            RenewalDay(
                date=day,
                count=sum(due.months for due in of_day),
                total_cents=capped(sum(due.cents for due in of_day)),
                partners=sum(due.months > 0 for due in of_day),
                short_partners=sum(cents > 0 for cents in missing),
                shortfall_cents=capped(sum(missing)),
            )
        )
    return found
