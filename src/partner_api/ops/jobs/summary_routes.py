"""What waits for workers, what they have, and what was lost."""

from __future__ import annotations

from datetime import timedelta

from partner_api.clock import format_milliseconds_or_none
from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.jobs import summary_store
from partner_api.ops.jobs.summary_schemas import JobsSummary

routes = Routes("Operator: jobs")
_DAY = timedelta(days=1)


@routes.read("/ops/v1/jobs/summary", sdk="jobs.summary", access=requires_role("viewer"))
async def summarize_jobs(request: ApiRequest) -> JobsSummary:
    """Count the jobs that wait and run.

    Those of all partners, of live environments: how many wait for a worker and for how long, how
    many one has, and how many failed because their workers went silent.
    """
    async with request.connection() as connection:
        found = await summary_store.summarize(connection, request.now, request.now - _DAY)
    return JobsSummary(
        waiting=found.waiting,
        oldest_waiting_at=format_milliseconds_or_none(found.oldest_waiting_at),
        running=found.running,
        silent=found.silent,
        lost_within_day=found.lost,
    )
