"""The routes of workers: claim jobs, say that one is alive, report results."""

from __future__ import annotations

import random
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.money import Item, T, money
from partner_api.edge.idempotency.records import RecordedTransaction, idempotency_argument
from partner_api.edge.identity.audit import audit_argument
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.request.waiting import wait_for_any, watching_client
from partner_api.edge.wire.fields import JobId
from partner_api.edge.wire.reply import Reply, json_reply
from partner_api.jobs import claim_store
from partner_api.ops.jobs.access import claim_lost, require_tenant
from partner_api.ops.jobs.schemas import (
    ClaimedJobs,
    Completion,
    Failure,
    Heartbeat,
    HeartbeatAnswer,
    NewClaim,
    ReportedEnd,
    claimed_job_of,
    heartbeat_answer_of,
    reported_end_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.money_queues import MoneyFunction

routes = Routes("Operator: jobs")
# The bell of another process may not be heard here.
_LOOK_AGAIN_SECONDS = 1.0


class _NothingWaiting(Exception):
    """There is no job for this worker now."""


@routes.write(
    "POST",
    "/ops/v1/jobs/claim",
    sdk="jobs.claim",
    access=requires_role("worker"),
    runs=Runs.DEFERRED,
)
async def claim_jobs(
    request: ApiRequest, body: NewClaim, transaction: RecordedTransaction
) -> Reply[ClaimedJobs]:
    """Claim jobs.

    Gives waiting jobs to a worker, of each partner in turn, the oldest first. With `waitSeconds`
    the answer comes as soon as there is a job, or empty after that time, or sooner when the server
    is about to stop. A worker keeps a job by
    its heartbeats; silent for `leaseSeconds`, it loses it. After three tries a job fails.
    """
    services = request.services
    give_up = time.monotonic() + body.wait_seconds

    async def claim(connection: Connection) -> ClaimedJobs:
        jobs = await services.claimer.claim(
            connection,
            services.clock.now(),
            worker_id=body.worker_id,
            formats=body.formats,
            lease_seconds=body.lease_seconds,
            limit=body.max,
            caller=audit_argument(request),
        )
        if not jobs and time.monotonic() < give_up:
            raise _NothingWaiting
        return ClaimedJobs([claimed_job_of(job) for job in jobs])

    async with watching_client(request) as gone:
        while True:
            rung = services.bell.listen("jobs")
            try:
                return await transaction.run(claim)
            except _NothingWaiting:
                # Jitter, so that many workers do not look at the same moment.
                pause = _LOOK_AGAIN_SECONDS * random.uniform(0.8, 1.2)  # noqa: S311
                pause = min(pause, give_up - time.monotonic())
                await wait_for_any([rung, services.stopping], pause, gone=gone)
            if gone.done() or services.stopping.is_set():
                # Nobody is there to work on what would be claimed, or asks again elsewhere at once.
                return json_reply(ClaimedJobs([]))


@routes.write(
    "POST",
    "/ops/v1/jobs/{jobId}/heartbeat",
    sdk="jobs.heartbeat",
    access=requires_role("worker"),
    runs=Runs.MONEY,
    errors=["CONFLICT"],
)
async def report_heartbeat(
    request: ApiRequest, job_id: JobId, body: Heartbeat
) -> Reply[HeartbeatAnswer]:
    """Report that the work goes on.

    Extends the claim by its `leaseSeconds`. Neither progress nor stage goes back, since reports may arrive late: less
    progress, or an earlier stage, than before changes nothing. `queued` before a claim and `completed` after it are
    not a worker's to report.
    """
    item = claim_store.JobHeartbeat(
        job_id,
        body.worker_id,
        body.claim_token,
        body.stage,
        body.progress,
        idempotency_argument(request),
    )
    return await _report(request, job_id, claim_store.heartbeat, item, heartbeat_answer_of)


@routes.write(
    "POST",
    "/ops/v1/jobs/{jobId}/complete",
    sdk="jobs.complete",
    access=requires_role("worker"),
    runs=Runs.MONEY,
    errors=["CONFLICT"],
)
async def complete_job(request: ApiRequest, job_id: JobId, body: Completion) -> Reply[ReportedEnd]:
    """Complete a job.

    Charges what it cost, at most what was reserved, and frees the rest. Every file must have been
    uploaded during this claim. If a cancel was accepted, the job ends as canceled and costs
    nothing. The same report again gets the same answer.
    """
    item = claim_store.JobCompletion(
        job_id,
        body.worker_id,
        body.claim_token,
        body.credits_charged,
        body.stored_assets(),
        audit_argument(request),
        idempotency_argument(request),
    )
    return await _report(
        request, job_id, claim_store.complete_jobs, item, partial(reported_end_of, job_id)
    )


@routes.write(
    "POST",
    "/ops/v1/jobs/{jobId}/fail",
    sdk="jobs.fail",
    access=requires_role("worker"),
    runs=Runs.MONEY,
    errors=["CONFLICT"],
)
async def fail_job(request: ApiRequest, job_id: JobId, body: Failure) -> Reply[ReportedEnd]:
    """Report that a job cannot be done.

    If another try may help, it goes back into the queue, up to three tries in all; else it fails.
    Either way nothing is charged.
    """
    item = claim_store.JobFailure(
        job_id,
        body.worker_id,
        body.claim_token,
        body.code,
        body.message,
        body.retryable,
        audit_argument(request),
        idempotency_argument(request),
    )
    reply = await _report(
        request, job_id, claim_store.fail_jobs, item, partial(reported_end_of, job_id)
    )
    request.services.bell.ring("jobs")
    return reply


async def _report(
    request: ApiRequest,
    job_id: UUID,
    function: MoneyFunction[Item],
    item: Item,
    shape: Callable[[dict[str, Any]], T],
) -> Reply[T]:
    return await money(
        request,
        function,
        item,
        shape,
        tenant=await require_tenant(request, job_id),
        conflict=claim_lost,
    )
