"""The SQL in the source: the statements in Python modules and those inside the functions of the database."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import partner_api

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

SOURCE = Path(partner_api.__file__).parent
MARK = "Crosses tenants"
_VERB = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
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

    def names_tenants(self, tables: Collection[str]) -> bool:
        """Whether it names a tenant for each of these tables that it reads or writes."""
        return names_tenants(self.text, tables)


def names_tenants(statement: str, tables: Collection[str]) -> bool:
    """Whether a statement says of which tenant, or for which, as often as it names one of these tables."""
    used = sum(name in tables for name in _TABLE.findall(statement))
    return len(_TENANT.findall(_SHOWN_TENANT.sub("", statement))) >= used


def statements_in_python() -> Iterator[Statement]:
    """Every string in the source that begins like a statement."""
    for path in sorted(SOURCE.rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        tree = ast.parse(path.read_text())
        yield from _in_node(tree, module, is_marked=False)


def statements_in_functions() -> Iterator[Statement]:
    """The bodies of the database's functions, statement by statement."""
    for path in sorted((SOURCE / "database" / "functions").glob("*.sql")):
        for comment, name, body in _FUNCTION.findall(path.read_text()):
            for text in re.sub(r"--[^\n]*", "", body).split(";"):
                yield Statement(name, text, MARK in comment)


def _in_node(node: ast.AST, place: str, *, is_marked: bool) -> Iterator[Statement]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        place = f"{place}.{node.name}"
        is_marked = MARK in (ast.get_docstring(node) or "")
    text = None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.JoinedStr):
        text = "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    if text is not None:
        if _VERB.match(text):
            yield Statement(place, text, is_marked)
        return
    for child in ast.iter_child_nodes(node):
        yield from _in_node(child, place, is_marked=is_marked)
