"""``layers simulate`` as a command: its database, its output, its ends."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.serving import wait_until
from typer.testing import CliRunner

from partner_api.commands.application import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulation.conftest import EmptyDatabase

TINY = ("--seed", "3", "--months", "1", "--operations-per-day", "4")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the account which runs PostgreSQL can pass, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="layers-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


def simulate(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        env=clean_environment() | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "partner_api", *arguments]


def clean_environment() -> dict[str, str]:
    ours = ("DATABASE_URL", "LAYERS_")
    return {name: text for name, text in os.environ.items() if not name.startswith(ours)}


def test_a_run_in_a_database_of_its_own_that_is_kept(folder: Path) -> None:
    data = folder / "kept"
    done = simulate("simulate", *TINY, "--keep", str(data))
    assert done.returncode == 0, done.stderr
    for label in ("job start", "kills survived", "virtual time", "real time", "ledger events"):
        assert label in done.stdout
    assert re.search(r"digest +[0-9a-f]{32}", done.stdout)

    books = simulate("reconcile", LAYERS_DATA_DIR=str(data))
    assert books.returncode == 0, books.stderr
    assert "no mismatch" in books.stdout

    again = simulate("simulate", *TINY, "--keep", str(data))
    assert again.returncode == 2
    assert "--keep" in again.stderr


@pytest.mark.parametrize(
    ("number", "program"),
    [
        (signal.SIGINT, "initdb"),
        (signal.SIGTERM, "bin/postgres"),
        (signal.SIGINT, "simulation.fork_server"),
        pytest.param(signal.SIGTERM, "initdb", marks=pytest.mark.long),
        pytest.param(signal.SIGINT, "bin/postgres", marks=pytest.mark.long),
        pytest.param(signal.SIGTERM, "simulation.fork_server", marks=pytest.mark.long),
    ],
)
def test_an_interrupted_run_leaves_nothing(
    folder: Path, number: signal.Signals, program: str
) -> None:
    """Interrupted as soon as this program runs: the database is made, starts, is used."""
    with subprocess.Popen(
        command("simulate", "--seed", "3", "--months", "240", "--kills", "0.2"),
        env=clean_environment() | {"TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        try:
            wait_until(lambda: any(program in line for line in below(run.pid).values()))
            processes = below(run.pid)
            run.send_signal(number)
            _, errors = run.communicate(timeout=120)
        finally:
            run.kill()
    assert run.returncode == 130
    assert errors == ""
    assert list(folder.iterdir()) == []
    wait_until(lambda: not any(Path(f"/proc/{process}").exists() for process in processes))


def below(process_id: int) -> dict[int, str]:
    """All processes below one, with their command lines, where the system tells."""
    if not Path("/proc/self/task").exists():
        pytest.skip("this system does not tell which processes a process has started")
    try:
        text = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()
    except OSError:
        return {}
    found = {}
    for child in map(int, text.split()):
        with contextlib.suppress(OSError):
            found[child] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
        found |= below(child)
    return found


def test_a_given_database_needs_development_mode(database: EmptyDatabase) -> None:
    refused = simulate("simulate", *TINY, DATABASE_URL=database.url)
    assert refused.returncode == 1
    assert "development mode only" in refused.stderr


def test_a_given_database_must_be_empty(database: EmptyDatabase) -> None:
    environment = {
        "DATABASE_URL": database.url,
        "LAYERS_MIGRATION_DATABASE_URL": database.owner_url,
        "LAYERS_DEVELOPMENT": "true",
    }
    first = simulate("simulate", *TINY, "--until-operation", "10", **environment)
    assert first.returncode == 0, first.stderr
    second = simulate("simulate", *TINY, **environment)
    assert second.returncode == 1
    assert "needs one that nobody uses" in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize(
    "arguments", [("--months", "0"), ("--kills", "2"), ("--partners", "x"), ("--keep", "")]
)
def test_misuse(arguments: tuple[str, str]) -> None:
    misused = CliRunner().invoke(app, ["simulate", *arguments])
    assert misused.exit_code == 2
    assert arguments[0] in misused.output
