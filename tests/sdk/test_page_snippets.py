"""The calls of the published pages run against the server as they stand there, and strict type checkers accept them."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from tests.sdk.node import built_package, node_program
from tests.sdk.node_caller import PACKAGE
from tests.sdk.page_snippets import PAGE_PROJECT, PYTHON, TYPESCRIPT
from tests.support.installation import ago, handle, project_id

from layers_partner import Layers

if TYPE_CHECKING:
    from tests.support.installation import Installation, Key
    from tests.support.serving import Service

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "sdk" / "python" / "src"
# What comes before and after, where the page shows only the call; the second line of an end is an error.
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
def beside_the_package() -> Iterator[Path]:
    """A folder from which the TypeScript library can be imported by its name."""
    node_program()
    built_package()
    with TemporaryDirectory(prefix=".snippet-", dir=PACKAGE) as folder:
        yield Path(folder)


async def test_the_call_in_python(server: Service, key: Key) -> None:
    def run() -> dict[str, Any]:
        with Layers(api_key=key.text, base_url=server.base_url) as layers:
            names: dict[str, Any] = {"layers": layers}
            exec(PYTHON.replace(PAGE_PROJECT, project_id(key.wallet)), names)
            return names

    assert (await asyncio.to_thread(run))["monthly_burn_cents"] == sum(PRICES)


async def test_the_call_in_typescript(server: Service, key: Key, beside_the_package: Path) -> None:
    program = beside_the_package / "snippet.mjs"
    snippet = TYPESCRIPT.replace(PAGE_PROJECT, project_id(key.wallet))
    program.write_text(f"{TYPESCRIPT_BEFORE}{snippet}console.log(JSON.stringify(monthlyBurn));\n")
    environment = {"LAYERS_API_KEY": key.text, "LAYERS_BASE_URL": server.base_url}
    said = await asyncio.to_thread(run, node_program(), str(program), **environment)
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout) == sum(PRICES)


def test_mypy_takes_the_call_in_python(tmp_path: Path) -> None:
    def checked(after: str) -> subprocess.CompletedProcess[str]:
        program = tmp_path / "snippet.py"
        program.write_text(PYTHON_BEFORE + PYTHON + after)
        mypy = ("-m", "mypy", "--strict", "--config-file", os.devnull)
        cache = f"--cache-dir={tmp_path / 'cache'}"
        return run(sys.executable, *mypy, cache, str(program), MYPYPATH=str(LIBRARY))

    accepts(checked(PYTHON_AFTER), checked(PYTHON_WRONG))


def test_pyright_takes_the_call_in_python(tmp_path: Path) -> None:
    node_program()
    built_package()

    def checked(after: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "snippet.py").write_text(PYTHON_BEFORE + PYTHON + after)
        settings = {
            "typeCheckingMode": "strict",
            "include": ["snippet.py"],
            "extraPaths": [str(LIBRARY)],
        }
        (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
        pyright = PACKAGE / "node_modules" / ".bin" / "pyright"
        return run(str(pyright), "--pythonpath", sys.executable, "--project", str(tmp_path))

    accepts(checked(PYTHON_AFTER), checked(PYTHON_WRONG))


def test_typescript_takes_the_call(beside_the_package: Path) -> None:
    def checked(after: str) -> subprocess.CompletedProcess[str]:
        program = beside_the_package / "snippet.mts"
        program.write_text(TYPESCRIPT_BEFORE + TYPESCRIPT + after)
        strict = ("--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess")
        modern = ("--module", "nodenext", "--target", "es2022", "--noEmit")
        tsc = PACKAGE / "node_modules" / ".bin" / "tsc"
        return run(str(tsc), *strict, *modern, str(program))

    accepts(checked(TYPESCRIPT_AFTER), checked(TYPESCRIPT_WRONG))


def accepts(
    right: subprocess.CompletedProcess[str], wrong: subprocess.CompletedProcess[str]
) -> None:
    """A checker accepted what is right, and saw what is wrong: it knows the types."""
    assert right.returncode == 0, right.stdout + right.stderr
    assert wrong.returncode != 0, "it would accept anything"


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=PACKAGE,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
