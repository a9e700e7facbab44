"""Servers for these tests: real ones, each in a folder of its own."""

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from embedded_postgres import EmbeddedPostgres
from embedded_postgres.account import choose_account
from embedded_postgres.data_folder import DataFolder
from embedded_postgres.postmaster import Postmaster

# Keeps a server running until it is killed, or its standard input ends.
_SUPERVISOR = """
import sys
from embedded_postgres import EmbeddedPostgres
with EmbeddedPostgres(sys.argv[1], fast_unsafe=True):
    print("ready", flush=True)
    sys.stdin.read()
"""


def _passable_folder() -> Path:
    # Where this is root, PostgreSQL's account must be able to get to the data folder.
    folder = Path(tempfile.mkdtemp(prefix="embedded-"))
    folder.chmod(0o711)
    return folder


def _end_what_runs_in(folder: Path) -> None:
    for entry in folder.rglob("postmaster.pid"):
        left = Postmaster.find(entry.parent.resolve())
        if left is not None:
            left.stop()


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for the test's own data folder."""
    folder = _passable_folder()
    yield folder
    _end_what_runs_in(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def _shared_data_dir() -> Iterator[Path]:
    folder = _passable_folder()
    with EmbeddedPostgres(folder / "data", fast_unsafe=True):
        pass
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def data_dir(_shared_data_dir: Path) -> Iterator[Path]:
    """A data folder whose server has run before, for tests that leave it as good as it was."""
    yield _shared_data_dir
    _end_what_runs_in(_shared_data_dir)


@pytest.fixture
def copy_to(_shared_data_dir: Path) -> Callable[[Path], Path]:
    """Return what copies a data folder whose server has run before: to make a cluster takes long."""

    def copy(data_dir: Path) -> Path:
        # Unlike Python's own, it keeps the owners.
        subprocess.run(["cp", "-a", _shared_data_dir, data_dir], check=True)
        return data_dir

    return copy


@pytest.fixture
def sham_data_dir(home: Path) -> Path:
    """A data folder that looks as if its server had run before, and has no database."""
    account = choose_account(None, home / "data" / "postgres")
    folder = DataFolder(home / "data")
    folder.make(account)
    folder.make_password("owner")
    folder.cluster.mkdir(mode=0o700)
    for name, text in (("PG_VERSION", "18\n"), ("postgresql.conf", "")):
        (folder.cluster / name).write_text(text)
    account.take(folder.cluster)
    return folder.path


@pytest.fixture
def serve() -> Iterator[Callable[..., EmbeddedPostgres]]:
    """Start servers that are stopped at the end of the test."""
    made: list[EmbeddedPostgres] = []

    def make(data_dir: Path, **options: Any) -> EmbeddedPostgres:
        server = EmbeddedPostgres(data_dir, **({"fast_unsafe": True} | options))
        made.append(server)
        server.start()
        return server

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def supervise() -> Iterator[Callable[[Path], "subprocess.Popen[str]"]]:
    """Start a server from another process, which is killed at the end of the test."""
    started: list[subprocess.Popen[str]] = []

    def start(data_dir: Path) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", _SUPERVISOR, data_dir],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.send_signal(signal.SIGKILL)
        process.communicate()
