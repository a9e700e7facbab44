"""The connection pool, and how values travel between Python and PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import msgspec

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Pool = asyncpg.Pool[asyncpg.Record]
    Row = asyncpg.Record
    Connection = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]

CONNECT_TIMEOUT_SECONDS = 10
STATEMENT_TIMEOUT_MILLISECONDS = 30_000
# The byte that the binary form of jsonb starts with.
_JSONB_VERSION = b"\x01"


async def prepare_connection(connection: Connection) -> None:
    """Teach a connection to read and write JSON columns as Python values.

    In the binary format, because only that can travel inside the composite types of the money functions.
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


async def open_pool(url: str, size: int) -> Pool:
    """Open a pool of at most ``size`` connections to ``url``.

    Raises:
        OSError, asyncpg.PostgresError: the server cannot be reached or refuses the role.
    """
    pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        timeout=CONNECT_TIMEOUT_SECONDS,
        init=prepare_connection,
        reset=_leave_as_it_is,
        server_settings={
            "application_name": "layers",
            "timezone": "UTC",
            "statement_timeout": str(STATEMENT_TIMEOUT_MILLISECONDS),
        },
    )
    return pool


async def _leave_as_it_is(_: Connection) -> None:
    """Save the round trip with which a connection's settings are undone whenever it is given back.

    Whoever changes them undoes that itself.
    """


async def connect(url: str) -> Connection:
    """Open one connection outside any pool, for commands that run once.

    Raises:
        OSError, asyncpg.PostgresError: the server cannot be reached or refuses the role.
    """
    connection = await asyncpg.connect(
        url,
        timeout=CONNECT_TIMEOUT_SECONDS,
        server_settings={"application_name": "layers", "timezone": "UTC"},
    )
    await prepare_connection(connection)
    return connection
