"""The calls of the published pages run against the server as they stand there, and strict type checkers accept them."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from tests.sdk.node import node_program, node_tools
from tests.sdk.page_snippets import PAGE_PROJECT, PYTHON, TYPESCRIPT
from tests.support.installation import ago, handle, project_id

from layers_partner import Layers

if TYPE_CHECKING:
    from tests.support.installation import Installation, Key
    from tests.support.serving import Service

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "sdk" / "python" / "src"
# What comes before and after, where the page shows only the call; and what has the wrong type.
PYTHON_BEFORE = "from layers_partner import Layers\n\nlayers = Layers()\n"
PYTHON_AFTER = "total: int = monthly_burn_cents\n"
PYTHON_WRONG = 'total: str = result["items"][0]["monthlyPriceCents"]\n'
TYPESCRIPT_BEFORE = 'import { Layers } from "@layers/partner";\n\nconst layers = new Layers();\n'
TYPESCRIPT_AFTER = "export const total: number = monthlyBurn;\n"
TYPESCRIPT_WRONG = "export const total: string = monthlyBurn;\n"
PRICES = (15_000, 4_000)
_SECONDS = 240


@pytest_asyncio.fixture
async def key(installation: Installation) -> Key:
    """A key of a partner that leases two accounts."""
    partner = await installation.partner(at=ago(days=9), cash_cents=10_000_000)
    for cents in PRICES:
        await installation.lease(partner, handle(), at=ago(days=1), price_cents=cents)
    return await installation.key(partner, "leased:write")


@pytest.fixture
def beside_the_library(typescript_library: Callable[[], Path]) -> Iterator[Path]:
    """A folder from which the TypeScript library can be imported by its name."""
    node_program()
    with TemporaryDirectory(dir=typescript_library()) as folder:
        yield Path(folder)


async def test_the_call_in_python(server: Service, key: Key) -> None:
    def run() -> dict[str, Any]:
        with Layers(api_key=key.text, base_url=server.base_url) as layers:
            names: dict[str, Any] = {"layers": layers}
            exec(PYTHON.replace(PAGE_PROJECT, project_id(key.wallet)), names)
            return names

    assert (await asyncio.to_thread(run))["monthly_burn_cents"] == sum(PRICES)


async def test_the_call_in_typescript(server: Service, key: Key, beside_the_library: Path) -> None:
    program = beside_the_library / "snippet.mjs"
    snippet = TYPESCRIPT.replace(PAGE_PROJECT, project_id(key.wallet))
    program.write_text(f"{TYPESCRIPT_BEFORE}{snippet}console.log(JSON.stringify(monthlyBurn));\n")

    def execute() -> subprocess.CompletedProcess[str]:
        node = node_program()
        return run(node, str(program), LAYERS_API_KEY=key.text, LAYERS_BASE_URL=server.base_url)

    said = await asyncio.to_thread(execute)
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout) == sum(PRICES)


def test_mypy_takes_the_call_in_python(tmp_path: Path) -> None:
    names = python_programs(tmp_path)
    mypy = ("-m", "mypy", "--strict", "--config-file", os.devnull)
    said = run(
        *(sys.executable, *mypy, f"--cache-dir={tmp_path / 'cache'}", *names),
        cwd=tmp_path,
        MYPYPATH=str(LIBRARY),
    )
    assert_only_wrong_is_refused(said)


def test_pyright_takes_the_call_in_python(tmp_path: Path) -> None:
    node_program()
    names = python_programs(tmp_path)
    settings = {"typeCheckingMode": "strict", "include": names, "extraPaths": [str(LIBRARY)]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    pyright = str(node_tools() / "pyright")
    said = run(pyright, "--pythonpath", sys.executable, "--project", ".", cwd=tmp_path)
    assert_only_wrong_is_refused(said)


def test_typescript_takes_the_call(beside_the_library: Path) -> None:
    for name, after in (("right.mts", TYPESCRIPT_AFTER), ("wrong.mts", TYPESCRIPT_WRONG)):
        (beside_the_library / name).write_text(TYPESCRIPT_BEFORE + TYPESCRIPT + after)
    strict = ("--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess")
    modern = ("--module", "nodenext", "--target", "es2022", "--noEmit", "--skipLibCheck")
    tsc = str(node_tools() / "tsc")
    said = run(tsc, *strict, *modern, "right.mts", "wrong.mts", cwd=beside_the_library)
    assert_only_wrong_is_refused(said)


def python_programs(folder: Path) -> list[str]:
    """Write what is to be accepted and what is not; their names."""
    for name, after in (("right.py", PYTHON_AFTER), ("wrong.py", PYTHON_WRONG)):
        (folder / name).write_text(PYTHON_BEFORE + PYTHON + after)
    return ["right.py", "wrong.py"]


def assert_only_wrong_is_refused(said: subprocess.CompletedProcess[str]) -> None:
    """A checker saw what is wrong, so it knows the types; and nothing else."""
    problems = [line for line in said.stdout.splitlines() if "error" in line and "." in line]
    assert said.returncode != 0, "it would accept anything"
    assert problems, said.stdout + said.stderr
    assert all("wrong" in problem for problem in problems), said.stdout


def run(
    *command: str, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
