"""The SQL in the source: the statements in Python modules and those inside the functions of the database."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import partner_api

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

SOURCE = Path(partner_api.__file__).parent
MARK = "Crosses tenants"
# Its beginning may be what only the run knows.
_BEGINNING = re.compile(r"\s*((SELECT|INSERT|UPDATE|DELETE|WITH)\b|\{\}\s+WHERE\b)")
# One of which a statement or its beginning has, as above.
_WORD = re.compile("SELECT|INSERT|UPDATE|DELETE|WITH|WHERE")
_TABLE = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO|USING|TABLE)\s+(?:ONLY\s+)?(\w+)")
_TENANT = re.compile(r"\btenant_id\b")
# To show it, or to sort by it, restricts nothing.
_SHOWN_TENANT = re.compile(
    r"\b(?:SELECT(?: DISTINCT)?|RETURNING|ORDER BY|GROUP BY)\s+(?:\w+\.)?tenant_id\b"
)
_FUNCTION = re.compile(
    r"((?:^--[^\n]*\n)*)^CREATE OR REPLACE FUNCTION (\w+)\(.*?AS \$\$(.*?)\$\$", re.S | re.M
)


class Statement(NamedTuple):
    """A statement, or a few that belong together, and where it is."""

    place: str
    """Of a Python function ``package.module.function``, of an SQL function its name."""

    text: str
    is_marked: bool
    """Whether the place says that it crosses tenants."""

    def fits(self, sent: str) -> bool:
        """Return whether this is what was sent, but for white space and what only the run knows."""
        parts = (re.escape(" ".join(part.split())) for part in self.text.split("{}"))
        return re.fullmatch(r"\s*.*?\s*".join(parts), sent) is not None

    def names_tenants(self, tables: Collection[str]) -> bool:
        """Return whether it names a tenant for each of these tables that it reads or writes."""
        return names_tenants(self.text, tables)


def names_tenants(statement: str, tables: Collection[str]) -> bool:
    """Return whether a statement says of which tenant, or for which, as often as it names one of these tables."""
    used = sum(name in tables for name in _TABLE.findall(statement))
    return len(_TENANT.findall(_SHOWN_TENANT.sub("", statement))) >= used


@functools.cache
def statements_in_python() -> tuple[Statement, ...]:
    """Every string in the source that begins like a statement; what it is put together from, included."""
    return tuple(_statements_in_python())


def _statements_in_python() -> Iterator[Statement]:
    for path in sorted(SOURCE.rglob("*.py")):
        source = path.read_text()
        # Most modules have no such word anywhere, and need not be parsed.
        if _WORD.search(source):
            module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
            yield from _Module(source).statements(module)


def statements_in_functions() -> Iterator[Statement]:
    """The bodies of the database's functions, statement by statement."""
    for path in sorted((SOURCE / "database" / "functions").glob("*.sql")):
        for comment, name, body in _FUNCTION.findall(path.read_text()):
            for text in re.sub(r"--[^\n]*", "", body).split(";"):
                yield Statement(name, text, MARK in comment)


class _Module:
    def __init__(self, source: str) -> None:
        self._tree = ast.parse(source)
        self._constants: dict[str, str] = {}
        for node in self._tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                text = self._text(node.value)
                if text is not None:
                    self._constants[node.targets[0].id] = text

    def statements(self, place: str) -> Iterator[Statement]:
        return self._in_node(self._tree, place, is_marked=False)

    def _in_node(self, node: ast.AST, place: str, *, is_marked: bool) -> Iterator[Statement]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            place = f"{place}.{node.name}"
            is_marked = MARK in (ast.get_docstring(node) or "")
        text = self._text(node)
        if text is None:
            for child in ast.iter_child_nodes(node):
                yield from self._in_node(child, place, is_marked=is_marked)
        elif _BEGINNING.match(text):
            yield Statement(place, text, is_marked)

    def _text(self, node: ast.AST) -> str | None:
        """The string that an expression gives, if it is one; what only the run knows is ``{}``."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.Name):
            return self._constants.get(node.id)
        if isinstance(node, ast.JoinedStr):
            return "".join(self._text(part) or "{}" for part in node.values)
        if isinstance(node, ast.FormattedValue):
            return self._text(node.value)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self._text(node.left), self._text(node.right)
            return None if left is None and right is None else (left or "{}") + (right or "{}")
        return None
