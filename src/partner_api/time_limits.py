"""How long anything is waited for, in seconds: every limit of the product, in one place.

Whoever awaits a client, the database, storage or another process takes the limit from here, and ``docs/run.md`` lists
them all. What is not waited for in vain does not need a limit, but has one: the day will come.
"""

from __future__ import annotations

from typing import Final

from embedded_postgres.time_limits import LIMITS as EMBEDDED_LIMITS
from embedded_postgres.time_limits import TimeLimit

LIMITS: Final[list[TimeLimit]] = []
_CLOSED = "the connection is closed"
_UNAVAILABLE = "503 `UNAVAILABLE`"
_NOTHING_DONE = "503 `UNAVAILABLE`; nothing has happened"
_TRIED_AGAIN = "the step fails and is tried again"


def _limit(name: str, seconds: float, waits_for: str, then: str) -> float:
    LIMITS.append(TimeLimit(name, seconds, waits_for, then))
    return seconds


# --- clients ---------------------------------------------------------------------------------

HEAD_SECONDS: Final = _limit(
    "HEAD_SECONDS", 10.0, "the whole head of a request, from its first byte", _CLOSED
)
UNKNOWN_IDLE_SECONDS: Final = _limit(
    "UNKNOWN_IDLE_SECONDS", 10.0, "a request on a connection on which no key was valid yet", _CLOSED
)
IDLE_SECONDS: Final = _limit(
    "IDLE_SECONDS", 75.0, "the next request on a connection on which a key was valid", _CLOSED
)
BODY_SILENCE_SECONDS: Final = _limit(
    "BODY_SILENCE_SECONDS", 30.0, "the next byte of a body", "408 `REQUEST_TIMEOUT`"
)
JSON_BODY_SECONDS: Final = _limit(
    "JSON_BODY_SECONDS", 60.0, "a whole body of JSON", "408 `REQUEST_TIMEOUT`"
)
SEND_SILENCE_SECONDS: Final = _limit(
    "SEND_SILENCE_SECONDS", 30.0, "a client to take more of an answer", _CLOSED
)
LINGER_SECONDS: Final = _limit(
    "LINGER_SECONDS",
    2.0,
    "a client to stop sending what nobody reads, after the last answer",
    _CLOSED,
)
DISCARD_SECONDS: Final = _limit(
    "DISCARD_SECONDS",
    2.0,
    "more of a body that is not wanted, before the answer; of one that is no upload, all of it",
    "the answer; then the connection is closed",
)
DISCARD_UPLOAD_SECONDS: Final = _limit(
    "DISCARD_UPLOAD_SECONDS",
    30.0,
    "all of an upload that is not wanted, before the answer",
    "the answer; then the connection is closed",
)

# --- requests --------------------------------------------------------------------------------

REQUEST_SECONDS: Final = _limit(
    "REQUEST_SECONDS",
    15.0,
    "all that a request does, from when its body has arrived",
    _NOTHING_DONE,
)
LOCK_SECONDS: Final = _limit(
    "LOCK_SECONDS", 10.0, "a lock that somebody else has, by a request", _NOTHING_DONE
)
IMPORT_SECONDS: Final = _limit(
    "IMPORT_SECONDS", 600.0, "all lines of an import to be stored", _NOTHING_DONE
)
REQUEST_STATEMENT_SECONDS: Final = _limit(
    "REQUEST_STATEMENT_SECONDS",
    14.0,
    "one statement of a request, as PostgreSQL counts",
    _NOTHING_DONE,
)

# --- the database ----------------------------------------------------------------------------

CONNECT_SECONDS: Final = _limit(
    "CONNECT_SECONDS", 10.0, "a new connection to PostgreSQL", _UNAVAILABLE
)
ACQUIRE_SECONDS: Final = _limit(
    "ACQUIRE_SECONDS", 5.0, "a free connection, for a request", _UNAVAILABLE
)
BACKGROUND_ACQUIRE_SECONDS: Final = _limit(
    "BACKGROUND_ACQUIRE_SECONDS", 60.0, "a free connection, for background work", _TRIED_AGAIN
)
MIGRATION_LOCK_SECONDS: Final = _limit(
    "MIGRATION_LOCK_SECONDS", 3.0, "a lock that a migration needs", "it begins anew, ten times"
)
SWEEP_LOCK_SECONDS: Final = _limit(
    "SWEEP_LOCK_SECONDS",
    0.5,
    "a lock that somebody else has, by a sweep",
    "the tenant is left for a later step, and the others go on",
)
STATEMENT_SECONDS: Final = _limit(
    "STATEMENT_SECONDS",
    30.0,
    "one statement of background work, as PostgreSQL counts",
    _TRIED_AGAIN,
)
COMMAND_SECONDS: Final = _limit(
    "COMMAND_SECONDS",
    35.0,
    "the answer to one statement, as the server counts, when PostgreSQL does not answer at all",
    "503 `UNAVAILABLE`; the connection is given up",
)
CANCEL_SECONDS: Final = _limit(
    "CANCEL_SECONDS",
    1.0,
    "PostgreSQL to end a statement that was given up",
    "the connection is dropped",
)
DEAD_CLIENT_SECONDS: Final = _limit(
    "DEAD_CLIENT_SECONDS",
    1.0,
    "PostgreSQL to notice, in the midst of a statement, that the process that sent it is gone",
    "the transaction is rolled back",
)
IDLE_TRANSACTION_SECONDS: Final = _limit(
    "IDLE_TRANSACTION_SECONDS",
    60.0,
    "the next statement of a transaction, as PostgreSQL counts",
    "the transaction is rolled back; 503 `UNAVAILABLE`",
)
READINESS_SECONDS: Final = _limit(
    "READINESS_SECONDS", 1.5, "the database's answer for `/readyz` and `/metrics`", _UNAVAILABLE
)
POOL_CLOSE_SECONDS: Final = _limit(
    "POOL_CLOSE_SECONDS", 2.0, "connections to be closed in order", "they are dropped"
)
LAST_NOTES_SECONDS: Final = _limit(
    "LAST_NOTES_SECONDS",
    2.0,
    "the last notes of which keys were used and refused to be written, at a stop",
    "they are lost",
)

# Those of the PostgreSQL that the server brings along, which is a package of its own.
LIMITS.extend(EMBEDDED_LIMITS)
DUE_RENEWALS_SECONDS: Final = _limit(
    "DUE_RENEWALS_SECONDS",
    10.0,
    "the months of a partner's leases that are due to be charged, before a request that takes money or ends a lease",
    "503 `UNAVAILABLE`; what was charged stays charged",
)

# --- storage and rendering -------------------------------------------------------------------

STORAGE_SECONDS: Final = _limit(
    "STORAGE_SECONDS", 60.0, "one operation of the storage", _UNAVAILABLE
)
SHARED_COUNTERS_SECONDS: Final = _limit(
    "SHARED_COUNTERS_SECONDS",
    1.0,
    "the Redis or Valkey that counts requests",
    "the process counts for itself, up to its share",
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
RENDER_CPU_SECONDS: Final = _limit(
    "RENDER_CPU_SECONDS",
    30.0,
    "one slideshow, in seconds of a processor",
    "the process is killed; the job fails",
)
SAMPLE_SECONDS: Final = _limit(
    "SAMPLE_SECONDS",
    20.0,
    "one sample of a test environment",
    "the process is killed; another one tries once more, then the job fails",
)
SAMPLE_CPU_SECONDS: Final = _limit(
    "SAMPLE_CPU_SECONDS",
    5.0,
    "one sample of a test environment, in seconds of a processor",
    "the process is killed; the job fails",
)
RENDERER_IDLE_SECONDS: Final = _limit(
    "RENDERER_IDLE_SECONDS",
    300.0,
    "the next sample of a test environment",
    "the process ends; the next sample starts another one",
)
KILL_SECONDS: Final = _limit(
    "KILL_SECONDS", 2.0, "a process to be gone that was killed", "it is left to the system"
)
OUTAGE_SECONDS: Final = _limit(
    "OUTAGE_SECONDS",
    60.0,
    "the database to be back, by a worker that has a job",
    "the job is left to whoever claims it next",
)
RENDERING_STEP_SECONDS: Final = _limit(
    "RENDERING_STEP_SECONDS",
    240.0,
    "one step of rendering a job: to start a process, a slide, a file, a report",
    "the part `rendering` is killed, and started again",
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
POOL_WEDGED_SECONDS: Final = _limit(
    "POOL_WEDGED_SECONDS",
    30.0,
    "a free connection, by an API process that looks whether it can do its work, while the database is there",
    "the part is killed, and started again",
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
CLOSE_REQUEST_SECONDS: Final = _limit(
    "CLOSE_REQUEST_SECONDS",
    1.0,
    "requests to end that were cancelled at the end of `LAYERS_SHUTDOWN_SECONDS`",
    "the process ends without them",
)
CLOSE_APP_SECONDS: Final = _limit(
    "CLOSE_APP_SECONDS",
    2.0,
    "an API process to close what it has open",
    "the process ends without it",
)
ORPHAN_SECONDS: Final = _limit(
    "ORPHAN_SECONDS", 1.5, "a part to end when its supervisor is gone", "it ends itself at once"
)

# --- commands --------------------------------------------------------------------------------

OPERATOR_CLIENT_SECONDS: Final = _limit(
    "OPERATOR_CLIENT_SECONDS",
    60.0,
    "the server to answer `layers ops`, tried again where that can help",
    "the command ends and says how to ask again",
)
OPERATOR_UPLOAD_SECONDS: Final = _limit(
    "OPERATOR_UPLOAD_SECONDS",
    900.0,
    "the server to answer an import of `layers ops`, tried again where that can help",
    "the command ends and says how to ask again",
)
SIMULATED_NODE_SECONDS: Final = _limit(
    "SIMULATED_NODE_SECONDS",
    60.0,
    "a node of `layers simulate` to do one operation",
    "the simulation fails",
)
SIMULATION_END_SECONDS: Final = _limit(
    "SIMULATION_END_SECONDS", 10.0, "the nodes of `layers simulate` to end", "they are killed"
)

# --- development mode ------------------------------------------------------------------------

CLOCK_LOCK_SECONDS: Final = _limit(
    "CLOCK_LOCK_SECONDS",
    20.0,
    "what somebody else has locked and all that is left to do at one time, by `POST /ops/v1/clock`",
    "503 `UNAVAILABLE`; the clock stays where it is then, and the rest is still due",
)
INSTALLATION_NEWS_SECONDS: Final = _limit(
    "INSTALLATION_NEWS_SECONDS",
    1.0,
    "news of the installation's clock and mode, in development mode",
    "they are looked up",
)
