"""Wire types of jobs for workers and operators."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import asdict

from partner_api.clock import format_milliseconds
from partner_api.content.store import ContentFormat
from partner_api.edge.request.validation import InvalidField
from partner_api.edge.wire.fields import (
    Amount,
    BareId,
    BareIdText,
    ContainerIdText,
    JobIdText,
    MillisecondsText,
    OrganizationIdText,
    ProjectIdText,
)
from partner_api.edge.wire.visible import VISIBLE
from partner_api.ids import format_id
from partner_api.jobs.store import JobStatus
from partner_api.storage import MAX_FILE_BYTES

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.jobs import claim_store

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
    formats: Annotated[
        list[ContentFormat], Meta(min_length=1, max_length=16, description="What it can make.")
    ]
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


class ClaimHeartbeat(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What a heartbeat says of one claim; what is left out stays."""

    claim_token: ClaimToken
    stage: Stage | None = None
    progress: Annotated[float, Meta(ge=0, le=1, description="How much is done.")] | None = None


class Heartbeat(ClaimHeartbeat, frozen=True, kw_only=True):
    """A worker is alive; what is left out stays."""

    worker_id: WorkerId


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


class ClaimCompletion(
    Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True
):
    """What a completion says of one claim: what the job cost, and what it made."""

    claim_token: ClaimToken
    credits_charged: Annotated[Amount, Meta(description="What it cost, at most what was reserved.")]
    assets: Annotated[list[ReportedAsset], Meta(max_length=200, description="What it made.")]

    def __post_init__(self) -> None:
        """Check what a schema cannot say."""
        names = [asset.name for asset in self.assets]
        for position, name in enumerate(names):
            if name in names[:position]:
                raise InvalidField(
                    f"assets[{position}].name", "Expected another name for each file"
                )

    def stored_assets(self) -> list[dict[str, Any]]:
        """Return the files as ``claim_store.JobCompletion`` takes them."""
        return [asdict(asset) for asset in self.assets]


class Completion(ClaimCompletion, frozen=True, kw_only=True):
    """A finished job: what it cost, and what it made."""

    worker_id: WorkerId


class Failure(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A job that the worker cannot finish."""

    worker_id: WorkerId
    claim_token: ClaimToken
    code: Annotated[
        str,
        Meta(
            pattern=r"^[A-Z][A-Z0-9_]{0,63}$(?!\n)",
            description="What went wrong, for programs.",
            examples=["SOURCE_NOT_FOUND"],
        ),
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


def claimed_job_of(job: claim_store.ClaimedJob) -> ClaimedJob:
    """Return the wire form of a job that was claimed."""
    return ClaimedJob(
        job_id=format_id("job", job.job_id),
        attempt=job.attempt,
        claim_token=str(job.claim_token),
        format=job.format,
        organization_id=format_id("org", job.organization_id),
        project_id=format_id("prj", job.project_id),
        container_id=format_id("cnt", job.container_id),
        inputs=job.inputs,
        reserved_credits=job.reserved_credits,
        lease_until=format_milliseconds(job.lease_until),
    )


def heartbeat_answer_of(facts: dict[str, Any]) -> HeartbeatAnswer:
    """Return the answer of the facts of ``claim_store.heartbeat``."""
    return HeartbeatAnswer(
        cancel_requested=facts["cancel_requested"],
        lease_until=format_milliseconds(msgspec.convert(facts["lease_until"], datetime)),
    )


def reported_end_of(job_id: UUID, facts: dict[str, Any]) -> ReportedEnd:
    """Return the answer of the facts of ``claim_store.complete_jobs`` and ``fail_jobs``."""
    return ReportedEnd(
        job_id=format_id("job", job_id),
        status=facts["status"],
        credits_charged=facts.get("credits_charged", 0),
    )
