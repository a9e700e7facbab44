"""Nothing prints around the two modules that know how."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import partner_api
from partner_api.commands.failures import KNOWN_FAILURES

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(partner_api.__file__).parents[1]
TERMINAL = {
    SOURCE / "partner_api" / "commands" / "streams.py",
    SOURCE / "partner_api" / "commands" / "terminal.py",
}
# They write the log, or spans in its place, on standard error alone.
LOGS = {
    SOURCE / "partner_api" / "tracing" / "export.py",
    SOURCE / "partner_api" / "logs.py",
    SOURCE / "partner_api" / "edge" / "wire" / "access_log.py",
}
_STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}
_ASKED_OF_A_STREAM = {"encoding", "isatty"}


def faults(code: str) -> Iterator[str]:
    """What prints in a module, other than through ours."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            child.parent = node  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="print")):
                yield f"line {node.lineno} prints"
            case ast.Call(func=ast.Attribute(attr="print" | "echo" | "secho" | "print_json")):
                yield f"line {node.lineno} prints"
            case ast.Attribute(value=ast.Name(id="sys"), attr=attr) if attr in _STREAMS:
                asked = getattr(node, "parent", None)
                if not (isinstance(asked, ast.Attribute) and asked.attr in _ASKED_OF_A_STREAM):
                    yield f"line {node.lineno} takes sys.{attr}"
            case ast.Import(names=names) if any(_is_rich(name.name) for name in names):
                yield f"line {node.lineno} imports rich"
            case ast.ImportFrom(module=str(module)) if _is_rich(module) and not _only_typed(node):
                yield f"line {node.lineno} imports rich"


def _is_rich(module: str) -> bool:
    return module.partition(".")[0] == "rich"


def _only_typed(node: ast.AST) -> bool:
    above = getattr(node, "parent", None)
    return isinstance(above, ast.If) and ast.unparse(above.test) == "TYPE_CHECKING"


def test_nothing_prints_around_the_terminal_modules() -> None:
    found = {
        str(path.relative_to(SOURCE)): printed
        for path in sorted(SOURCE.rglob("*.py"))
        if path not in TERMINAL | LOGS and (printed := list(faults(path.read_text())))
    }
    assert found == {}


@pytest.mark.parametrize(
    "code",
    [
        "print(name)",
        "typer.echo(name)",
        "console.print(name)",
        "sys.stdout.write(name)",
        "out = sys.stderr",
        "from rich.table import Table",
        "import rich",
    ],
)
def test_what_prints_is_found(code: str) -> None:
    assert list(faults(code))


def test_the_known_failures_are_there() -> None:
    for name in KNOWN_FAILURES:
        module, _, attribute = name.rpartition(".")
        assert issubclass(getattr(importlib.import_module(module), attribute), Exception)
