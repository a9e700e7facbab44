"""The suite itself: however it ends, nothing that it has started goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.serving import (
    command_line,
    environ_of,
    folder_of,
    passable_folder,
    running,
    wait_until,
)

_ROOT = Path(__file__).resolve().parent.parent
# One has a served API beside its PostgreSQL, and the other only a PostgreSQL, in another process.
_API = "tests/contract/test_health.py"
_DATABASE = "tests/database/test_notifications.py"


@pytest.mark.parametrize(
    ("number", "files"),
    [
        (signal.SIGINT, [_API]),
        pytest.param(signal.SIGINT, [_DATABASE, _API], marks=pytest.mark.long),
        pytest.param(signal.SIGKILL, [_DATABASE, _API], marks=pytest.mark.long),
    ],
)
def test_nothing_is_left_of_a_run_that_is_interrupted_or_killed(
    number: signal.Signals, files: list[str]
) -> None:
    """A run of two processes, both with a PostgreSQL, is among the long tests."""
    with passable_folder() as folder:

        def left(words: bytes = b"") -> list[int]:
            return [pid for pid in processes_of(folder) if words in command_line(pid)]

        with (folder / "output").open("wb") as output:
            run = subprocess.Popen(
                [
                    *(sys.executable, "-m", "pytest", f"--numprocesses={len(files)}"),
                    *("--dist=loadfile", *files),
                ],
                cwd=_ROOT,
                env={**os.environ, "TMPDIR": str(folder), "PYTEST_DEBUG_TEMPROOT": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # As a shell starts it: Ctrl-C reaches all of its processes.
                start_new_session=True,
            )
        try:
            wait_until(lambda: left(b"partner_api.processes\0api") or run.poll() is not None, 240)
            assert run.poll() is None, (folder / "output").read_text()
            os.killpg(run.pid, number)
            run.wait(240)
            wait_until(lambda: not left())
            assert [path.name for path in folder.glob("layers-*")] == []
        finally:
            for pid in left():
                os.kill(pid, signal.SIGKILL)
            run.kill()
            run.wait()


def processes_of(folder: Path) -> list[int]:
    """The processes that know of the folder, in any way."""
    path = os.fsencode(folder)
    return running(
        lambda pid: (
            path in os.fsencode(folder_of(pid))
            or path in environ_of(pid)
            or path in command_line(pid)
        )
    )
