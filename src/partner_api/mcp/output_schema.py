"""Output schemas of tools, made of the types that their routes answer with.

They are promises: clients refuse an answer that is not like its schema, refusals of the API and answers that were cut
to fit as well. So nothing is required in them, no value is limited, and whatever a newer server adds may be there:
they say which fields an answer has, and of which kind each is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args, get_origin

import msgspec

from partner_api.edge.wire.fields import schema_of_field
from partner_api.edge.wire.reply import Reply
from partner_api.mcp.input_schema import REFERENCE, Json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partner_api.mcp.tool import BoundTool

# What is deeper, a model sees in the answer; here it would cost every conversation.
_DEEPEST: Final = 1


def output_schema(bound: BoundTool) -> Json:
    """Return the JSON Schema of what a tool returns, whole in itself."""
    returned = bound.route.returns
    if get_origin(returned) is Reply:
        (returned,) = get_args(returned)
    (schema,), components = msgspec.json.schema_components(
        [returned], schema_hook=schema_of_field, ref_template=REFERENCE
    )
    return {"type": "object", **_kinds(schema, components)}


def _kinds(schema: Json, components: Mapping[str, Json], depth: int = 0) -> Json:
    """Return the kind of a schema and of its fields, down to the deepest, with what it refers to in place."""
    if "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return _one_of([_kinds(choice, components, depth) for choice in schema["anyOf"]])
    if "enum" in schema:
        return {"type": "string"}
    kinds: Json = {"type": schema["type"]} if "type" in schema else {}
    if depth < _DEEPEST and (properties := schema.get("properties")):
        kinds["properties"] = {
            name: _kinds(inner, components, depth + 1) for name, inner in properties.items()
        }
    if isinstance(items := schema.get("items"), dict) and (
        inner := _kinds(items, components, depth)
    ):
        kinds["items"] = inner
    return kinds


def _one_of(choices: list[Json]) -> Json:
    """Put choices together, in one list of types where they are no more than that."""
    null = {"type": "null"}
    real = [choice for choice in choices if choice != null]
    if len(real) == 1 and isinstance(real[0].get("type"), str):
        return {**real[0], "type": [real[0]["type"], "null"]} if len(choices) > 1 else real[0]
    if all(choice.keys() == {"type"} for choice in choices):
        return {"type": list(dict.fromkeys(choice["type"] for choice in choices))}
    return {"anyOf": choices}
