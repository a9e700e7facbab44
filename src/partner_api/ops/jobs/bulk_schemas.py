"""Wire types of reports on several jobs in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from partner_api.edge.request.bounds import InAll
from partner_api.edge.wire.error_content import ErrorContent
from partner_api.edge.wire.fields import JobId, JobIdText
from partner_api.ids import format_id
from partner_api.ops.jobs.schemas import (
    ClaimCompletion,
    ClaimHeartbeat,
    HeartbeatAnswer,
    ReportedEnd,
    WorkerId,
)

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.edge.idempotency.items import ItemAnswer

T = TypeVar("T")
R = TypeVar("R", bound="HeartbeatReport | CompletionReport")
_MOST_ITEMS = 50
_MOST_ASSETS = 400


class HeartbeatItem(ClaimHeartbeat, frozen=True, kw_only=True):
    """The heartbeat of one job; what is left out stays."""

    job_id: JobId


class Heartbeats(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A worker is alive, and says how far each of its jobs is."""

    worker_id: WorkerId
    items: Annotated[
        list[HeartbeatItem],
        Meta(min_length=1, max_length=_MOST_ITEMS, description="One for each job."),
    ]


class CompletionItem(ClaimCompletion, frozen=True, kw_only=True):
    """One finished job: what it cost, and what it made."""

    job_id: JobId


class Completions(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Finished jobs of a worker: what each cost, and what it made."""

    worker_id: WorkerId
    items: Annotated[
        list[CompletionItem],
        Meta(
            min_length=1,
            max_length=_MOST_ITEMS,
            description=f"With at most {_MOST_ASSETS} assets in all of them.",
            extra={"in_all": InAll("assets", _MOST_ASSETS)},
        ),
    ]


class _ReportOfItem(Struct, frozen=True, rename="camel", kw_only=True):
    job_id: JobIdText
    status: Annotated[
        int, Meta(description="HTTP status: that of the answer to a request for this job alone.")
    ]
    replayed: Annotated[
        bool, Meta(description="Whether the same was reported before; this is its answer again.")
    ]
    error: Annotated[
        ErrorContent | UnsetType,
        Meta(
            description="If it was refused. Nothing has changed, unless `details.outcome` is `unknown`."
        ),
    ] = UNSET


class HeartbeatReport(_ReportOfItem, frozen=True, kw_only=True):
    """What the heartbeat of one job is answered: `body`, or `error`."""

    body: Annotated[HeartbeatAnswer | UnsetType, Meta(description="If `status` is 200.")] = UNSET


class HeartbeatReports(Struct, frozen=True):
    """The answer to each heartbeat, in their order."""

    items: list[HeartbeatReport]


class CompletionReport(_ReportOfItem, frozen=True, kw_only=True):
    """What the completion of one job is answered: `body`, or `error`."""

    body: Annotated[ReportedEnd | UnsetType, Meta(description="If `status` is 200.")] = UNSET


class CompletionReports(Struct, frozen=True):
    """The answer to each completion, in their order."""

    items: list[CompletionReport]


def report_of(kind: type[R], job_id: UUID, answer: ItemAnswer[Any]) -> R:
    """Return the wire form of what the report on one job is answered, as the ``kind`` of this report."""
    return kind(
        job_id=format_id("job", job_id),
        status=answer.status,
        replayed=answer.replayed,
        body=_or_unset(answer.body),
        error=_or_unset(answer.error),
    )


def _or_unset(value: T | None) -> T | UnsetType:
    return UNSET if value is None else value
