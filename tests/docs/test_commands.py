"""Every command on the pages runs as it is written: a reader's first hour, in a shell."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import asyncpg
import pytest
from tests.docs.pages import PAGES, ROOT, blocks_of, commands_of, name_of
from tests.support.serving import Service, environment, passable_folder

from embedded_postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator

# Dozens of commands, on a machine that may be doing other things.
pytestmark = pytest.mark.timeout(300)

_DEMO_URL = "http://127.0.0.1:8000"
_RUNNING = ROOT / "docs" / "run.md"
_SHOWN = [page for page in PAGES if commands_of(page).strip()]
# curl tells a refusal from an answer only when it is asked to.
_CURL = """#!/bin/sh
exec {curl} --fail-with-body --silent --show-error "$@"
"""
# `layers` of the interpreter that runs the tests, wherever that is.
_LAYERS = """#!/bin/sh
exec {python} -m partner_api "$@"
"""


class Ended(NamedTuple):
    """How a page's commands ended, and everything that they printed."""

    status: int
    output: str


@pytest.fixture(scope="module")
def demo() -> Iterator[Service]:
    """A server with the demo, in a folder as `make run` leaves one."""
    with passable_folder() as home:
        service = Service(home, "serve", "--demo", LAYERS_DEVELOPMENT="true")
        try:
            service.start()
            _write_program(home, "curl", _CURL.format(curl=shutil.which("curl")))
            _write_program(home, "layers", _LAYERS.format(python=sys.executable))
            yield service
        finally:
            service.end()


@pytest.fixture(scope="module")
def ended(demo: Service) -> dict[Path, Ended]:
    """All pages' commands, run side by side."""
    for program in ("curl", "openssl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program}, which the pages use, is not installed")
    with ThreadPoolExecutor(len(_SHOWN)) as pool:
        return dict(zip(_SHOWN, pool.map(lambda page: _run(page, demo), _SHOWN), strict=True))


@pytest.mark.parametrize("page", _SHOWN, ids=name_of)
def test_the_commands_of_a_page_run(page: Path, ended: dict[Path, Ended]) -> None:
    status, output = ended[page]
    assert status == 0, output


def test_the_pages_have_commands() -> None:
    assert {name_of(page) for page in _SHOWN} >= {
        "README.md",
        "docs/api.md",
        "docs/ledger.md",
        "docs/operate.md",
        "docs/run.md",
    }


def test_every_command_that_is_not_run_says_why() -> None:
    shells = {"sh", "bash", "shell", "console", "zsh"}
    for page in PAGES:
        for block in blocks_of(page):
            assert block.language in {"sh", "sql", "text", "json", "python"}, (page, block)
            assert block.language not in shells - {"sh"}, (page, block)


def _run(page: Path, demo: Service) -> Ended:
    commands = commands_of(page).replace(_DEMO_URL, demo.base_url)
    if page == _RUNNING:
        commands = _make_roles(commands, demo)
    result = subprocess.run(
        ["/bin/sh", "-eux"],
        input=commands,
        cwd=demo.home,
        env=environment(
            {
                "PATH": f"{demo.home}{os.pathsep}{os.environ['PATH']}",
                "LAYERS_URL": demo.base_url,
                "PYTHONPATH": str(ROOT / "src"),
            }
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
        check=False,
    )
    return Ended(result.returncode, f"{result.stdout}\n{demo.errors[-2000:]}")


def _make_roles(commands: str, demo: Service) -> str:
    """Do what an administrator is told to do, and give the commands that use it here."""
    administrator = EmbeddedPostgres(demo.data_dir).url("owner")
    statements = "".join(block.text for block in blocks_of(_RUNNING) if block.language == "sql")

    async def execute() -> None:
        connection = await asyncpg.connect(administrator)
        try:
            # One by one, as psql does: a database cannot be made in a transaction.
            for statement in filter(str.strip, statements.split(";")):
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(execute())
    query = urlsplit(administrator).query
    return re.sub(r"@db\.example\.com:5432/(\w+)", lambda match: f"@/{match[1]}?{query}", commands)


def _write_program(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
