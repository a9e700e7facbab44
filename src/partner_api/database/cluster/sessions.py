"""What holds in the sessions that the coordinator opens on the other nodes.

They begin anew there: of what a connection of ours sets for itself, they know nothing. A statement that the coordinator
cancels is canceled on the node too, so its time limit needs nothing; everything else is a setting of the node's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from partner_api.database.cluster.errors import ClusterError
from partner_api.database.connection import REQUEST_SETTINGS, SETTINGS
from partner_api.time_limits import SWEEP_LOCK_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partner_api.database.connection import Connection

# For every session of the database at the coordinator.
_AT_COORDINATOR: Final = {
    # Tenants' tables refer to copied ones, which Citus wants to change over one connection per node.
    "citus.multi_shard_modify_mode": "sequential",
    # Hiding shards makes each look at pg_class slow: the driver asks for the fields of composite types once per
    # connection, which then takes a second instead of a hundredth of one.
    "citus.override_table_visibility": "off",
}
# For every session on the other nodes: of the coordinator's process that is gone, they learn as it does of ours.
_ON_NODES: Final = {
    name: SETTINGS[name] for name in ("timezone", "client_connection_check_interval")
}
# For those of the server's role there. The lists and the check of the books read page after page of what may be long:
# each statement is of one tenant and has its index, whatever the planner takes the tenants of a shard for.
_OF_SERVER: Final = {
    "lock_timeout": REQUEST_SETTINGS["lock_timeout"],
    "enable_bitmapscan": REQUEST_SETTINGS["enable_bitmapscan"],
    "enable_seqscan": "off",
    "jit": "off",
}
SWEEPING: Final = (
    "claims_expire_these",
    "events_publish",
    "jobs_expire_these",
    "sandbox_complete",
    "sandbox_fail",
)
"""Functions that lock rows of a tenant and that sweeps alone call: they wait there no longer than sweeps do."""


async def keep_settings(owner: Connection) -> None:
    """Let every later session of the database at the coordinator have what statements on a cluster need."""
    database = await owner.fetchval("SELECT quote_ident(current_database())")
    for name, value in _AT_COORDINATOR.items():
        await owner.execute(f"ALTER DATABASE {database} SET {name} = {value}")


async def keep_settings_of_nodes(owner: Connection, server: Connection) -> None:
    """Let every later session on the other nodes have what ours have. Outside a transaction; idempotent.

    Args:
        owner: whose database it is.
        server: as the server's role, which may set something for itself without further rights.

    Raises:
        ClusterError: a node cannot be reached, or refuses it.
    """
    await _set_on_nodes(owner, "DATABASE %I", _ON_NODES)
    await _set_on_nodes(server, "ROLE CURRENT_USER IN DATABASE %I", _OF_SERVER)


async def hurry_sweeps(owner: Connection) -> None:
    """Let functions that only sweeps call wait for a lock as long as sweeps do. Where they are spread already."""
    for row in await owner.fetch(
        """
        SELECT oid::regprocedure::text AS signature FROM pg_proc
         WHERE pronamespace = 'public'::regnamespace AND proname = ANY ($1::text[])
        """,
        list(SWEEPING),
    ):
        await owner.execute(
            f"ALTER FUNCTION {row['signature']} SET lock_timeout = '{SWEEP_LOCK_SECONDS:g}s'"
        )


async def limit_locks_on_nodes(owner: Connection) -> None:
    """Let the rest of a transaction wait for a lock on the other nodes as long as it does at the coordinator."""
    limit = await owner.fetchval("SELECT quote_literal(current_setting('lock_timeout'))")
    # Citus tells the nodes of what SET sets, and of nothing that a function does.
    await owner.execute(
        f"SET LOCAL citus.propagate_set_commands = 'local'; SET LOCAL lock_timeout = {limit}"
    )


async def _set_on_nodes(connection: Connection, whose: str, settings: Mapping[str, str]) -> None:
    rows = await connection.fetch(
        """
        SELECT * FROM run_command_on_workers(format(
            'DO $do$ DECLARE v record; BEGIN '
            -- Each node is told by itself.
            'PERFORM set_config(''citus.enable_ddl_propagation'', ''off'', true); '
            'FOR v IN SELECT * FROM json_each_text(%L::json) LOOP '
            'EXECUTE format(%L, current_database(), v.key, v.value); END LOOP; END $do$',
            $1::text, $2::text))
        """,
        msgspec.json.encode(settings).decode(),
        f"ALTER {whose} SET %s = %L",
    )
    for host, port, done, said in rows:
        if not done:
            raise ClusterError(
                f"The node {host}:{port} cannot be given the settings that sessions need there: {said}. Start it, let "
                "the coordinator log in there as the owner and as the server's role, and run `layers db distribute` "
                "again."
            )
