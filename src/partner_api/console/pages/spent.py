"""What was spent and taken by day: charts, and what the days come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.chart import bars
from partner_api.console.components.text import cents, credits, day, dollars, facts
from partner_api.ops.daily_totals import routes as daily_totals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.console.visit import Visit
    from partner_api.ops.daily_totals.schemas import DayTotals

DAYS: Final = 30


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
