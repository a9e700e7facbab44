"""Wire types of events: the envelope that every event comes in, by webhook and in the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from partner_api.clock import format_milliseconds
from partner_api.edge.wire.fields import (
    BareIdText,
    EventIdText,
    MillisecondsText,
    OrganizationIdText,
)
from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID


class EventEnvelope(Struct, frozen=True, rename="camel", kw_only=True):
    """An event: something that has happened, told the same by webhook and in the feed."""

    id: Annotated[
        EventIdText,
        Meta(
            description="The same however often the event is sent. Keep the ids that you have handled."
        ),
    ]
    type: Annotated[
        str, Meta(description="What has happened.", examples=["leased_account.renewed"])
    ]
    api_version: Annotated[
        Literal["v1"], Meta(description="The version of the API that `data` is written in.")
    ] = "v1"
    created_at: Annotated[MillisecondsText, Meta(description="When it happened.")]
    organization_id: Annotated[OrganizationIdText, Meta(description="To whom it happened.")]
    data: Annotated[dict[str, Any], Meta(description="What has happened; its form goes by `type`.")]
    replay_of: Annotated[
        BareIdText | UnsetType,
        Meta(description="Only of a replay: the delivery whose `data` this one sends again."),
    ] = UNSET


def envelope_of(
    event_id: UUID,
    event_type: str,
    created_at: datetime,
    organization_id: UUID,
    data: Mapping[str, Any],
    replay_of: UUID | None = None,
) -> EventEnvelope:
    """Return an event in its wire form.

    Args:
        event_id: of the event; a replay has one of its own.
        event_type: such as ``job.completed``.
        created_at: when it happened.
        organization_id: to whom.
        data: what happened, as the outbox has it.
        replay_of: the delivery whose data is sent again.
    """
    return EventEnvelope(
        id=format_id("evt", event_id),
        type=event_type,
        created_at=format_milliseconds(created_at),
        organization_id=format_id("org", organization_id),
        data=dict(data),
        replay_of=UNSET if replay_of is None else str(replay_of),
    )
