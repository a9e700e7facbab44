"""Who has leases that are past due, and how long it has to pay for them."""

from __future__ import annotations

from datetime import timedelta

from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.leases import past_due_store
from partner_api.ops.renewals.past_due_schemas import (
    PartnerPastDue,
    PastDueQuery,
    partner_past_due_of,
)

routes = Routes("Operator: renewals")
_DAY = timedelta(days=1)


@routes.read("/ops/v1/renewals/past-due", sdk="renewals.past_due", access=requires_role("viewer"))
async def list_past_due(request: ApiRequest, query: PastDueQuery) -> Page[PartnerPastDue]:
    """List partners with leases that are past due.

    The one whose first lease ends soonest comes first: until then a payment keeps it.
    """
    async with request.connection() as connection:
        partners = await past_due_store.list_partners_past_due(
            connection,
            request.now + _DAY,
            after=read_cursor(request, past_due_store.PastDuePosition),
            limit=query.limit + 1,
        )
    return page(
        request,
        query,
        partners,
        item=partner_past_due_of,
        position=lambda one: past_due_store.PastDuePosition(one.first_ends_at, one.organization_id),
    )
