"""What was spent and taken by day: charts, and what the days come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.chart import bars
from partner_api.console.components.csv_file import rows_link
from partner_api.console.components.table import Column
from partner_api.console.components.text import cents, credits, day, dollars, facts
from partner_api.ops.daily_totals import routes as daily_totals
from partner_api.ops.daily_totals.schemas import DayTotals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from partner_api.console.visit import Visit

DAYS: Final = 30


def _in_file(title: str, read: Callable[[DayTotals], object]) -> Column[DayTotals]:
    return Column(title, lambda one: str(read(one)), read)


_IN_FILES: Final = [
    _in_file("Day", lambda one: one.day),
    _in_file("Counted whole", lambda one: one.is_complete),
    _in_file("Credits spent", lambda one: one.credits_used),
    _in_file("Credits refunded", lambda one: one.credits_refunded),
    _in_file("Credits bought", lambda one: one.credits_purchased),
    _in_file("Cash taken, in cents", lambda one: one.cash_charged_cents),
    _in_file("Cash refunded, in cents", lambda one: one.cash_refunded_cents),
    _in_file("Cash paid in, in cents", lambda one: one.cash_paid_in_cents),
]


async def show_spent(visit: Visit) -> h.Node:
    """Return the charts and the sums of the last days, for a part of a page."""
    found = await visit.ask(daily_totals.list_daily_totals, query={"limit": DAYS})
    days = list(reversed(found.items))
    return [
        _open_days(found.items),
        h.div(".side-by-side")[
            bars(
                "Credits spent by day",
                [(one.day, one.credits_used) for one in days],
                write=lambda amount: f"{amount:,}",
                id="credits-by-day",
            ),
            bars(
                "Cash taken for leases by day",
                [(one.day, one.cash_charged_cents) for one in days],
                write=dollars,
                id="cash-by-day",
            ),
        ],
        h.p[rows_link(visit, found.items, _IN_FILES, name="days")],
        facts(
            ("Credits spent", credits(sum(one.credits_used for one in days))),
            ("Credits refunded", credits(sum(one.credits_refunded for one in days))),
            ("Credits bought", credits(sum(one.credits_purchased for one in days))),
            ("Cash taken", cents(sum(one.cash_charged_cents for one in days))),
            ("Cash refunded", cents(sum(one.cash_refunded_cents for one in days))),
            ("Cash paid in", cents(sum(one.cash_paid_in_cents for one in days))),
        ),
    ]


def _open_days(days: Sequence[DayTotals]) -> h.Node:
    """Return a warning when a day that is over is not all counted: no worker runs, or it is behind."""
    open_days = [one.day for one in days[1:] if not one.is_complete]
    if not open_days:
        return None
    return h.p(".error", role="alert")[
        "Not everything is counted since ", day(open_days[-1]), ": no worker runs, or it is behind."
    ]
