"""Waiting for a client, one thing at a time, with one timer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Literal

Watched = Literal["idle", "head", "send", "linger"]
"""What is waited for: a request; the rest of its head; a client to take its answer; the end of what nobody wants."""

# A timer that is early by less than this is on time.
_CLOCK_SECONDS: Final = 0.005


class Watch:
    """Calls back when what is waited for has not come.

    A request changes what is waited for several times, so a timer that is due too early is left alone and set again
    when it rings; only one that would ring too late is replaced.

    Args:
        loop: of the connection.
        on_time: called with what was waited for in vain.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, on_time: Callable[[Watched], None]) -> None:
        self.what: Watched | None = None
        self._loop = loop
        self._on_time: Callable[[Watched], None] | None = on_time
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self, what: Watched, seconds: float) -> None:
        """Wait for this, and for nothing else."""
        self.what = what
        self._deadline = self._loop.time() + seconds
        if self._timer is not None and self._timer.when() > self._deadline:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(self._deadline, self._ring)

    def stop(self) -> None:
        """Wait for nothing, for the time being."""
        self.what = None

    def close(self) -> None:
        """Wait for nothing any more, and let go of who was to be called."""
        self.what = self._on_time = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        if self.what is None or self._on_time is None:
            return
        if self._deadline - self._loop.time() > _CLOCK_SECONDS:
            self._timer = self._loop.call_at(self._deadline, self._ring)
            return
        what, self.what = self.what, None
        self._on_time(what)
