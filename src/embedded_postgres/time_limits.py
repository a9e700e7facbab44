"""How long the server is waited for, in seconds: every limit of this package, in one place.

``LIMITS`` lists them for the documentation of the application.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class TimeLimit(NamedTuple):
    """One limit, as documentation lists it: what is waited for, and what happens when it does not come."""

    name: str
    seconds: float
    waits_for: str
    then: str


LIMITS: Final[list[TimeLimit]] = []


def _limit(name: str, seconds: float, waits_for: str, then: str) -> float:
    LIMITS.append(TimeLimit(name, seconds, waits_for, then))
    return seconds


EMBEDDED_PROGRAM_SECONDS: Final = _limit(
    "EMBEDDED_PROGRAM_SECONDS",
    300.0,
    "a program of the server's own PostgreSQL, such as `initdb`, to end",
    "it is killed; the server does not start",
)
EMBEDDED_PREPARE_SECONDS: Final = _limit(
    "EMBEDDED_PREPARE_SECONDS",
    60.0,
    "each step of making role and database in the server's own PostgreSQL",
    "the server does not start",
)
EMBEDDED_PROGRESS_SECONDS: Final = _limit(
    "EMBEDDED_PROGRESS_SECONDS",
    60.0,
    "the next line in the log of the server's own PostgreSQL, which starts; in recovery it writes one every 10 s",
    "the server does not start",
)
EMBEDDED_ORPHANS_SECONDS: Final = _limit(
    "EMBEDDED_ORPHANS_SECONDS",
    60.0,
    "the processes of a PostgreSQL that was killed to give up its shared memory",
    "the server does not start",
)
EMBEDDED_STOP_SECONDS: Final = _limit(
    "EMBEDDED_STOP_SECONDS",
    60.0,
    "a shutdown of the server's own PostgreSQL, where LAYERS_SHUTDOWN_SECONDS does not say less",
    "it is told to end at once, and after as long again killed",
)
EMBEDDED_KILLED_SECONDS: Final = _limit(
    "EMBEDDED_KILLED_SECONDS",
    5.0,
    "the system to end a PostgreSQL that was killed",
    "it is left to the system",
)
BASE_BACKUP_SILENCE_SECONDS: Final = _limit(
    "BASE_BACKUP_SILENCE_SECONDS",
    300.0,
    "the next bytes of a copy of the server's own PostgreSQL",
    "`layers backup create` fails",
)
