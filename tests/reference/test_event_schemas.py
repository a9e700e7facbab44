"""The OpenAPI document has every event, and an event that is sent is one of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import jsonschema_rs
import msgspec
import pytest
from tests.reference.described import DOCUMENT

from partner_api.events.type_schemas import EVENT_TYPES
from partner_api.reference.event_schemas import PARAMETERS, example_event, schema_name
from partner_api.webhooks.sending.schemas import event_body
from partner_api.webhooks.sending.signatures import new_signing_secret, signature_headers

if TYPE_CHECKING:
    from partner_api.events.type_schemas import EventType

SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
_TYPES = pytest.mark.parametrize("event", EVENT_TYPES.values(), ids=lambda event: event.name)


def validator(name: str) -> Any:
    """What holds a value to a schema of the document."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    return jsonschema_rs.Draft202012Validator(schema)


UNION = validator("WebhookEvent")


def sent(event: EventType, **data: Any) -> dict[str, Any]:
    """An event as it leaves the server."""
    said = {**msgspec.to_builtins(event.example), **data}
    body = event_body(uuid4(), event.name, datetime.now(UTC), uuid4(), said)
    made: dict[str, Any] = msgspec.json.decode(body)
    return made


@_TYPES
def test_an_event_that_is_sent_fits_its_own_schema_and_no_other(event: EventType) -> None:
    fitting = [
        name for name in map(schema_name, EVENT_TYPES) if validator(name).is_valid(sent(event))
    ]
    assert fitting == [schema_name(event.name)]
    assert UNION.is_valid(sent(event))
    assert UNION.is_valid({**sent(event), "replayOf": str(uuid4())})
    assert UNION.is_valid(sent(event, ofTheFuture=[1]))


@_TYPES
def test_an_event_that_says_less_or_something_else_fits_none(event: EventType) -> None:
    whole = sent(event)
    for name in ("id", "type", "apiVersion", "createdAt", "organizationId", "data"):
        assert not UNION.is_valid({key: value for key, value in whole.items() if key != name}), name
    assert not UNION.is_valid({**whole, "type": "of.the.future"})
    if event.name != "test.ping":
        assert not UNION.is_valid({**whole, "data": {}})


@_TYPES
def test_every_event_is_a_webhook_with_its_headers_and_an_example(event: EventType) -> None:
    operation = DOCUMENT["webhooks"][event.name]["post"]
    assert (operation["summary"], operation["description"]) == (event.title, event.description)
    content = operation["requestBody"]["content"]["application/json"]
    name = content["schema"]["$ref"].rpartition("/")[2]
    assert name == schema_name(event.name)
    assert SCHEMAS[name]["properties"]["type"]["const"] == event.name
    (example,) = (one["value"] for one in content["examples"].values())
    assert example == example_event(event)
    assert validator(name).is_valid(example)
    assert len(operation["parameters"]) == len(PARAMETERS)
    assert set(operation["responses"]) == {"2XX", "410", "default"}


def test_the_headers_are_those_that_the_server_sends() -> None:
    made = signature_headers([new_signing_secret()], "evt_1", b"{}", 1)
    described = {one["name"] for one in DOCUMENT["components"]["parameters"].values()}
    assert described == set(made)


def test_the_union_says_how_to_tell_its_members_apart() -> None:
    union = SCHEMAS["WebhookEvent"]
    mapping = union["discriminator"]["mapping"]
    assert union["discriminator"]["propertyName"] == "type"
    assert set(mapping) == set(EVENT_TYPES)
    assert [member["$ref"] for member in union["oneOf"]] == list(mapping.values())


def test_the_feed_and_deliveries_speak_of_the_same_union() -> None:
    reference = {"$ref": "#/components/schemas/WebhookEvent"}
    assert SCHEMAS["EventPage"]["properties"]["items"]["items"] == reference
    (payload,) = (
        schema["properties"]["payload"]
        for name, schema in SCHEMAS.items()
        if {"payload", "attempts"} <= schema.get("properties", {}).keys()
    )
    assert reference in (payload, *payload.get("anyOf", ()))
    assert "EventEnvelope" not in SCHEMAS


def test_names_of_operations_are_there_once() -> None:
    operations = [
        operation["operationId"]
        for part in ("paths", "webhooks")
        for item in DOCUMENT[part].values()
        for operation in item.values()
    ]
    assert len(operations) == len(set(operations))
