"""Examples: the schemas of the document get values, and values are made of schemas."""

from __future__ import annotations

import re
from typing import Any, Final

from partner_api.reference.example_values import VALUES, VALUES_OF

Json = dict[str, Any]

_NAME: Final = "Corner Coffee"
_METADATA: Final = {"tier": "gold"}
# Of the values that a field may have, the first of these that is one of them.
_USUAL: Final = (
    *("active", "assigned", "connected", "current", "running", "live", "standard", "pro", "usage"),
    *("partner_api", "slideshow_builder", "lease_renewal", "food_and_drink", "ready", "viewer"),
)
# Fields that may be null and usually are not.
_USUALLY_SET: Final = frozenset(
    (
        *(
            "parentOrganizationId",
            "projectId",
            "description",
            "hook",
            "nextRenewalAt",
            "lastUsedAt",
        ),
        *(
            "format",
            "containerId",
            "balanceAfter",
            "usageAfterPeriod",
            "apiKeyId",
            "socialAccountId",
        ),
        *(
            "timezone",
            "coveredUntil",
            "headHash",
            "leaseMonth",
            "periodStart",
            "periodEnd",
            "reference",
        ),
    )
)
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


def add_examples(components: dict[str, Json]) -> None:
    """Add examples to the fields of objects that have none and whose type does not show how a value looks.

    Args:
        components: the schemas of a document by name; they are changed.
    """
    for name, schema in components.items():
        for field, inner in schema.get("properties", {}).items():
            kind = without_null(inner, {})[0]
            if (chosen := VALUES_OF.get((name, field))) in kind.get("enum", ()):
                inner["examples"] = [chosen]
            if (
                kind.keys() & {"$ref", "enum", "examples", "default", "const"}
                or "examples" in inner
            ):
                continue
            for value in (VALUES_OF.get((name, field)), VALUES.get(field), _by_name(field)):
                if value is not None and _fits(value, kind):
                    inner["examples"] = [value]
                    break


def without_null(schema: Json, components: dict[str, Json]) -> tuple[Json, bool]:
    """Return a schema with what it refers to and without null, and whether it may be null.

    Args:
        schema: the schema of a field.
        components: schemas by name; a reference to another one is left as it is.
    """
    schema = resolved(schema, components)
    choices = schema.get("anyOf")
    if choices is None:
        return schema, False
    others = [choice for choice in choices if choice.get("type") != "null"]
    if len(others) != 1:
        return schema, len(others) < len(choices)
    outer = {key: value for key, value in schema.items() if key != "anyOf"}
    return resolved(others[0], components) | outer, len(others) < len(choices)


def resolved(schema: Json, components: dict[str, Json]) -> Json:
    """Return a schema with what it refers to, if that is among the components; a union as what its members share."""
    name = schema.get("$ref", "").rpartition("/")[2]
    if name not in components:
        return schema
    found = components[name]
    if "oneOf" in found:
        found = _in_common(found, components)
    return found | {key: value for key, value in schema.items() if key != "$ref"}


def _in_common(union: Json, components: dict[str, Json]) -> Json:
    """Return the schema of an object that may be any of a union, without what only some of its members have."""
    tag = union["discriminator"]["propertyName"]
    members = [resolved(member, components)["properties"] for member in union["oneOf"]]
    first = components[union["oneOf"][0]["$ref"].rpartition("/")[2]]
    properties: Json = {}
    for field, schema in members[0].items():
        if field == tag:
            values = [member[tag]["const"] for member in members]
            properties[field] = schema | {"type": "string", "enum": values}
            del properties[field]["const"]
        elif all(member.get(field) == schema for member in members):
            properties[field] = schema
        else:
            text = f"What it says follows from `{tag}`: see [event types](/docs/events/types)."
            properties[field] = {"type": "object", "description": text}
    kept = {key: union[key] for key in ("description", "examples") if key in union}
    return {"type": "object", "properties": properties, "required": first["required"]} | kept


def sample(raw: Json, components: dict[str, Json], *, name: str = "", whole: bool = True) -> Any:
    """Return a value that fits a schema, made of its examples.

    Args:
        raw: the schema.
        components: schemas by name.
        name: of the field that it is the schema of.
        whole: with all fields of objects; else with those that are required.
    """
    schema, nullable = without_null(raw, components)
    if nullable and name not in _USUALLY_SET:
        return None
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("default") is not None:
        return schema["default"]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        usual = [value for value in _USUAL if value in schema["enum"]]
        return (usual or schema["enum"])[0]
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], components, name=name, whole=whole)
    if "properties" in schema:
        required = schema.get("required", ())
        return {
            field: sample(inner, components, name=field, whole=whole)
            for field, inner in schema["properties"].items()
            if field in required or (whole and "default" not in inner)
        }
    match schema.get("type"):
        case "array":
            return [sample(schema.get("items", {}), components, whole=whole)]
        case "object":
            return {}
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return name in {"isActive", "accepted", "killed", "deleted", "current"}
    return "text"


def _by_name(field: str) -> Any:
    return {"name": _NAME, "metadata": _METADATA}.get(field)


def _fits(value: Any, schema: Json) -> bool:
    """Return whether a value is one that the schema allows."""
    if not isinstance(value, _TYPES.get(schema.get("type", ""), ())):
        return False
    if isinstance(value, str):
        return (
            schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
            and re.search(schema.get("pattern", ""), value) is not None
        )
    if isinstance(value, list):
        return all(_fits(item, schema.get("items", {})) for item in value) or not schema["items"]
    if isinstance(value, dict):
        return True
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
