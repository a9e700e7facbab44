"""The routes of jobs: start generation, follow it, cancel it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import Struct

from partner_api.content.store import ContentFormat, list_assets
from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.money import money
from partner_api.edge.idempotency.records import idempotency_argument
from partner_api.edge.identity.audit import audit_argument
from partner_api.edge.identity.scopes import requires
from partner_api.edge.limits.rate_limits import TIERS
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import JobId, ProjectId
from partner_api.edge.wire.reply import Reply, json_reply, names_etag
from partner_api.ids import format_id, new_ulid, new_uuid7
from partner_api.jobs import claim_store, store
from partner_api.jobs.access import cannot_be_canceled, require_job
from partner_api.jobs.schemas import (
    Job,
    JobCancellation,
    NewContent,
    NewRemix,
    NewSlideshow,
    NewUgcRemix,
    StartedJob,
    cancellation_of,
    job_of,
    started_job_of,
)
from partner_api.jobs.service import TIME_LIMIT, start_jobs

if TYPE_CHECKING:
    from collections.abc import Callable

    from partner_api.edge.declare import H

routes = Routes("Generation")
_HOOK = "Three cafés in Lisbon that locals keep to themselves"


def _start_route(path: str, method: str, **example: str) -> Callable[[H], H]:
    return routes.write(
        "POST",
        f"/v1/projects/{{projectId}}/content/{path}",
        sdk=f"content.{method}",
        access=requires("content:write"),
        runs=Runs.MONEY,
        status=202,
        errors=["NOT_FOUND", "CONFLICT", "KILL_SWITCH", "BILLING_EXHAUSTED", "RATE_LIMITED"],
        long_running=True,
        shown=Shown(
            request=example,
            see=["jobs.retrieve", "jobs.cancel", "content.retrieve", "credits.retrieve"],
            when={
                "RATE_LIMITED": "A limit was reached; `details.limit` names it: `concurrent_jobs` when as many "
                "jobs run as the tier allows.",
            },
        ),
        replays=started_job_of,
    )


@_start_route("slideshow-builder", "build_slideshow")
async def build_slideshow(
    request: ApiRequest, project_id: ProjectId, body: NewSlideshow
) -> Reply[StartedJob]:
    """Build a slideshow.

    Reserves the format's estimate and starts a job that writes and lays out slides for your hook.
    """
    return await _start(request, project_id, "slideshow_builder", body)


@_start_route("slideshow-remix", "remix_slideshow")
async def remix_slideshow(
    request: ApiRequest, project_id: ProjectId, body: NewRemix
) -> Reply[StartedJob]:
    """Remix a slideshow.

    Reserves the format's estimate and starts a job that makes a slideshow from a TikTok video.
    """
    return await _start(request, project_id, "slideshow_remix", body)


@_start_route("video-remix", "remix_video")
async def remix_video(
    request: ApiRequest, project_id: ProjectId, body: NewRemix
) -> Reply[StartedJob]:
    """Remix a video.

    Reserves the format's estimate and starts a job that makes a video from a TikTok video.
    """
    return await _start(request, project_id, "video_remix", body)


@_start_route("ugc-remix", "remix_ugc", hook=_HOOK)
async def remix_ugc(
    request: ApiRequest, project_id: ProjectId, body: NewUgcRemix
) -> Reply[StartedJob]:
    """Remix user-generated content.

    Reserves the format's estimate and starts a job that makes a video in the manner of viewers.
    """
    return await _start(request, project_id, "ugc_remix", body)


@_start_route("auto", "generate", hook=_HOOK)
async def generate_any(
    request: ApiRequest, project_id: ProjectId, body: NewContent
) -> Reply[StartedJob]:
    """Generate whichever format fits.

    Reserves the estimate of `auto`, and is charged as what it became: a slideshow or a video.
    """
    return await _start(request, project_id, "auto", body)


@routes.read(
    "/v1/jobs/{jobId}",
    sdk="jobs.retrieve",
    access=requires("jobs:read"),
    errors=["NOT_FOUND"],
    also={304: "Nothing has changed since the answer whose `ETag` is in `If-None-Match`."},
)
async def read_job(request: ApiRequest, job_id: JobId) -> Reply[Job]:
    """Read a job.

    `stage` and `progress` say how far it is; when it is over, `result` or `error` is there. Send
    the `ETag` of the last answer as `If-None-Match` to get 304 while nothing has changed.
    """
    async with request.connection() as connection:
        job = await require_job(request, connection, job_id)
        assets = (
            await list_assets(connection, job.tenant_id, [job.container_id])
            if job.status == "completed"
            else {}
        )
    reply = json_reply(job_of(job, assets.get(job.container_id, ())))
    tag = f'W/"{hashlib.sha256(reply.body).hexdigest()[:24]}"'
    if names_etag(request.header("if-none-match") or "", tag):
        return Reply(304, b"", {"ETag": tag})
    return Reply(200, reply.body, {"ETag": tag})


def _canceled(facts: dict[str, Any]) -> Reply[JobCancellation]:
    return json_reply(cancellation_of(facts), 202 if facts["accepted"] else 200)


@routes.write(
    "POST",
    "/v1/jobs/{jobId}/cancel",
    sdk="jobs.cancel",
    access=requires("jobs:cancel"),
    runs=Runs.MONEY,
    status=202,
    errors=["NOT_FOUND", "CONFLICT"],
    also={200: "It is over already."},
    replays=_canceled,
)
async def cancel_job(request: ApiRequest, job_id: JobId) -> Reply[JobCancellation]:
    """Cancel a job.

    Accepted is final: a job that no worker has yet ends at once, any other when its worker next
    reports or falls silent, and nothing is charged. In its last stage, `finalizing`, a job cannot
    be canceled any more: 409.
    """
    item = claim_store.CancelItem(
        job_id,
        request.caller.organization_id,
        audit_argument(request),
        idempotency_argument(request),
    )
    return await money(
        request,
        claim_store.cancel_jobs,
        item,
        _canceled,
        conflict=lambda facts: cannot_be_canceled(job_id, facts),
    )


async def _start(
    request: ApiRequest, project_id: UUID, content_format: ContentFormat, body: Struct
) -> Reply[StartedJob]:
    caller = request.caller
    limits = TIERS[caller.rate_limit_tier]
    item = store.JobStart(
        new_ulid(request.now),
        new_uuid7(request.now),
        caller.organization_id,
        project_id,
        content_format,
        inputs_of(body),
        None,
        None if limits is None else limits.running_jobs,
        request.now + TIME_LIMIT,
        audit_argument(request),
        getattr(body, "social_account_id", None),
        idempotency_argument(request),
    )
    reply = await money(request, start_jobs, item, started_job_of)
    request.services.bell.ring("jobs")
    return reply


def inputs_of(body: Struct) -> dict[str, Any]:
    """Return what was sent as workers get it: by its names on the wire, without what was left out."""
    inputs: dict[str, Any] = {}
    for name, wire_name in zip(body.__struct_fields__, body.__struct_encode_fields__, strict=True):
        value = getattr(body, name)
        if value is not None:
            inputs[wire_name] = value
    if "socialAccountId" in inputs:
        inputs["socialAccountId"] = format_id("sa", inputs["socialAccountId"])
    return inputs
