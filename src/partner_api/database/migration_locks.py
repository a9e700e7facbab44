"""The locks that a migration waits for: not for long, since everybody who comes after it waits behind it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import asyncpg

from partner_api.database.connection import connect
from partner_api.time_limits import COMMAND_SECONDS, MIGRATION_LOCK_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from partner_api.database.connection import Connection

_TRIES: Final = 10
_PAUSE_SECONDS: Final = 2.0
_LOOK_EVERY_SECONDS: Final = 0.2
# By which the connections of migrations are known.
_NAME: Final = "layers migration"

UPGRADE_LOCK: Final = 0x6C617965
"""Serializes concurrent upgrades of one database. Any constant will do, as long as it stays."""

LOCK_SETTINGS: Final = {
    "application_name": _NAME,
    "lock_timeout": f"{MIGRATION_LOCK_SECONDS:g}s",
}
"""Of PostgreSQL, for the connection of a migration."""


class MigrationError(Exception):
    """The database cannot be brought to this version; the message says why and what to do."""


async def limit_locks(connection: Connection) -> None:
    """Let a connection wait for locks as those of migrations do, from now on."""
    for name, value in LOCK_SETTINGS.items():
        await connection.execute("SELECT set_config($1, $2, false)", name, value)


async def try_for_locks(owner_url: str, apply: Callable[[], Awaitable[None]]) -> None:
    """Apply a migration, and begin anew when somebody holds a lock of what it changes, up to ten times.

    Args:
        owner_url: URL of the role that owns the schema.
        apply: does all of it, in transactions, so that what was not committed is done again.

    Raises:
        MigrationError: the lock was held the whole time; the message says by whom.
    """
    holders: dict[int, str] = {}
    for left in reversed(range(_TRIES)):
        try:
            async with _noting_holders(owner_url, holders):
                await apply()
        except asyncpg.LockNotAvailableError:
            if left:
                await _pause(_PAUSE_SECONDS)
        else:
            return
    who = "; ".join(holders.values()) or "a transaction that has ended meanwhile"
    raise MigrationError(
        "The migration was given up, and nothing of it was kept: what it changes is locked. "
        f"The lock is held by {who}. End that transaction, or wait for its end, then migrate again."
    )


async def _pause(seconds: float) -> None:
    await asyncio.sleep(seconds)


@contextlib.asynccontextmanager
async def _noting_holders(owner_url: str, holders: dict[int, str]) -> AsyncIterator[None]:
    """Note who holds what the migration of a block waits for, instead of who held it before."""
    connection = await connect(owner_url, command_seconds=COMMAND_SECONDS)
    try:
        task = asyncio.create_task(_note_holders(connection, holders), name="holders of locks")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    finally:
        await connection.close()


async def _note_holders(connection: Connection, holders: dict[int, str]) -> None:
    while True:
        rows = await connection.fetch(
            """
            SELECT h.pid, coalesce(h.usename, 'nobody') AS role, h.application_name AS program,
                   coalesce(h.state, 'working') AS state,
                   extract(epoch FROM clock_timestamp() - h.xact_start)::integer AS seconds
              FROM pg_stat_activity m
             CROSS JOIN LATERAL unnest(pg_blocking_pids(m.pid)) b (pid)
              JOIN pg_stat_activity h ON h.pid = b.pid
             WHERE m.application_name = $1 AND m.datname = current_database()
               AND m.wait_event_type = 'Lock' AND m.wait_event <> 'advisory'
            """,
            _NAME,
        )
        if rows:
            holders.clear()
        for row in rows:
            since = "" if row["seconds"] is None else f" for {row['seconds']} seconds"
            program = f" ({row['program']})" if row["program"] else ""
            holders[row["pid"]] = (
                f"process {row['pid']}{program} of the role {row['role']}, {row['state']}{since}"
            )
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
