"""``layers db rebalance``: shards move until the nodes have about as many bytes each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.database.cluster.catalog import Node, list_nodes
from partner_api.database.cluster.places import require_distributed, shard_bytes
from partner_api.database.connection import connect

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


class PlannedMove(msgspec.Struct, frozen=True):
    """A move that makes the nodes more alike; bytes are those of all tables."""

    shard: int
    source: Node
    target: Node
    bytes: int


async def plan_moves(owner_url: str) -> list[PlannedMove]:
    """Return the moves after which the nodes are alike; none when they are.

    Raises:
        ClusterError: the database is not spread.
        OSError, asyncpg.PostgresError: the coordinator cannot be reached or refuses something.
    """
    connection = await connect(owner_url)
    try:
        await require_distributed(connection)
        return await _planned(connection)
    finally:
        await connection.close()


async def _planned(connection: Connection) -> list[PlannedMove]:
    nodes = {(node.host, node.port): node for node in await list_nodes(connection)}
    sizes = await shard_bytes(connection)
    rows = await connection.fetch(
        """
        SELECT f.shardid, m.sourcename, m.sourceport, m.targetname, m.targetport, min(m.place) AS place
          FROM get_rebalance_table_shards_plan() WITH ORDINALITY
               m (table_name, shardid, shard_size, sourcename, sourceport, targetname, targetport, place)
          JOIN pg_dist_shard s ON s.shardid = m.shardid
          JOIN pg_dist_shard f ON f.shardminvalue = s.shardminvalue AND f.logicalrelid = 'organizations'::regclass
         GROUP BY f.shardid, m.sourcename, m.sourceport, m.targetname, m.targetport ORDER BY place
        """
    )
    return [
        PlannedMove(
            row["shardid"],
            nodes[row["sourcename"], row["sourceport"]],
            nodes[row["targetname"], row["targetport"]],
            sizes.get(row["shardid"], 0),
        )
        for row in rows
    ]
