"""Types of the model as types of TypeScript, laid out as the formatter of the library would."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Final, TypeAlias

from tools.sdk.shapes import Choice, Constant, Listing, Named, Scalar, Several, Shape, Table
from tools.sdk.shapes import Union as UnionShape

WIDTH: Final = 100
HEAD: Final = "// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.\n"
_SCALARS: Final = {
    "string": "string",
    "timestamp": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
    "any": "unknown",
}


@dataclass(frozen=True)
class Generic:
    """A type with an argument, such as an array."""

    name: str
    argument: Type


@dataclass(frozen=True)
class Union:
    """One of several types."""

    members: tuple[Type, ...]


Type: TypeAlias = str | Generic | Union


class Imports:
    """The imports of a module."""

    def __init__(self) -> None:
        self._values: dict[str, set[str]] = defaultdict(set)
        self._types: dict[str, set[str]] = defaultdict(set)

    def add(self, module: str, name: str) -> None:
        """Import something that exists when the code runs."""
        self._values[module].add(name)

    def add_type(self, module: str, name: str) -> None:
        """Import a type."""
        self._types[module].add(name)

    def text(self) -> str:
        """Return the lines of import."""
        lines = []
        for module in sorted({*self._values, *self._types}):
            for keyword, names in (("import", self._values), ("import type", self._types)):
                if module in names:
                    listed = sorted(names[module])
                    line = f'{keyword} {{ {", ".join(listed)} }} from "{module}";'
                    if len(line) > WIDTH:
                        inside = "".join(f"  {name},\n" for name in listed)
                        line = f'{keyword} {{\n{inside}}} from "{module}";'
                    lines.append(line)
        return "\n".join(lines)


def type_of(shape: Shape, imports: Imports, *, sent: bool, types: str = "") -> Type:
    """Return a type of TypeScript.

    Args:
        shape: the type.
        imports: what it needs is added to it.
        sent: whether it is something that a caller sends: then an array that nobody may change will do.
        types: module of the objects with names; empty in that module itself.
    """
    parts = tuple(dict.fromkeys(_parts(shape, imports, sent, types)))
    return parts[0] if len(parts) == 1 else Union(parts)


def _parts(shape: Shape, imports: Imports, sent: bool, types: str) -> list[Type]:
    def inner(other: Shape) -> Type:
        return type_of(other, imports, sent=sent, types=types)

    match shape:
        case Scalar("timestamp") if sent:
            return ["string", "Date"]
        case Scalar(name):
            return [_SCALARS[name]]
        case Choice(values):
            # A plain `string` would swallow the others, and editors could not propose them.
            return [*map(quoted, values), "(string & {})"]
        case Constant(value):
            return [quoted(value)]
        case Named(name):
            if types:
                imports.add_type(types, name)
            return [name]
        case UnionShape(members):
            return [part for member in members for part in _parts(member, imports, sent, types)]
        case Several(item):
            return [*_parts(item, imports, sent, types), _array(inner(item), sent)]
        case Listing(item):
            return [_array(inner(item), sent)]
        case Table(value):
            table = f"Record<string, {flat(inner(value))}>"
            return [f"Readonly<{table}>" if sent else table]


def _array(item: Type, sent: bool) -> Type:
    if isinstance(item, str):
        return f"readonly {item}[]" if sent else f"{item}[]"
    return Generic("ReadonlyArray" if sent else "Array", item)


def quoted(text: str) -> str:
    """Return a string of TypeScript, in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def flat(kind: Type) -> str:
    """Return a type in one line."""
    match kind:
        case Generic(name, argument):
            return f"{name}<{flat(argument)}>"
        case Union(members):
            return " | ".join(map(flat, members))
    return kind


def may_be_left_out(kind: Type) -> Type:
    """Return the type of something that a caller may leave out, also by passing on what is undefined."""
    members = kind.members if isinstance(kind, Union) else (kind,)
    return Union((*members, "undefined"))


def member(name: str, kind: Type, indent: int) -> str:
    """Return a member of an interface, such as ``status?: string;``, over several lines where it is too long."""
    pad = " " * indent
    line = f"{pad}{name}: {flat(kind)};"
    if len(line) <= WIDTH:
        return line
    match kind:
        case Union(members):
            return f"{pad}{name}:\n{_branches(members, indent + 2)};"
        case Generic():
            return f"{pad}{name}: {_over_lines(kind, indent)};"
    return line


def alias(name: str, members: tuple[str, ...]) -> str:
    """Return a name for a union, with a line for each type where one is too long for all."""
    line = f"export type {name} = {' | '.join(members)};"
    return line if len(line) <= WIDTH else f"export type {name} =\n{_branches(members, 2)};"


def _branches(members: tuple[Type, ...], indent: int) -> str:
    """Return the types of a union, a line each."""
    pad = " " * indent
    lines = []
    for position, one in enumerate(members, 1):
        line = f"{pad}| {flat(one)}"
        # A semicolon may follow the last one.
        if isinstance(one, Generic) and len(line) + (position == len(members)) > WIDTH:
            line = f"{pad}| {_over_lines(one, indent + 2)}"
        lines.append(line)
    return "\n".join(lines)


def _over_lines(generic: Generic, indent: int) -> str:
    """Return a type with its argument on lines of their own; a union that fits into one has one."""
    inside = " " * (indent + 2) + flat(generic.argument)
    if isinstance(generic.argument, Union) and len(inside) > WIDTH:
        inside = _branches(generic.argument.members, indent + 2)
    return f"{generic.name}<\n{inside}\n{' ' * indent}>"
