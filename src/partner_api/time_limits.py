"""How long anything is waited for, in seconds: every limit of the product, in one place.

Whoever awaits a client, the database, storage or another process takes the limit from here, and ``docs/run.md`` lists
them all. What is not waited for in vain does not need a limit, but has one: the day will come.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class TimeLimit(NamedTuple):
    """One limit, as the documentation lists it: what is waited for, and what happens when it does not come."""

    name: str
    seconds: float
    waits_for: str
    then: str


LIMITS: Final[list[TimeLimit]] = []


def _limit(name: str, seconds: float, waits_for: str, then: str) -> float:
    LIMITS.append(TimeLimit(name, seconds, waits_for, then))
    return seconds


# --- clients ---------------------------------------------------------------------------------

HEAD_SECONDS: Final = _limit(
    "HEAD_SECONDS",
    10.0,
    "the whole head of a request, from its first byte",
    "the connection is closed",
)
UNKNOWN_IDLE_SECONDS: Final = _limit(
    "UNKNOWN_IDLE_SECONDS",
    10.0,
    "a request on a connection on which no key was valid yet",
    "the connection is closed",
)
IDLE_SECONDS: Final = _limit(
    "IDLE_SECONDS",
    75.0,
    "the next request on a connection on which a key was valid",
    "the connection is closed",
)
BODY_SILENCE_SECONDS: Final = _limit(
    "BODY_SILENCE_SECONDS", 30.0, "the next byte of a body", "408 `REQUEST_TIMEOUT`"
)
JSON_BODY_SECONDS: Final = _limit(
    "JSON_BODY_SECONDS", 60.0, "a whole body of JSON", "408 `REQUEST_TIMEOUT`"
)
SEND_SILENCE_SECONDS: Final = _limit(
    "SEND_SILENCE_SECONDS",
    30.0,
    "a client to take more of an answer",
    "the connection is closed",
)

# --- the database ----------------------------------------------------------------------------

CONNECT_SECONDS: Final = _limit(
    "CONNECT_SECONDS", 10.0, "a new connection to PostgreSQL", "503 `UNAVAILABLE`"
)
ACQUIRE_SECONDS: Final = _limit(
    "ACQUIRE_SECONDS", 5.0, "a free connection, for a request", "503 `UNAVAILABLE`"
)
BACKGROUND_ACQUIRE_SECONDS: Final = _limit(
    "BACKGROUND_ACQUIRE_SECONDS",
    60.0,
    "a free connection, for background work",
    "the step fails and is tried again",
)
STATEMENT_SECONDS: Final = _limit(
    "STATEMENT_SECONDS", 30.0, "one statement, as PostgreSQL counts", "503 `UNAVAILABLE`"
)
COMMAND_SECONDS: Final = _limit(
    "COMMAND_SECONDS",
    35.0,
    "the answer to one statement, as the server counts, when PostgreSQL does not answer at all",
    "503 `UNAVAILABLE`; the connection is given up",
)
READINESS_SECONDS: Final = _limit(
    "READINESS_SECONDS",
    1.5,
    "the database's answer for `/readyz` and `/metrics`",
    "503 `UNAVAILABLE`",
)
POOL_CLOSE_SECONDS: Final = _limit(
    "POOL_CLOSE_SECONDS", 2.0, "connections to be closed in order", "they are dropped"
)

# --- storage and rendering -------------------------------------------------------------------

STORAGE_SECONDS: Final = _limit(
    "STORAGE_SECONDS", 30.0, "one operation of the storage", "503 `UNAVAILABLE`"
)
RENDERER_START_SECONDS: Final = _limit(
    "RENDERER_START_SECONDS",
    60.0,
    "a rendering process to start",
    "it is killed, and another one started",
)
RENDER_SECONDS: Final = _limit(
    "RENDER_SECONDS", 60.0, "one slideshow", "the process is killed; the job gets another try"
)
SAMPLE_SECONDS: Final = _limit(
    "SAMPLE_SECONDS",
    10.0,
    "one sample of a test environment",
    "the process is killed; the job fails",
)

# --- parts of a server -----------------------------------------------------------------------

BEAT_SECONDS: Final = _limit(
    "BEAT_SECONDS", 1.0, "a part to say that it works", "it is asked again"
)
PART_START_SECONDS: Final = _limit(
    "PART_START_SECONDS", 60.0, "a part to begin its work", "it is killed, and started again"
)
PART_SILENCE_SECONDS: Final = _limit(
    "PART_SILENCE_SECONDS", 15.0, "a part to say that it works", "it is killed, and started again"
)
SWEEP_STEP_SECONDS: Final = _limit(
    "SWEEP_STEP_SECONDS",
    120.0,
    "one step of a sweep",
    "the part `sweeps` is killed, and started again",
)
BOOKS_STEP_SECONDS: Final = _limit(
    "BOOKS_STEP_SECONDS",
    3_600.0,
    "the daily check of the books",
    "the part `sweeps` is killed, and started again",
)
ORPHAN_SECONDS: Final = _limit(
    "ORPHAN_SECONDS", 1.5, "a part to end when its supervisor is gone", "it ends itself at once"
)
INSTALLATION_NEWS_SECONDS: Final = _limit(
    "INSTALLATION_NEWS_SECONDS",
    1.0,
    "news of the installation's clock and mode, in development mode",
    "they are looked up",
)
