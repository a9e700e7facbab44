"""Wire types of jobs as operators see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from partner_api.clock import format_milliseconds, format_milliseconds_or_none
from partner_api.content.schemas import JobError, error_of
from partner_api.content.store import ContentFormat
from partner_api.edge.wire.fields import (
    Amount,
    ContainerIdText,
    Instant,
    JobIdText,
    MillisecondsText,
    OrganizationId,
    OrganizationIdText,
    ProjectIdText,
)
from partner_api.edge.wire.pagination import Cursor
from partner_api.ids import format_id
from partner_api.jobs.store import JobStatus

if TYPE_CHECKING:
    from partner_api.jobs import overview_store


class JobsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the operator's list of jobs."""

    status: Annotated[
        list[JobStatus] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    format: Annotated[
        list[ContentFormat] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    organization_id: OrganizationId | None = None
    claimed: Annotated[
        bool | None,
        Meta(
            description="Of those that run. `false`: only those that wait for a worker, the longest waiting first; "
            "`true`: only those that a worker has."
        ),
    ] = None
    worker_id: Annotated[
        str | None,
        Meta(min_length=1, max_length=128, description="Only those that it has, or had last."),
    ] = None
    since: Annotated[Instant | None, Meta(description="Asked for then or later.")] = None
    limit: Annotated[int, Meta(ge=1, le=200, description="Jobs on a page.")] = 50
    cursor: Cursor | None = None


class OpsJob(Struct, frozen=True, rename="camel", kw_only=True):
    """A job, who works on it, and why it failed."""

    id: JobIdText
    organization_id: OrganizationIdText
    organization_name: str
    wallet_organization_id: Annotated[
        OrganizationIdText,
        Meta(
            description="Whose credits are reserved and charged; its project may have moved since."
        ),
    ]
    project_id: ProjectIdText
    container_id: ContainerIdText
    env: Literal["live", "test"]
    format: ContentFormat
    status: JobStatus
    stage: str
    progress: float
    attempt: Annotated[int, Meta(description="How often a worker has taken it.")]
    worker_id: Annotated[str | None, Meta(description="Who has it now, or had it last.")]
    claimed_at: MillisecondsText | None
    lease_until: MillisecondsText | None
    cancel_requested_at: MillisecondsText | None
    reserved_credits: Amount
    credits_charged: Amount
    credits_refunded: Annotated[Amount, Meta(description="Of what was charged.")]
    last_error: Annotated[
        JobError | None, Meta(description="Why the last try failed, also if others follow.")
    ]
    started_at: MillisecondsText
    expires_at: MillisecondsText
    finished_at: MillisecondsText | None


def ops_job_of(job: overview_store.OperatedJob) -> OpsJob:
    """Return the operator's form of a job."""
    return OpsJob(
        id=format_id("job", job.id),
        organization_id=format_id("org", job.organization_id),
        organization_name=job.organization_name,
        wallet_organization_id=format_id("org", job.wallet_organization_id),
        project_id=format_id("prj", job.project_id),
        container_id=format_id("cnt", job.container_id),
        env="test" if job.sandbox else "live",
        format=job.format,
        status=job.status,
        stage=job.stage,
        progress=job.progress,
        attempt=job.attempt,
        worker_id=job.worker_id,
        claimed_at=format_milliseconds_or_none(job.claimed_at),
        lease_until=format_milliseconds_or_none(job.lease_until),
        cancel_requested_at=format_milliseconds_or_none(job.cancel_requested_at),
        reserved_credits=job.credits,
        credits_charged=job.charged,
        credits_refunded=job.refunded,
        last_error=error_of(job.last_error_code, job.last_error_message),
        started_at=format_milliseconds(job.started_at),
        expires_at=format_milliseconds(job.expires_at),
        finished_at=format_milliseconds_or_none(job.finished_at),
    )
