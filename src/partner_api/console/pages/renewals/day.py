"""One day: whose renewals fall on it, whether their cash reaches, and the leases."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.calendar import written_day
from partner_api.console.components.csv_file import csv_link
from partner_api.console.components.table import Column, listing, table
from partner_api.console.components.text import badge, cents, dollars, facts, other, section
from partner_api.console.declare import Pages, View
from partner_api.console.pages.leases.cells import (
    ORGANIZATIONS,
    handle_column,
    lease_address,
    price_column,
    status_column,
    when,
    whose_columns,
)
from partner_api.console.pages.renewals.overview import LIST, PLACE
from partner_api.errors import not_found
from partner_api.ops.renewals import calendar_routes
from partner_api.ops.renewals.calendar_schemas import LeaseOfDay, PartnerDays

if TYPE_CHECKING:
    from partner_api.console.visit import Visit
    from partner_api.edge.wire.pagination import Page

pages = Pages()
_LEASES: Final[list[Column[LeaseOfDay]]] = [
    handle_column(),
    Column("Due", lambda one: when(one.due_at), lambda one: one.due_at),
    *whose_columns(),
    price_column(),
    status_column(),
]


@pages.page("/renewals/{date}")
async def show_day(visit: Visit, date: str) -> View:
    """Show what falls due on a day."""
    day = _read_day(date)
    whose = visit.parameter("organizationId")
    total, partners, leases = await asyncio.gather(
        visit.ask(
            calendar_routes.list_renewal_days,
            query={"since": date, "days": 1, "organizationId": whose},
        ),
        visit.ask(
            calendar_routes.list_partner_days,
            query={
                "since": date,
                "days": 1,
                "organizationId": whose,
                "limit": 100,
                "cursor": visit.parameter("partners"),
            },
        ),
        listing(
            visit,
            calendar_routes.list_leases_of_day,
            _LEASES,
            name=f"renewals-{date}",
            query={"date": date, "organizationId": whose},
            href=lease_address,
            empty="No lease is renewed on this day.",
        ),
    )
    (all_of_it,) = total.items
    csv = await csv_link(
        visit,
        calendar_routes.list_partner_days,
        _PARTNERS,
        name=f"partners-{date}",
        query={"since": date, "days": 1, "organizationId": whose},
        cursor="partners",
    )
    return View(
        title=written_day(day),
        place=PLACE,
        trail=((PLACE, LIST),),
        body=[
            h.p[h.a(href=f"{LIST}/{date}")["All partners"]] if whose else None,
            facts(
                ("Renewals", f"{all_of_it.count:,}"),
                ("They cost", cents(all_of_it.total_cents)),
                ("Partners", str(all_of_it.partners)),
                ("Short by the end of it", str(all_of_it.short_partners)),
            ),
            section("Partners", _partners(visit, partners, csv)),
            section("Leases", leases),
        ],
    )


def _partners(visit: Visit, page: Page[PartnerDays], csv: h.Node) -> h.Node:
    return [
        table(
            _PARTNERS,
            [partner for partner in page.items if partner.days],
            href=lambda one: f"{ORGANIZATIONS}/{one.organization_id}",
            caption="Whether the cash of each reaches to the end of the day, if nothing is paid in",
            empty="No partner of this page has a renewal on this day.",
        ),
        h.p(".pages")[
            h.a(href=visit.address(partners=page.next_cursor))["More partners"]
            if page.next_cursor
            else None,
            csv,
        ],
    ]


def _of(partner: PartnerDays) -> tuple[int, int, int]:
    """Return how many renewals a partner has on the day, what they cost, and what is missing when it ends."""
    return next(
        ((day.count, day.total_cents, day.shortfall_cents) for day in partner.days), (0, 0, 0)
    )


def _covered(partner: PartnerDays) -> h.Node:
    missing = _of(partner)[2]
    return badge(f"short {dollars(missing)}", "bad") if missing else badge("covered", "good")


_PARTNERS: Final[list[Column[PartnerDays]]] = [
    Column("Partner", lambda one: other(one.name), lambda one: one.name),
    Column("Renewals", lambda one: f"{_of(one)[0]:,}", lambda one: _of(one)[0], number=True),
    Column("They cost", lambda one: cents(_of(one)[1]), lambda one: _of(one)[1], number=True),
    Column(
        "Unpaid before",
        lambda one: cents(one.owed_cents),
        lambda one: one.owed_cents,
        number=True,
    ),
    Column(
        "Cash now",
        lambda one: cents(one.balance_cents),
        lambda one: one.balance_cents,
        number=True,
    ),
    Column("Covered", _covered, lambda one: _of(one)[2] == 0),
]


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise not_found() from None
