"""Wire types of the feed of events, and of samples of them."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from partner_api.edge.request.bounds import JsonBound
from partner_api.edge.wire.fields import Instant
from partner_api.edge.wire.pagination import Cursor
from partner_api.events.schemas import EventEnvelope

ChangeName = Literal[
    "job.completed",
    "job.failed",
    "job.canceled",
    "content.generated",
    "lease_request.assigned",
    "lease_request.rejected",
    "leased_account.renewed",
    "leased_account.past_due",
    "leased_account.disconnected",
    "social_account.connected",
    "social_account.revoked",
    "credits.low",
    "credits.allocated",
    "organization.suspended",
    "organization.resumed",
    "organization.archived",
    "api_key.killed",
    "webhook_endpoint.auto_paused",
]
"""Types of events that tell of a change. ``tests/events/`` holds them to ``type_schemas``."""
EventName = Literal[
    ChangeName, "post.scheduled", "post.published", "post.failed", "post.canceled", "test.ping"
]
"""All that can be asked for; those of posts are not sent yet."""
MADE_DATA: Final = JsonBound(16 * 1024, 4_000)
"""Bound of the data of events that a client makes: a body may have 5,000 values, and a few are in what is around it."""


class EventsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Which part of the feed, and how long to wait for it."""

    type: Annotated[
        list[EventName] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    since: Annotated[Instant | None, Meta(description="Only what happened then or later.")] = None
    scope: Annotated[
        Literal["own", "all_children"],
        Meta(description="`all_children`: with the events of your children, for `org:admin`."),
    ] = "own"
    wait: Annotated[
        int,
        Meta(
            ge=0,
            le=20,
            description="Seconds to wait for an event if there is none yet. The answer comes with the first one.",
        ),
    ] = 0
    limit: Annotated[int, Meta(ge=1, le=200, description="Events on a page.")] = 50
    cursor: Cursor | None = None


class EventPage(Struct, frozen=True, rename="camel", kw_only=True):
    """A part of the feed. It has no last page."""

    items: list[EventEnvelope]
    next_cursor: Annotated[
        str,
        Meta(
            description="Where to ask next, also if there are no items: later events come behind it."
        ),
    ]


class NewSample(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """An event to pretend."""

    type: Annotated[ChangeName, Meta(description="What has not happened.")]
    data: Annotated[
        dict[str, Any] | None,
        Meta(
            description="Replaces fields of the type's example: any JSON object of at most 16 KiB. Send a `projectId` "
            "of yours for an endpoint that has one.",
            examples=[{"projectId": "prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"}],
            extra={"bound": MADE_DATA},
        ),
    ] = None
