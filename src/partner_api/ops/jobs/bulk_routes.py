"""The routes with which a worker reports on several jobs in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.items import (
    ItemAnswer,
    item_records,
    items_reply,
    money_items,
    require_own_key,
)
from partner_api.edge.identity.audit import audit_argument
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.reply import Reply
from partner_api.jobs import claim_store
from partner_api.ops.jobs.access import claim_lost
from partner_api.ops.jobs.bulk_schemas import (
    CompletionReport,
    CompletionReports,
    Completions,
    HeartbeatReport,
    HeartbeatReports,
    Heartbeats,
    report_of,
)
from partner_api.ops.jobs.schemas import heartbeat_answer_of, reported_end_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from partner_api.edge.money_queues import MoneyFunction

    Report = TypeVar("Report", claim_store.JobHeartbeat, claim_store.JobCompletion)
    T = TypeVar("T")

routes = Routes("Operator: jobs")


@routes.write(
    "POST",
    "/ops/v1/jobs/heartbeat",
    sdk="jobs.heartbeat_many",
    access=requires_role("worker"),
    runs=Runs.MONEY,
)
async def report_heartbeats(request: ApiRequest, body: Heartbeats) -> Reply[HeartbeatReports]:
    """Report that the work on several jobs goes on.

    What a heartbeat of each of them would do. The answer has an item for each, in the same order: `status` is 200 with
    the `body` that a heartbeat of this job alone is answered, or the status of its `error`. One that is refused leaves
    the others alone. With an `Idempotency-Key`, a repetition gets the same answer for every item that was done, and
    tries those again that were refused.
    """
    records = item_records(request, len(body.items))
    items = [
        claim_store.JobHeartbeat(
            item.job_id, body.worker_id, item.claim_token, item.stage, item.progress, record
        )
        for item, record in zip(body.items, records, strict=True)
    ]
    answers = await _report(
        request, claim_store.heartbeat, items, lambda _, facts: heartbeat_answer_of(facts)
    )
    reports = [
        report_of(HeartbeatReport, item.job_id, answer)
        for item, answer in zip(items, answers, strict=True)
    ]
    return items_reply(HeartbeatReports(reports), answers)


@routes.write(
    "POST",
    "/ops/v1/jobs/complete",
    sdk="jobs.complete_many",
    access=requires_role("worker"),
    runs=Runs.MONEY,
)
async def complete_jobs(request: ApiRequest, body: Completions) -> Reply[CompletionReports]:
    """Complete several jobs.

    What the completion of each of them would do; those of one partner are charged in one commit. The answer has an item
    for each, in the same order: `status` is 200 with the `body` that the completion of this job alone is answered, or
    the status of its `error`. One that is refused leaves the others alone. With an `Idempotency-Key`, a repetition gets
    the same answer for every item that was done, and tries those again that were refused; the same completion of a job
    gets the same answer without a key too.
    """
    caller = audit_argument(request)
    records = item_records(request, len(body.items))
    items = [
        claim_store.JobCompletion(
            item.job_id,
            body.worker_id,
            item.claim_token,
            item.credits_charged,
            item.stored_assets(),
            caller,
            record,
        )
        for item, record in zip(body.items, records, strict=True)
    ]
    answers = await _report(
        request,
        claim_store.complete_jobs,
        items,
        lambda item, facts: reported_end_of(item.job_id, facts),
    )
    reports = [
        report_of(CompletionReport, item.job_id, answer)
        for item, answer in zip(items, answers, strict=True)
    ]
    return items_reply(CompletionReports(reports), answers)


async def _report(
    request: ApiRequest,
    function: MoneyFunction[Report],
    items: Sequence[Report],
    shape: Callable[[Report, dict[str, Any]], T],
) -> list[ItemAnswer[T]]:
    await require_own_key(request)
    tenant_ids = await request.services.job_tenants.find([item.job_id for item in items])
    return await money_items(request, function, items, tenant_ids, shape=shape, conflict=claim_lost)
