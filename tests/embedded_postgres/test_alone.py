"""The package needs nothing of the application that it comes with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import asyncpg

import embedded_postgres

# Starts a server, asks it something and stops it.
_PROGRAM = """
import asyncio, importlib.util, sys
import asyncpg
from embedded_postgres import APP_ROLE, DatabaseStartError, EmbeddedPostgres

async def ask(url):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval("SELECT current_user")
    finally:
        await connection.close()

with EmbeddedPostgres(sys.argv[1], fast_unsafe=True) as server:
    assert asyncio.run(ask(server.url("app"))) == APP_ROLE
try:
    server.url("app")
except DatabaseStartError:
    print("stopped")
assert importlib.util.find_spec("partner_api") is None
"""


def test_the_package_runs_a_server_where_there_is_no_partner_api(
    home: Path, tmp_path: Path
) -> None:
    (tmp_path / "embedded_postgres").symlink_to(Path(embedded_postgres.__file__).parent)
    # -S: the folder of installed packages is read, and not the links in it that lead to this project.
    installed = Path(asyncpg.__file__).parents[1]
    finished = subprocess.run(
        [sys.executable, "-S", "-c", _PROGRAM, home / "data"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{installed}"},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (finished.returncode, finished.stdout) == (0, "stopped\n"), finished.stderr


def test_no_module_of_the_package_names_the_application_in_an_import() -> None:
    for module in Path(embedded_postgres.__file__).parent.glob("*.py"):
        assert "import partner_api" not in module.read_text(encoding="utf-8")
        assert "from partner_api" not in module.read_text(encoding="utf-8")
