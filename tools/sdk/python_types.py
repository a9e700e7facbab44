"""Types of the model as annotations of Python, and the imports that they need."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from tools.sdk.shapes import (
    Choice,
    Constant,
    Listing,
    Named,
    Scalar,
    Several,
    Shape,
    Table,
    Union,
)

HEAD: Final = "# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.\n"

_SCALARS: Final = {
    "string": "str",
    "timestamp": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
}


class Imports:
    """The imports of a module.

    Args:
        lazy: annotations are not evaluated, so what they alone mention is imported for type checkers only.
    """

    def __init__(self, *, lazy: bool = True) -> None:
        self._lazy = lazy
        self._names: dict[str, set[str]] = defaultdict(set)
        self._typing_names: dict[str, set[str]] = defaultdict(set)

    def add(self, module: str, name: str) -> None:
        """Import a name that the code needs when it runs."""
        self._names[module].add(name)

    def add_type(self, module: str, name: str) -> None:
        """Import a name that only annotations mention."""
        (self._typing_names if self._lazy else self._names)[module].add(name)

    def text(self) -> str:
        """Return the lines of import, in the order in which ruff sorts them."""
        lines = ["from __future__ import annotations", ""] if self._lazy else []
        typing_only = {
            module: names - self._names.get(module, set())
            for module, names in self._typing_names.items()
        }
        if any(typing_only.values()):
            self._names["typing"].add("TYPE_CHECKING")
        lines += _import_lines(self._names)
        if any(typing_only.values()):
            lines += ["", "if TYPE_CHECKING:"]
            lines += [f"    {line}" if line else "" for line in _import_lines(typing_only)]
        return "\n".join(lines)


def _import_lines(names: dict[str, set[str]]) -> list[str]:
    groups: list[list[str]] = [[], []]
    for module in sorted(names):
        if names[module]:
            # isort's order: constants, classes, then the rest.
            listed = sorted(names[module], key=_kind_and_name)
            is_own = module.startswith("layers_partner")
            groups[is_own].append(f"from {module} import {', '.join(listed)}")
    return [line for group in groups if group for line in (*group, "")][:-1]


def _kind_and_name(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def annotation(shape: Shape, imports: Imports, *, sent: bool, types: str = "") -> str:
    """Return a type as an annotation.

    Args:
        shape: the type.
        imports: what the annotation needs is added to it.
        sent: whether it is something that a caller sends: then any sequence and any mapping will do.
        types: module of the objects with names; empty in that module itself.
    """
    return " | ".join(dict.fromkeys(_parts(shape, imports, sent, types)))


def _parts(shape: Shape, imports: Imports, sent: bool, types: str) -> list[str]:
    def inner(other: Shape) -> str:
        return annotation(other, imports, sent=sent, types=types)

    match shape:
        case Scalar("any"):
            imports.add_type("typing", "Any")
            return ["Any"]
        case Scalar("timestamp") if sent:
            imports.add_type("datetime", "datetime")
            return ["str", "datetime"]
        case Scalar(name):
            return [_SCALARS[name]]
        case Choice(values):
            imports.add_type("typing", "Literal")
            return [f"Literal[{', '.join(map(quoted, values))}]", "str"]
        case Constant(value):
            imports.add_type("typing", "Literal")
            return [f"Literal[{quoted(value)}]"]
        case Named(name):
            if types:
                imports.add_type(types, name)
            return [name]
        case Union(members):
            return [part for member in members for part in _parts(member, imports, sent, types)]
        case Several(item):
            imports.add_type("collections.abc", "Sequence")
            return [*_parts(item, imports, sent, types), f"Sequence[{inner(item)}]"]
        case Listing(item):
            if sent:
                imports.add_type("collections.abc", "Sequence")
            return [f"{'Sequence' if sent else 'list'}[{inner(item)}]"]
        case Table(value):
            if sent:
                imports.add_type("collections.abc", "Mapping")
            return [f"{'Mapping' if sent else 'dict'}[str, {inner(value)}]"]


def quoted(text: str) -> str:
    """Return a string of Python, in double quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
