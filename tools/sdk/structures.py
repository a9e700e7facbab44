"""The objects with names that methods take and answer."""

from __future__ import annotations

import keyword
from dataclasses import replace
from typing import TYPE_CHECKING

from tools.sdk.model import Method, Property, Structure, TaggedUnion
from tools.sdk.names import CLASS_ENDING, RESERVED_TYPES
from tools.sdk.shapes import (
    CannotExpress,
    Json,
    Listing,
    Named,
    Several,
    Shape,
    Table,
    Union,
    description_of,
    example_of,
    facts_of,
    names_in,
    shape_of,
)
from tools.sdk.unions import is_union, members_of_union

if TYPE_CHECKING:
    from collections.abc import Iterable


def types_of(
    schemas: dict[str, Json], methods: list[Method], others: Iterable[Shape] = ()
) -> tuple[tuple[Structure, ...], tuple[TaggedUnion, ...], list[Method]]:
    """Return the objects and unions that methods speak of, by name, and the methods with the types of what they take.

    An answer has every member that the server fills in where nothing else is known. An object that is taken as well
    as answered, and may lack such a member only when it is taken, exists twice: the one to send ends in ``Param``.

    Args:
        schemas: by name.
        methods: of one API.
        others: types that callers get in other ways than as an answer.

    Raises:
        CannotExpress: an object has the name of something else, or a union is sent.
    """
    answered = _reachable(schemas, [*(method.shape for method in methods), *others])
    taken = _reachable(schemas, [one.shape for method in methods for one in method.arguments])
    unions = {name for name in answered | taken if is_union(schemas[name])}
    if sent := unions & taken:
        raise CannotExpress(f"the schema {min(sent)}: a union of objects can only be answered")
    renamed = {name: f"{name}Param" for name in _differing(schemas, answered & taken)}
    structures = [_answered(schemas, name) for name in answered - unions]
    structures += [
        _taken(schemas, name, renamed) for name in taken if name not in answered or name in renamed
    ]
    names = [*(structure.name for structure in structures), *unions]
    for name in names:
        if name in RESERVED_TYPES or name.endswith(CLASS_ENDING) or not name.isidentifier():
            raise CannotExpress(f"the schema {name}: the libraries have another type of this name")
        if name.endswith("Params"):
            raise CannotExpress(f"the schema {name}: so end the names of arguments in TypeScript")
        if names.count(name) > 1:
            raise CannotExpress(f"the schema {name}: another one is called so when it is sent")
    methods = [
        replace(
            method,
            arguments=tuple(
                replace(one, shape=_rename(one.shape, renamed)) for one in method.arguments
            ),
        )
        for method in methods
    ]
    tagged = tuple(
        TaggedUnion(name, description_of(schemas[name]), members_of_union(schemas, name))
        for name in sorted(unions)
    )
    return _in_order(structures), tagged, methods


def _in_order(structures: list[Structure]) -> tuple[Structure, ...]:
    """Return structures by name, but each after those that it mentions."""
    left = {structure.name: structure for structure in sorted(structures, key=lambda one: one.name)}
    ordered: list[Structure] = []

    def put(name: str) -> None:
        if (structure := left.pop(name, None)) is not None:
            for member in structure.properties:
                for mentioned in sorted(names_in(member.shape)):
                    put(mentioned)
            ordered.append(structure)

    for name in list(left):
        put(name)
    return tuple(ordered)


def _reachable(schemas: dict[str, Json], shapes: Iterable[Shape]) -> set[str]:
    found: set[str] = set()
    left = {name for shape in shapes for name in names_in(shape)}
    while left:
        name = left.pop()
        found.add(name)
        left |= _mentioned(schemas, name) - found
    return found


def _mentioned(schemas: dict[str, Json], name: str) -> set[str]:
    if is_union(schemas[name]):
        return set(members_of_union(schemas, name))
    members = schemas[name].get("properties", {}).items()
    return {
        other
        for member, schema in members
        for other in names_in(shape_of(schema, f"{name}.{member}"))
    }


def _differing(schemas: dict[str, Json], names: set[str]) -> set[str]:
    differing = {
        name
        for name in names
        if any(
            "default" in schema and member not in schemas[name].get("required", [])
            for member, schema in schemas[name].get("properties", {}).items()
        )
    }
    while more := {name for name in names - differing if _mentioned(schemas, name) & differing}:
        differing |= more
    return differing


def _answered(schemas: dict[str, Json], name: str) -> Structure:
    schema = schemas[name]
    return Structure(
        name,
        description_of(schema),
        tuple(
            Property(
                member,
                shape_of(described, f"{name}.{member}"),
                member in schema.get("required", []) or "default" in described,
                description_of(described) or example_of(described),
            )
            for member, described in _properties(schema, name)
        ),
        is_sent=False,
    )


def _taken(schemas: dict[str, Json], name: str, renamed: dict[str, str]) -> Structure:
    schema = schemas[name]
    return Structure(
        renamed.get(name, name),
        description_of(schema),
        tuple(
            Property(
                member,
                _rename(shape_of(described, f"{name}.{member}"), renamed),
                member in schema.get("required", []),
                " ".join(filter(None, (description_of(described), facts_of(described)))),
            )
            for member, described in _properties(schema, name)
        ),
        is_sent=True,
    )


def _properties(schema: Json, name: str) -> Iterable[tuple[str, Json]]:
    if schema.get("type") != "object":
        raise CannotExpress(f"the schema {name} is not an object")
    members: dict[str, Json] = schema.get("properties", {})
    for member in members:
        if not member.isidentifier() or keyword.iskeyword(member):
            raise CannotExpress(f"{name}.{member}: Python cannot have a member of this name")
    return members.items()


def _rename(shape: Shape, renamed: dict[str, str]) -> Shape:
    match shape:
        case Named(name):
            return Named(renamed.get(name, name))
        case Listing(item):
            return Listing(_rename(item, renamed))
        case Several(item):
            return Several(_rename(item, renamed))
        case Table(value):
            return Table(_rename(value, renamed))
        case Union(members):
            return Union(tuple(_rename(member, renamed) for member in members))
    return shape
