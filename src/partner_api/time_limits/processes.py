"""Limits of processes, commands and development mode."""

from __future__ import annotations

from typing import Final

from partner_api.time_limits.limit import time_limit

BEAT_SECONDS: Final = time_limit(
    "BEAT_SECONDS", 1.0, "a part to say that it works", "it is asked again"
)
PART_START_SECONDS: Final = time_limit(
    "PART_START_SECONDS", 60.0, "a part to begin its work", "it is killed, and started again"
)
PART_SILENCE_SECONDS: Final = time_limit(
    "PART_SILENCE_SECONDS", 15.0, "a part to say that it works", "it is killed, and started again"
)
POOL_WEDGED_SECONDS: Final = time_limit(
    "POOL_WEDGED_SECONDS",
    30.0,
    "a free connection, by an API process that looks whether it can do its work, while the database is there",
    "the part is killed, and started again",
)
SWEEP_STEP_SECONDS: Final = time_limit(
    "SWEEP_STEP_SECONDS",
    120.0,
    "one step of a sweep",
    "the part `sweeps` is killed, and started again",
)
BOOKS_STEP_SECONDS: Final = time_limit(
    "BOOKS_STEP_SECONDS",
    3_600.0,
    "the daily check of the books",
    "the part `sweeps` is killed, and started again",
)
CLOSE_REQUEST_SECONDS: Final = time_limit(
    "CLOSE_REQUEST_SECONDS",
    1.0,
    "requests to end that were cancelled at the end of `LAYERS_SHUTDOWN_SECONDS`",
    "the process ends without them",
)
CLOSE_APP_SECONDS: Final = time_limit(
    "CLOSE_APP_SECONDS",
    2.0,
    "an API process to close what it has open",
    "the process ends without it",
)
TRACES_FLUSH_SECONDS: Final = time_limit(
    "TRACES_FLUSH_SECONDS",
    0.5,
    "the last traces to be sent, when a part ends; with a short `LAYERS_SHUTDOWN_SECONDS`, a tenth of it",
    "it ends without them",
)
ORPHAN_SECONDS: Final = time_limit(
    "ORPHAN_SECONDS", 1.5, "a part to end when its supervisor is gone", "it ends itself at once"
)
ARCHIVE_SECONDS: Final = time_limit(
    "ARCHIVE_SECONDS",
    120.0,
    "the target for backups to take what is new in the WAL",
    "the part `archive` says so and ends, and is started again",
)

OPERATOR_CLIENT_SECONDS: Final = time_limit(
    "OPERATOR_CLIENT_SECONDS",
    60.0,
    "the server to answer `layers ops`, tried again where that can help",
    "the command ends and says how to ask again",
)
OPERATOR_UPLOAD_SECONDS: Final = time_limit(
    "OPERATOR_UPLOAD_SECONDS",
    900.0,
    "the server to answer an import of `layers ops`, tried again where that can help",
    "the command ends and says how to ask again",
)
SIMULATED_NODE_SECONDS: Final = time_limit(
    "SIMULATED_NODE_SECONDS",
    60.0,
    "a node of `layers simulate` to do one operation",
    "the simulation fails",
)
SIMULATION_END_SECONDS: Final = time_limit(
    "SIMULATION_END_SECONDS", 10.0, "the nodes of `layers simulate` to end", "they are killed"
)

CLOCK_LOCK_SECONDS: Final = time_limit(
    "CLOCK_LOCK_SECONDS",
    20.0,
    "what somebody else has locked and all that is left to do at one time, by `POST /ops/v1/clock`",
    "503 `UNAVAILABLE`; the clock stays where it is then, and the rest is still due",
)
INSTALLATION_NEWS_SECONDS: Final = time_limit(
    "INSTALLATION_NEWS_SECONDS",
    1.0,
    "news of the installation's clock and mode, in development mode",
    "they are looked up",
)
