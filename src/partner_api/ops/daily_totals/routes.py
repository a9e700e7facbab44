"""What was spent and taken by day, of all partners."""

from __future__ import annotations

from datetime import date, timedelta

from partner_api.daily_totals import operator_store
from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.ops.daily_totals.schemas import DailyTotalsQuery, DayTotals, day_totals_of

routes = Routes("Operator: daily totals")
_DAY = timedelta(days=1)


@routes.read("/ops/v1/daily-totals", sdk="daily_totals.list", access=requires_role("viewer"))
async def list_daily_totals(request: ApiRequest, query: DailyTotalsQuery) -> Page[DayTotals]:
    """List daily totals.

    What all partners and their children used, bought and paid on each day in UTC, today first, back
    to the first day that has anything; days without anything are zeros. Test environments are not
    in it. Workers count the ledgers about every thirty seconds, each row once: today's totals are
    so old, and `isComplete` says which days will not change any more.
    """
    before = read_cursor(request, date)
    last = request.now.date() if before is None else before - _DAY
    first = last - query.limit * _DAY
    async with request.connection() as connection:
        found = {
            one.day: one
            for one in await operator_store.list_days(
                connection, first, last, query.organization_id
            )
        }
        counted_until = await operator_store.read_progress(connection)
        oldest = await operator_store.first_day(connection)
    # Today is always there, and one day more than is shown says that there is a next page.
    length = max((last - max(first, oldest or last)).days + 1, 1 if before is None else 0)
    days = [last - number * _DAY for number in range(length)]
    return page(
        request,
        query,
        [found.get(day) or operator_store.DayTotals(day) for day in days],
        item=lambda one: day_totals_of(one, counted_until),
        position=lambda one: one.day,
    )
