"""How far partners' cash reaches, those first for whom it does not."""

from __future__ import annotations

from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.leases import calendar_store
from partner_api.ops.renewals.cover_schemas import CoverQuery, RenewalsCover, cover_of
from partner_api.ops.renewals.service import begun_spans, calendar_of, days_from

routes = Routes("Operator: renewals")


@routes.read("/ops/v1/renewals/cover", sdk="renewals.cover", access=requires_role("viewer"))
async def read_cover(request: ApiRequest, query: CoverQuery) -> RenewalsCover:
    """Read how far partners' cash reaches.

    All partners with assigned leases are added up, if nothing is paid in and no lease ends. Those
    whose cash does not reach come first: they are to be called.
    """
    today = request.now.date()
    async with request.connection() as connection:
        lines = await calendar_store.list_partner_lines(
            connection,
            begun_spans(request.now, today),
            organization_id=None,
            before=None,
            limit=None,
        )
    days = days_from(today, query.days)
    calendars = [calendar_of(line, days) for line in lines]
    return cover_of(calendars, days[-1].isoformat(), query.limit)
