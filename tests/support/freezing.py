"""A PostgreSQL that can be frozen: it keeps its connections, takes new ones, and answers nobody."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.serving import passable_folder, postmaster_pid

from embedded_postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator


class FreezablePostgres:
    """A server of its own, empty."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._server = EmbeddedPostgres(data_dir, fast_unsafe=True)

    @property
    def owner_url(self) -> str:
        """For the role that owns the database."""
        return self._server.url("owner")

    @property
    def app_url(self) -> str:
        """For the server's role."""
        return self._server.url("app")

    def start(self) -> None:
        """Start it."""
        self._server.start()

    def stop(self) -> None:
        """Stop it."""
        self._server.stop()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop all its processes in their tracks while the block runs."""
        first = postmaster_pid(self._data_dir)
        assert first is not None
        # The first one at first, so that no further ones come.
        os.kill(first, signal.SIGSTOP)
        stopped = [first, *_children(first)]
        for pid in stopped[1:]:
            _signal(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in reversed(stopped):
                _signal(pid, signal.SIGCONT)


@contextlib.contextmanager
def freezable_postgres() -> Iterator[FreezablePostgres]:
    """Run one while the block runs."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("this system does not show the processes of a server")
    with passable_folder() as folder:
        server = FreezablePostgres(folder / "data")
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _children(parent: int) -> list[int]:
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == parent:
                    found.append(int(process.name))
    return found


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
