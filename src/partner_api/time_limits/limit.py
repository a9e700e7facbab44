"""What is said of a limit of time."""

from __future__ import annotations

from typing import Final

from embedded_postgres.time_limits import TimeLimit

LIMITS: Final[list[TimeLimit]] = []
"""All of them, in the order in which ``docs/run.md`` lists them."""
CLOSED: Final = "the connection is closed"
UNAVAILABLE: Final = "503 `UNAVAILABLE`"
NOTHING_DONE: Final = "503 `UNAVAILABLE`; nothing has happened"
TRIED_AGAIN: Final = "the step fails and is tried again"


def time_limit(name: str, seconds: float, waits_for: str, then: str) -> float:
    """Add a limit to ``LIMITS``; return its seconds.

    Args:
        name: of the constant that it is.
        seconds: how long.
        waits_for: what is waited for so long.
        then: what happens after that.
    """
    LIMITS.append(TimeLimit(name, seconds, waits_for, then))
    return seconds
