"""Every example of the reference runs as it stands, with ids that exist in place of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from tests.reference.described import DESCRIBED, DOCUMENT
from tests.reference.snippet_world import FILE, LINES, REFUSED, World, make_world
from tests.sdk.conftest import typescript_library  # noqa: F401 - a fixture
from tests.sdk.node import node_program
from tests.support.installation import handle, project_id

from layers_partner.errors import APIError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.support.installation import Installation
    from tests.support.serving import Service

    from partner_api.edge.route import Route

IN_LIBRARIES = [route for route in DESCRIBED if route.declared.sdk]
_SECONDS = 120
# Writes what each program that failed says: the code of a refusal, or the error.
_RUN_ALL = """\
import { readFile, writeFile } from "node:fs/promises";

const failures = {};
for (const { name, program, environment } of JSON.parse(await readFile("programs.json", "utf8"))) {
  Object.assign(process.env, environment);
  try {
    await import(program);
  } catch (error) {
    failures[name] = error.code ?? String(error);
  }
}
await writeFile("failures.json", JSON.stringify(failures));
"""


def name_of(route: Route) -> str:
    return f"{route.method} {route.template}"


def source_of(route: Route, language: str) -> str:
    operation = DOCUMENT["paths"][route.template][route.method.lower()]
    (source,) = (one["source"] for one in operation["x-codeSamples"] if one["lang"] == language)
    return str(source)


@pytest.fixture(scope="module")
def world_of(installation: Installation, server: Service) -> Callable[[Route], Awaitable[World]]:
    """What makes the world of a route's example; what only reads has one world in all languages."""
    worlds: dict[str, World] = {}

    async def make(route: Route) -> World:
        name = name_of(route)
        if route.method != "GET":
            return await make_world(installation, route, server.base_url)
        if name not in worlds:
            worlds[name] = await make_world(installation, route, server.base_url)
        return worlds[name]

    return make


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the examples run, with the files that they upload."""
    (tmp_path / "slide-1.png").write_bytes(FILE)
    (tmp_path / "accounts.csv").write_bytes(LINES % handle().encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("route", DESCRIBED, ids=name_of)
async def test_every_route_has_an_example_in_curl_that_does_what_it_says(
    world_of: Callable[[Route], Awaitable[World]], folder: Path, route: Route
) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl, which the examples use, is not installed")
    world = await world_of(route)
    source = world.fill(source_of(route, "curl"))
    assert source.startswith("curl ")
    # The status comes last; a refusal is an answer here.
    command = f"curl --silent --show-error --write-out '\\n%{{http_code}}'{source[4:]}"
    if "-w '" in source:
        command = source.replace("%{redirect_url}", "%{redirect_url}\\n%{http_code}")
    ended = await asyncio.to_thread(_run_shell, command, world)
    assert ended.returncode == 0, ended.stderr
    body, _, status = ended.stdout.strip().rpartition("\n")
    if (code := REFUSED.get(name_of(route))) is not None:
        assert json.loads(body)["error"]["code"] == code
    else:
        assert int(status) == route.declared.status, body


@pytest.mark.parametrize(
    "route", IN_LIBRARIES, ids=lambda route: f"{route.method} {route.template}"
)
async def test_every_method_has_an_example_in_python_that_does_what_it_says(
    world_of: Callable[[Route], Awaitable[World]],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    route: Route,
) -> None:
    world = await world_of(route)
    for name, value in world.environment.items():
        monkeypatch.setenv(name, value)
    program = compile(world.fill(source_of(route, "python")), "example.py", "exec")
    names: dict[str, Any] = {}
    if (code := REFUSED.get(name_of(route))) is not None:
        with pytest.raises(APIError) as caught:
            await asyncio.to_thread(exec, program, names)
        assert caught.value.code == code
    else:
        await asyncio.to_thread(exec, program, names)
        assert names.get("result", names.get("url")) is not None
    names["operator" if route.template.startswith("/ops/") else "layers"].close()


async def test_every_method_has_an_example_in_typescript_that_does_what_it_says(
    world_of: Callable[[Route], Awaitable[World]],
    folder: Path,
    typescript_library: Callable[[], Path],  # noqa: F811
) -> None:
    """All of them in one process of Node, one after the other, beside the library so that its name leads to it."""
    node = node_program()
    library = await asyncio.to_thread(typescript_library)
    with TemporaryDirectory(dir=library) as beside:
        programs = []
        for position, route in enumerate(IN_LIBRARIES):
            world = await world_of(route)
            program = Path(beside) / f"example-{position}.mjs"
            program.write_text(world.fill(source_of(route, "typescript")))
            programs.append(
                {
                    "name": name_of(route),
                    "program": str(program),
                    "environment": world.environment,
                }
            )
        (Path(beside) / "run.mjs").write_text(_RUN_ALL)
        (folder / "programs.json").write_text(json.dumps(programs))
        ended = await asyncio.to_thread(
            subprocess.run,
            [node, str(Path(beside) / "run.mjs")],
            check=False,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
    assert ended.returncode == 0, ended.stderr
    refused = {name: code for name, code in REFUSED.items() if name in map(name_of, IN_LIBRARIES)}
    assert json.loads((folder / "failures.json").read_text()) == refused


@pytest.mark.parametrize("language", ["python", "typescript"])
async def test_the_page_of_the_libraries_shows_what_runs(
    world_of: Callable[[Route], Awaitable[World]],
    typescript_library: Callable[[], Path],  # noqa: F811
    language: str,
) -> None:
    (route,) = (one for one in IN_LIBRARIES if name_of(one) == "GET /v1/projects")
    world = await world_of(route)
    page = (resources.files("partner_api.reference") / "libraries.md").read_text(encoding="utf-8")
    source = page.partition(f"```{language}\n")[2].partition("```")[0]
    assert source
    command = [sys.executable, "-c", source]
    if language == "typescript":
        node = node_program()
        program = await asyncio.to_thread(typescript_library) / "libraries.mjs"
        program.write_text(source)
        command = [node, str(program)]
    ended = await asyncio.to_thread(
        subprocess.run,
        command,
        env={**os.environ, **world.environment},
        check=False,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
    )
    assert ended.returncode == 0, ended.stderr
    assert project_id(world.family.partner) in ended.stdout


def _run_shell(command: str, world: World) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **world.environment}
    return subprocess.run(
        ["sh", "-c", command],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
    )
