"""Distinguishing an unavailable database from a bug, what was done from what was not, and logging it once a minute."""

from __future__ import annotations

import asyncpg
import structlog

from partner_api.logs import OncePerMinute

_log = structlog.get_logger(__name__)
_lines = OncePerMinute()

FAILURES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""All that a statement, or a pool that is asked for a connection, can raise; for what is to go on after any of it."""

# InternalClientError is what the driver makes of a connection that dies in the midst of an exchange.
# ConnectionError and TimeoutError are its own and the pool's; other errors of the operating system are not
# about the database.
_UNAVAILABLE = (
    ConnectionError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InternalClientError,
)
# InterfaceError is also what the driver raises for mistakes of its user, so it counts by what it says.
_GONE = ("closed", "closing", "released")

# What is raised in the midst of a statement when its answer will never come. Whoever ends the server's processes may
# do so just after it has committed.
_LOST = (
    ConnectionError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InternalClientError,
)

# What the coordinator of a cluster says, under the SQLSTATE of an internal error, when a node goes away during a
# statement or a commit.
_NODE_GONE = ("on at least one active node", "server closed the connection", "connection not open")
# What it says of a node to which it could not even send the statement.
_NOT_REACHED = "Is the server running on that host"

NODE_UNREACHABLE = asyncpg.ConnectionFailureError
"""Raised by the coordinator of a cluster, on a connection that is as good as before: the node of a tenant is down, and
the tenants of others may be served. A server alone never says so."""

MET_OTHERS = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""Raised when a transaction was rolled back because of other transactions, and not of its own rows."""

TOOK_TOO_LONG = (asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError)
"""Raised when PostgreSQL has ended a statement at a time limit. Nothing was done."""

ROLLED_BACK = (
    *MET_OTHERS,
    # A migration has changed the table of a statement that this process had prepared before.
    asyncpg.InvalidCachedStatementError,
)
"""Raised when a transaction was rolled back for what others did; once more, it will most likely pass."""


class OutcomeUnknown(Exception):
    """A change was sent to the database and its answer got lost: it was done or not."""


def is_unavailable(error: BaseException) -> bool:
    """Return whether an error says that the database cannot do its work now: it would be the same for any statement.

    The connection is lost or there is none, it does not answer in time, it shuts down, its disk or memory is
    full, its disk has a fault, or it has become a standby that only reads. In a cluster, that may be so of one node.
    """
    if isinstance(error, asyncpg.InterfaceError):
        return _is_gone(error)
    if isinstance(error, asyncpg.InternalServerError):
        return _is_node_gone(error)
    # A statement that took too long says nothing of others.
    return isinstance(error, _UNAVAILABLE) and not isinstance(error, asyncpg.QueryCanceledError)


def is_lost(error: BaseException) -> bool:
    """Return whether an error, raised by a statement that commits, leaves open whether it has."""
    if isinstance(error, asyncpg.InterfaceError):
        return _is_gone(error)
    if isinstance(error, asyncpg.InternalServerError):
        return _is_node_gone(error)
    if isinstance(error, NODE_UNREACHABLE) and _NOT_REACHED in str(error):
        return False
    return isinstance(error, _LOST) and not isinstance(error, asyncpg.QueryCanceledError)


def is_of_node(error: BaseException) -> bool:
    """Return whether the coordinator of a cluster says that a node does not answer; a server alone never does."""
    return isinstance(error, NODE_UNREACHABLE) or (
        isinstance(error, asyncpg.InternalServerError) and _is_node_gone(error)
    )


def _is_gone(error: asyncpg.InterfaceError) -> bool:
    return any(word in str(error) for word in _GONE)


def _is_node_gone(error: asyncpg.InternalServerError) -> bool:
    return any(text in str(error) for text in _NODE_GONE)


def log_unavailable(error: BaseException, *, where: str, **fields: object) -> None:
    """Log that the database was unavailable, at most once a minute in this process.

    Args:
        error: how that showed.
        where: what needed the database.
        fields: further fields of the line.
    """
    left_out = _lines.admit()
    if left_out is not None:
        _log.warning(
            "database_unavailable",
            where=where,
            reason=f"{type(error).__name__}: {error}",
            left_out=left_out,
            **fields,
        )
