"""The fields of requests and answers, as the reference shows them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from partner_api.edge.wire.fields import MAX_AMOUNT
from partner_api.reference.examples import without_null

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.reference.examples import Json

Remark = Literal["required", "optional", ""]
_DEEPEST: Final = 6


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field: ``type`` and ``limits`` are plain, ``text`` is Markdown, ``example`` is JSON."""

    anchor: str
    name: str
    type: str
    limits: str
    remark: Remark
    text: str
    values: Sequence[str] = ()
    default: str = ""
    example: str = ""
    fields: Sequence[Field] = ()


def fields_of(
    raw: Json,
    components: dict[str, Json],
    anchor: str,
    *,
    of_answer: bool = False,
    depth: int = 0,
) -> list[Field]:
    """Return the fields of an object, or of the objects in a list.

    Args:
        raw: its schema.
        components: schemas by name.
        anchor: what the anchors of the fields begin with.
        of_answer: whether it is in an answer, where most fields are always there.
        depth: how many objects it is in.
    """
    schema, _ = without_null(raw, components)
    if schema.get("type") == "array":
        return fields_of(schema["items"], components, anchor, of_answer=of_answer, depth=depth)
    if depth > _DEEPEST:
        return []
    required = schema.get("required", ())
    fields = []
    for name, inner in schema.get("properties", {}).items():
        is_required = name in required
        remark: Remark = "required" if is_required else "optional"
        if of_answer:
            remark = "" if is_required else "optional"
        fields.append(_field(name, inner, components, anchor, remark, of_answer, depth))
    return fields


def _field(
    name: str,
    raw: Json,
    components: dict[str, Json],
    above: str,
    remark: Remark,
    of_answer: bool,
    depth: int,
) -> Field:
    schema, nullable = without_null(raw, components)
    anchor = f"{above}-{re.sub(r'[^A-Za-z0-9]+', '-', name)}"
    inner = fields_of(schema, components, anchor, of_answer=of_answer, depth=depth + 1)
    # An answer is shown whole, with a value of each.
    example = "" if inner or of_answer or "enum" in schema else _example(schema)
    default = schema.get("default")
    always = f"Always `{_json(schema['const'])}`." if "const" in schema else ""
    return Field(
        anchor=anchor,
        name=name,
        type=_type(schema, components) + (" or null" if nullable else ""),
        limits=_limits(schema),
        remark=remark,
        text=" ".join(filter(None, [schema.get("description", ""), always])),
        values=[_json(value) for value in _values(schema)],
        default="" if default in (None, [], {}) or of_answer else _json(default),
        example=example,
        fields=inner,
    )


def _example(schema: Json) -> str:
    examples = schema.get("examples") or schema.get("items", {}).get("examples", ())
    return _json(examples[0]) if examples else ""


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _values(schema: Json) -> Sequence[Any]:
    values: Sequence[Any] = schema.get("enum") or schema.get("items", {}).get("enum", ())
    return values


def _type(schema: Json, components: dict[str, Json]) -> str:
    if "enum" in schema:
        return "string" if isinstance(schema["enum"][0], str) else "number"
    if "anyOf" in schema:
        return " or ".join(_type(choice, components) for choice in schema["anyOf"])
    if isinstance(schema.get("const"), str):
        return "string"
    match schema.get("type"):
        case "array":
            of = _type(without_null(schema.get("items", {}), components)[0], components)
            return f"list of {of}s" if of != "list" else "list of lists"
        case "object" if "additionalProperties" in schema and "properties" not in schema:
            of = _type(schema["additionalProperties"] or {}, components)
            return f"object of {of}s"
        case "string" if schema.get("format") == "date-time":
            return "time"
        case None:
            return "value"
        case known:
            return str(known)


def _limits(schema: Json) -> str:
    """Say in short what a value may be; what is true of every amount is left out."""
    low, high = schema.get("minimum"), schema.get("maximum")
    limits = []
    if high is not None and high != MAX_AMOUNT:
        limits.append(f"{low:,} to {high:,}" if low is not None else f"at most {high:,}")
    elif low and low != -MAX_AMOUNT:
        limits.append(f"at least {low:,}")
    least, most = schema.get("minLength"), schema.get("maxLength")
    if most is not None:
        limits.append(
            f"{least} to {most:,} characters" if least else f"at most {most:,} characters"
        )
    least, most = schema.get("minItems"), schema.get("maxItems")
    if most is not None:
        limits.append(f"{least} to {most:,} of them" if least else f"at most {most:,} of them")
    return ", ".join(limits)
