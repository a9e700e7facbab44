"""What the page of a type of event says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import msgspec

from partner_api.reference.event_schemas import example_event, schema_name
from partner_api.reference.fields import fields_of
from partner_api.reference.names import INDEX, Place, kebab
from partner_api.reference.pages import Fact, Link, Section
from partner_api.reference.words import linked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partner_api.reference.event_schemas import EventType
    from partner_api.reference.examples import Json
    from partner_api.reference.pages import MethodPage

FOLDER: Final = f"{INDEX}/events/types"
TITLE: Final = "Event types"
WEBHOOKS: Final = f"{INDEX}/webhooks"
_FOLDERS: Final = (("Events", f"{INDEX}/events"), (TITLE, FOLDER))
_PING: Final = "test.ping"
# The methods that one wants to look at when an event arrives, by the names that they have in the libraries.
_SEE: Final[dict[str, tuple[str, ...]]] = {
    "job": ("jobs.retrieve", "content.retrieve"),
    "content": ("content.retrieve", "content.assets.retrieve_url"),
    "lease_request": ("leased_accounts.requests.retrieve", "leased_accounts.list"),
    "leased_account": ("leased_accounts.list", "wallet.retrieve"),
    "social_account": ("social_accounts.list",),
    "credits": ("organizations.credits.allocate", "credits.retrieve"),
    "organization": ("organizations.retrieve", "organizations.list"),
    "api_key": ("api_keys.rotate", "audit_log.list"),
    "webhook_endpoint": ("webhook_endpoints.update", "webhook_endpoints.recover"),
    "test": ("webhook_endpoints.test",),
}
_SEE_ALWAYS: Final = ("events.list", "webhook_endpoints.create")


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the page of a type of event says; ``example`` is JSON."""

    place: Place
    title: str
    name: str
    text: str
    facts: Sequence[Fact]
    example: str
    sections: Sequence[Section]
    see: Sequence[Link]


def event_pages(
    events: Sequence[EventType], document: Json, methods: Sequence[MethodPage]
) -> list[EventPage]:
    """Return the page of every type of event, in their order.

    Args:
        events: those that the document describes.
        document: the OpenAPI document.
        methods: the pages of all methods.
    """
    places = {f"{page.method} {page.address}": page.place.path for page in methods}
    by_name = {page.sdk: Link(page.title, page.place.path) for page in methods if page.is_partners}
    return [_page(event, document, places, by_name) for event in events]


def see_also(event_type: str) -> tuple[str, ...]:
    """Return the methods to look at when an event arrives, by the names that they have in the libraries."""
    return (*_SEE.get(event_type.partition(".")[0], ()), *_SEE_ALWAYS)


def _page(
    event: EventType, document: Json, places: Mapping[str, str], by_name: Mapping[str, Link]
) -> EventPage:
    operation = document["webhooks"][event.name]["post"]
    components = document["components"]["schemas"]
    name = schema_name(event.name)
    parameters = document["components"]["parameters"]
    headers: Json = {
        "properties": {
            one["name"]: one["schema"] | {"description": one["description"]}
            for reference in operation["parameters"]
            for one in [parameters[reference["$ref"].rpartition("/")[2]]]
        },
        "required": [one["name"] for one in parameters.values()],
    }
    body = fields_of(components[name], components, "body", of_answer=True)
    return EventPage(
        place=Place(f"{FOLDER}/{kebab(event.name.replace('.', '-'))}", _FOLDERS),
        title=event.title,
        name=event.name,
        text=linked(event.description, places),
        facts=_facts(event, name),
        example=json.dumps(example_event(event), indent=2, ensure_ascii=False),
        sections=[
            Section("Headers", "", fields_of(headers, components, "header", of_answer=True)),
            Section("Body", "JSON.", body),
        ],
        see=[by_name[one] for one in see_also(event.name) if one in by_name],
    )


def _facts(event: EventType, name: str) -> list[Fact]:
    is_ping = event.name == _PING
    chosen = f"Endpoints whose `events` have `{event.name}` or `*`"
    return [
        Fact("Sent to", "The endpoint that is tested" if is_ping else chosen),
        Fact("Delivery", "At least once, in any order: `id` tells a repetition"),
        Fact("Answer", "Any 2xx within 10 seconds, else it is sent again"),
        Fact("Signature", f"[Verify it]({WEBHOOKS}#verify) before you believe a word"),
        Fact("In the feed", "No" if is_ping else "For 30 days"),
        Fact("Type in the libraries", f"`{name}`, one of `WebhookEvent`"),
        Fact("Stability", "Stable: fields may be added, none is removed or changed"),
    ]
