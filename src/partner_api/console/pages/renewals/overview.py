"""What falls due: a calendar of all partners, each partner day by day, and what is past due."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.cash.schemas import OUTLOOK_DAYS
from partner_api.console.components.calendar import CalendarDay, ahead, calendar
from partner_api.console.components.chart import sparkline
from partner_api.console.components.csv_file import csv_link
from partner_api.console.components.filters import filter_form
from partner_api.console.components.form import Field, offered
from partner_api.console.components.markup import element, joined, rendered
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import (
    badge,
    cents,
    counted,
    dollars,
    facts,
    other,
    section,
)
from partner_api.console.declare import Pages, View
from partner_api.console.pages.leases.cells import (
    ORGANIZATIONS,
    handle_column,
    lease_address,
    price_column,
    when,
    whose_columns,
)
from partner_api.ops.leases import routes as leases
from partner_api.ops.leases.schemas import ListedLease
from partner_api.ops.renewals import calendar_routes
from partner_api.ops.renewals import routes as renewals
from partner_api.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from partner_api.console.visit import Visit
    from partner_api.edge.wire.pagination import Page
    from partner_api.ops.renewals.calendar_schemas import PartnerDay, PartnerDays, RenewalDay

pages = Pages()
PLACE: Final = "Renewals"
LIST: Final = "/console/renewals"
_DAYS: Final = (str(OUTLOOK_DAYS), "60")
_FILTERS: Final = [
    Field(
        "days",
        "From now on",
        "select",
        value=_DAYS[0],
        options=[(days, f"{days} days") for days in _DAYS],
    ),
    Field("organizationId", "Partner's id", attributes={"maxlength": "64"}),
]
_PAST_DUE: Final[list[Column[ListedLease]]] = [
    handle_column(),
    *whose_columns(),
    price_column(),
    Column("Unpaid since", lambda one: when(one.paid_through), lambda one: one.paid_through),
    Column("Tried again", lambda one: when(one.next_attempt_at), lambda one: one.next_attempt_at),
    Column(
        "Lost, if still unpaid",
        lambda one: when(one.last_attempt_at),
        lambda one: one.last_attempt_at,
    ),
]


@pages.page("/renewals")
async def show_renewals(visit: Visit) -> View:
    """Show what falls due."""
    visit.filters = _FILTERS
    days = visit.parameter("days", _DAYS[0])
    query = {
        "days": str(ahead(int(days))) if days in _DAYS else days,
        "organizationId": visit.parameter("organizationId"),
    }
    calendar_days, partners, past_due = await asyncio.gather(
        visit.ask(calendar_routes.list_renewal_days, query=query),
        visit.ask(
            calendar_routes.list_partner_days,
            query={**query, "cursor": visit.parameter("partners")},
        ),
        listing(
            visit,
            leases.list_leases,
            _PAST_DUE,
            name="past-due",
            query={
                "billingStatus": "past_due",
                "limit": 25,
                "partnerId": visit.parameter("organizationId"),
            },
            cursor="pastDue",
            href=lease_address,
            caption="Each is tried every day, and whenever money is paid in",
            empty="Nothing is past due.",
        ),
    )
    due = [day.date for day in calendar_days.items if day.count]
    csv = await csv_link(
        visit,
        calendar_routes.list_partner_days,
        _csv_columns(due),
        name="renewals-by-partner",
        query=query,
        cursor="partners",
    )
    return View(
        title="Renewals",
        place=PLACE,
        body=[
            filter_form(visit, _FILTERS),
            _summary(calendar_days.items),
            section("Calendar", _calendar(visit, calendar_days.items)),
            section("Past due", past_due, id="past-due"),
            section("By partner", _by_partner(visit, due, partners, csv), id="partners"),
            offered(
                visit,
                renewals.try_renewals,
                section(
                    "What would happen",
                    h.p[
                        "A dry run does what the worker would do, and takes it back. ",
                        h.a(href=f"{LIST}/dry-run")["Dry run"],
                    ],
                ),
            ),
        ],
    )


def day_address(visit: Visit, day: str, partner_id: str | None = None) -> str:
    """Return the page of a day, of the same partner as the page that it is linked from, or of another."""
    whose = partner_id or visit.parameter("organizationId")
    return f"{LIST}/{day}" + (f"?organizationId={whose}" if whose else "")


def _summary(days: Sequence[RenewalDay]) -> h.Node:
    last = days[-1]
    return facts(
        ("Renewals", f"{sum(day.count for day in days):,}"),
        ("They cost", cents(sum(day.total_cents for day in days))),
        ("Partners that come up short", str(last.short_partners)),
        ("Missing at the end, with what is past due", cents(last.shortfall_cents)),
    )


def _calendar(visit: Visit, days: Sequence[RenewalDay]) -> h.Node:
    return [
        h.p(".quiet")[
            "Days in UTC; today begins now. A partner comes up short on a day when its cash does not reach to the end "
            "of it, if nothing is paid in."
        ],
        calendar("Renewals by day", [_calendar_day(visit, day) for day in days]),
    ]


def _calendar_day(visit: Visit, day: RenewalDay) -> CalendarDay:
    if not day.count:
        return CalendarDay(day.date)
    short = day.short_partners
    lines: list[h.Node] = [counted(day.count, "renewal"), cents(day.total_cents)]
    if short:
        missing = dollars(day.shortfall_cents)
        lines.append(badge(f"{counted(short, 'partner')} short {missing}", "bad"))
    return CalendarDay(day.date, lines, day_address(visit, day.date), "bad" if short else "")


def _csv_columns(due: Sequence[str]) -> list[Column[PartnerDays]]:
    """Return what CSV has of a partner: what falls due on each of these days, in cents."""

    def of_day(date: str) -> Column[PartnerDays]:
        def cents_of(one: PartnerDays) -> int:
            return sum(day.total_cents for day in one.days if day.date == date)

        return Column(date, cents_of, cents_of)

    def short_from(one: PartnerDays) -> str | None:
        return next((day.date for day in one.days if day.shortfall_cents), None)

    return [
        Column("Partner", lambda one: one.name, lambda one: one.name),
        Column("Id", lambda one: one.organization_id, lambda one: one.organization_id),
        Column("Cash", lambda one: one.balance_cents, lambda one: one.balance_cents),
        Column("Unpaid now", lambda one: one.owed_cents, lambda one: one.owed_cents),
        Column("Short from", short_from, short_from),
        *(of_day(date) for date in due),
    ]


def _by_partner(visit: Visit, due: Sequence[str], page: Page[PartnerDays], csv: h.Node) -> h.Node:
    if not page.items:
        return h.p(".empty")["No partner has anything to pay in this time."]
    head = [
        ("Partner", None),
        ("Cash", "number"),
        ("Unpaid now", "number"),
        ("In all", "number"),
        ("Covered", None),
        ("By day", None),
    ]
    return [
        h.div(".scroll", role="region", aria_label="By partner and day", tabindex="0")[
            h.table(".list.matrix")[
                h.caption["What falls due of each partner by day; what is not covered is marked"],
                h.thead[
                    h.tr[
                        (
                            h.th(f".{kind}" if kind else "", scope="col")[text]
                            for text, kind in head
                        ),
                        (h.th(".number", scope="col")[day[5:]] for day in due),
                    ]
                ],
                h.tbody[(_partner_row(visit, partner, due) for partner in page.items)],
            ]
        ],
        h.p(".pages")[
            h.a(href=visit.address(partners=None))["First page"]
            if visit.parameter("partners")
            else None,
            h.a(href=visit.address(partners=page.next_cursor))["Next page"]
            if page.next_cursor
            else None,
            csv,
        ],
    ]


def _partner_row(visit: Visit, partner: PartnerDays, due: Sequence[str]) -> Markup:
    by_date = {day.date: day for day in partner.days}
    name = h.a(".row-link", href=f"{ORGANIZATIONS}/{partner.organization_id}")[other(partner.name)]
    total = sum(day.total_cents for day in partner.days)
    short = next((day for day in partner.days if day.shortfall_cents), None)
    covered = (
        badge(f"short from {short.date}", "bad")
        if short
        else badge("short now", "bad")
        if partner.owed_cents > partner.balance_cents
        else badge("covered", "good")
    )
    return element(
        "tr",
        joined(
            [
                element("th", rendered(name), scope="row"),
                element("td", rendered(cents(partner.balance_cents)), class_="number"),
                element("td", rendered(cents(partner.owed_cents)), class_="number"),
                element("td", rendered(cents(total)), class_="number"),
                element("td", rendered(covered)),
                element("td", rendered(_line(partner, due))),
                *(_partner_cell(visit, partner, by_date.get(day)) for day in due),
            ]
        ),
    )


def _line(partner: PartnerDays, due: Sequence[str]) -> h.Node:
    """Return the line of what falls due on these days; nothing for a single one."""
    if len(due) < 2:
        return None
    by_date = {day.date: day.total_cents for day in partner.days}
    values = [by_date.get(date, 0) for date in due]
    return sparkline(f"What falls due of {visible(partner.name)}", values, write=dollars)


def _partner_cell(visit: Visit, partner: PartnerDays, day: PartnerDay | None) -> Markup:
    if day is None:
        return element("td", "")
    link = element(
        "a",
        f"{dollars(day.total_cents)}",
        href=day_address(visit, day.date, partner.organization_id),
    )
    count = element("span", f"{day.count:,} for", class_="quiet")
    short = (
        element("span", f"short {dollars(day.shortfall_cents)}", class_="issue")
        if day.shortfall_cents
        else rendered(None)
    )
    return element(
        "td", joined([count, rendered(" "), link, rendered(" "), short]), class_="number"
    )
