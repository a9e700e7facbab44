"""The part of the OpenAPI document that is about events: what is sent to webhooks, and one type for all of it."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from partner_api.events.schemas import EventEnvelope
from partner_api.events.type_schemas import EVENT_TYPES, EventType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from partner_api.reference.examples import Json

__all__ = [
    "EVENTS",
    "PARAMETERS",
    "EventType",
    "add_events",
    "example_event",
    "schema_name",
    "wire_types_of",
]

EVENTS: Final = tuple(EVENT_TYPES.values())
"""All types of events that are sent."""
UNION: Final = "WebhookEvent"
"""The name of the schema of an event, whichever it is."""
TAG: Final = "Event types"
_ENVELOPE: Final = EventEnvelope.__name__
_REF: Final = "#/components/schemas/"
_EVENT_ID: Final = "evt_01K0EJS2Y4H7B9D1F3G5J8K6MN"
_CREATED_AT: Final = "2026-06-01T00:00:00.000Z"
_ORGANIZATION_ID: Final = "org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
_HEX: Final = "5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd"
_BASE64: Final = "Ulepaefs6+2jKv+mLNyj+lHK1+d6Dlb/U20M6OEI2L0="
PARAMETERS: Final[Json] = {
    "EventId": (
        "X-Layers-Event-Id",
        "The event's id, which is the same however often it is sent.",
        _EVENT_ID,
    ),
    "Signature": (
        "X-Layers-Signature",
        "`t=<unix time>,v1=<hex>`: HMAC-SHA256 of `<t>.<raw body>`, keyed with the whole secret, `whsec_` included, "
        "as UTF-8. There is one `v1=` for each live secret. Refuse a `t` that is more than 300 seconds off.",
        f"t=1780272000,v1={_HEX}",
    ),
    "WebhookId": ("webhook-id", "Of Standard Webhooks: the event's id.", _EVENT_ID),
    "WebhookTimestamp": (
        "webhook-timestamp",
        "Of Standard Webhooks: the time of this attempt, in seconds since 1970.",
        "1780272000",
    ),
    "WebhookSignature": (
        "webhook-signature",
        "Of Standard Webhooks: `v1,<base64>`, several separated by spaces: HMAC-SHA256 of "
        "`<webhook-id>.<webhook-timestamp>.<raw body>`, keyed with the bytes that the part of the secret behind "
        "`whsec_` stands for in base64.",
        f"v1,{_BASE64}",
    ),
}
_RESPONSES: Final[Json] = {
    "2XX": {"description": "You have it. Answer within 10 seconds, and do slow work afterwards."},
    "410": {"description": "Nobody is here any more: the endpoint is paused at once."},
    "default": {
        "description": "Not delivered, as when there is no answer in time. It is sent again after 30 s, 1 m, 5 m, "
        "15 m, 1 h, 6 h and 24 h, or later if a `Retry-After` of a 429 or 503 says so."
    },
}


def schema_name(event_type: str) -> str:
    """Return the name of an event's schema: ``JobCompletedEvent`` of ``job.completed``."""
    words = re.findall(r"[A-Za-z0-9]+", event_type)
    return "".join(word.capitalize() for word in words) + "Event"


def example_event(event: EventType) -> Json:
    """Return an event as it is sent."""
    data: Json = msgspec.to_builtins(event.example)
    envelope = EventEnvelope(
        id=_EVENT_ID,
        type=event.name,
        created_at=_CREATED_AT,
        organization_id=data.get("organizationId", _ORGANIZATION_ID),
        data=data,
    )
    example: Json = msgspec.to_builtins(envelope)
    return example


def wire_types_of(events: Iterable[EventType]) -> list[Any]:
    """Return the types whose schemas the events are made of."""
    return [EventEnvelope, *(event.data for event in events)]


def add_events(document: Json, events: Sequence[EventType]) -> Json:
    """Return a document with the events in its `webhooks`, and wherever it speaks of an event, the union of them.

    Args:
        document: has the schemas of `wire_types_of`.
        events: all that are sent.
    """
    text = msgspec.json.encode(document)
    document = msgspec.json.decode(
        text.replace(f'"{_REF}{_ENVELOPE}"'.encode(), f'"{_REF}{UNION}"'.encode())
    )
    schemas: Json = document["components"]["schemas"]
    envelope = schemas.pop(_ENVELOPE)
    names = {event.name: schema_name(event.name) for event in events}
    schemas |= {names[event.name]: _event_schema(event, envelope) for event in events}
    schemas[UNION] = {
        "title": UNION,
        "description": "An event. What its `data` is follows from its `type`; new types are added over time.",
        "oneOf": [{"$ref": f"{_REF}{name}"} for name in names.values()],
        "discriminator": {
            "propertyName": "type",
            "mapping": {event_type: f"{_REF}{name}" for event_type, name in names.items()},
        },
        "examples": [example_event(event) for event in events[:1]],
    }
    document["webhooks"] = {
        event.name: {"post": _operation(event, names[event.name])} for event in events
    }
    document["tags"].append({"name": TAG})
    document["components"]["parameters"] = {
        name: {
            "name": header,
            "in": "header",
            "required": True,
            "description": description,
            "schema": {"type": "string", "examples": [example]},
        }
        for name, (header, description, example) in PARAMETERS.items()
    }
    return document


def _event_schema(event: EventType, envelope: Json) -> Json:
    schema = copy.deepcopy(envelope)
    schema["title"] = schema_name(event.name)
    schema["description"] = f"{event.title}."
    properties = schema["properties"]
    properties["type"] = {"const": event.name, "description": properties["type"]["description"]}
    properties["data"] = {"$ref": f"{_REF}{event.data.__name__}"}
    # It has a default where events are made; whoever gets one always sees it.
    properties["apiVersion"].pop("default", None)
    schema["required"] = [name for name in properties if name != "replayOf"]
    schema["examples"] = [example_event(event)]
    return schema


def _operation(event: EventType, name: str) -> Json:
    return {
        "operationId": f"on{name.removesuffix('Event')}",
        "tags": [TAG],
        "summary": event.title,
        "description": event.description,
        "parameters": [{"$ref": f"#/components/parameters/{one}"} for one in PARAMETERS],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": f"{_REF}{name}"},
                    "examples": {"example1": {"value": example_event(event)}},
                }
            },
        },
        "responses": _RESPONSES,
        "security": [],
    }
