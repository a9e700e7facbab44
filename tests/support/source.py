"""The source as text and as syntax trees: its modules, what they import, and where the lines of its functions are."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import partner_api

if TYPE_CHECKING:
    from collections.abc import Iterator

PRODUCT = Path(partner_api.__file__).parents[1]
_SQL_FUNCTION = re.compile(
    r"^CREATE OR REPLACE (?:FUNCTION|PROCEDURE) (\w+)\(.*?AS \$\$.*?\$\$", re.S | re.M
)


class Import(NamedTuple):
    """A module that another one imports."""

    target: str
    names: tuple[str, ...]
    line: int
    is_typing_only: bool
    is_lazy: bool
    """Whether it is inside a function."""


class Function(NamedTuple):
    """A function and its length in lines; a docstring does not count."""

    name: str
    line: int
    lines: int


class Module:
    """A module of Python: its dotted name, path and syntax tree."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.path = path
        self.is_package = path.name == "__init__.py"
        self.tree = ast.parse(path.read_text())

    @property
    def stem(self) -> str:
        """Its own name, without packages."""
        return self.name.rpartition(".")[2]

    @functools.cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the tree."""
        return list(ast.walk(self.tree))

    def functions(self) -> Iterator[Function]:
        """Return every function, methods and nested ones included."""
        for node in self.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[0]
                lines = (node.end_lineno or 0) - node.lineno + 1
                if ast.get_docstring(node) is not None:
                    lines -= (first.end_lineno or 0) - first.lineno + 1
                yield Function(node.name, node.lineno, lines)

    @functools.cached_property
    def docstring_lines(self) -> set[int]:
        """The numbers of the lines of its docstrings."""
        return {
            line
            for node in self.nodes
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            if ast.get_docstring(node) is not None
            for line in range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
        }


class Source:
    """A tree of packages below a folder."""

    def __init__(self, folder: Path = PRODUCT) -> None:
        self.folder = folder
        self.modules = {name: Module(name, path) for name, path in self._paths()}

    def _paths(self) -> Iterator[tuple[str, Path]]:
        for path in sorted(self.folder.rglob("*.py")):
            parts = path.relative_to(self.folder).with_suffix("").parts
            yield ".".join(part for part in parts if part != "__init__"), path

    def files(self, *suffixes: str) -> list[Path]:
        """Return all files with one of these suffixes."""
        return sorted(path for path in self.folder.rglob("*") if path.suffix in suffixes)

    def count_lines(self) -> int:
        """Return how many lines its Python and its SQL have."""
        return sum(len(path.read_text().splitlines()) for path in self.files(".py", ".sql"))

    def place(self, path: Path, line: int | None = None) -> str:
        """Name a file, and a line in it, for a person."""
        name = path.relative_to(self.folder).as_posix()
        return name if line is None else f"{name}:{line}"

    @functools.cached_property
    def imports(self) -> dict[str, list[Import]]:
        """What each module imports, from the tree or from elsewhere."""
        return {
            module.name: list(self._imports(module.tree, is_typing_only=False, is_lazy=False))
            for module in self.modules.values()
        }

    def _imports(self, node: ast.AST, *, is_typing_only: bool, is_lazy: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            match child:
                case ast.Import(names=aliases):
                    for alias in aliases:
                        yield Import(alias.name, (), child.lineno, is_typing_only, is_lazy)
                case ast.ImportFrom(module=str(base), names=aliases):
                    for alias in aliases:
                        whole = f"{base}.{alias.name}"
                        target, names = (
                            (whole, ()) if whole in self.modules else (base, (alias.name,))
                        )
                        yield Import(target, names, child.lineno, is_typing_only, is_lazy)
                case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                    yield from self._imports(child, is_typing_only=True, is_lazy=is_lazy)
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                    yield from self._imports(child, is_typing_only=is_typing_only, is_lazy=True)
                case _:
                    yield from self._imports(child, is_typing_only=is_typing_only, is_lazy=is_lazy)


def sql_functions(text: str) -> Iterator[Function]:
    """Return every function in a file of SQL."""
    for found in _SQL_FUNCTION.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Function(found[1], line, found[0].count("\n") + 1)


def circles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of names that can be reached from each other, along arrows (Tarjan)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        stack.append(name)
        for other in sorted(arrows.get(name, ())):
            if other not in order:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in stack:
                lowest[name] = min(lowest[name], order[other])
        if lowest[name] == order[name]:
            at = stack.index(name)
            group = sorted(stack[at:])
            del stack[at:]
            if len(group) > 1 or name in arrows.get(name, ()):
                found.append(group)

    for name in sorted(arrows):
        if name not in order:
            visit(name)
    return found
