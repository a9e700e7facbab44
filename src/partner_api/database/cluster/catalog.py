"""What the catalog of a database says of a cluster: whether it is one, and what is spread over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

Kind = Literal["copied", "tenants"]


class Table(msgspec.Struct, frozen=True):
    """A table that is spread over the nodes: by its tenant, or a copy of it to each node."""

    name: str
    kind: Kind
    distributed: bool


class Node(msgspec.Struct, frozen=True):
    """A server of the cluster.

    Attributes:
        id: by which functions of Citus name it.
        group: 0 is the coordinator.
        host: as the other nodes know it.
        port: of PostgreSQL there.
        has_tenants: whether tenants may be there.
    """

    id: int
    group: int
    host: str
    port: int
    has_tenants: bool

    @property
    def name(self) -> str:
        """Its address, as people name it."""
        return f"{self.host}:{self.port}"


async def list_nodes(connection: Connection) -> list[Node]:
    """List the servers of the cluster that take part in it, the coordinator first."""
    rows = await connection.fetch(
        """
        SELECT nodeid, groupid, nodename, nodeport, shouldhaveshards FROM pg_dist_node
         WHERE noderole = 'primary' AND isactive ORDER BY groupid
        """
    )
    return [Node(*row) for row in rows]


async def has_extension(connection: Connection) -> bool:
    """Return whether the database has the extension ``citus``."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')"
        )
    )


async def is_distributed(connection: Connection) -> bool:
    """Return whether the tables of this database are spread over the nodes of a cluster."""
    if not await has_extension(connection):
        return False
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = to_regclass('wallets'))"
        )
    )


async def list_tables(connection: Connection) -> list[Table]:
    """List what must be spread, in the order in which that can be done.

    A table whose primary key begins with ``tenant_id`` is the tenants'. Of the others, each node has a copy of those
    that a tenant's table refers to, or that a function names: functions run where the tenant is.
    """
    rows = await connection.fetch(
        """
        WITH RECURSIVE tables AS (
            SELECT c.oid, c.relname::text AS name, EXISTS (
                       SELECT FROM pg_index i JOIN pg_attribute a
                         ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                        WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname = 'tenant_id') AS of_tenants,
                   p.partmethod IS NOT NULL AS distributed
              FROM pg_class c LEFT JOIN pg_dist_partition p
                ON p.logicalrelid = c.oid AND p.partmethod IN ('h', 'n') AND NOT p.autoconverted
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
               AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
        ), referring (oid, depth) AS (
            SELECT oid, 0 FROM tables
             UNION
            SELECT k.conrelid, r.depth + 1 FROM referring r JOIN pg_constraint k
                ON k.confrelid = r.oid AND k.contype = 'f' AND k.conrelid <> r.oid
        )
        SELECT t.name, t.of_tenants, t.distributed FROM tables t
         WHERE t.of_tenants OR EXISTS (
               SELECT FROM pg_constraint k JOIN tables r ON r.oid = k.conrelid AND r.of_tenants
                WHERE k.confrelid = t.oid AND k.contype = 'f')
            OR EXISTS (
               SELECT FROM pg_proc f WHERE f.pronamespace = 'public'::regnamespace
                  AND f.prosrc ~ format('\\m(FROM|JOIN|INTO|UPDATE)\\s+%s\\M', t.name))
         ORDER BY t.of_tenants, (SELECT max(depth) FROM referring WHERE oid = t.oid), t.name <> 'organizations', t.name
        """
    )
    return [
        Table(row["name"], "tenants" if row["of_tenants"] else "copied", row["distributed"])
        for row in rows
    ]
