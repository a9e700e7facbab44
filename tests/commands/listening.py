"""`layers listen` as a process, whose words can be waited for."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from typing import TYPE_CHECKING, Self

from tests.support.serving import LAYERS, environment

if TYPE_CHECKING:
    from pathlib import Path

# Of the right form, and nobody's.
KEY = f"lp_test_{'0' * 16}_{'s' * 43}"
_SECONDS = 120.0


class Listening:
    """A process of `layers listen`; leaving the block kills what is left of it.

    Args:
        base_url: of the server.
        state: the folder in which it remembers.
        words: its options.
        key: of a partner.
        variables: more of its environment.
    """

    def __init__(
        self, base_url: str, state: Path, *words: str, key: str = KEY, **variables: str
    ) -> None:
        settings = {"LAYERS_API_KEY": key, "LAYERS_BASE_URL": base_url}
        self._process = subprocess.Popen(
            [*LAYERS, "listen", *words],
            env=environment({**settings, "XDG_STATE_HOME": str(state), **variables}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._changed = threading.Condition()
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self.ended()

    @property
    def said(self) -> str:
        """What it has printed, on both streams."""
        return "".join(self._lines)

    def says(self, words: str) -> None:
        """Wait until it has printed this."""
        with self._changed:
            assert self._changed.wait_for(lambda: words in self.said, _SECONDS), self.said

    def send(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self._process.pid, number)

    def interrupted(self) -> int:
        """Do as Ctrl-C does; returns its status."""
        self.send(signal.SIGINT)
        return self.ended()

    def ended(self) -> int:
        """Wait for its end, and return its status."""
        status = self._process.wait(_SECONDS)
        self._reader.join(_SECONDS)
        return status

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for line in output:
                with self._changed:
                    self._lines.append(line)
                    self._changed.notify_all()
