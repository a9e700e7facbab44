"""Every block of TypeScript in the library's README runs as it stands there; those of the docs have the right types."""

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

DOCS = Path(__file__).parents[2] / "docs" / "client-libraries.md"
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
        _compile(Path(folder), SOURCE / "README.md")
        said = await asyncio.to_thread(_run, [node, "program.mjs"], Path(folder), environment)
    # Of the blocks on idempotency, jobs and the operator's API.
    assert "true true" in said
    assert "slide http" in said
    assert said.splitlines()[-1]


def test_the_blocks_of_the_docs_have_the_right_types(
    typescript_library: Callable[[], Path],
) -> None:
    node_program()
    with TemporaryDirectory(dir=typescript_library()) as folder:
        _compile(Path(folder), DOCS)


def _compile(folder: Path, page: Path) -> None:
    """Write the blocks of a page as one program, and compile it strictly."""
    blocks = [block.text for block in blocks_of(page) if block.language == "ts"]
    assert blocks
    compile_program(folder, "\n\n".join(blocks))


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
