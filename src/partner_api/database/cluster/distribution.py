"""Spreading tables and functions over the nodes of a cluster: all at once, or what a migration has added."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from partner_api.database.cluster.catalog import list_tables
from partner_api.database.cluster.errors import ClusterError
from partner_api.database.cluster.pushed import functions_that_keep_plans, functions_that_write
from partner_api.database.cluster.sessions import hurry_sweeps, limit_locks_on_nodes

if TYPE_CHECKING:
    from collections.abc import Callable

    from partner_api.database.connection import Connection, Row

# The tenants' tables lie together: rows of one tenant in all of them are on one node.
FIRST = "organizations"
# For the transaction that spreads things.
_DISTRIBUTING = {
    "client_min_messages": "warning",
    # Else a table that refers to a copied one would become one of the coordinator's, and could not be spread any more.
    "citus.enable_local_reference_table_foreign_keys": "off",
    # Tables that refer to each other are spread one after the other in one transaction.
    "citus.multi_shard_modify_mode": "sequential",
}
_RECORDS = "idempotency_keys"
_HOLD = "tenant_hold"


async def prepare_changes(connection: Connection) -> None:
    """Let a transaction change tables that are spread or shall be; before it touches one."""
    for name, value in _DISTRIBUTING.items():
        await connection.execute("SELECT set_config($1, $2, true)", name, value)
    await limit_locks_on_nodes(connection)


async def distribute_tables(
    connection: Connection, note: Callable[[str], None] | None = None
) -> None:
    """Spread the tables that are not spread yet, with their rows; idempotent. In the owner's transaction.

    Args:
        connection: with ``citus.shard_count`` as it shall be, if none is spread yet.
        note: called with the name of each table before it is spread.

    Raises:
        ClusterError: a table has other rows afterwards than before.
    """
    await prepare_changes(connection)
    spread = [table for table in await list_tables(connection) if not table.distributed]
    for table in spread:
        if note is not None:
            note(table.name)
        count = f"SELECT count(*) FROM {table.name}"  # noqa: S608 - a name from the catalog
        before = await connection.fetchval(count)
        if table.kind == "copied":
            await connection.execute(
                "SELECT create_reference_table($1::text::regclass)", table.name
            )
        else:
            await connection.execute(
                "SELECT create_distributed_table($1::text::regclass, 'tenant_id', colocate_with => $2)",
                table.name,
                "none" if table.name == FIRST else FIRST,
            )
        after = await connection.fetchval(count)
        if before != after:
            raise ClusterError(
                f"The table {table.name} had {before:,} rows, and {after:,} when it was spread, so nothing was kept. "
                "Run `layers reconcile`, and keep the log of the coordinator for us."
            )
    # What the coordinator still has of the rows: nobody sees it any more.
    for table in spread:
        await connection.execute(
            "SELECT truncate_local_data_after_distributing_table($1::text::regclass)", table.name
        )


async def distribute_functions(connection: Connection) -> None:
    """Let every node have all functions, and each tenant's run where the tenant is; idempotent."""
    await prepare_changes(connection)
    await connection.execute(
        (resources.files("partner_api.database") / "cluster" / "tenant_hold.sql").read_text("utf-8")
    )
    await _plan_for_tenants(connection)
    await hurry_sweeps(connection)
    await _delegate(connection)


async def _plan_for_tenants(connection: Connection) -> None:
    """Let statements on tenants' tables be planned for the tenant that they name, and never once for all.

    A plan for all tenants Citus 14.0 makes again each time from the second one on, and keeps each as long as the
    session lives: 57 kB for every execution of a statement on one table. What a function calls has its setting, but
    for functions that look at no table: what they insert costs less if it need not be planned again, and is not kept.
    """
    rows = await connection.fetch(
        """
        SELECT p.oid::regprocedure::text AS signature, p.proname::text AS name, p.prosrc AS body,
               p.prosecdef AND p.proargnames[1] = 'p_tenant_id' AS of_tenant,
               l.lanname = 'plpgsql' AND NOT p.prosecdef AS is_part,
               coalesce('plan_cache_mode=force_generic_plan' = ANY (p.proconfig), false) AS keeps
          FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
         WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
         ORDER BY p.oid
        """
    )
    keeping = functions_that_keep_plans(
        _bodies(rows), [table.name for table in await list_tables(connection)]
    )
    for row in rows:
        if row["of_tenant"]:
            change = "SET plan_cache_mode = force_custom_plan"
        elif row["is_part"] and row["name"] in keeping:
            change = "SET plan_cache_mode = auto"
        elif row["keeps"]:
            change = "RESET plan_cache_mode"
        else:
            continue
        await connection.execute(f"ALTER FUNCTION {row['signature']} {change}")


async def _delegate(connection: Connection) -> None:
    """Let what the server calls for a tenant run as a whole where the tenant is."""
    rows = await connection.fetch(
        """
        SELECT p.oid::regprocedure::text AS signature, p.proname::text AS name, p.prosrc AS body,
               p.prosecdef AND p.proargnames[1] = 'p_tenant_id' AS of_tenant,
               o.objid IS NOT NULL AS on_nodes, o.distribution_argument_index IS NOT NULL AS delegated,
               coalesce(o.force_delegation, false) AS always
          FROM pg_proc p
          LEFT JOIN pg_dist_object o ON o.classid = 'pg_proc'::regclass AND o.objid = p.oid
         WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
         ORDER BY p.oid
        """
    )
    copied = [table.name for table in await list_tables(connection) if table.kind == "copied"]
    bodies = _bodies(rows)
    # It touches the records of the tenant itself, and changes none.
    del bodies[_HOLD]
    # What an operator asks for with a key is recorded with the operators, who are elsewhere than the tenant.
    writing = functions_that_write(bodies, [*copied, _RECORDS])
    for row in rows:
        always = row["name"] not in writing
        if row["of_tenant"] and not (row["delegated"] and row["always"] == always):
            await connection.execute(
                "SELECT create_distributed_function($1::text::regprocedure, 'p_tenant_id', "
                f"colocate_with => '{FIRST}', force_delegation => $2)",
                row["signature"],
                always,
            )
        elif not row["on_nodes"]:
            await connection.execute(
                "SELECT create_distributed_function($1::text::regprocedure)", row["signature"]
            )


def _bodies(rows: list[Row]) -> dict[str, str]:
    """Return what each function does, by its name; of several with one name, all bodies in one text."""
    bodies: dict[str, str] = {}
    for row in rows:
        bodies[row["name"]] = bodies.get(row["name"], "") + row["body"]
    return bodies
