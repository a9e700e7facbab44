"""Wire types of deliveries of webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct

from partner_api.clock import format_milliseconds, format_milliseconds_or_none
from partner_api.edge.wire.fields import BareIdText, EventIdText, Instant, MillisecondsText
from partner_api.edge.wire.pagination import Cursor
from partner_api.events.feed_schemas import MADE_DATA, EventName
from partner_api.events.schemas import EventEnvelope, envelope_of
from partner_api.ids import format_id
from partner_api.webhooks import delivery_store as store
from partner_api.webhooks.delivery_store import AbandonedReason, DeliveryStatus

if TYPE_CHECKING:
    from collections.abc import Sequence


class EndpointTest(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What to send as a test."""

    payload: Annotated[
        dict[str, Any] | None,
        Meta(
            description="Becomes `data` of the event: any JSON object of at most 16 KiB. Without it, a greeting.",
            examples=[{"message": "Hello"}],
            extra={"bound": MADE_DATA},
        ),
    ] = None


class SentTest(Struct, frozen=True, rename="camel", kw_only=True):
    """A test that is on its way."""

    event_id: EventIdText
    delivery_id: Annotated[BareIdText, Meta(description="What becomes of it.")]
    scheduled_at: Annotated[MillisecondsText, Meta(description="When it is due.")]


class Recovery(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The time whose events are to be sent again."""

    since: Annotated[
        Instant, Meta(description="Events from this instant on, at most 30 days back.")
    ]
    until: Annotated[
        Instant | None, Meta(description="Events up to this instant, inclusive; else up to now.")
    ] = None


class Recovered(Struct, frozen=True, rename="camel", kw_only=True):
    """What is being sent again."""

    deliveries: Annotated[
        int, Meta(ge=0, description="Deliveries that are due now: new ones, and retries.")
    ]
    has_more: Annotated[
        bool, Meta(description="There is more than one request recovers. Ask again, for the rest.")
    ]


class DeliveriesQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the list of deliveries."""

    event_type: Annotated[
        list[EventName] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    status: Annotated[
        list[DeliveryStatus] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    limit: Annotated[int, Meta(ge=1, le=100, description="Deliveries on a page.")] = 25
    cursor: Cursor | None = None


class _Delivery(Struct, frozen=True, rename="camel", kw_only=True):
    id: BareIdText
    endpoint_id: BareIdText
    event_id: EventIdText
    event_type: Annotated[str, Meta(examples=["job.completed"])]
    status: Annotated[
        DeliveryStatus,
        Meta(
            description="`failed`: an attempt failed, and there will be another one. `abandoned`: there will be none."
        ),
    ]
    next_retry_at: Annotated[
        MillisecondsText | None,
        Meta(description="When it will be sent; null while it is, and after its end."),
    ]
    delivered_at: MillisecondsText | None
    abandoned_at: MillisecondsText | None
    abandoned_reason: Annotated[
        AbandonedReason | None, Meta(description="Why it is not sent any more.")
    ]
    last_response_status: Annotated[
        int | None, Meta(description="HTTP status of the last answer; null if there was none.")
    ]
    last_response_at: MillisecondsText | None
    last_error_message: Annotated[
        str | None, Meta(description="What went wrong in the last attempt, in a sentence.")
    ]
    created_at: MillisecondsText


class WebhookDelivery(_Delivery, frozen=True, rename="camel", kw_only=True):
    """An event on its way to an endpoint, and how far it is."""

    attempts: Annotated[int, Meta(ge=0, le=8, description="How often it was sent.")]


class DeliveryAttempt(Struct, frozen=True, rename="camel", kw_only=True):
    """What an attempt to send came to."""

    at: Annotated[MillisecondsText, Meta(description="When it began.")]
    duration_ms: Annotated[int, Meta(ge=0, description="How long it took, in milliseconds.")]
    status: Annotated[
        int | None, Meta(description="HTTP status of the answer; null if there was none.")
    ]
    error: Annotated[str | None, Meta(description="What went wrong, in a sentence.")]
    body: Annotated[
        str | None,
        Meta(
            description="The first 2 kB of the answer, read as UTF-8; what is none is shown as U+FFFD."
        ),
    ]


class WebhookDeliveryDetail(_Delivery, frozen=True, rename="camel", kw_only=True):
    """A delivery with what is sent, and its attempts."""

    payload: Annotated[
        EventEnvelope | None,
        Meta(description="What is sent; null once the event is no longer kept."),
    ]
    attempts: Annotated[
        list[DeliveryAttempt], Meta(description="How often it was sent, and what came of it.")
    ]


class Replayed(Struct, frozen=True, rename="camel", kw_only=True):
    """A replay that is on its way."""

    original_delivery_id: BareIdText
    replay_delivery_id: Annotated[BareIdText, Meta(description="What becomes of it.")]
    scheduled_at: Annotated[MillisecondsText, Meta(description="When it is due.")]


def delivery_of(delivery: store.Delivery) -> WebhookDelivery:
    """Return a delivery in its wire form."""
    return WebhookDelivery(**_fields(delivery), attempts=delivery.attempts)


def delivery_detail_of(
    delivery: store.DeliveryDetail, attempts: Sequence[store.Attempt]
) -> WebhookDeliveryDetail:
    """Return a delivery in its wire form, with what is sent and its attempts."""
    payload = None
    if delivery.data is not None:
        payload = envelope_of(
            delivery.event_id,
            delivery.event_type,
            delivery.event_created_at,
            delivery.organization_id,
            delivery.data,
            delivery.replay_of,
        )
    return WebhookDeliveryDetail(
        **_fields(delivery), payload=payload, attempts=[_attempt_of(one) for one in attempts]
    )


def _fields(delivery: store.Delivery) -> dict[str, Any]:
    under_way = delivery.status == "delivering"
    return {
        "id": str(delivery.id),
        "endpoint_id": str(delivery.endpoint_id),
        "event_id": format_id("evt", delivery.event_id),
        "event_type": delivery.event_type,
        "status": delivery.status,
        # Of one that is being sent it says when it counts as lost.
        "next_retry_at": None
        if under_way
        else format_milliseconds_or_none(delivery.next_attempt_at),
        "delivered_at": format_milliseconds_or_none(delivery.delivered_at),
        "abandoned_at": format_milliseconds_or_none(delivery.abandoned_at),
        "abandoned_reason": delivery.abandoned_reason,
        "last_response_status": delivery.last_response_status,
        "last_response_at": format_milliseconds_or_none(delivery.last_response_at),
        "last_error_message": delivery.last_error,
        "created_at": format_milliseconds(delivery.created_at),
    }


def _attempt_of(attempt: store.Attempt) -> DeliveryAttempt:
    return DeliveryAttempt(
        at=format_milliseconds(attempt.at),
        duration_ms=attempt.duration_ms,
        status=attempt.status,
        error=attempt.error,
        body=None if attempt.body is None else attempt.body.decode(errors="replace"),
    )
