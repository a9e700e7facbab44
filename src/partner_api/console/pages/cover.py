"""Whose cash does not reach for the renewals of the next days: a part of Today, and a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.cash.schemas import OUTLOOK_DAYS
from partner_api.console.components.calendar import ahead
from partner_api.console.components.csv_file import rows_link
from partner_api.console.components.table import Column, table
from partner_api.console.components.text import badge, cents, counted, day, dollars, other
from partner_api.ops.renewals import cover_routes
from partner_api.ops.renewals.cover_schemas import PartnerCover

if TYPE_CHECKING:
    from partner_api.console.visit import Visit

_SHOWN: Final = 5
_MOST: Final = 100


async def show_cover(visit: Visit) -> h.Node:
    """Return what renewals cost, and the first partners to run out; the file has the most that the API lists."""
    wanted = _MOST if visit.parameter("csv") == "cover" else _SHOWN
    query = {"days": ahead(OUTLOOK_DAYS), "limit": wanted}
    found = await visit.ask(cover_routes.read_cover, query=query)
    if not found.partners:
        return h.p(".empty")["Nobody has leases to renew."]
    short = (
        [
            badge(counted(found.short_partners, "partner"), "bad"),
            f" short of {dollars(found.shortfall_cents)}",
        ]
        if found.short_partners
        else [badge("all covered", "good")]
    )
    columns = [
        Column[PartnerCover]("Partner", lambda one: other(one.name), lambda one: one.name),
        Column[PartnerCover]("Cover", _covered, lambda one: one.first_short_day),
        Column[PartnerCover](
            "To pay", lambda one: cents(one.total_cents), lambda one: one.total_cents, number=True
        ),
        Column[PartnerCover](
            "Cash", lambda one: cents(one.balance_cents), lambda one: one.balance_cents, number=True
        ),
    ]
    missing = Column[PartnerCover](
        "Missing", lambda one: cents(one.shortfall_cents), lambda one: one.shortfall_cents
    )
    more = found.partners - len(found.items)
    csv = rows_link(visit, found.items, [*columns, missing], name="cover", more=more)
    return [
        h.p[
            f"{dollars(found.total_cents)} of {counted(found.partners, 'partner')} until ",
            day(found.last_day),
            "; ",
            short,
        ],
        table(
            columns,
            found.items,
            href=lambda one: f"/console/organizations/{one.organization_id}/cash",
            caption="The first to run out",
        ),
        h.p[h.a(href="/console/renewals")["All renewals"], " · ", csv],
    ]


def _covered(partner: PartnerCover) -> h.Node:
    if partner.first_short_day is None:
        return badge("covered", "good")
    return [
        badge(f"short of {dollars(partner.shortfall_cents)}", "bad"),
        " from ",
        day(partner.first_short_day),
    ]
