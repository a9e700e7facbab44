"""Opening connections, and how values travel between Python and PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import asyncpg
import msgspec

from partner_api.database.cluster.catalog import is_distributed
from partner_api.database.pool import BoundedConnection, Pool
from partner_api.database.statements import record_statements
from partner_api.time_limits import (
    ACQUIRE_SECONDS,
    COMMAND_SECONDS,
    CONNECT_SECONDS,
    DEAD_CLIENT_SECONDS,
    IDLE_TRANSACTION_SECONDS,
    LOCK_SECONDS,
    REQUEST_STATEMENT_SECONDS,
    STATEMENT_SECONDS,
)
from partner_api.tracing import live

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from asyncpg.pool import PoolConnectionProxy

    from partner_api.metrics.pool import PoolName

    Row = asyncpg.Record
    Connection = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]

__all__ = ["SETTINGS", "Connection", "Pool", "Row", "connect", "open_pool", "prepare_connection"]

# The byte that the binary form of jsonb starts with.
_JSONB_VERSION = b"\x01"
_KEPT_IDLE_SECONDS = 300.0


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


SETTINGS = {
    "application_name": "layers",
    "timezone": "UTC",
    "client_connection_check_interval": _milliseconds(DEAD_CLIENT_SECONDS),
}
"""What holds for every connection. A transaction ends soon after its process was killed, whatever it was doing."""

_POOL_SETTINGS = {
    **SETTINGS,
    "statement_timeout": _milliseconds(STATEMENT_SECONDS),
    "idle_in_transaction_session_timeout": _milliseconds(IDLE_TRANSACTION_SECONDS),
}

REQUEST_SETTINGS = {
    "lock_timeout": _milliseconds(LOCK_SECONDS),
    "statement_timeout": _milliseconds(REQUEST_STATEMENT_SECONDS),
    # A page of a list comes through an index, in its order. If a bitmap were allowed, a ledger that the planner takes
    # for short would be read whole and sorted for each page: what it takes it for follows from a sample.
    "enable_bitmapscan": "off",
}
"""Of the connections for requests: nobody waits there for a lock as long as background work may."""


async def prepare_connection(connection: Connection) -> None:
    """Teach a connection to read and write JSON columns as Python values, and note whether its tables are spread.

    JSON in the binary format, because only that can travel inside the composite types of the money functions.
    """
    await connection.set_type_codec(
        "json",
        schema="pg_catalog",
        format="binary",
        encoder=msgspec.json.encode,
        decoder=msgspec.json.decode,
    )
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: _JSONB_VERSION + msgspec.json.encode(value),
        decoder=lambda text: msgspec.json.decode(memoryview(text)[1:]),
    )
    if isinstance(connection, BoundedConnection):
        connection.is_spread = await is_distributed(connection)


async def open_pool(
    url: str,
    size: int,
    *,
    acquire_seconds: float = ACQUIRE_SECONDS,
    settings: Mapping[str, str] | None = None,
    connection_class: type[BoundedConnection] = BoundedConnection,
    kept_idle_seconds: float = _KEPT_IDLE_SECONDS,
    name: PoolName | None = None,
) -> Pool:
    """Open a pool of at most ``size`` connections to ``url``, of which one is made at once.

    Args:
        url: of the database, with the role.
        size: most connections at a time.
        acquire_seconds: how long a free connection is waited for.
        settings: of PostgreSQL, beside the usual ones.
        connection_class: what a connection is.
        kept_idle_seconds: after how long a connection that nobody uses is closed; 0 keeps it.
        name: in the numbers behind /metrics; None to leave it out of them.

    Raises:
        OSError, asyncpg.PostgresError: the server cannot be reached or refuses the role.
    """
    prepare = prepare_connection

    async def prepare_or_drop(connection: Connection) -> None:
        try:
            await prepare(connection)
            if live.tracer is not None:
                record_statements(connection)
        except BaseException:
            # The driver would say goodbye to a server that does not answer.
            connection.terminate()
            raise

    driver_pool = await asyncpg.create_pool(
        url,
        # None is kept for its own sake: the driver would log a traceback for every try to restore it.
        min_size=0,
        init_size=1,
        max_size=size,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        max_inactive_connection_lifetime=kept_idle_seconds,
        connection_class=connection_class,
        init=prepare_or_drop,
        reset=_leave_as_it_is,
        server_settings={**_POOL_SETTINGS, **(settings or {})},
    )
    return Pool(
        driver_pool,
        lambda command_seconds: connect(url, command_seconds=command_seconds),
        acquire_seconds,
        name,
    )


@contextlib.asynccontextmanager
async def ending_within(connection: Connection, seconds: float) -> AsyncIterator[None]:
    """Let every statement of the block end within so many seconds, if it ends sooner than those of requests do.

    PostgreSQL itself cancels it, so that what was cancelled has not happened.
    """
    if seconds >= REQUEST_STATEMENT_SECONDS:
        yield
        return
    await _set_timeouts(connection, min(seconds, LOCK_SECONDS), seconds)
    try:
        yield
    finally:
        if not connection.is_closed():
            try:
                await _set_timeouts(connection, LOCK_SECONDS, REQUEST_STATEMENT_SECONDS)
            except BaseException as error:
                # Nobody else may get a connection that is so impatient.
                connection.terminate()
                # What the block raised says more.
                if not isinstance(error, Exception):
                    raise


async def _set_timeouts(
    connection: Connection, lock_seconds: float, statement_seconds: float
) -> None:
    await connection.execute(
        "SELECT set_config('lock_timeout', $1, false), set_config('statement_timeout', $2, false)",
        _milliseconds(lock_seconds),
        _milliseconds(statement_seconds),
    )


async def _leave_as_it_is(_: Connection) -> None:
    """Save the round trip with which a connection's settings are undone whenever it is given back.

    Whoever changes them undoes that itself.
    """


async def connect(url: str, *, command_seconds: float | None = None) -> Connection:
    """Open one connection outside any pool, for what runs once.

    Args:
        url: of the database, with the role.
        command_seconds: how long the answer to a statement is waited for; None for commands whose statements
            may take as long as they need, and which a person can stop.

    Raises:
        OSError, asyncpg.PostgresError: the server cannot be reached or refuses the role.
    """
    connection = await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS,
        command_timeout=command_seconds,
        connection_class=BoundedConnection,
        server_settings=SETTINGS,
    )
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await prepare_connection(connection)
    except BaseException:
        connection.terminate()
        raise
    return connection


async def require_answer(connection: Connection | Pool) -> None:
    """Check that the database answers.

    Raises:
        OSError, asyncpg.PostgresError: it does not.
    """
    await connection.execute("SELECT")
