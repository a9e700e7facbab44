"""Input schemas of tools, made of the types that their routes read.

They are for models, which pay for each word: nothing refers to something elsewhere, and what a description says better
(the forms of ids, the largest exact number) is left out. The types themselves check the arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from partner_api.edge.wire.fields import MAX_AMOUNT, schema_of_field
from partner_api.mcp.tool import IDEMPOTENCY_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partner_api.edge.route import Route
    from partner_api.mcp.tool import BoundTool

Json = dict[str, Any]

SMALL_PAGE: Final = 20
"""The items on a page when a model does not say how many."""
LONGEST_KEY: Final = 200

REFERENCE: Final = "#/$defs/{name}"
"""How schemas refer to those of types, before what they refer to is put in place."""
_DEEPEST: Final = 6
_LEFT_OUT: Final = frozenset({"title", "pattern", "examples", "format", "default"})
_LARGEST: Final = {"maximum": MAX_AMOUNT, "minimum": -MAX_AMOUNT}
_OF_PATHS: Final = {
    "projectId": "Id of a project (prj_…).",
    "orgId": "Id of a child organization (org_…).",
    "socialAccountId": "Id of a social account (sa_…).",
    "jobId": "Id of a job (job_…).",
}
_OF_QUERIES: Final = {
    "cursor": "nextCursor of the page before, with the same filters.",
    "since": "From this time on: RFC 3339 in UTC, 2026-06-01T00:00:00Z.",
    "until": "Up to this time, inclusive; as since.",
}
_KEY_OF_MONEY: Final = (
    "Name of this one intent, which you choose: unique and telling, such as july-topup-acme-1. After a lost answer "
    "repeat the call with the same key: it happens once. For a second one on purpose take a new key."
)
_KEY: Final = "Only to repeat a call whose answer was lost: the key that the error names."


def input_schema(bound: BoundTool) -> Json:
    """Return the JSON Schema of a tool's arguments, whole in itself."""
    route: Route = bound.route
    properties: Json = {}
    required: list[str] = []
    for parameter in route.path:
        properties[parameter.wire_name] = schema_of(parameter.type)
        required.append(parameter.wire_name)
    for field in route.query.fields if route.query is not None else ():
        properties[field.wire_name] = schema_of(field.type)
    if route.body is not None:
        body = schema_of(route.body.struct)
        properties |= body["properties"]
        required += [name for name in body.get("required", ()) if name not in required]
    if route.writes:
        properties[IDEMPOTENCY_KEY] = {
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST_KEY,
            "description": _KEY_OF_MONEY if bound.tool.moves_money else _KEY,
        }
    if bound.tool.moves_money:
        required.append(IDEMPOTENCY_KEY)
    for name, argument in properties.items():
        _describe(name, argument, bound)
    schema: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = required
    return schema


def _describe(name: str, schema: Json, bound: BoundTool) -> None:
    in_path = any(parameter.wire_name == name for parameter in bound.route.path)
    said = bound.tool.arguments.get(name) or (_OF_PATHS if in_path else _OF_QUERIES).get(name)
    if said is None:
        said = schema.get("description", "").replace("; repeat it for several", "")
    if name == "limit":
        said = f"{said} {min(SMALL_PAGE, bound.limit or SMALL_PAGE)} unless given."
    schema["description"] = said
    for inner_name, inner in schema.get("properties", {}).items():
        if f"{name}.{inner_name}" in bound.tool.arguments:
            inner["description"] = bound.tool.arguments[f"{name}.{inner_name}"]
    # Of a list it is said what is in it.
    schema.get("items", {}).pop("description", None)


def schema_of(wire_type: Any) -> Json:
    """Return the schema of a type of the wire, without references."""
    (schema,), components = msgspec.json.schema_components(
        [wire_type], schema_hook=schema_of_field, ref_template=REFERENCE
    )
    return _plain(schema, components)


def _plain(schema: Json, components: Mapping[str, Json], depth: int = 0) -> Json:
    """Copy a schema with what it refers to in place.

    Raises:
        TypeError: it is nested so deep that it may have no end.
    """
    if depth > _DEEPEST:
        raise TypeError(f"A tool's argument is nested more than {_DEEPEST} deep: {schema}")
    if "$ref" in schema:
        schema = {**components[schema["$ref"].rpartition("/")[2]], **schema}
        del schema["$ref"]
    schema = _without_null(schema)
    plain: Json = {}
    for word, value in schema.items():
        if word not in _LEFT_OUT and _LARGEST.get(word) != value:
            plain[word] = _plain_part(word, value, components, depth + 1)
    if "enum" in plain:
        plain["type"] = "string"
    if "anyOf" in plain:
        said = [choice.pop("description", "") for choice in plain["anyOf"]]
        plain.setdefault("description", " ".join(filter(None, said)))
    return plain


def _plain_part(word: str, value: Any, components: Mapping[str, Json], depth: int) -> Any:
    if word == "properties":
        return {name: _plain(inner, components, depth) for name, inner in value.items()}
    if word == "anyOf":
        return [_plain(inner, components, depth) for inner in value]
    if word in ("items", "additionalProperties") and isinstance(value, dict):
        return _plain(value, components, depth)
    return value


def _without_null(schema: Json) -> Json:
    """Leave null out where it means the same as to say nothing."""
    choices = schema.get("anyOf")
    if choices is None or "default" not in schema or schema["default"] is not None:
        return schema
    real = [choice for choice in choices if choice != {"type": "null"}]
    rest = {word: value for word, value in schema.items() if word not in ("anyOf", "default")}
    return {**real[0], **rest} if len(real) == 1 else {"anyOf": real, **rest}
