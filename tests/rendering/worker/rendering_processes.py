"""Rendering processes as the system shows them, and such as do not do what they should."""

from __future__ import annotations

import contextlib
import os
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

SPIN, SLEEP, CRASH, BREAK, GROW = "spin", "sleep", "crash", "break", "grow"
"""Hooks at which a process that misbehaves uses the processor, or time, for ever; is killed; fails; takes memory."""

_MISBEHAVING = """
import os, signal, time
from partner_api.rendering import sample, slideshow

good = sample.render_sample
slides = slideshow.render_slideshow

def misbehave(inputs, content_format):
    hook = inputs.get("hook") or ""
    if hook == "spin":
        while True:
            pass
    if hook == "sleep":
        time.sleep(3600)
    if hook.startswith("crash") and not os.path.exists(hook.removeprefix("crash")):
        open(hook.removeprefix("crash") or os.devnull, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    if hook == "break":
        raise ValueError("it cannot be drawn")
    if hook == "grow":
        bytearray(4 * 1024**3)
    return good(inputs, content_format)

def wait(inputs, *others):
    while inputs.hook.startswith("wait for ") and os.path.exists(inputs.hook.removeprefix("wait for ")):
        time.sleep(0.01)
    return slides(inputs, *others)

sample.render_sample = misbehave
slideshow.render_slideshow = wait
"""


def let_them_misbehave(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rendering processes that start from now on misbehave at those hooks, which are for samples.

    ``CRASH`` with the path of a file behind it crashes only if the file is not there, and makes it. A slideshow with
    the hook "wait for", and the path of a file, is not begun as long as the file is there.
    """
    home = folder / "misbehaving"
    home.mkdir()
    # Python runs it when it starts.
    (home / "sitecustomize.py").write_text(textwrap.dedent(_MISBEHAVING))
    paths = [str(home), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))


def renderers(parent: int | None = None) -> list[int]:
    """The rendering processes of a process, of this one if none is named."""
    found = []
    for process in _children(parent or os.getpid()):
        with contextlib.suppress(OSError):
            command = Path(f"/proc/{process}/cmdline").read_bytes()
            if b"partner_api.rendering.worker.process" in command:
                found.append(process)
    return sorted(found)


def _children(parent: int) -> list[int]:
    """The processes that a process has started. Those that poll this must not go through all of a busy machine."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{parent}/task"):
            with contextlib.suppress(OSError):
                found += map(
                    int, Path(f"/proc/{parent}/task/{thread}/children").read_text().split()
                )
    return found


def is_running(process: int) -> bool:
    """Return whether a process is there and has not ended; one that nobody has asked for its status has."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def processor_seconds(process: int) -> float:
    """What a process has used of a processor."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for_end(process: int, seconds: float = 60) -> None:
    """Wait until a process has ended."""
    deadline = time.monotonic() + seconds
    while is_running(process):
        assert time.monotonic() < deadline, "it goes on"
        time.sleep(0.02)
