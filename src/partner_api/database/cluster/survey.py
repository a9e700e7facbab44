"""What is where on a cluster, for ``layers db status``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import msgspec

from partner_api.database.cluster.catalog import (
    has_extension,
    is_distributed,
    list_nodes,
    list_tables,
)
from partner_api.database.cluster.moves import Progress, read_progress
from partner_api.database.cluster.places import shard_bytes

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.cluster.catalog import Node
    from partner_api.database.connection import Connection


class NodeUse(msgspec.Struct, frozen=True):
    """A node, and what it has; ``bytes`` is None when a node does not say."""

    node: Node
    reachable: bool
    shards: int
    tenants: int
    bytes: int | None


class OwnShard(msgspec.Struct, frozen=True):
    """A tenant that has a shard of its own."""

    partner_id: UUID
    env: str
    node: str


class Survey(msgspec.Struct, frozen=True):
    """What is where.

    Attributes:
        citus: its version.
        distributed: whether the database is spread at all.
        nodes: the coordinator first.
        spread: tables that are divided by tenant.
        copied: tables of which each node has a copy.
        local: tables that the coordinator alone has.
        missing: tables and functions that are not spread yet.
        delegated: functions that run where the tenant is.
        own_shards: tenants that have one.
        move: how far the move is that runs now.
    """

    citus: str
    distributed: bool
    nodes: list[NodeUse]
    spread: list[str]
    copied: list[str]
    local: list[str]
    missing: list[str]
    delegated: int
    own_shards: list[OwnShard]
    move: Progress | None


async def take_survey(connection: Connection) -> Survey | None:
    """Return what is where; None on one PostgreSQL."""
    if not await has_extension(connection):
        return None
    version = await connection.fetchval(
        "SELECT extversion FROM pg_extension WHERE extname = 'citus'"
    )
    distributed = await is_distributed(connection)
    tables = await list_tables(connection)
    done = [table for table in tables if table.distributed]
    missing = [table.name for table in tables if not table.distributed]
    local = await connection.fetch(
        """
        SELECT c.relname::text AS name FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
           AND c.relname <> ALL ($1::text[])
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
           AND NOT EXISTS (SELECT FROM pg_dist_shard s WHERE c.relname::text = s.logicalrelid::text || '_' || s.shardid)
         ORDER BY 1
        """,
        [table.name for table in tables],
    )
    functions = await connection.fetch(
        """
        SELECT p.oid::regprocedure::text AS signature, o.distribution_argument_index IS NOT NULL AS delegated
          FROM pg_proc p
          LEFT JOIN pg_dist_object o ON o.classid = 'pg_proc'::regclass AND o.objid = p.oid
         WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND p.proargnames[1] = 'p_tenant_id'
         ORDER BY 1
        """
    )
    progress = await read_progress(connection)
    return Survey(
        citus=version,
        distributed=distributed,
        nodes=await _use_of_nodes(connection, distributed=distributed),
        spread=[table.name for table in done if table.kind == "tenants"],
        copied=[table.name for table in done if table.kind == "copied"],
        local=[row["name"] for row in local],
        missing=missing + [row["signature"] for row in functions if not row["delegated"]],
        delegated=sum(row["delegated"] for row in functions),
        own_shards=await _own_shards(connection) if distributed else [],
        move=progress if progress.phase else None,
    )


async def _use_of_nodes(connection: Connection, *, distributed: bool) -> list[NodeUse]:
    nodes = await list_nodes(connection)
    reachable = {node.group: await _is_reachable(connection, node) for node in nodes}
    shards: dict[int, list[int]] = {node.group: [] for node in nodes}
    tenants: dict[int, int] = {}
    sizes: dict[int, int] | None = None
    if distributed:
        for row in await connection.fetch(
            """
            SELECT p.groupid, p.shardid FROM pg_dist_placement p JOIN pg_dist_shard s USING (shardid)
             WHERE s.logicalrelid = 'organizations'::regclass
            """
        ):
            shards.setdefault(row["groupid"], []).append(row["shardid"])
        ids = await connection.fetch("SELECT id FROM tenants")
        tenants = {
            row["groupid"]: row["tenants"]
            for row in await connection.fetch(
                """
                SELECT p.groupid, count(*) AS tenants FROM unnest($1::bigint[]) id JOIN pg_dist_placement p
                    ON p.shardid = get_shard_id_for_distribution_column('organizations', id) GROUP BY p.groupid
                """,
                [row["id"] for row in ids],
            )
        }
        # Asks all nodes.
        sizes = await shard_bytes(connection) if all(reachable.values()) else None
    return [
        NodeUse(
            node,
            reachable[node.group],
            len(shards[node.group]),
            tenants.get(node.group, 0),
            None if sizes is None else sum(sizes.get(shard, 0) for shard in shards[node.group]),
        )
        for node in nodes
    ]


async def _is_reachable(connection: Connection, node: Node) -> bool:
    try:
        return bool(
            await connection.fetchval(
                "SELECT citus_check_connection_to_node($1, $2)", node.host, node.port
            )
        )
    except asyncpg.PostgresError:
        return False


async def _own_shards(connection: Connection) -> list[OwnShard]:
    narrow = await connection.fetch(
        """
        SELECT s.shardminvalue::integer AS value, n.nodename || ':' || n.nodeport AS node
          FROM pg_dist_shard s JOIN pg_dist_placement p USING (shardid)
          JOIN pg_dist_node n ON n.groupid = p.groupid AND n.noderole = 'primary'
         WHERE s.logicalrelid = 'organizations'::regclass AND s.shardminvalue = s.shardmaxvalue
        """
    )
    node_of = {row["value"]: row["node"] for row in narrow}
    if not node_of:
        return []
    rows = await connection.fetch(
        "SELECT partner_id, env, worker_hash(id) AS value FROM tenants WHERE worker_hash(id) = ANY ($1) ORDER BY 1, 2",
        list(node_of),
    )
    return [OwnShard(row["partner_id"], row["env"], node_of[row["value"]]) for row in rows]
