"""The progress of the sweeps, for the supervisor and ``/readyz``."""

from __future__ import annotations

import time

# A step that fails this often in a row counts as failing.
_FAILURES_THAT_COUNT = 3


class SweepProgress:
    """The progress of all sweeps of one process, as their loops note it."""

    def __init__(self) -> None:
        self.lag_seconds: float | None = None
        """For how long the oldest due row of any sweep has waited, when that was last measured."""
        self.error: str | None = None
        """The sweep and the kind of the last error, never its message."""
        self.has_begun = False
        self._give_up_at: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    def begin_step(self, sweep: str, limit_seconds: float) -> None:
        """Note that a step begins, and how long it may take."""
        self.has_begun = True
        self._give_up_at[sweep] = time.monotonic() + limit_seconds

    def end_step(self, sweep: str, failure: Exception | None = None) -> None:
        """Note that a step has ended."""
        del self._give_up_at[sweep]
        if failure is None:
            self._failures.pop(sweep, None)
        else:
            self._failures[sweep] = self._failures.get(sweep, 0) + 1
            self.error = f"{sweep}: {type(failure).__name__}"

    @property
    def stuck(self) -> list[str]:
        """The sweeps whose step takes longer than it may."""
        now = time.monotonic()
        return [sweep for sweep, at in self._give_up_at.items() if at < now]

    @property
    def failing(self) -> list[str]:
        """The sweeps whose steps have failed several times in a row."""
        return [sweep for sweep, count in self._failures.items() if count >= _FAILURES_THAT_COUNT]
