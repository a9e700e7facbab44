"""Limits of what the database may take."""

from __future__ import annotations

from typing import Final

from embedded_postgres.time_limits import LIMITS as EMBEDDED_LIMITS
from partner_api.time_limits.limit import LIMITS, TRIED_AGAIN, UNAVAILABLE, time_limit

CONNECT_SECONDS: Final = time_limit(
    "CONNECT_SECONDS", 10.0, "a new connection to PostgreSQL", UNAVAILABLE
)
ACQUIRE_SECONDS: Final = time_limit(
    "ACQUIRE_SECONDS", 5.0, "a free connection, for a request", UNAVAILABLE
)
BACKGROUND_ACQUIRE_SECONDS: Final = time_limit(
    "BACKGROUND_ACQUIRE_SECONDS", 60.0, "a free connection, for background work", TRIED_AGAIN
)
MIGRATION_LOCK_SECONDS: Final = time_limit(
    "MIGRATION_LOCK_SECONDS", 3.0, "a lock that a migration needs", "it begins anew, ten times"
)
SHARD_MOVE_SECONDS: Final = time_limit(
    "SHARD_MOVE_SECONDS",
    43_200.0,
    "tenants to be moved to another node of a cluster, while they are served",
    "they stay where they were; `layers db move-tenant` and `rebalance` say so",
)
SHARD_CLEANUP_SECONDS: Final = time_limit(
    "SHARD_CLEANUP_SECONDS",
    60.0,
    "the nodes to drop what a move that came to nothing has left",
    "Citus drops it later",
)
NODE_ANSWER_SECONDS: Final = time_limit(
    "NODE_ANSWER_SECONDS",
    2.0,
    "a node of a cluster to answer, after a look across all tenants has failed",
    "the look goes on with the tenants on the other nodes",
)
SWEEP_LOCK_SECONDS: Final = time_limit(
    "SWEEP_LOCK_SECONDS",
    0.5,
    "a lock that somebody else has, by a sweep",
    "the tenant is left for a later step, and the others go on",
)
STATEMENT_SECONDS: Final = time_limit(
    "STATEMENT_SECONDS",
    30.0,
    "one statement of background work, as PostgreSQL counts",
    TRIED_AGAIN,
)
COMMAND_SECONDS: Final = time_limit(
    "COMMAND_SECONDS",
    35.0,
    "the answer to one statement, as the server counts, when PostgreSQL does not answer at all",
    "503 `UNAVAILABLE`; the connection is given up",
)
CANCEL_SECONDS: Final = time_limit(
    "CANCEL_SECONDS",
    1.0,
    "PostgreSQL to end a statement that was given up",
    "the connection is dropped",
)
DEAD_CLIENT_SECONDS: Final = time_limit(
    "DEAD_CLIENT_SECONDS",
    1.0,
    "PostgreSQL to notice, in the midst of a statement, that the process that sent it is gone",
    "the transaction is rolled back",
)
IDLE_TRANSACTION_SECONDS: Final = time_limit(
    "IDLE_TRANSACTION_SECONDS",
    60.0,
    "the next statement of a transaction, as PostgreSQL counts",
    "the transaction is rolled back; 503 `UNAVAILABLE`",
)
READINESS_SECONDS: Final = time_limit(
    "READINESS_SECONDS", 1.5, "the database's answer for `/readyz` and `/metrics`", UNAVAILABLE
)
POOL_CLOSE_SECONDS: Final = time_limit(
    "POOL_CLOSE_SECONDS", 2.0, "connections to be closed in order", "they are dropped"
)
LAST_NOTES_SECONDS: Final = time_limit(
    "LAST_NOTES_SECONDS",
    2.0,
    "the last notes of which keys were used and refused to be written, at a stop",
    "they are lost",
)

# Those of the PostgreSQL that the server brings along, which is a package of its own.
LIMITS.extend(EMBEDDED_LIMITS)
DUE_RENEWALS_SECONDS: Final = time_limit(
    "DUE_RENEWALS_SECONDS",
    10.0,
    "the months of a partner's leases that are due to be charged, before a request that takes money or ends a lease",
    "503 `UNAVAILABLE`; what was charged stays charged",
)
