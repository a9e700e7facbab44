"""Which nodes of a cluster answer, and which tenants are on them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import asyncpg

from partner_api.database.cluster.catalog import Node
from partner_api.time_limits import NODE_ANSWER_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection


async def list_unreachable(connection: Connection) -> list[Node]:
    """Return the nodes with tenants that do not answer the coordinator in time.

    Args:
        connection: to the coordinator, in no transaction.
    """
    rows = await connection.fetch(
        """
        SELECT nodeid, groupid, nodename, nodeport, shouldhaveshards, isactive FROM pg_dist_node
         WHERE noderole = 'primary' AND groupid IN (
               SELECT p.groupid FROM pg_dist_placement p JOIN pg_dist_shard s USING (shardid)
                WHERE s.logicalrelid = 'organizations'::regclass)
         ORDER BY groupid
        """
    )
    unreachable = []
    for *node, is_active in rows:
        each = Node(*node)
        if not is_active or not await _answers(connection, each):
            unreachable.append(each)
    return unreachable


async def list_reached(connection: Connection, unreachable: Sequence[Node]) -> list[int]:
    """Return the ids of all tenants that are not on these nodes."""
    # Each node has a copy of this table: it is read from the coordinator's.
    tenants = await connection.fetch("SELECT id FROM tenants")
    rows = await connection.fetch(
        """
        SELECT id FROM unnest($1::bigint[]) id
         WHERE get_shard_id_for_distribution_column('organizations', id) NOT IN (
               SELECT p.shardid FROM pg_dist_placement p JOIN pg_dist_shard s USING (shardid)
                WHERE s.logicalrelid = 'organizations'::regclass AND p.groupid = ANY ($2::integer[]))
        """,
        [each["id"] for each in tenants],
        [node.group for node in unreachable],
    )
    return [row["id"] for row in rows]


async def _answers(connection: Connection, node: Node) -> bool:
    """Return whether the coordinator can ask a node something, as the role of this connection."""
    with contextlib.suppress(TimeoutError, asyncpg.PostgresError):
        return bool(
            await connection.fetchval(
                "SELECT citus_check_connection_to_node($1, $2)",
                node.host,
                node.port,
                timeout=NODE_ANSWER_SECONDS,
            )
        )
    return False
