"""The folder that a running server keeps beside its data: its status, and the metrics of its processes.

Each supervisor has a folder of its own in ``run`` of the data folder, and holds a lock on it as long as it lives. What
a killed one has left is recognized by that, and swept by the next one that starts.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOCK = "lock"
# A file that exists if the server is in development mode, on the data folder's own database.
_DEVELOPMENT = "development"
NUMBERS = "metrics"


class RunFolderError(Exception):
    """The data folder cannot be written to; the message says why and what to do."""


@contextlib.contextmanager
def run_folder(data_dir: Path, *, development: bool) -> Iterator[Path]:
    """Create the folder of this server, and remove it at the end, with the data folder if nothing else is in it.

    Args:
        data_dir: where.
        development: whether it runs in development mode on the data folder's own database.

    Raises:
        RunFolderError: the folder cannot be created.
    """
    runs = data_dir / "run"
    try:
        folder, lock = _make(runs, development=development)
    except OSError as error:
        raise RunFolderError(
            f"The data folder {data_dir} cannot be written to: {error.strerror or error}. "
            "Correct that, or choose another folder with LAYERS_DATA_DIR."
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)
        for empty in (runs, data_dir):
            with contextlib.suppress(OSError):
                empty.rmdir()


def live_run_folders(data_dir: Path) -> list[Path]:
    """List the folders of the servers that run with this data folder, the oldest first."""
    runs = data_dir / "run"
    folders = [folder for folder in _entries(runs) if _is_held(folder)]
    return sorted(folders, key=lambda folder: folder.stat().st_mtime)


def development_pid(data_dir: Path) -> int | None:
    """Return the process id of a server in development mode on the data folder's own database; None if none runs."""
    for folder in live_run_folders(data_dir):
        if (folder / _DEVELOPMENT).exists():
            return int(folder.name.partition("-")[0])
    return None


@contextlib.contextmanager
def no_server_begins(data_dir: Path) -> Iterator[None]:
    """Block other servers from starting with this data folder until the end of the block.

    Without a folder of runs no server has been started here, or all have ended, and there is nothing to block.
    """
    try:
        turn = os.open(data_dir / "run", os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        yield
        return
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
    finally:
        os.close(turn)


def _make(runs: Path, *, development: bool) -> tuple[Path, int]:
    runs.mkdir(mode=0o700, parents=True, exist_ok=True)
    # One at a time: a folder whose lock is not taken yet looks like one that was left behind.
    with no_server_begins(runs.parent):
        _sweep(runs)
        folder = type(runs)(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=runs))
        (folder / NUMBERS).mkdir(mode=0o700)
        if development:
            (folder / _DEVELOPMENT).touch(mode=0o600)
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return folder, lock


def _sweep(runs: Path) -> None:
    for folder in _entries(runs):
        if not _is_held(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _entries(runs: Path) -> list[Path]:
    try:
        return [entry for entry in runs.iterdir() if entry.is_dir() and not entry.is_symlink()]
    except OSError:
        return []


def _is_held(folder: Path) -> bool:
    """Return whether the supervisor that has this folder is alive."""
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
