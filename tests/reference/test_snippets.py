"""Every example of the reference runs as it stands, with ids that exist in place of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest
from tests.reference.snippet_world import FILE, LINES, REFUSED, World, make_world
from tests.support.installation import handle

from partner_api.app import ROUTES
from partner_api.reference.document import build_document

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.installation import Installation
    from tests.support.serving import Service

    from partner_api.edge.route import Route

DESCRIBED: list[Route] = list(chain.from_iterable(ROUTES))
DOCUMENT = build_document(DESCRIBED)
NAMES = [f"{route.method} {route.template}" for route in DESCRIBED]
IN_LIBRARIES = [route for route in DESCRIBED if route.declared.sdk]
_SECONDS = 120


def source_of(route: Route, language: str) -> str:
    operation = DOCUMENT["paths"][route.template][route.method.lower()]
    (source,) = (one["source"] for one in operation["x-codeSamples"] if one["lang"] == language)
    return str(source)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the examples run, with the files that they upload."""
    (tmp_path / "slide-1.png").write_bytes(FILE)
    (tmp_path / "accounts.csv").write_bytes(LINES % handle().encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("route", DESCRIBED, ids=NAMES)
async def test_every_route_has_an_example_in_curl_that_does_what_it_says(
    server: Service, installation: Installation, folder: Path, route: Route
) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl, which the examples use, is not installed")
    world = await make_world(installation, route, server.base_url)
    source = world.fill(source_of(route, "curl"))
    assert source.startswith("curl ")
    # The status comes last; a refusal is an answer here.
    command = f"curl --silent --show-error --write-out '\\n%{{http_code}}'{source[4:]}"
    if "-w '" in source:
        command = source.replace("%{redirect_url}", "%{redirect_url}\\n%{http_code}")
    ended = await asyncio.to_thread(_run_shell, command, world)
    assert ended.returncode == 0, ended.stderr
    body, _, status = ended.stdout.strip().rpartition("\n")
    if (code := REFUSED.get(f"{route.method} {route.template}")) is not None:
        assert json.loads(body)["error"]["code"] == code
    else:
        assert int(status) == route.declared.status, body


@pytest.mark.parametrize(
    "route", IN_LIBRARIES, ids=lambda route: f"{route.method} {route.template}"
)
async def test_every_method_has_an_example_in_python_that_does_what_it_says(
    server: Service,
    installation: Installation,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    route: Route,
) -> None:
    errors = pytest.importorskip("layers_partner").errors
    world = await make_world(installation, route, server.base_url)
    for name, value in world.environment.items():
        monkeypatch.setenv(name, value)
    program = compile(world.fill(source_of(route, "python")), "example.py", "exec")
    names: dict[str, Any] = {}
    if (code := REFUSED.get(f"{route.method} {route.template}")) is not None:
        with pytest.raises(errors.APIError) as caught:
            await asyncio.to_thread(exec, program, names)
        assert caught.value.code == code
    else:
        await asyncio.to_thread(exec, program, names)
        assert names.get("result", names.get("url")) is not None
    names["operator" if route.template.startswith("/ops/") else "layers"].close()


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
