"""The replication slot that keeps WAL until it has been copied, and the position up to which there is some.

The bound is `max_slot_wal_keep_size`: what falls behind further loses the slot, and the server goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import asyncpg

from embedded_postgres.backup.wal import format_lsn, parse_lsn
from embedded_postgres.time_limits import EMBEDDED_PREPARE_SECONDS

if TYPE_CHECKING:
    from datetime import datetime

SLOT: Final = "layers_backup"
MOST_WAL_KEPT: Final = "8GB"


class Position(NamedTuple):
    """How far the WAL goes.

    Args:
        as_of: whatever was committed before this is in the WAL up to `flushed`.
        flushed: the LSN up to which it is on disk.
        timeline: of the running server.
        kept_from: the LSN from which it is kept.
    """

    as_of: datetime
    flushed: int
    timeline: int
    kept_from: int


async def connect_as_owner(url: str) -> asyncpg.Connection:
    """Connect as the owner of the cluster."""
    return await asyncpg.connect(
        url, timeout=EMBEDDED_PREPARE_SECONDS, command_timeout=EMBEDDED_PREPARE_SECONDS
    )


async def read_system_identifier(connection: asyncpg.Connection) -> str:
    """Return the number that a cluster, and what was restored from its backups, has alone."""
    return str(await connection.fetchval("SELECT system_identifier::text FROM pg_control_system()"))


async def keep_wal(connection: asyncpg.Connection) -> bool:
    """See that WAL is kept; return whether some had to be given up since it was kept before."""
    status = await connection.fetchrow(
        "SELECT wal_status FROM pg_replication_slots WHERE slot_name = $1", SLOT
    )
    was_lost = status is not None and status["wal_status"] == "lost"
    if was_lost:
        await connection.execute("SELECT pg_drop_replication_slot($1)", SLOT)
    if status is None or was_lost:
        await connection.execute("SELECT pg_create_physical_replication_slot($1, true)", SLOT)
    return was_lost


async def stop_keeping_wal(connection: asyncpg.Connection) -> None:
    """Let the server remove its WAL as if nobody copied it."""
    await connection.execute(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1",
        SLOT,
    )


async def read_position(connection: asyncpg.Connection) -> Position | None:
    """Return how far the WAL goes; None when the slot is gone or lost."""
    # First: what is committed after it may be in the WAL too, what was before must be.
    as_of = await connection.fetchval("SELECT clock_timestamp()")
    row = await connection.fetchrow(
        """
        SELECT pg_current_wal_flush_lsn()::text AS flushed,
               left(pg_walfile_name(pg_current_wal_flush_lsn()), 8) AS timeline,
               restart_lsn::text AS kept_from
          FROM pg_replication_slots
         WHERE slot_name = $1 AND wal_status <> 'lost' AND restart_lsn IS NOT NULL
        """,
        SLOT,
    )
    if row is None:
        return None
    return Position(
        as_of, parse_lsn(row["flushed"]), int(row["timeline"], 16), parse_lsn(row["kept_from"])
    )


async def give_up_to(connection: asyncpg.Connection, lsn: int) -> None:
    """Let the server remove WAL before an LSN."""
    await connection.execute(
        "SELECT pg_replication_slot_advance($1, $2::text::pg_lsn)", SLOT, format_lsn(lsn)
    )


async def read_time(connection: asyncpg.Connection) -> datetime:
    """Return the time of the server, by which its commits are dated."""
    found: datetime = await connection.fetchval("SELECT clock_timestamp()")
    return found
