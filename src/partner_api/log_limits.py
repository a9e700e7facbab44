"""Saying once a minute what happens at every request: an outage fills no disk with its own description."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

INTERVAL_SECONDS: Final = 60.0


class OncePerMinute:
    """Decides which of many equal log lines are written: the first, then at most one a minute.

    Args:
        clock: gives seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next: float | None = None
        self._left_out = 0

    def admit(self) -> int | None:
        """Return how many lines were left out since the last one; None if this one is to be left out too."""
        now = self._clock()
        if self._next is not None and now < self._next:
            self._left_out += 1
            return None
        self._next = now + INTERVAL_SECONDS
        left_out, self._left_out = self._left_out, 0
        return left_out
