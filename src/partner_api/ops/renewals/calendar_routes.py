"""What falls due, day by day: in all, of each partner, and the leases of a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.errors import Issue, invalid
from partner_api.leases import calendar_store
from partner_api.leases.store import LeasePosition
from partner_api.ops.renewals.calendar_schemas import (
    DaysQuery,
    LeaseOfDay,
    LeasesOfDayQuery,
    PartnerDays,
    PartnerDaysQuery,
    RenewalDay,
    lease_of_day_of,
    partner_days_of,
    renewal_days_of,
)
from partner_api.ops.renewals.service import (
    begun_spans,
    calendar_of,
    days_from,
    days_of_month,
    ranges_of,
)
from partner_api.organizations.operator_store import find_organization

if TYPE_CHECKING:
    from partner_api.ops.renewals.service import PartnerCalendar

routes = Routes("Operator: renewals")
_MAX_DAYS_AHEAD = 366


@routes.read("/ops/v1/renewals/days", sdk="renewals.days", access=requires_role("viewer"))
async def list_renewal_days(request: ApiRequest, query: DaysQuery) -> Page[RenewalDay]:
    """List what falls due day by day.

    How many months of leases begin on each day, what they cost, and how many partners' cash does not
    reach to its end if nothing is paid in and no lease ends. All days are on one page; today begins now.
    """
    since = _day(request, "since", query.since)
    calendars = await _calendars(request, query, since)
    days = [day.isoformat() for day in days_from(since, query.days)]
    return Page(renewal_days_of(calendars, days), None)


@routes.read("/ops/v1/renewals/partners", sdk="renewals.partners", access=requires_role("viewer"))
async def list_partner_days(request: ApiRequest, query: PartnerDaysQuery) -> Page[PartnerDays]:
    """List what falls due by partner and day.

    For each partner with assigned leases its cash, what it owes before the first day, and each day on
    which something falls due, with whether its cash reaches to the end of that day. The newest
    partners come first.
    """
    since = _day(request, "since", query.since)
    calendars = await _calendars(
        request, query, since, before=read_cursor(request, UUID), limit=query.limit + 1
    )
    return page(
        request,
        query,
        calendars,
        item=partner_days_of,
        position=lambda calendar: calendar.line.organization_id,
    )


@routes.read("/ops/v1/renewals/leases", sdk="renewals.leases", access=requires_role("viewer"))
async def list_leases_of_day(request: ApiRequest, query: LeasesOfDayQuery) -> Page[LeaseOfDay]:
    """List the leases of a day.

    The assigned leases of which a month begins on that day, in the order in which they are due; of
    today, those that are still to come.
    """
    day = _day(request, "date", query.date)
    async with request.connection() as connection:
        tenant_id: int | None = None
        if query.organization_id is not None:
            organization = await find_organization(connection, query.organization_id)
            if organization is None or organization.parent_id is not None:
                return Page([], None)
            tenant_id = organization.tenant_id
        leases = await calendar_store.list_leases_of_day(
            connection,
            request.now,
            ranges=ranges_of(request.now, day),
            days_of_month=days_of_month(day),
            tenant_id=tenant_id,
            after=read_cursor(request, LeasePosition),
            limit=query.limit + 1,
        )
    return page(
        request,
        query,
        leases,
        item=lambda lease: lease_of_day_of(lease, day.isoformat()),
        position=lambda lease: LeasePosition(lease.next_due_at, lease.social_account_id),
    )


async def _calendars(
    request: ApiRequest,
    query: DaysQuery,
    since: date,
    *,
    before: UUID | None = None,
    limit: int | None = None,
) -> list[PartnerCalendar]:
    async with request.connection() as connection:
        lines = await calendar_store.list_partner_lines(
            connection,
            begun_spans(request.now, since),
            organization_id=query.organization_id,
            before=before,
            limit=limit,
        )
    days = days_from(since, query.days)
    return [calendar_of(line, days) for line in lines]


def _day(request: ApiRequest, name: str, text: str | None) -> date:
    """Read a day; without a text it is today.

    Raises:
        ApiError: VALIDATION: there is no such day, or it is past or too far ahead.
    """
    today = request.now.date()
    if text is None:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise invalid([Issue(name, "Expected a day, such as 2026-05-20")]) from None
    if not today <= day <= today + timedelta(days=_MAX_DAYS_AHEAD):
        raise invalid(
            [Issue(name, f"Expected today or a day at most {_MAX_DAYS_AHEAD} days ahead")]
        )
    return day
