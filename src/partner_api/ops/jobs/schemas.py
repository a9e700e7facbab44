"""Wire types of jobs for workers and operators."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import asdict

from partner_api.clock import format_milliseconds
from partner_api.content.schemas import ContentFormat, JobError
from partner_api.edge.request.validation import InvalidField
from partner_api.edge.wire.fields import (
    Amount,
    BareId,
    BareIdText,
    ContainerIdText,
    JobIdText,
    MillisecondsText,
    OrganizationId,
    OrganizationIdText,
    ProjectIdText,
)
from partner_api.edge.wire.pagination import Cursor
from partner_api.edge.wire.visible import VISIBLE
from partner_api.ids import format_id
from partner_api.jobs.schemas import JobStatus
from partner_api.storage import MAX_FILE_BYTES

if TYPE_CHECKING:
    from partner_api.database.connection import Row

WorkerId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        description="Who works, by a name of its own choice.",
        extra=VISIBLE,
    ),
]
ClaimToken = Annotated[BareId, Meta(description="Of the claim, as it was answered.")]
Stage = Annotated[
    Literal["processing", "generating", "rendering", "uploading", "finalizing"],
    Meta(
        description="What is being done, in this order; any of them may be left out. An earlier one than before "
        "changes nothing. In `finalizing` a job cannot be canceled any more.",
        examples=["rendering"],
    ),
]
_Pixels = Annotated[int, Meta(ge=1, le=100_000)]


class NewClaim(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What a worker can do now."""

    worker_id: WorkerId
    formats: Annotated[list[ContentFormat], Meta(min_length=1, max_length=16)]
    lease_seconds: Annotated[
        int, Meta(ge=10, le=900, description="How long it may be silent before it loses the job.")
    ]
    max: Annotated[int, Meta(ge=1, le=50, description="How many jobs it takes.")]
    wait_seconds: Annotated[
        int, Meta(ge=0, le=20, description="How long to wait for a job if there is none.")
    ] = 0


class ClaimedJob(Struct, frozen=True, rename="camel", kw_only=True):
    """A job that is the worker's now, until it ends it or is silent for too long."""

    job_id: JobIdText
    attempt: Annotated[int, Meta(description="1, 2 or 3.")]
    claim_token: BareIdText
    format: ContentFormat
    organization_id: OrganizationIdText
    project_id: ProjectIdText
    container_id: ContainerIdText
    inputs: Annotated[dict[str, Any], Meta(description="What the partner sent.")]
    reserved_credits: Annotated[Amount, Meta(description="The most that it can be charged.")]
    lease_until: MillisecondsText


class ClaimedJobs(Struct, frozen=True):
    """The jobs that were claimed; none when there are none."""

    items: list[ClaimedJob]


class Heartbeat(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A worker is alive; what is left out stays."""

    worker_id: WorkerId
    claim_token: ClaimToken
    stage: Stage | None = None
    progress: Annotated[float, Meta(ge=0, le=1)] | None = None


class HeartbeatAnswer(Struct, frozen=True, rename="camel", kw_only=True):
    """How long the claim lasts now, and whether there is a reason to go on."""

    cancel_requested: Annotated[
        bool, Meta(description="Stop, and report the job as failed: it ends as canceled.")
    ]
    lease_until: MillisecondsText


class ReportedAsset(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A file that was uploaded, and what it is."""

    kind: Annotated[
        str,
        Meta(
            pattern=r"^[a-z][a-z0-9_]{0,39}$(?!\n)",
            description="`slide`, `poster`, `video`, … A job of `auto` with a `video` became one.",
        ),
    ]
    name: Annotated[str, Meta(min_length=1, max_length=120, extra=VISIBLE)]
    width: _Pixels
    height: _Pixels
    mime_type: Annotated[
        str,
        Meta(
            # The types that IANA lists; what comes after is in the form of RFC 6838.
            pattern=r"^(application|audio|font|haptics|image|message|model|multipart|text|video)/"
            r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,99}$(?!\n)",
            examples=["image/png"],
        ),
    ]
    size_bytes: Annotated[int, Meta(ge=0, le=MAX_FILE_BYTES)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]


class Completion(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A finished job: what it cost, and what it made."""

    worker_id: WorkerId
    claim_token: ClaimToken
    credits_charged: Amount
    assets: Annotated[list[ReportedAsset], Meta(max_length=200)]

    def __post_init__(self) -> None:
        """Check what a schema cannot say."""
        names = [asset.name for asset in self.assets]
        for position, name in enumerate(names):
            if name in names[:position]:
                raise InvalidField(
                    f"assets[{position}].name", "Expected another name for each file"
                )

    def stored_assets(self) -> list[dict[str, Any]]:
        """Give the files as ``claims.JobCompletion`` takes them."""
        return [asdict(asset) for asset in self.assets]


class Failure(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A job that the worker cannot finish."""

    worker_id: WorkerId
    claim_token: ClaimToken
    code: Annotated[
        str, Meta(pattern=r"^[A-Z][A-Z0-9_]{0,63}$(?!\n)", examples=["SOURCE_NOT_FOUND"])
    ]
    message: Annotated[
        str,
        Meta(min_length=1, max_length=2000, description="The partner sees it.", extra=VISIBLE),
    ]
    retryable: Annotated[bool, Meta(description="Whether another try may help.")]


class ReportedEnd(Struct, frozen=True, rename="camel", kw_only=True):
    """What became of a job: `running` when it will be tried again, `canceled` when it was."""

    job_id: JobIdText
    status: JobStatus
    credits_charged: Amount


class JobsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the operator's list of jobs."""

    status: Annotated[
        list[JobStatus] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    format: Annotated[
        list[ContentFormat] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    organization_id: OrganizationId | None = None
    limit: Annotated[int, Meta(ge=1, le=200, description="Jobs on a page.")] = 50
    cursor: Cursor | None = None


class OpsJob(Struct, frozen=True, rename="camel", kw_only=True):
    """A job, who works on it, and why it failed."""

    id: JobIdText
    organization_id: OrganizationIdText
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
    last_error: Annotated[
        JobError | None, Meta(description="Why the last try failed, also if others follow.")
    ]
    started_at: MillisecondsText
    expires_at: MillisecondsText
    finished_at: MillisecondsText | None


def claimed_job_of(row: Row) -> ClaimedJob:
    """Make the wire form of a row of ``claims.claim_jobs``."""
    return ClaimedJob(
        job_id=format_id("job", row["job_id"]),
        attempt=row["attempt"],
        claim_token=str(row["claim_token"]),
        format=row["format"],
        organization_id=format_id("org", row["organization_id"]),
        project_id=format_id("prj", row["project_id"]),
        container_id=format_id("cnt", row["container_id"]),
        inputs=row["inputs"],
        reserved_credits=row["reserved_credits"],
        lease_until=format_milliseconds(row["lease_until"]),
    )


def heartbeat_answer_of(facts: dict[str, Any]) -> HeartbeatAnswer:
    """Make the answer of the facts of ``claims.heartbeat``."""
    return HeartbeatAnswer(
        cancel_requested=facts["cancel_requested"],
        lease_until=format_milliseconds(msgspec.convert(facts["lease_until"], datetime)),
    )


def ops_job_of(row: Row) -> OpsJob:
    """Make the wire form of a row of ``store.list_any_jobs``."""
    return OpsJob(
        id=format_id("job", row["id"]),
        organization_id=format_id("org", row["organization_id"]),
        project_id=format_id("prj", row["project_id"]),
        container_id=format_id("cnt", row["container_id"]),
        env="test" if row["sandbox"] else "live",
        format=row["format"],
        status=row["status"],
        stage=row["stage"],
        progress=row["progress"],
        attempt=row["attempt"],
        worker_id=row["worker_id"],
        claimed_at=_time_of(row["claimed_at"]),
        lease_until=_time_of(row["lease_until"]),
        cancel_requested_at=_time_of(row["cancel_requested_at"]),
        reserved_credits=row["credits"],
        credits_charged=row["charged"],
        last_error=None
        if row["last_error_code"] is None
        else JobError(row["last_error_code"], row["last_error_message"]),
        started_at=format_milliseconds(row["started_at"]),
        expires_at=format_milliseconds(row["expires_at"]),
        finished_at=_time_of(row["finished_at"]),
    )


def _time_of(value: datetime | None) -> str | None:
    return None if value is None else format_milliseconds(value)
