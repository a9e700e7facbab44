"""SQL of the installation's one row: its rehearsal clock, and whether it is production's.

Only one of the two can be: each of the statements that change the row locks it and decides on what it then finds, and
a constraint of the table holds for everybody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.database.rows import read_row

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

CHANNEL = "layers_clock"


class Installation(msgspec.Struct, frozen=True):
    """How far the installation's time is ahead of the machine's, and whether it was ever in production."""

    clock_offset_seconds: int
    ever_production: bool


async def read_installation(connection: Connection) -> Installation:
    """Return the installation's row."""
    row = await connection.fetchrow(
        "SELECT clock_offset_seconds, ever_production FROM installation"
    )
    found = read_row(Installation, row)
    assert found is not None  # noqa: S101 - created with the schema
    return found


async def raise_offset(connection: Connection, offset_seconds: int) -> int | None:
    """Move the time forward, never back, and tell every process.

    Returns:
        The offset as it is now, at least ``offset_seconds``; None when the database is production's,
        and then nothing was moved.
    """
    moved: int | None = await connection.fetchval(
        """
        WITH moved AS (
            UPDATE installation SET clock_offset_seconds = greatest(clock_offset_seconds, $1)
             WHERE NOT ever_production
            RETURNING clock_offset_seconds)
        SELECT clock_offset_seconds, pg_notify($2, clock_offset_seconds::text) FROM moved
        """,
        offset_seconds,
        CHANNEL,
    )
    return moved


async def enter_production(connection: Connection) -> bool:
    """Mark the database as production's, for ever, and tell every process in development mode.

    Returns:
        Whether it is; False when its time was moved ahead, and then nothing was marked.
    """
    entered = await connection.fetchval(
        """
        WITH entered AS (
            UPDATE installation SET ever_production = true WHERE clock_offset_seconds = 0
            RETURNING clock_offset_seconds)
        -- The offset, because a process of the previous release reads a number.
        SELECT true, pg_notify($1, clock_offset_seconds::text) FROM entered
        """,
        CHANNEL,
    )
    return entered is not None


async def is_for_development(connection: Connection) -> bool:
    """Return whether the database never was production's.

    Waits for a server that is entering production at this moment, and in a transaction keeps others from it until
    the end.
    """
    return not await connection.fetchval("SELECT ever_production FROM installation FOR SHARE")
