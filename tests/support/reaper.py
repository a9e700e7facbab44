"""Ends what a process of the suite has started, however that process ends: by itself, by Ctrl-C, or by `kill -9`.

It is a process of its own that Ctrl-C does not reach. It waits for the end of its standard input, whose other end only
the process of the suite has. What belongs to that is known by its folder for temporary files, which nearly all
processes inherit as a variable, and in which those of PostgreSQL work, which inherit next to nothing.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# For what ends by itself when whoever started it is gone, and in order.
_BY_ITSELF_SECONDS = 3.0
# For PostgreSQL to end at once, which removes what the system keeps for it.
_AT_ONCE_SECONDS = 10.0
_POLL_SECONDS = 0.1


class Reaper:
    """The suite's end of it: makes the folder, has it inherited, and starts the process."""

    def __init__(self) -> None:
        # Where pytest keeps the files of failed tests is to stay.
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
        self.folder = Path(tempfile.mkdtemp(prefix="layers-suite-")).resolve()
        # Tests that run as root start programs of other accounts in it.
        self.folder.chmod(0o711)
        os.environ["TMPDIR"] = tempfile.tempdir = str(self.folder)
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-E", __file__, str(self.folder)],
            stdin=subprocess.PIPE,
            env={},
            start_new_session=True,
        )

    def end(self) -> None:
        """Have everything ended that still runs, and wait for that."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def processes_of(folder: Path) -> list[int]:
    """List the processes that have the folder in a variable, or work in it."""
    path = os.fsencode(folder)
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            if state != "Z" and (
                folder in (process / "cwd").readlink().parents
                or path in (process / "environ").read_bytes()
            ):
                found.append(int(process.name))
    return found


def _reap(folder: Path) -> None:
    for number, seconds in (
        (None, _BY_ITSELF_SECONDS),
        (signal.SIGQUIT, _AT_ONCE_SECONDS),
        (signal.SIGKILL, _AT_ONCE_SECONDS),
    ):
        left = processes_of(folder)
        if not left:
            break
        if number is not None:
            for pid in left:
                with contextlib.suppress(OSError):
                    os.kill(pid, number)
        give_up = time.monotonic() + seconds
        while processes_of(folder) and time.monotonic() < give_up:
            time.sleep(_POLL_SECONDS)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    sys.stdin.buffer.read()
    _reap(Path(sys.argv[1]))
