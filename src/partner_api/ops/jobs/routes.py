"""The routes of the operator's view of jobs: what waits, what runs where, what failed and why."""

from __future__ import annotations

from uuid import UUID

from partner_api.content.store import list_assets
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.money import money
from partner_api.edge.idempotency.records import idempotency_argument
from partner_api.edge.identity.audit import audit_argument
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.limits.rate_limits import TIERS
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import JobId
from partner_api.edge.wire.pagination import Page, page_of_look, read_cursor
from partner_api.edge.wire.reply import Reply
from partner_api.errors import ApiError
from partner_api.ids import new_ulid, new_uuid7, parse_id
from partner_api.jobs import claim_store, overview_store, store
from partner_api.jobs.access import cannot_be_canceled
from partner_api.jobs.schemas import JobCancellation, StartedJob, cancellation_of, started_job_of
from partner_api.jobs.service import TIME_LIMIT, start_jobs
from partner_api.ops.jobs.access import require_job, require_operated_job, require_tenant
from partner_api.ops.jobs.history_schemas import (
    JobContent,
    JobHistory,
    job_file_of,
    job_history_of,
)
from partner_api.ops.jobs.overview_schemas import JobsQuery, OpsJob, ops_job_of
from partner_api.storage import StoredFile
from partner_api.storage.addresses import signed_address

routes = Routes("Operator: jobs")


@routes.read("/ops/v1/jobs", sdk="jobs.list", access=requires_role("viewer"))
async def list_jobs(request: ApiRequest, query: JobsQuery) -> Page[OpsJob]:
    """List jobs.

    Of all partners, newest first; `status=running` is the queue and what is being worked on, and
    `claimed=false` the queue alone, the longest waiting first. With a filter a page may have few
    items, or none, and others follow: go on while there is a `nextCursor`.
    """
    async with request.connection() as connection:
        found = await overview_store.list_jobs(
            connection,
            overview_store.JobFilter(
                query.status,
                query.format,
                query.organization_id,
                query.worker_id,
                query.since,
                query.claimed,
            ),
            before=read_cursor(request, UUID),
            limit=query.limit,
        )
    return page_of_look(request, query, [ops_job_of(job) for job in found.jobs], found.position)


@routes.read(
    "/ops/v1/jobs/{jobId}",
    sdk="jobs.retrieve",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def show_job(request: ApiRequest, job_id: JobId) -> OpsJob:
    """Show a job."""
    async with request.connection() as connection:
        return ops_job_of(await require_operated_job(connection, job_id))


@routes.read(
    "/ops/v1/jobs/{jobId}/history",
    sdk="jobs.retrieve_history",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def show_job_history(request: ApiRequest, job_id: JobId) -> JobHistory:
    """Show what happened to a job.

    Who started it, which workers took it and how that ended, and who ended it. It comes from the
    audit log, which is kept for 90 days.
    """
    async with request.connection() as connection:
        job = await require_operated_job(connection, job_id)
        times = [at for at in (job.started_at, job.finished_at) if at is not None]
        moments = await overview_store.list_moments(connection, job.tenant_id, job_id, times)
    return job_history_of(job, moments)


@routes.read(
    "/ops/v1/jobs/{jobId}/content",
    sdk="jobs.retrieve_content",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def show_job_content(request: ApiRequest, job_id: JobId) -> JobContent:
    """Show what a job was given, and what it has made.

    The addresses of its files are of this server, also where files are kept in a bucket. Anyone
    can read there for one hour.
    """
    async with request.connection() as connection:
        job = await require_job(request, connection, job_id)
        assets = await list_assets(connection, job.tenant_id, [job.container_id])
    keys = request.services.secret_keys
    files = [
        job_file_of(
            asset,
            signed_address(
                keys,
                StoredFile(asset.storage_key, asset.size_bytes, asset.sha256),
                asset.mime_type,
                request.now,
            ),
        )
        for asset in assets[job.container_id]
    ]
    return JobContent(inputs=job.inputs, assets=files)


@routes.write(
    "POST",
    "/ops/v1/jobs/{jobId}/retry",
    sdk="jobs.retry",
    access=requires_role("operator"),
    runs=Runs.MONEY,
    status=201,
    errors=["NOT_FOUND", "CONFLICT", "KILL_SWITCH", "BILLING_EXHAUSTED", "RATE_LIMITED"],
)
async def retry_job(request: ApiRequest, job_id: JobId) -> Reply[StartedJob]:
    """Start a job again.

    What is over stays over: a new job of the same organization with the same inputs starts, under
    the same rules as if the partner had started it. Only for one that failed or was canceled.
    """
    async with request.connection(writes=False) as connection:
        job = await require_job(request, connection, job_id)
        tier = await store.rate_limit_tier_of(connection, job.tenant_id, job.organization_id)
    if job.status not in ("failed", "canceled"):
        raise ApiError("CONFLICT", details={"status": job.status})
    limits = TIERS["sandbox" if job.sandbox else tier]
    account = job.inputs.get("socialAccountId")
    item = store.JobStart(
        new_ulid(request.now),
        new_uuid7(request.now),
        job.organization_id,
        job.project_id,
        job.format,
        job.inputs,
        None,
        None if limits is None else limits.running_jobs,
        request.now + TIME_LIMIT,
        audit_argument(request),
        None if account is None else parse_id("sa", account),
        idempotency_argument(request),
    )
    reply = await money(request, start_jobs, item, started_job_of, tenant=job.tenant_id)
    request.services.bell.ring("jobs")
    return reply


@routes.write(
    "POST",
    "/ops/v1/jobs/{jobId}/cancel",
    sdk="jobs.cancel",
    access=requires_role("operator"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND", "CONFLICT"],
)
async def cancel_any_job(request: ApiRequest, job_id: JobId) -> Reply[JobCancellation]:
    """Cancel a partner's job.

    As the partner itself could.
    """
    return await money(
        request,
        claim_store.cancel_jobs,
        claim_store.CancelItem(
            job_id, None, audit_argument(request), idempotency_argument(request)
        ),
        cancellation_of,
        tenant=await require_tenant(request, job_id),
        conflict=lambda facts: cannot_be_canceled(job_id, facts),
    )
