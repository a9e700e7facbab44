"""Wire types of what happened to a job, and of what it was given and has made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct, structs

from partner_api.clock import format_milliseconds
from partner_api.edge.wire.fields import BareIdText, MillisecondsText
from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.content.store import Asset
    from partner_api.jobs.overview_store import JobMoment, OperatedJob

_ENDS = {
    "job.completed": "completed",
    "job.failed": "failed",
    "job.canceled": "canceled",
}
_CLAIMED = "job.claimed"
_REQUEUED = "job.requeued"


class JobActor(Struct, frozen=True, rename="camel", kw_only=True):
    """Who did something to a job, and when."""

    at: MillisecondsText
    actor: Annotated[
        Literal["partner_api", "operator", "system"],
        Meta(description="`system`: the server, when time was over."),
    ]
    operator: Annotated[
        str | None, Meta(description="Its name, if it was an operator or a worker.")
    ]
    api_key_id: Annotated[str | None, Meta(examples=["key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"])]
    request_id: str | None


class JobTry(Struct, frozen=True, rename="camel", kw_only=True):
    """One claim of a job: who took it, and how that ended."""

    attempt: Annotated[int, Meta(description="1, 2 or 3.")]
    worker_id: str
    operator: Annotated[
        str | None, Meta(description="The name of the token that it was taken with.")
    ]
    claimed_at: MillisecondsText
    ended_at: Annotated[MillisecondsText | None, Meta(description="Null while the worker has it.")]
    end: Annotated[
        Literal["requeued", "completed", "failed", "canceled"] | None,
        Meta(description="`requeued`: the job waited for another worker."),
    ]
    code: Annotated[str | None, Meta(description="Why it went wrong.", examples=["WORKER_LOST"])]


class JobHistory(Struct, frozen=True, rename="camel", kw_only=True):
    """What happened to a job. It comes from the audit log, so of a job older than 90 days it is empty."""

    started: JobActor | None
    cancel_requested: JobActor | None
    ended: JobActor | None
    tries: Annotated[list[JobTry], Meta(description="The first one first.")]


class JobFile(Struct, frozen=True, rename="camel", kw_only=True):
    """A file that a job has made."""

    asset_id: BareIdText
    kind: Annotated[str, Meta(examples=["slide", "poster", "video"])]
    name: str
    width: Annotated[int, Meta(description="Pixels.")]
    height: Annotated[int, Meta(description="Pixels.")]
    mime_type: str
    size_bytes: int
    sha256: str
    url: Annotated[
        str,
        Meta(
            description="Where this server serves it for one hour, wherever it is kept.",
            examples=[
                "/files/1/01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05/5f-slide-1.png?type=image%2Fpng"
            ],
        ),
    ]


class JobContent(Struct, frozen=True, rename="camel", kw_only=True):
    """What a job was given, and what it has made."""

    inputs: Annotated[dict[str, Any], Meta(description="What the partner sent.")]
    assets: Annotated[list[JobFile], Meta(description="None before it is completed.")]


def job_history_of(job: OperatedJob, moments: Sequence[JobMoment]) -> JobHistory:
    """Return the wire form of what happened to a job; ``moments`` are oldest first."""
    tries: list[JobTry] = []
    acted: dict[str, JobActor] = {}
    for moment in moments:
        details = moment.details
        if moment.event_type == _CLAIMED:
            tries.append(_try_of(moment))
        elif moment.event_type == _REQUEUED:
            _end_try(tries, moment, "requeued", details.get("code"))
        elif (status := _ENDS.get(moment.event_type)) is not None:
            code = job.error_code if status == "failed" else None
            _end_try(tries, moment, status, code)
            acted["ended"] = _actor_of(moment)
        else:
            acted[moment.event_type.removeprefix("job.")] = _actor_of(moment)
    return JobHistory(
        started=acted.get("started"),
        cancel_requested=acted.get("cancel_requested"),
        ended=acted.get("ended"),
        tries=tries,
    )


def job_file_of(asset: Asset, url: str) -> JobFile:
    """Return the wire form of a file, with where it can be read."""
    return JobFile(
        asset_id=str(asset.id),
        kind=asset.kind,
        name=asset.name,
        width=asset.width,
        height=asset.height,
        mime_type=asset.mime_type,
        size_bytes=asset.size_bytes,
        sha256=asset.sha256,
        url=url,
    )


def _try_of(moment: JobMoment) -> JobTry:
    return JobTry(
        attempt=moment.details["attempt"],
        worker_id=moment.details["workerId"],
        operator=moment.details.get("operator"),
        claimed_at=format_milliseconds(moment.occurred_at),
        ended_at=None,
        end=None,
        code=None,
    )


def _end_try(tries: list[JobTry], moment: JobMoment, end: Any, code: str | None) -> None:
    """Say how the last try ended, if it has not yet: a job may also end while it waits."""
    if tries and tries[-1].end is None:
        at = format_milliseconds(moment.occurred_at)
        tries[-1] = structs.replace(tries[-1], ended_at=at, end=end, code=code)


def _actor_of(moment: JobMoment) -> JobActor:
    key_id = moment.api_key_id
    return JobActor(
        at=format_milliseconds(moment.occurred_at),
        actor=moment.actor,
        operator=moment.details.get("operator"),
        api_key_id=None if key_id is None else format_id("key", key_id),
        request_id=moment.request_id,
    )
