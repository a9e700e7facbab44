"""The checks of the TypeScript library, each part as a test: what `npm run check` does in `sdk/typescript`."""

from __future__ import annotations

import re
import subprocess

import pytest
from tests.sdk.node import SOURCE, built_library, node_program, node_tools

_SECONDS = 280
_PROJECTS = [
    "node-esm",
    "node-cjs",
    "typescript-bundler",
    "typescript-node16-esm",
    "typescript-node16-cjs",
    "deno",
    "bun",
    "workerd",
    "bundler",
]


@pytest.fixture(scope="module")
def node() -> str:
    """Node, and what the checks are done with installed; skips where there is none."""
    program = node_program()
    node_tools()
    return program


@pytest.fixture(scope="module")
def packed(node: str) -> str:
    """Node, and the library built, packed, and installed beside the projects that try it out."""
    built_library()
    _run(node, "check.mjs", "pack")
    return node


@pytest.fixture(scope="module")
def tried(packed: str) -> str:
    """What is said of all projects, which one process tries out."""
    return _run(packed, "test-projects.mjs", is_to_succeed=False)


@pytest.mark.parametrize("part", ["lint", "types"])
def test_source_passes(node: str, part: str) -> None:
    _run(node, "check.mjs", part)


@pytest.mark.parametrize("part", ["unit", "publint", "attw"])
def test_package_passes(packed: str, part: str) -> None:
    _run(packed, "check.mjs", part)


@pytest.mark.parametrize("project", _PROJECTS)
def test_package_works_as_it_is_imported(tried: str, project: str) -> None:
    assert re.search(rf"^ok {project}(:|$)", tried, re.MULTILINE), tried


def test_each_part_and_project_is_a_test_here() -> None:
    parts = _names("check.mjs", "PARTS")
    assert parts == ["lint", "types", "build", "unit", "pack", "publint", "attw", "test-projects"]
    assert _names("test-projects.mjs", "PROJECTS") == _PROJECTS


def _run(node: str, script: str, *names: str, is_to_succeed: bool = True) -> str:
    done = subprocess.run(
        [node, f"scripts/{script}", *names],
        cwd=SOURCE,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    said = f"{done.stdout}{done.stderr}"
    assert done.returncode == 0 or not is_to_succeed, said
    return said


def _names(script: str, table: str) -> list[str]:
    """Return the names in a table of a script."""
    text = (SOURCE / "scripts" / script).read_text().partition(f"const {table} = {{\n")[2]
    lines = text.partition("\n};")[0].splitlines()
    found = (line.strip().partition(":")[0].strip('"') for line in lines if line[2] != " ")
    return [name for name in found if not name.startswith(("//", ")"))]
