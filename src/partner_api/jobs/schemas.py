"""Wire types of jobs: what starts one, the job itself, and canceling it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from partner_api.clock import format_milliseconds
from partner_api.content.schemas import Asset, JobError, asset_of, error_of
from partner_api.edge.wire.fields import (
    Amount,
    ContainerIdText,
    JobIdText,
    MillisecondsText,
    ProjectIdText,
    SocialAccountId,
)
from partner_api.edge.wire.visible import VISIBLE
from partner_api.ids import format_id
from partner_api.jobs.store import JobStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.content.store import Asset as StoredAsset
    from partner_api.jobs import store

Hook = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2000,
        pattern=r"\S",
        description="What it is about, as a viewer would say it; not blank.",
        extra=VISIBLE,
        examples=["Three cafés in Lisbon that open before seven"],
    ),
]
VideoId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)",
        description="The TikTok video to start from.",
        examples=["7301234567890123456"],
    ),
]
Reference = Annotated[str, Meta(min_length=1, max_length=128, extra=VISIBLE)]
_Account = Annotated[
    SocialAccountId | None,
    Meta(description="The account that it is for: a connected one of the project."),
]
_Influencer = Annotated[Reference | None, Meta(description="Who should be seen in it.")]


class NewSlideshow(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A slideshow to build from a hook."""

    hook: Hook
    social_account_id: _Account = None
    influencer_id: _Influencer = None


class NewRemix(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A slideshow or video to make from a TikTok video."""

    tiktok_video_id: VideoId
    social_account_id: _Account = None
    influencer_id: _Influencer = None


class NewUgcRemix(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A video to make in the manner of its viewers' own."""

    hook: Hook | None = None
    tiktok_video_id: VideoId | None = None
    media_id: Annotated[Reference | None, Meta(description="A recording to use.")] = None
    social_account_id: _Account = None
    influencer_id: _Influencer = None


class NewContent(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Content of whichever format fits."""

    hook: Hook | None = None
    tiktok_video_id: VideoId | None = None
    social_account_id: _Account = None
    influencer_id: _Influencer = None


class StartedJob(Struct, frozen=True, rename="camel", kw_only=True):
    """A job that has been started."""

    job_id: JobIdText
    kind: Literal["content_generate"] = "content_generate"
    status: Literal["running"] = "running"
    stage: Literal["queued"] = "queued"
    project_id: ProjectIdText
    container_ids: Annotated[list[ContainerIdText], Meta(description="What it will fill.")]
    reserved_credits: Annotated[Amount, Meta(description="The most that it can cost.")]
    location_url: Annotated[str, Meta(description="Ask here how far it is.")]
    started_at: MillisecondsText


class JobResult(Struct, frozen=True, rename="camel", kw_only=True):
    """What a completed job has made."""

    container_id: ContainerIdText
    credits_charged: Amount
    assets: list[Asset]


class Job(Struct, frozen=True, rename="camel", kw_only=True):
    """Work in flight, or what became of it."""

    job_id: JobIdText
    kind: Literal["content_generate"] = "content_generate"
    status: JobStatus
    stage: Annotated[str, Meta(description="What is being done; `queued` at first.")]
    progress: Annotated[float, Meta(ge=0, le=1, description="How much is done; never falls.")]
    project_id: ProjectIdText
    container_ids: list[ContainerIdText]
    reserved_credits: Amount
    started_at: MillisecondsText
    finished_at: MillisecondsText | UnsetType = UNSET
    result: Annotated[JobResult | UnsetType, Meta(description="Of a completed job.")] = UNSET
    error: Annotated[JobError | UnsetType, Meta(description="Of a failed job.")] = UNSET


CancelReason = Literal["ALREADY_COMPLETED", "ALREADY_FAILED", "ALREADY_CANCELED"]


class JobCancellation(Struct, frozen=True, rename="camel", kw_only=True):
    """Whether a cancel was accepted. If it was, the job ends as canceled, whatever its worker does."""

    job_id: JobIdText
    accepted: bool
    reason: Annotated[
        CancelReason | UnsetType, Meta(description="Why there is nothing to cancel.")
    ] = UNSET


class _StartFacts(Struct, frozen=True):
    job_id: UUID
    project_id: UUID
    container_id: UUID
    reserved_credits: int
    started_at: datetime


def started_job_of(facts: dict[str, Any]) -> StartedJob:
    """Return the answer of the facts of ``store.start_jobs``."""
    known = msgspec.convert(facts, _StartFacts)
    job_id = format_id("job", known.job_id)
    return StartedJob(
        job_id=job_id,
        project_id=format_id("prj", known.project_id),
        container_ids=[format_id("cnt", known.container_id)],
        reserved_credits=known.reserved_credits,
        location_url=f"/v1/jobs/{job_id}",
        started_at=format_milliseconds(known.started_at),
    )


def cancellation_of(facts: dict[str, Any]) -> JobCancellation:
    """Return the answer of the facts of ``claim_store.cancel_jobs``."""
    return JobCancellation(
        job_id=format_id("job", UUID(facts["job_id"])),
        accepted=facts["accepted"],
        reason=facts.get("reason", UNSET),
    )


def job_of(job: store.Job, assets: Sequence[StoredAsset]) -> Job:
    """Return the wire form of a job, with the files of its container."""
    container_id = format_id("cnt", job.container_id)
    finished_at = job.finished_at
    return Job(
        job_id=format_id("job", job.id),
        status=job.status,
        stage=job.stage,
        progress=job.progress,
        project_id=format_id("prj", job.project_id),
        container_ids=[container_id],
        reserved_credits=job.credits,
        started_at=format_milliseconds(job.started_at),
        finished_at=UNSET if finished_at is None else format_milliseconds(finished_at),
        result=JobResult(
            container_id=container_id,
            credits_charged=job.charged,
            assets=[asset_of(asset) for asset in assets],
        )
        if job.status == "completed"
        else UNSET,
        error=error_of(job.error_code, job.error_message) or UNSET,
    )
