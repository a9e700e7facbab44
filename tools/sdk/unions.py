"""Unions of objects with a name: how they are read, and the one of all events."""

from __future__ import annotations

from typing import Final

from tools.sdk.shapes import CannotExpress, Json, Named, Shape, reference

EVENTS: Final = "WebhookEvent"
"""The schema of an event, whichever it is."""


def is_union(schema: Json) -> bool:
    """Check whether a schema with a name is that of several objects."""
    return "oneOf" in schema


def members_of_union(schemas: dict[str, Json], name: str) -> tuple[str, ...]:
    """Return the names of the objects of a union, in the order of the document.

    Raises:
        CannotExpress: type checkers cannot tell them apart by one member whose text each has for itself.
    """
    where = f"the schema {name}"
    tag = schemas[name].get("discriminator", {}).get("propertyName")
    if tag is None:
        raise CannotExpress(f"{where}: oneOf needs a discriminator")
    members = tuple(reference(member, where) for member in schemas[name]["oneOf"])
    values = set()
    for member in members:
        schema = schemas[member]
        value = schema.get("properties", {}).get(tag, {}).get("const")
        if not isinstance(value, str) or tag not in schema.get("required", []):
            raise CannotExpress(f"{where}: {member} does not say by {tag!r} that it is meant")
        values.add(value)
    if len(values) < len(members):
        raise CannotExpress(f"{where}: two members have the same {tag!r}")
    return members


def events_of(document: Json) -> list[Shape]:
    """Return the type of all events that a document lists in `webhooks`; nothing when it lists none.

    Raises:
        CannotExpress: the union of events is missing, or has other members than the list.
    """
    webhooks: dict[str, Json] = document.get("webhooks", {})
    if not webhooks:
        return []
    schemas: dict[str, Json] = document.get("components", {}).get("schemas", {})
    if not is_union(schemas.get(EVENTS, {})):
        raise CannotExpress(f"there are webhooks, and no schema {EVENTS} that is one of them")
    listed = {
        name: reference(
            item["post"]["requestBody"]["content"]["application/json"]["schema"], f"webhook {name}"
        )
        for name, item in webhooks.items()
    }
    if different := {*listed.values()} ^ {*members_of_union(schemas, EVENTS)}:
        raise CannotExpress(f"{', '.join(sorted(different))}: in one of webhooks and {EVENTS}")
    for name, schema in listed.items():
        if schemas[schema]["properties"]["type"]["const"] != name:
            raise CannotExpress(f"webhook {name}: {schema} is the type of another one")
    return [Named(EVENTS)]
