"""Every block of TypeScript in the library's README has the right types and runs as it stands there."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.docs.pages import blocks_of
from tests.sdk.node import SOURCE, compile_program, node_program
from tests.support.installation import EVERYTHING

if TYPE_CHECKING:
    from tests.support.installation import Installation
    from tests.support.serving import Service

_SECONDS = 240


async def test_the_blocks_of_the_readme_run_in_their_order(
    server: Service, installation: Installation, typescript_library: Callable[[], Path]
) -> None:
    node = node_program()
    partner = await installation.test_tenant(await installation.partner())
    key = await installation.key(partner, *EVERYTHING, env="test")
    admin = await installation.operator("admin")
    environment = {
        "LAYERS_API_KEY": key.text,
        "LAYERS_OPERATOR_TOKEN": admin["Authorization"].removeprefix("Bearer "),
        "LAYERS_BASE_URL": server.base_url,
    }
    with TemporaryDirectory(dir=typescript_library()) as folder:
        blocks = [block.text for block in blocks_of(SOURCE / "README.md") if block.language == "ts"]
        compile_program(Path(folder), "\n\n".join(blocks))
        said = await asyncio.to_thread(_run, [node, "program.mjs"], Path(folder), environment)
    # Of the blocks on idempotency, jobs and the operator's API.
    assert "true true" in said
    assert "slide http" in said
    assert said.splitlines()[-1]


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout
