"""Where tenants are on a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.database.cluster.catalog import Node, is_distributed, list_nodes
from partner_api.database.cluster.errors import ClusterError
from partner_api.ids import format_id

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection


class Place(msgspec.Struct, frozen=True):
    """Where a tenant is.

    Attributes:
        tenant_id: the tenant.
        env: its environment, live or test.
        shard: the part of the table of organizations that has it; all other tables are divided likewise.
        node: where that is.
        bytes: of all tables' parts, or None when a node does not say.
        others: tenants that share it, and move with it.
        divisible: whether it can be given a shard of its own: nobody else could be in a shard that has one already.
    """

    tenant_id: int
    env: str
    shard: int
    node: Node
    bytes: int | None
    others: int
    divisible: bool


async def require_distributed(connection: Connection) -> None:
    """Check that the tenants are spread over the nodes of a cluster.

    Raises:
        ClusterError: they are not.
    """
    if not await is_distributed(connection):
        raise ClusterError(
            "The database is not spread over a cluster, so all tenants are on this server. "
            "`layers db distribute` spreads it."
        )


async def find_node(connection: Connection, name: str) -> Node:
    """Return the node that a person names, host:port.

    Raises:
        ClusterError: there is none that may have tenants.
    """
    nodes = [node for node in await list_nodes(connection) if node.has_tenants]
    for node in nodes:
        if node.name == name:
            return node
    known = ", ".join(node.name for node in nodes) or "none"
    raise ClusterError(f"There is no node {name} that may have tenants. These are: {known}.")


async def find_places(
    connection: Connection, organization_id: UUID, env: str | None
) -> list[Place]:
    """Return where the tenants are that have this organization, partner or child, live and test. Crosses tenants.

    Args:
        connection: to the coordinator.
        organization_id: the organization's.
        env: only this environment.

    Raises:
        ClusterError: there is no such organization.
    """
    rows = await connection.fetch(
        "SELECT tenant_id FROM organizations WHERE id = $1 ORDER BY tenant_id", organization_id
    )
    tenants = await connection.fetch(
        "SELECT id, env FROM tenants WHERE id = ANY ($1) AND env = coalesce($2, env) ORDER BY env, id",
        [row["tenant_id"] for row in rows],
        env,
    )
    if not tenants:
        where = "" if env is None else f" in the environment {env}"
        raise ClusterError(f"There is no organization {format_id('org', organization_id)}{where}.")
    return [await find_place(connection, row["id"], row["env"]) for row in tenants]


async def find_place(connection: Connection, tenant_id: int, env: str) -> Place:
    """Return where a tenant is."""
    row = await connection.fetchrow(
        """
        SELECT s.shardid, s.shardminvalue <> s.shardmaxvalue AS divisible,
               n.nodeid, n.groupid, n.nodename, n.nodeport, n.shouldhaveshards
          FROM pg_dist_shard s
          JOIN pg_dist_placement p USING (shardid)
          JOIN pg_dist_node n ON n.groupid = p.groupid AND n.noderole = 'primary'
         WHERE s.shardid = get_shard_id_for_distribution_column('organizations', $1::bigint)
        """,
        tenant_id,
    )
    assert row is not None  # noqa: S101 - each value has a shard
    shard, divisible, *node = row
    tenants = await connection.fetch("SELECT id FROM tenants")
    shared = await connection.fetchval(
        "SELECT count(*) FROM unnest($1::bigint[]) id "
        "WHERE get_shard_id_for_distribution_column('organizations', id) = $2",
        [each["id"] for each in tenants],
        shard,
    )
    sizes = await shard_bytes(connection)
    return Place(tenant_id, env, shard, Node(*node), sizes.get(shard), shared - 1, divisible)


async def shard_bytes(connection: Connection) -> dict[int, int]:
    """Return the bytes of all tables' parts, by the part of the table of organizations that lies with them."""
    rows = await connection.fetch(
        """
        SELECT f.shardid, sum(c.shard_size)::bigint AS bytes
          FROM pg_dist_shard f
          JOIN pg_dist_shard s ON s.shardminvalue = f.shardminvalue
          JOIN citus_shards c ON c.shardid = s.shardid
         WHERE f.logicalrelid = 'organizations'::regclass AND c.shard_size IS NOT NULL
         GROUP BY f.shardid
        """
    )
    return {row["shardid"]: row["bytes"] for row in rows}
