"""Making, copying and dropping databases on the suite's server; on a cluster, on all of its nodes."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import asyncpg

from partner_api.database.cluster.sessions import keep_settings
from partner_api.database.connection import connect

_TRIES = 50
_COPY_SETTINGS = """
DO $do$ DECLARE v record; BEGIN
    PERFORM set_config('citus.enable_ddl_propagation', 'off', true);
    FOR v IN SELECT setrole, split_part(one, '=', 1) AS name, split_part(one, '=', 2) AS value
               FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(setconfig) one
              WHERE d.datname = '{0}'
    LOOP
        EXECUTE CASE WHEN v.setrole = 0 THEN 'ALTER DATABASE {1}'
                     ELSE format('ALTER ROLE %I IN DATABASE {1}', pg_get_userbyid(v.setrole)) END
             || format(' SET %s = %L', v.name, v.value);
    END LOOP;
END $do$
"""


async def nodes_of(server_url: str) -> list[str]:
    """URLs of a cluster's coordinator and workers, the coordinator's first; empty for a single server."""
    connection = await connect(server_url)
    try:
        if await connection.fetchval("SELECT to_regclass('pg_catalog.pg_dist_node')") is None:
            return []
        rows = await connection.fetch(
            "SELECT nodename, nodeport FROM pg_dist_node ORDER BY groupid"
        )
    finally:
        await connection.close()
    parts = urlsplit(server_url)
    account = parts.netloc.rpartition("@")[0]
    return [
        parts._replace(netloc=f"{account}@{row['nodename']}:{row['nodeport']}").geturl()
        for row in rows
    ]


async def create_database(server_url: str, name: str, *, template: str | None = None) -> None:
    """Create a database: empty, or a copy of ``template``. On a cluster, one on every node that know of each other."""
    nodes = await nodes_of(server_url)
    copied = template or "template0"
    for node in nodes or [server_url]:
        await _create(node, name, copied)
    if not nodes:
        return
    if template is not None:
        # What a database has of settings is not copied with it.
        connection = await connect(with_database(nodes[0], name))
        try:
            await keep_settings(connection)
        finally:
            await connection.close()
        for node in nodes[1:]:
            await execute(node, _COPY_SETTINGS.format(template, name))
        return
    for node in nodes:
        await execute(with_database(node, name), "CREATE EXTENSION citus")
    coordinator, *workers = nodes
    await execute(
        with_database(coordinator, name),
        f"SELECT citus_set_coordinator_host({_host_and_port(coordinator)})",
        *(f"SELECT citus_add_node({_host_and_port(worker)})" for worker in workers),
    )


async def drop_database(server_url: str, name: str) -> None:
    """Drop it on every node."""
    for node in await nodes_of(server_url) or [server_url]:
        await execute(node, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def with_database(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


async def execute(url: str, *statements: str) -> None:
    """Execute statements on a connection of their own."""
    connection = await connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _create(url: str, name: str, template: str) -> None:
    connection = await connect(url)
    try:
        for left in reversed(range(_TRIES)):
            # A node's own background process looks after every database that has the extension, and PostgreSQL waits
            # for it for seconds.
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
                template,
            )
            try:
                await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
            except asyncpg.ObjectInUseError:
                if not left:
                    raise
                await asyncio.sleep(0.05)
            else:
                return
    finally:
        await connection.close()


def _host_and_port(url: str) -> str:
    parts = urlsplit(url)
    return f"'{parts.hostname}', {parts.port}"
