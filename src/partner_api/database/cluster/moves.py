"""Moving tenants between the nodes of a cluster, while they are served."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import asyncpg
import msgspec

from partner_api.database.cluster.errors import ClusterError
from partner_api.database.cluster.places import Place, find_place
from partner_api.database.connection import connect
from partner_api.time_limits import (
    COMMAND_SECONDS,
    SHARD_CLEANUP_SECONDS,
    SHARD_MOVE_SECONDS,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from partner_api.database.cluster.catalog import Node
    from partner_api.database.connection import Connection

_LOOK_EVERY_SECONDS: Final = 0.5
# Rows are copied while they are written, and logical replication brings the writes that come meanwhile: tenants wait
# only for the last of them. All tables have a primary key, by which it finds rows.
_MODE: Final = "force_logical"


class Progress(msgspec.Struct, frozen=True):
    """How far a move is.

    Attributes:
        phase: what Citus does, in its words; empty when it does not say.
        copied: bytes that the new place has.
        total: bytes of the old one.
    """

    phase: str
    copied: int
    total: int


async def move_shard(
    owner_url: str, shard: int, source: Node, target: Node, note: Callable[[Progress], None]
) -> None:
    """Move the tenants of a shard, with all their rows, to another node.

    Args:
        owner_url: at the coordinator.
        shard: of the table of organizations; all others lie with it.
        source: where it is.
        target: where it shall be.
        note: called again and again with how far it is.

    Raises:
        ClusterError: it could not be done, and nothing of it was kept; the message says what to do.
        OSError, asyncpg.PostgresError: the coordinator cannot be reached.
    """
    async with _changing_shards(owner_url, note) as connection:
        await connection.execute(
            "SELECT citus_move_shard_placement($1, $2, $3, $4, $5, $6::text::citus.shard_transfer_mode)",
            shard,
            source.host,
            source.port,
            target.host,
            target.port,
            _MODE,
        )


async def isolate_tenant(
    owner_url: str, place: Place, target: Node, note: Callable[[Progress], None]
) -> list[int]:
    """Move the tenants of a shard to another node, and there give one of them a shard of its own.

    It is done in one step, by a split that copies to another node. A split in place hangs for ever when a row is
    changed in its first second: Citus creates the new parts' primary keys only after it has begun to note changes, and
    what is noted before cannot be applied. On another node, it notes them for tables that have keys from the beginning.

    Args:
        owner_url: at the coordinator.
        place: where the tenant is.
        target: another node.
        note: as of ``move_shard``.

    Returns:
        The shards of the others, which are on the node now, too.

    Raises:
        ClusterError, OSError, asyncpg.PostgresError: as of ``move_shard``.
    """
    async with _changing_shards(owner_url, note) as connection:
        row = await connection.fetchrow(
            """
            SELECT shardminvalue::integer, shardmaxvalue::integer, worker_hash($2::bigint)
              FROM pg_dist_shard WHERE shardid = $1
            """,
            place.shard,
            place.tenant_id,
        )
        if row is None:
            raise ClusterError(
                "The shard was moved or split meanwhile. Nothing was done; try again."
            )
        low, high, value = row
        # A shard ends with each of these, the last one with the end of what is split.
        ends = [end for end in (value - 1, value) if low <= end < high]
        await connection.execute(
            "SELECT citus_split_shard_by_split_points("
            "$1, $2::text[], $3::integer[], $4::text::citus.shard_transfer_mode)",
            place.shard,
            [str(end) for end in ends],
            [target.id] * (len(ends) + 1),
            _MODE,
        )
        own = (await find_place(connection, place.tenant_id, place.env)).shard
        rows = await connection.fetch(
            """
            SELECT shardid FROM pg_dist_shard WHERE logicalrelid = 'organizations'::regclass AND shardid <> $1
               AND shardminvalue::integer >= $2 AND shardmaxvalue::integer <= $3 ORDER BY shardid
            """,
            own,
            low,
            high,
        )
    return [row["shardid"] for row in rows]


@contextlib.asynccontextmanager
async def _changing_shards(
    owner_url: str, note: Callable[[Progress], None]
) -> AsyncIterator[Connection]:
    """Yield a connection for one change of shards; say how far it is, and clear up if it comes to nothing."""
    connection = await connect(owner_url)
    watch = await connect(owner_url, command_seconds=COMMAND_SECONDS)
    try:
        await connection.execute(
            "SELECT set_config('statement_timeout', $1, false)", f"{SHARD_MOVE_SECONDS:g}s"
        )
        task = asyncio.create_task(_note_progress(watch, note), name="progress of a move")
        try:
            yield connection
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    except asyncpg.PostgresError as error:
        await _clear_up(owner_url)
        raise ClusterError(_explanation(error)) from error
    except asyncio.CancelledError:
        # The statement has been cancelled; what it leaves on the nodes would be removed later, too.
        await _clear_up(owner_url)
        raise
    finally:
        connection.terminate()
        watch.terminate()


def _explanation(error: asyncpg.PostgresError) -> str:
    """Return a sentence that says what to do after an error of a move."""
    said = str(error.args[0]).rstrip(".")
    if isinstance(error, asyncpg.QueryCanceledError):
        then = (
            f"It was not done within {SHARD_MOVE_SECONDS / 3600:g} hours, so somebody holds a transaction open, or a "
            "node is too busy; find out with pg_stat_activity of the nodes, and try again"
        )
    elif "could not acquire the lock" in said:
        then = "Another move runs: `layers db status` shows it. Wait for its end, then try again"
    elif isinstance(error, asyncpg.InsufficientPrivilegeError):
        then = "Name the owner's role in LAYERS_MIGRATION_DATABASE_URL, then try again"
    elif "wal_level" in said or "replication slots" in said or "max_" in said:
        then = "Change the setting on the nodes (docs/scale.md), then try again"
    else:
        then = (
            "See that `layers db status` shows all nodes as reachable and that each has free disk space, then try "
            "again"
        )
    return f"Citus refuses: {said}. Nothing was moved, and nothing is lost. {then}."


async def _note_progress(connection: Connection, note: Callable[[Progress], None]) -> None:
    while True:
        note(await read_progress(connection))
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


async def read_progress(connection: Connection) -> Progress:
    """Return how far the moves that run now are, together."""
    row = await connection.fetchrow(
        """
        SELECT coalesce(min(status), '') AS phase, coalesce(sum(target_shard_size), 0)::bigint AS copied,
               coalesce(sum(source_shard_size), 0)::bigint AS total FROM get_rebalance_progress()
        """
    )
    assert row is not None  # noqa: S101 - an aggregate
    return Progress(*row)


async def _clear_up(owner_url: str) -> None:
    """Remove what a move that came to nothing has left; Citus does it later, if this cannot now."""
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        async with asyncio.timeout(SHARD_CLEANUP_SECONDS):
            connection = await connect(owner_url)
            try:
                await connection.execute("CALL citus_cleanup_orphaned_resources()")
            finally:
                connection.terminate()
