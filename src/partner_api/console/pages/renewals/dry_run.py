"""What a sweep of renewals would do, now or day by day, in words and sums."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.csv_file import csv_link
from partner_api.console.components.table import Column, table
from partner_api.console.components.text import badge, cents, counted, dollars, identifier, other
from partner_api.console.declare import Pages, View
from partner_api.console.pages.leases.cells import LIST as LEASES
from partner_api.console.pages.renewals.overview import LIST, PLACE
from partner_api.ops.renewals import routes as renewals
from partner_api.ops.renewals.schemas import DryRunLease, PartnerDryRun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partner_api.console.components.text import Tone
    from partner_api.console.visit import Visit
    from partner_api.edge.wire.pagination import Page

pages = Pages()
_MOST_SHOWN: Final = 200
# What the API takes: each of them is tried and taken back.
_MOST_PARTNERS: Final = 10
_WORDS: Final[Mapping[str, tuple[str, Tone]]] = {
    "paid": ("paid", "good"),
    "past_due": ("becomes past due", "warn"),
    "still_past_due": ("tried again without success", "bad"),
    "ended": ("lost", "bad"),
}


def _of_lease(column: Column[DryRunLease]) -> Column[tuple[PartnerDryRun, DryRunLease]]:
    return Column(column.title, lambda row: column.cell(row[1]), lambda row: column.text(row[1]))


_LEASES: Final = [
    Column[DryRunLease](
        "Lease",
        lambda one: identifier(one.social_account_id),
        lambda one: one.social_account_id,
    ),
    Column[DryRunLease](
        "What would happen", lambda one: badge(*_WORDS[one.outcome]), lambda one: one.outcome
    ),
    Column[DryRunLease](
        "Months paid", lambda one: str(one.months_paid), lambda one: one.months_paid, number=True
    ),
    Column[DryRunLease](
        "Charged", lambda one: cents(one.paid_cents), lambda one: one.paid_cents, number=True
    ),
]


_IN_FILES: Final[list[Column[tuple[PartnerDryRun, DryRunLease]]]] = [
    Column("Partner", lambda row: row[0].name, lambda row: row[0].name),
    Column("Id", lambda row: row[0].organization_id, lambda row: row[0].organization_id),
    *(_of_lease(column) for column in _LEASES),
]


@pages.page("/renewals/dry-run")
async def show_dry_run(visit: Visit) -> View:
    """Show what a sweep would do."""
    visit.require(renewals.try_renewals)
    result: h.Node = None
    if visit.parameter("run"):
        until = visit.parameter("until")
        query = {
            "until": f"{until}T23:59:59Z" if until else None,
            "organizationId": visit.parameter("organizationId"),
        }
        csv = await csv_link(
            visit,
            renewals.try_renewals,
            _IN_FILES,
            name="dry-run",
            query={**query, "limit": _MOST_PARTNERS},
            rows_of=lambda partner: [(partner, one) for one in partner.leases],
        )
        page = await visit.ask(
            renewals.try_renewals, query={**query, "cursor": visit.parameter("cursor")}
        )
        result = _result(visit, page, csv)
    return View(
        title="Dry run",
        place=PLACE,
        trail=((PLACE, LIST),),
        body=[
            h.p[
                "What the worker would do with what is due, as if nothing were paid in and no lease released. It is "
                "done and taken back, so nothing changes."
            ],
            _form(visit),
            result,
        ],
    )


def _form(visit: Visit) -> h.Node:
    return h.form(".filters", method="get", action=visit.path)[
        h.input(type="hidden", name="run", value="yes"),
        h.div[
            h.label(for_="until")["Until the end of, or now"],
            h.input(id="until", type="date", name="until", value=visit.parameter("until")),
        ],
        h.div[
            h.label(for_="whose")["Partner's id"],
            h.input(
                id="whose",
                type="search",
                name="organizationId",
                maxlength="64",
                value=visit.parameter("organizationId"),
            ),
        ],
        h.button(".primary", type="submit")["Try"],
    ]


def _result(visit: Visit, page: Page[PartnerDryRun], csv: h.Node) -> h.Node:
    return [
        h.p(".notice", role="status")[_in_words(page.items)],
        ([h.h2[other(partner.name)], _partner(partner)] for partner in page.items),
        h.p(".pages")[
            h.a(href=visit.address(cursor=page.next_cursor), rel="next")["Next partners"]
            if page.next_cursor
            else None,
            csv if page.items else None,
        ],
    ]


def _in_words(partners: list[PartnerDryRun]) -> str:
    if not partners:
        return "Nothing would happen: of these partners nothing is due."
    return f"Of {counted(len(partners), 'partner')}: {_sentence(partners)}"


def _sentence(partners: list[PartnerDryRun]) -> str:
    sums: Counter[str] = Counter()
    for partner in partners:
        sums["months"] += partner.months_paid
        sums["cents"] += partner.paid_cents
        sums["past_due"] += partner.past_due
        sums["still"] += partner.still_past_due
        sums["ended"] += partner.ended
    return (
        f"{counted(sums['months'], 'month')} would be paid, {dollars(sums['cents'])} in all; "
        f"{counted(sums['past_due'], 'lease')} would become past due, {sums['still']:,} would be tried again without "
        f"success, {sums['ended']:,} would be lost."
    )


def _partner(partner: PartnerDryRun) -> h.Node:
    more = len(partner.leases) - _MOST_SHOWN
    return [
        h.p[_sentence([partner])],
        table(
            _LEASES,
            partner.leases[:_MOST_SHOWN],
            href=lambda one: f"{LEASES}/{one.social_account_id}",
            caption=f"Leases of {partner.organization_id}",
        ),
        h.p(".quiet")[f"And {counted(more, 'lease')} more."] if more > 0 else None,
    ]
