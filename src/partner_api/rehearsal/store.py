"""SQL of the rehearsal clock: one offset for the whole installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

CHANNEL = "layers_clock"


async def read_offset(connection: Connection) -> int:
    """How many seconds the installation's time is ahead of the machine's."""
    offset = await connection.fetchval("SELECT clock_offset_seconds FROM installation")
    return int(offset)


async def raise_offset(connection: Connection, offset_seconds: int) -> None:
    """Move the time forward, never back, and tell every process."""
    await connection.execute(
        """
        UPDATE installation SET clock_offset_seconds = $1 WHERE clock_offset_seconds < $1
        """,
        offset_seconds,
    )
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, str(offset_seconds))
