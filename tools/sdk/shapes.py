"""Schemas of an OpenAPI document, as types that every language can express."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Json: TypeAlias = dict[str, Any]
_REF = "#/components/schemas/"
# A bound that says nothing but that the number is exact in every language.
_LARGEST = 2**53 - 1


class CannotExpress(Exception):
    """Something in the document that the libraries cannot express; the message says what and where."""


@dataclass(frozen=True)
class Scalar:
    """A string, number or truth value; ``timestamp`` is a point in time, and ``any`` whatever JSON there is."""

    name: Literal["string", "timestamp", "integer", "number", "boolean", "null", "any"]


@dataclass(frozen=True)
class Choice:
    """One of these, or one that a newer server knows."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Constant:
    """Always this text: what tells one object of a union from the others."""

    value: str


@dataclass(frozen=True)
class Listing:
    """A list of things of one type."""

    item: Shape


@dataclass(frozen=True)
class Several:
    """One thing or a list of them: a parameter that may be repeated."""

    item: Shape


@dataclass(frozen=True)
class Table:
    """An object whose keys are the user's own."""

    value: Shape


@dataclass(frozen=True)
class Named:
    """An object, or a union of objects, that has a name in the document."""

    name: str


@dataclass(frozen=True)
class Union:
    """One of several types; null comes last."""

    members: tuple[Shape, ...]


Shape: TypeAlias = Scalar | Choice | Constant | Listing | Several | Table | Named | Union
ANY = Scalar("any")
NULL = Scalar("null")
TEXT = Scalar("string")


def shape_of(schema: Json, where: str) -> Shape:
    """Return the type that a schema describes.

    Args:
        schema: JSON Schema, as the document has it.
        where: what to call it in an error.

    Raises:
        CannotExpress: for an object with members but without a name, and for what JSON Schema has beyond this.
    """
    if "$ref" in schema:
        return Named(reference(schema, where))
    if "anyOf" in schema:
        return _union([shape_of(member, where) for member in schema["anyOf"]])
    if "enum" in schema:
        return _choice(schema["enum"], where)
    if isinstance(schema.get("const"), str):
        return Constant(schema["const"])
    match schema.get("type"):
        case "array":
            return Listing(shape_of(schema.get("items", {}), f"{where}, items"))
        case "object":
            if schema.get("properties"):
                raise CannotExpress(f"{where}: an object with members needs a name of its own")
            values = schema.get("additionalProperties", {})
            return Table(shape_of(values, f"{where}, values") if values else ANY)
        case "string" if schema.get("format") == "date-time":
            return Scalar("timestamp")
        case "string" | "integer" | "number" | "boolean" | "null" as name:
            return Scalar(name)
        case None if not set(schema) - {"description", "examples", "default", "title"}:
            return ANY
        case other:
            raise CannotExpress(f"{where}: the type {other!r} with {', '.join(sorted(schema))}")


def reference(schema: Json, where: str) -> str:
    """Return the name of the schema that ``$ref`` points to.

    Raises:
        CannotExpress: it points elsewhere.
    """
    target: str = schema["$ref"]
    if not target.startswith(_REF):
        raise CannotExpress(f"{where}: {target} is none of the document's own schemas")
    return target.removeprefix(_REF)


def _choice(values: list[Any], where: str) -> Shape:
    texts = tuple(value for value in values if isinstance(value, str))
    if any(value is not None and not isinstance(value, str) for value in values) or not texts:
        raise CannotExpress(f"{where}: a choice of other things than strings")
    return _union([Choice(texts), NULL]) if None in values else Choice(texts)


def _union(members: list[Shape]) -> Shape:
    flat: list[Shape] = []
    for member in members:
        for one in member.members if isinstance(member, Union) else (member,):
            if one not in flat:
                flat.append(one)
    choices = [member for member in flat if isinstance(member, Choice)]
    values = tuple(dict.fromkeys(value for choice in choices for value in choice.values))
    merged: list[Shape] = [Choice(values)] if values else []
    merged += [member for member in flat if not isinstance(member, Choice) and member != NULL]
    merged += [NULL] if NULL in flat else []
    return merged[0] if len(merged) == 1 else Union(tuple(merged))


def names_in(shape: Shape) -> set[str]:
    """Return the names of the objects that a type mentions."""
    match shape:
        case Named(name):
            return {name}
        case Listing(inner) | Several(inner) | Table(inner):
            return names_in(inner)
        case Union(members):
            return {name for member in members for name in names_in(member)}
    return set()


def description_of(schema: Json) -> str:
    """Return what a schema, or its only member that is not null, says of itself."""
    # Some come from docstrings in which code stands between two backticks.
    return " ".join(str(_said(schema, "description") or "").replace("``", "`").split())


def facts_of(schema: Json) -> str:
    """Return what a caller has to know beside the description, in sentences: bounds, default, an example."""
    facts = [_bounds(schema), _length(schema)]
    default = schema.get("default")
    if default not in (None, "", [], {}, False):
        facts.append(f"Default: {_literal(default)}.")
    return " ".join(filter(None, (*facts, example_of(schema))))


def example_of(schema: Json) -> str:
    """Return a sentence with an example of a text, if the schema has one."""
    examples = _said(schema, "examples") or _said(schema.get("items", {}), "examples")
    return f"Example: `{examples[0]}`." if examples and isinstance(examples[0], str) else ""


def _said(schema: Json, key: str) -> Any:
    if key in schema:
        return schema[key]
    members = [member for member in schema.get("anyOf", []) if member.get("type") != "null"]
    return members[0].get(key) if len(members) == 1 else None


def _bounds(schema: Json) -> str:
    least, most = _said(schema, "minimum"), _said(schema, "maximum")
    if least is not None and abs(least) == _LARGEST:
        least = None
    if most == _LARGEST:
        most = None
    if least is not None and most is not None:
        return f"From {least:,} to {most:,}."
    if most is not None:
        return f"At most {most:,}."
    return f"At least {least:,}." if least else ""


def _length(schema: Json) -> str:
    least, most = _said(schema, "minLength"), _said(schema, "maxLength")
    if most is not None:
        return (
            f"From {least} to {most:,} characters."
            if (least or 0) > 1
            else f"At most {most:,} characters."
        )
    count = _said(schema, "maxItems")
    return f"At most {count:,} of them." if count is not None else ""


def _literal(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else f"`{value}`"
