"""Small OpenAPI documents, for tests of what is generated from them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def named(name: str) -> Json:
    """Return a reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def structure(required: tuple[str, ...] = (), /, **properties: Json) -> Json:
    """Return the schema of an object."""
    return {"type": "object", "properties": properties, "required": list(required)}


TEXT: Json = {"type": "string"}
THING = structure(("id",), id=TEXT)
THING_PAGE = structure(
    ("items", "nextCursor"),
    items={"type": "array", "items": named("Thing")},
    nextCursor={"anyOf": [TEXT, {"type": "null"}]},
)


def route(sdk: str = "things.retrieve", /, answer: str = "Thing", **others: Any) -> Json:
    """Return an operation that answers an object; ``others`` are members of it."""
    content = {"application/json": {"schema": named(answer)}}
    return {
        "x-sdk": sdk,
        "summary": "Read a thing",
        "responses": {"200": {"description": "OK", "content": content}},
        **others,
    }


def with_body(schema: str, sdk: str = "things.create", /, **others: Any) -> Json:
    """Return an operation that takes an object."""
    content = {"application/json": {"schema": named(schema)}}
    return route(sdk, requestBody={"content": content}, **others)


def parameter(name: str, place: str = "query", /, *, required: bool = False, **schema: Any) -> Json:
    """Return a parameter, a string unless the schema says otherwise."""
    return {"name": name, "in": place, "required": required, "schema": schema or TEXT}


def event(event_type: str, data: str, /) -> Json:
    """Return the schema of an event."""
    return structure(("type", "data"), type={"const": event_type}, data=named(data))


def with_events(made: Json, /, **types: str) -> Json:
    """Return a document with events that are sent: the name of each schema, and its type.

    Args:
        made: a document; the schemas are made, and the union of them.
        **types: the type of the event by the name of its schema.
    """
    schemas = made["components"]["schemas"]
    schemas |= {name: event(one, "Thing") for name, one in types.items()}
    schemas["WebhookEvent"] = {
        "description": "One of them",
        "oneOf": [named(name) for name in types],
        "discriminator": {"propertyName": "type"},
    }
    webhooks: Json = {
        one: {"post": {"requestBody": {"content": {"application/json": {"schema": named(name)}}}}}
        for name, one in types.items()
    }
    return {**made, "webhooks": webhooks}


def document(operations: dict[str, Json], /, **schemas: Json) -> Json:
    """Return a document with operations by ``GET /v1/things``, and the schemas ``Thing`` and ``ThingPage``."""
    paths: Json = {}
    for address, operation in operations.items():
        verb, _, path = address.partition(" ")
        paths.setdefault(path, {})[verb.lower()] = operation
    components = {"Thing": THING, "ThingPage": THING_PAGE, **schemas}
    return {"openapi": "3.1.0", "paths": paths, "components": {"schemas": components}}
