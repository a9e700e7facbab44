"""What the processes of a server and the commands import when they start: whoever starts one waits for it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.support.serving import environment

# In a process of its own, because this one has all of it already.
_PROGRAM = """
import importlib, os, sys
for step in sys.argv[1].split():
    name, _, function = step.partition(":")
    module = importlib.import_module(name)
    if function:
        getattr(module, function)()
print(*sys.modules)
"""


def imported_by(*steps: str) -> set[str]:
    """What is imported after these modules are, and functions of them called, in this order."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, " ".join(steps)],
        env=environment({}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "steps",
    [
        (
            "partner_api.processes.__main__",
            *(
                f"partner_api.processes.{part}"
                for part in ("database", "api", "sweeps", "archive", "rendering")
            ),
        ),
        (
            "partner_api.commands.application",
            "partner_api.commands.demo:demo_settings",
            "partner_api.processes.serve",
        ),
    ],
    ids=["parts", "supervisor"],
)
def test_a_process_of_a_server_imports_nothing_that_draws(steps: tuple[str, ...]) -> None:
    imported = imported_by(*steps)
    assert "structlog" in imported
    assert not imported & {"rich", "pygments", "alembic", "sqlalchemy", "opentelemetry"}


def test_what_a_command_is_imports_neither_a_database_nor_a_client() -> None:
    imported = imported_by("partner_api.commands.application")
    assert "typer" in imported
    assert not imported & {"asyncio", "asyncpg", "httpx2", "layers_partner", "structlog", "rich"}
