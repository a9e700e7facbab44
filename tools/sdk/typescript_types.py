"""Types of the model as types of TypeScript, laid out as prettier would."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Final, TypeAlias

from tools.sdk.shapes import Choice, Listing, Named, Scalar, Several, Shape, Table
from tools.sdk.shapes import Union as UnionShape

WIDTH: Final = 100
HEAD: Final = "// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.\n"
_SCALARS: Final = {
    "string": "string",
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
        case Scalar(name):
            return [_SCALARS[name]]
        case Choice(values):
            # A plain `string` would swallow the others, and editors could not propose them.
            return [*map(quoted, values), "(string & {})"]
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


def member(name: str, kind: Type, indent: int) -> str:
    """Return a member of an interface, such as ``status?: string;``, over several lines where it is too long."""
    pad = " " * indent
    line = f"{pad}{name}: {flat(kind)};"
    if len(line) <= WIDTH:
        return line
    match kind:
        case Union(members):
            return f"{pad}{name}:{_branches(members, indent + 2)};"
        case Generic(generic, Union(members)):
            return f"{pad}{name}: {generic}<{_branches(members, indent + 2)}\n{pad}>;"
    return line


def _branches(members: tuple[Type, ...], indent: int) -> str:
    """Return the types of a union on a line of their own, or on one each."""
    pad = " " * indent
    one_line = pad + flat(Union(members))
    # With the semicolon that may follow.
    if len(one_line) < WIDTH:
        return f"\n{one_line}"
    lines = []
    for one in members:
        line = f"{pad}| {flat(one)}"
        if len(line) < WIDTH or not isinstance(one, Generic) or not isinstance(one.argument, Union):
            lines.append(line)
        else:
            inside = _branches(one.argument.members, indent + 4)
            lines.append(f"{pad}| {one.name}<{inside}\n{pad}  >")
    return "\n" + "\n".join(lines)
