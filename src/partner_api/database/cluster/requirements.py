"""What a cluster needs before a database can be spread over it; all of it is looked at before anything is locked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import asyncpg
import msgspec

from partner_api.database.cluster.catalog import Node, has_extension, list_nodes
from partner_api.database.cluster.errors import ClusterError
from partner_api.database.connection import connect
from partner_api.time_limits import COMMAND_SECONDS

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

OLDEST_CITUS: Final = 14
OLDEST_SERVER: Final = 160_000
_PAGE: Final = "docs/scale.md"
_AGAIN: Final = "then run this again"
# What one node says of itself, as JSON. The role is filled in as a literal.
_STATE: Final = """
SELECT json_build_object(
    'server', current_setting('server_version_num')::integer,
    'citus', (SELECT extversion FROM pg_extension WHERE extname = 'citus'),
    'wal_level', current_setting('wal_level'),
    'prepared', current_setting('max_prepared_transactions')::integer,
    'locks', current_setting('max_locks_per_transaction')::bigint,
    'connections', current_setting('max_connections')::integer,
    'texts', (SELECT concat_ws(' ', pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider)
                FROM pg_database WHERE datname = current_database()),
    'creates', has_schema_privilege('public', 'CREATE'),
    'role', {role} IS NULL OR EXISTS (SELECT FROM pg_roles WHERE rolname = {role} AND rolcanlogin))
"""


class NodeState(msgspec.Struct, frozen=True):
    """What a node says of itself."""

    server: int
    citus: str
    wal_level: str
    prepared: int
    locks: int
    connections: int
    texts: str
    creates: bool
    role: bool


async def require_cluster(connection: Connection) -> list[Node]:
    """Check that the server is the coordinator of a cluster, and return its nodes, the coordinator first.

    Raises:
        ClusterError: it is not.
    """
    if not await has_extension(connection):
        raise ClusterError(
            "This database is on one PostgreSQL: it does not have the extension citus. To spread it, make the server "
            f"the coordinator of a Citus cluster ({_PAGE} says how), create the extension in this database on every "
            f"node, add the workers, {_AGAIN}."
        )
    if await connection.fetchval("SELECT groupid FROM pg_dist_local_group") != 0:
        raise ClusterError(
            "This server is a worker of the cluster. Name the coordinator in DATABASE_URL and "
            f"LAYERS_MIGRATION_DATABASE_URL, {_AGAIN}."
        )
    nodes = await list_nodes(connection)
    if not any(node.group for node in nodes):
        raise ClusterError(
            "The cluster has no worker nodes in this database. Add each as a superuser, here at the coordinator, with "
            f"SELECT citus_add_node('its address', 5432), {_AGAIN}."
        )
    if not any(node.group == 0 for node in nodes):
        raise ClusterError(
            "The coordinator is not one of the cluster's nodes, and must be, because tenants' tables refer to tables "
            "that it has too. As a superuser: SELECT citus_set_coordinator_host('the address by which workers reach "
            f"it', 5432), {_AGAIN}."
        )
    return nodes


async def require_fitting_nodes(
    connection: Connection, nodes: list[Node], role: str | None, *, locks: int
) -> None:
    """Check the settings and the roles of all nodes; what is wrong is said of all of them at once.

    Args:
        connection: the owner's, at the coordinator.
        nodes: of the cluster.
        role: the application's, if that is another one.
        locks: that spreading takes on one node.

    Raises:
        ClusterError: one of them does not fit.
    """
    quoted = await connection.fetchval("SELECT quote_nullable($1::text)", role)
    query = _STATE.format(role=quoted)
    states = {nodes[0].name: msgspec.json.decode(await _json(connection, query), type=NodeState)}
    wrong = []
    for host, port, done, answer in await connection.fetch(
        "SELECT * FROM run_command_on_workers($1)", query
    ):
        if done:
            states[f"{host}:{port}"] = msgspec.json.decode(answer, type=NodeState)
        else:
            wrong.append(
                f"{host}:{port} cannot be reached from the coordinator as the owner ({answer}). Create the role there, "
                f"and let the coordinator log in as it ({_PAGE}, on roles)"
            )
    texts = states[nodes[0].name].texts
    for name, state in states.items():
        wrong += [f"{name}: {each}" for each in problems_of(state, texts, role, locks)]
    if wrong:
        raise ClusterError(
            "The nodes of the cluster do not fit yet; nothing was locked or changed.\n"
            + "".join(f"  {each}.\n" for each in wrong)
            + f"Change that ({_PAGE}), {_AGAIN}."
        )


def problems_of(state: NodeState, texts: str, role: str | None, locks: int) -> list[str]:
    """List what is wrong with a node.

    Args:
        state: of the node.
        texts: encoding and collation of the coordinator's database.
        role: the application's, if that is another one.
        locks: that spreading takes there.
    """
    slots = state.locks * (state.connections + state.prepared)
    per_transaction = -(-locks // max(1, state.connections + state.prepared))
    checks = {
        f"it has Citus {state.citus}, and {OLDEST_CITUS} or newer is needed": int(
            state.citus.partition(".")[0]
        )
        < OLDEST_CITUS,
        f"it runs PostgreSQL {state.server // 10_000}, and {OLDEST_SERVER // 10_000} or newer is needed": (
            state.server < OLDEST_SERVER
        ),
        f"wal_level is {state.wal_level}, and has to be logical: else writes to a tenant wait as long as it moves": (
            state.wal_level != "logical"
        ),
        "max_prepared_transactions is 0: set it to max_connections or more, else nothing can be committed on several "
        "nodes": state.prepared == 0,
        f"it has room for {slots:,} locks, and spreading takes about {locks:,}: set max_locks_per_transaction to "
        f"{per_transaction:,} or more, or take fewer --shards": slots < locks,
        f"its database has encoding and collation {state.texts}, the coordinator's {texts}: create it anew with "
        "those": state.texts != texts,
        f"the owner may not create tables in the schema public: GRANT CREATE ON SCHEMA public TO {_OWNER}": (
            not state.creates
        ),
        f"the server's role {role} is missing, or may not log in: CREATE ROLE … LOGIN, as at the coordinator": (
            not state.role
        ),
    }
    return [problem for problem, is_so in checks.items() if is_so]


_OWNER: Final = "the owner's role"


async def require_application(url: str) -> None:
    """Check that the application's role can log in from the coordinator to each node.

    Raises:
        ClusterError: it cannot.
    """
    try:
        connection = await connect(url, command_seconds=COMMAND_SECONDS)
    except (OSError, asyncpg.PostgresError) as error:
        raise ClusterError(
            f"The server's role cannot log in at the coordinator: {error}. Check DATABASE_URL, {_AGAIN}."
        ) from error
    try:
        rows = await connection.fetch("SELECT * FROM run_command_on_workers('SELECT 1')")
    finally:
        await connection.close()
    failed = [(f"{row[0]}:{row[1]}", row[3]) for row in rows if not row[2]]
    if failed:
        node, said = failed[0]
        raise ClusterError(
            f"The server's role cannot log in from the coordinator to the node {node}: {said}. Create it there, and "
            f"let the coordinator log in as it ({_PAGE}, on roles), {_AGAIN}."
        )


async def _json(connection: Connection, query: str) -> str:
    # As text: the driver would decode it.
    return str(await connection.fetchval(f"SELECT ({query})::text"))
