"""How many lease requests are open, and for how long."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Final

from partner_api.clock import format_seconds
from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.lease_requests import summary_store
from partner_api.ops.lease_requests.summary_schemas import OpenRequests, RequestAge

routes = Routes("Operator: lease requests")
# Where one age ends and the next begins, in hours.
_HOURS: Final = (1, 4, 24, 72)


@routes.read(
    "/ops/v1/lease-requests/summary",
    sdk="lease_requests.summary",
    access=requires_role("viewer"),
)
async def summarize_lease_requests(request: ApiRequest) -> OpenRequests:
    """Count the open lease requests.

    Those of all partners that nobody has answered, by how long they have waited.
    """
    times = [request.now - timedelta(hours=hours) for hours in reversed(_HOURS)]
    async with request.connection() as connection:
        found = await summary_store.count_open(connection, times)
    by_age = {one.age: one.requests for one in found}
    bounds = pairwise((0, *_HOURS, None))
    return OpenRequests(
        count=sum(one.requests for one in found),
        accounts=sum(one.accounts for one in found),
        oldest_submitted_at=format_seconds(min(one.oldest_at for one in found)) if found else None,
        by_age=[
            RequestAge(from_hours=since or 0, to_hours=to, count=by_age.get(len(_HOURS) - age, 0))
            for age, (since, to) in enumerate(bounds)
        ],
    )
