"""Wire types of events: the envelope that every event comes in, by webhook and in the feed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from partner_api.edge.wire.fields import (
    BareIdText,
    EventIdText,
    MillisecondsText,
    OrganizationIdText,
)


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
