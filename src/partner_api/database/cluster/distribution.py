"""Spreading a migrated database over the nodes of a cluster, and keeping it so after migrations."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from partner_api.database.cluster.catalog import list_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from partner_api.database.connection import Connection

# The tenants' tables lie together: rows of one tenant in all of them are on one node.
_FIRST = "organizations"
# For the transaction that spreads things.
_DISTRIBUTING = (
    "SET LOCAL client_min_messages = warning",
    # Else a table that refers to a copied one would become one of the coordinator's, and could not be spread any more.
    "SET LOCAL citus.enable_local_reference_table_foreign_keys = off",
    # Tables that refer to each other are spread one after the other in one transaction.
    "SET LOCAL citus.multi_shard_modify_mode = 'sequential'",
)
# For every session of the database.
_SETTINGS = {
    # Tenants' tables refer to copied ones, which Citus wants to change over one connection per node.
    "citus.multi_shard_modify_mode": "sequential",
    # Hiding shards makes each look at pg_class slow: the driver asks for the fields of composite types once per
    # connection, which then takes a second instead of a hundredth of one.
    "citus.override_table_visibility": "off",
}
# Functions that may be pushed to the tenant's node also from within a transaction: they write no table of which each
# node has a copy.
_PUSHED_IN_TRANSACTIONS = (
    "cash_refund",
    "child_create",
    "jobs_claim_sound",
    "lease_request_reject",
    "lease_set_price",
    "organization_set_status",
)


async def distribute_tables(
    connection: Connection, note: Callable[[str], None] | None = None
) -> None:
    """Spread the tables that are not spread yet; idempotent. Runs as the owner, in the caller's transaction."""
    for statement in _DISTRIBUTING:
        await connection.execute(statement)
    for table in await list_tables(connection):
        if table.distributed:
            continue
        if table.kind == "copied":
            await connection.execute(
                "SELECT create_reference_table($1::text::regclass)", table.name
            )
        else:
            await connection.execute(
                "SELECT create_distributed_table($1::text::regclass, 'tenant_id', colocate_with => $2)",
                table.name,
                "none" if table.name == _FIRST else _FIRST,
            )
        if note is not None:
            note(table.name)


async def keep_settings(connection: Connection) -> None:
    """Let every later session of the database have what statements on a cluster need."""
    database = await connection.fetchval("SELECT quote_ident(current_database())")
    for name, value in _SETTINGS.items():
        await connection.execute(f"ALTER DATABASE {database} SET {name} = {value}")


async def distribute_functions(connection: Connection) -> None:
    """Let every node have all functions, and each tenant's run where the tenant is; idempotent."""
    for statement in _DISTRIBUTING:
        await connection.execute(statement)
    await connection.execute(
        (resources.files("partner_api.database") / "cluster" / "tenant_hold.sql").read_text("utf-8")
    )
    # A statement on tenants' tables is planned for the tenant that it names, and so never once for all.
    for row in await connection.fetch(
        """
        SELECT oid::regprocedure::text AS signature FROM pg_proc
         WHERE pronamespace = 'public'::regnamespace
           AND 'plan_cache_mode=force_generic_plan' = ANY (proconfig)
        """
    ):
        await connection.execute(f"ALTER FUNCTION {row['signature']} RESET plan_cache_mode")
    for row in await connection.fetch(
        """
        SELECT f.signature, f.of_tenant, f.name = ANY ($1::text[]) AS always
          FROM (SELECT p.oid, p.oid::regprocedure::text AS signature, p.proname::text AS name,
                       p.prosecdef AND p.proargnames[1] = 'p_tenant_id' AS of_tenant
                  FROM pg_proc p
                 WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
                   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')) f
          LEFT JOIN pg_dist_object o ON o.classid = 'pg_proc'::regclass AND o.objid = f.oid
         WHERE f.of_tenant AND o.distribution_argument_index IS NULL
         ORDER BY f.oid
        """,
        list(_PUSHED_IN_TRANSACTIONS),
    ):
        if row["of_tenant"]:
            await connection.execute(
                "SELECT create_distributed_function($1::text::regprocedure, 'p_tenant_id', "
                f"colocate_with => '{_FIRST}', force_delegation => $2)",
                row["signature"],
                row["always"],
            )
        else:
            await connection.execute(
                "SELECT create_distributed_function($1::text::regprocedure)", row["signature"]
            )
