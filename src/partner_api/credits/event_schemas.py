"""Wire types of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from partner_api.clock import format_milliseconds
from partner_api.credits.event_store import CreditEventType
from partner_api.edge.wire.fields import (
    Amount,
    BareIdText,
    ContainerIdText,
    Instant,
    JobIdText,
    MillisecondsText,
    ProjectId,
    ProjectIdText,
    SignedAmount,
)
from partner_api.edge.wire.ledger_chain import EventHash, InternalHash, PreviousHash
from partner_api.edge.wire.pagination import Cursor
from partner_api.ids import format_id

if TYPE_CHECKING:
    from partner_api.credits import event_store


class CreditEvent(Struct, frozen=True, rename="camel"):
    """One movement of credits. The events of a wallet sum to its balance."""

    event_id: BareIdText
    project_id: ProjectIdText | None
    credits: Annotated[
        SignedAmount, Meta(description="What it added, or took when negative.", examples=[-120])
    ]
    event_type: CreditEventType
    format: Annotated[str | None, Meta(examples=["video_remix"])]
    container_id: ContainerIdText | None
    workflow_id: Annotated[JobIdText | None, Meta(description="The job.")]
    balance_after_prepaid: Annotated[Amount, Meta(description="The prepaid part after it.")]
    balance_after: Annotated[Amount, Meta(description="The whole balance after it.")]
    usage_after_period: Annotated[
        Amount | None, Meta(description="Consumed in its period up to and with it.")
    ]
    description: str | None
    metadata: Annotated[
        dict[str, str], Meta(description="`reason` says which rule made it, if a rule did.")
    ]
    created_at: MillisecondsText
    hash: EventHash
    previous_hash: PreviousHash
    internal_hash: InternalHash


class CreditEventsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the ledger."""

    project_id: Annotated[
        list[ProjectId] | None, Meta(description="Only of these; repeat it for several.")
    ] = None
    event_type: Annotated[
        list[CreditEventType] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    since: Annotated[Instant | None, Meta(description="From this instant on.")] = None
    until: Annotated[Instant | None, Meta(description="Up to this instant, inclusive.")] = None
    limit: Annotated[int, Meta(ge=1, le=100, description="Events on a page.")] = 25
    cursor: Cursor | None = None


def credit_event_of(event: event_store.CreditEventFacts) -> CreditEvent:
    """Return the wire form of a row of the ledger."""
    return CreditEvent(
        event_id=str(event.event_id),
        project_id=None if event.project_id is None else format_id("prj", event.project_id),
        credits=event.included_delta + event.prepaid_delta,
        event_type=event.event_type,
        format=event.format,
        container_id=None if event.container_id is None else format_id("cnt", event.container_id),
        workflow_id=None if event.job_id is None else format_id("job", event.job_id),
        balance_after_prepaid=event.prepaid_after,
        balance_after=event.included_after + event.prepaid_after,
        usage_after_period=event.usage_after,
        description=event.description,
        metadata=event.metadata,
        created_at=format_milliseconds(event.created_at),
        hash=event.hash.hex(),
        previous_hash=event.previous_hash.hex(),
        internal_hash=event.internal_hash.hex(),
    )
