"""``layers db distribute``: a migrated database is spread over the nodes of its cluster, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from partner_api.database.applied_functions import replace_functions
from partner_api.database.cluster.catalog import Kind, is_distributed, list_tables
from partner_api.database.cluster.distribution import FIRST, distribute_tables
from partner_api.database.cluster.errors import ClusterError
from partner_api.database.cluster.requirements import (
    require_application,
    require_cluster,
    require_fitting_nodes,
)
from partner_api.database.cluster.sessions import keep_settings, keep_settings_of_nodes
from partner_api.database.connection import connect
from partner_api.database.grants import grant_application_role
from partner_api.database.migration_locks import UPGRADE_LOCK, limit_locks, try_for_locks
from partner_api.database.version import is_owner, require_last
from partner_api.time_limits import COMMAND_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from partner_api.database.connection import Connection
    from partner_api.database.location import DatabaseLocation

DEFAULT_SHARDS: Final = 32
"""Enough for 8 workers with 4 shards each, so that moving one moves a quarter of a node. More cost: each is a table of
its own for each of ours, and a statement that looks at all tenants asks every one of them."""
MOST_SHARDS: Final = 1024
# Measured on two cores for all three nodes, so that a real cluster is faster: one table of one shard; copying.
_SECONDS_PER_TABLE: Final = 0.012
_BYTES_PER_SECOND: Final = 10_000_000
# Beside those of tables: of types, functions and shards.
_OTHER_LOCKS: Final = 1000


class PlannedTable(msgspec.Struct, frozen=True):
    """A table that is not spread yet; rows are estimated, bytes have those of its indexes."""

    name: str
    kind: Kind
    rows: int
    bytes: int


class Plan(msgspec.Struct, frozen=True):
    """What spreading a database does.

    Attributes:
        tables: that it spreads, in this order; none when all are.
        shards: into which the tenants are divided.
        nodes: where tenants can be.
        sessions: others that are connected to the database now.
        locks: that it takes on one node.
    """

    tables: list[PlannedTable]
    shards: int
    nodes: list[str]
    sessions: int
    locks: int

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(table.rows for table in self.tables)

    @property
    def bytes(self) -> int:
        """Of all tables."""
        return sum(table.bytes for table in self.tables)

    @property
    def seconds(self) -> float:
        """About how long it takes."""
        return len(self.tables) * self.shards * _SECONDS_PER_TABLE + self.bytes / _BYTES_PER_SECOND


async def make_plan(location: DatabaseLocation, shards: int | None) -> Plan:
    """Check that a database can be spread, and return what that does; locks and changes nothing.

    Args:
        location: the database, at the coordinator.
        shards: into which the tenants are divided; None for the default, or what they are already.

    Raises:
        ClusterError, MigrationError: it cannot; the message says what to do.
        OSError, asyncpg.PostgresError: the server cannot be reached or refuses something.
    """
    connection = await connect(location.owner_url)
    try:
        return await _checked_plan(connection, location, shards)
    finally:
        await connection.close()


async def distribute(
    location: DatabaseLocation,
    note: Callable[[PlannedTable], None],
    *,
    shards: int | None = None,
) -> None:
    """Spread a migrated database over the nodes of its cluster, in one transaction; idempotent.

    Args:
        location: as of ``make_plan``.
        note: called with each table before it is spread.
        shards: as of ``make_plan``.

    Raises:
        ClusterError, MigrationError: it cannot be done now; the message says what to do.
        OSError, asyncpg.PostgresError: the server cannot be reached or refuses something.
    """
    connection = await connect(location.owner_url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", UPGRADE_LOCK)
        plan = await _checked_plan(connection, location, shards)
        planned = {table.name: table for table in plan.tables}
        await limit_locks(connection)
        await _set_nodes_up(connection, location)
        await connection.execute(
            "SELECT set_config('citus.shard_count', $1, false)", str(plan.shards)
        )

        async def apply() -> None:
            async with connection.transaction():
                if planned:
                    # All at once and in the end's mode: whoever has one of them would else wait for another.
                    await connection.execute(
                        f"LOCK TABLE {', '.join(planned)} IN ACCESS EXCLUSIVE MODE"
                    )
                await distribute_tables(connection, lambda name: note(planned[name]))
                await replace_functions(connection)
                if location.application_role is not None:
                    await grant_application_role(connection, location.application_role)
                await keep_settings(connection)

        await try_for_locks(location.owner_url, apply)
    finally:
        await connection.close()


async def _set_nodes_up(owner: Connection, location: DatabaseLocation) -> None:
    server = await connect(location.application_url, command_seconds=COMMAND_SECONDS)
    try:
        await keep_settings_of_nodes(owner, server)
    finally:
        await server.close()


async def _checked_plan(
    connection: Connection, location: DatabaseLocation, shards: int | None
) -> Plan:
    nodes = await require_cluster(connection)
    await require_last(connection)
    if not await is_owner(connection):
        raise ClusterError(
            "Only the role that owns the tables can spread them. Name it in LAYERS_MIGRATION_DATABASE_URL, then run "
            "this again."
        )
    places = [node.name for node in nodes if node.has_tenants]
    found = await _shards_of(connection)
    if found is not None and shards not in (None, found):
        raise ClusterError(
            f"The tenants are divided into {found} shards already, and stay so. Run it without --shards; a large "
            "tenant gets one of its own with `layers db move-tenant --isolate`."
        )
    count = found or shards or DEFAULT_SHARDS
    tables = await _planned_tables(connection)
    locks = await _locks(connection, tables, -(-count // max(1, len(places))))
    await require_fitting_nodes(connection, nodes, location.application_role, locks=locks)
    if location.application_role is not None:
        await require_application(location.application_url)
    sessions = await connection.fetchval(
        """
        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
           AND backend_type = 'client backend' AND application_name NOT LIKE 'citus%'
        """
    )
    return Plan(tables, count, places, sessions, locks)


async def _shards_of(connection: Connection) -> int | None:
    if not await is_distributed(connection):
        return None
    found: int = await connection.fetchval(
        "SELECT count(*) FROM pg_dist_shard WHERE logicalrelid = $1::text::regclass", FIRST
    )
    return found


async def _planned_tables(connection: Connection) -> list[PlannedTable]:
    kinds = {
        table.name: table.kind for table in await list_tables(connection) if not table.distributed
    }
    rows = await connection.fetch(
        """
        SELECT t.name, coalesce(sum(CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE s.n_live_tup END), 0)::bigint
                   AS rows,
               coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint AS bytes
          FROM unnest($1::text[]) WITH ORDINALITY t (name, place)
          JOIN pg_class c
            ON c.oid = t.name::regclass OR c.oid IN (SELECT relid FROM pg_partition_tree(t.name::regclass))
          LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
         WHERE c.relkind = 'r'
         GROUP BY t.name, t.place ORDER BY t.place
        """,
        list(kinds),
    )
    return [
        PlannedTable(row["name"], kinds[row["name"]], row["rows"], row["bytes"]) for row in rows
    ]


async def _locks(connection: Connection, tables: list[PlannedTable], shards: int) -> int:
    """Estimate the locks that spreading takes on a node with so many shards: of each table, index and partition."""
    relations: int = await connection.fetchval(
        """
        SELECT coalesce(sum(1 + (SELECT count(*) FROM pg_index i WHERE i.indrelid = c.oid)
                              + CASE WHEN c.reltoastrelid <> 0 THEN 2 ELSE 0 END), 0)::bigint
          FROM unnest($1::text[]) t (name)
          JOIN pg_class c
            ON c.oid = t.name::regclass OR c.oid IN (SELECT relid FROM pg_partition_tree(t.name::regclass))
        """,
        [table.name for table in tables],
    )
    return relations * shards + _OTHER_LOCKS
