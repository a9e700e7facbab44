"""Databases of a measurement on servers that run already: one server, and the nodes of a cluster."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from partner_api.database import migrate
from partner_api.database.cluster.distribute import distribute
from partner_api.database.connection import connect
from partner_api.database.location import DatabaseLocation
from rig.command import CONSOLE, MeasurementError

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = "BENCH_SERVER_URL"
CLUSTER = "BENCH_CLUSTER_URL"
# What decides how long a commit takes, and how much is read from the disk.
_COMPARED = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size")
_PASSWORD = "bench"  # noqa: S105 - of a role that lives as long as the measurement


def url_of(variable: str) -> str:
    """Return what an environment variable says: the URL of a superuser.

    Raises:
        MeasurementError: it says nothing.
    """
    url = os.environ.get(variable)
    if not url:
        raise MeasurementError(
            f"set {SERVER} and {CLUSTER} to URLs of superusers: of a PostgreSQL server alone, and of the coordinator "
            "of a Citus cluster"
        )
    return url


async def nodes_of(url: str) -> list[str]:
    """Return URLs of a cluster's coordinator and workers, the coordinator's first; of one server, its own."""
    connection = await connect(url)
    try:
        if await connection.fetchval("SELECT to_regclass('pg_catalog.pg_dist_node')") is None:
            return [url]
        rows = await connection.fetch(
            "SELECT nodename, nodeport FROM pg_dist_node ORDER BY groupid"
        )
    finally:
        await connection.close()
    account = urlsplit(url).netloc.rpartition("@")[0]
    places = [f"{account}@{row['nodename']}:{row['nodeport']}" for row in rows]
    return [urlsplit(url)._replace(netloc=place).geturl() for place in places]


def require_same_settings(*urls: str) -> None:
    """Compare what decides how fast all nodes of these can be.

    Raises:
        MeasurementError: they differ, so that a ratio would say nothing.
    """
    found = asyncio.run(_settings(urls))
    if len(set(found.values())) > 1:
        said = "\n".join(f"{place}: {', '.join(values)}" for place, values in found.items())
        raise MeasurementError(f"the servers differ in {', '.join(_COMPARED)}:\n{said}")


async def _settings(urls: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found = {}
    for url in urls:
        for node in await nodes_of(url):
            connection = await connect(node)
            try:
                found[urlsplit(node).netloc.rpartition("@")[2]] = tuple(
                    [str(await connection.fetchval(f"SHOW {name}")) for name in _COMPARED]
                )
            finally:
                await connection.close()
    return found


@contextlib.contextmanager
def database_on(url: str, *, shards: int = 32) -> Iterator[DatabaseLocation]:
    """Yield a migrated database with both roles; on a cluster, one that is spread over its nodes."""
    name = f"layers_bench_{secrets.token_hex(4)}"
    with CONSOLE.status("Making a database …"):
        location = asyncio.run(_make(url, name, shards))
    try:
        yield location
    finally:
        asyncio.run(_drop(url, name))


async def _make(url: str, name: str, shards: int) -> DatabaseLocation:
    nodes = await nodes_of(url)
    is_cluster = len(nodes) > 1
    for node in nodes:
        await _execute(node, f"CREATE DATABASE {name} TEMPLATE template0")
        if is_cluster:
            await _execute(_of(node, name), "CREATE EXTENSION citus")
    owner = _of(url, name)
    if is_cluster:
        first, *others = (_place(node) for node in nodes)
        await _execute(
            owner,
            f"SELECT citus_set_coordinator_host({first})",
            *(f"SELECT citus_add_node({other})" for other in others),
        )
    await _execute(owner, f"CREATE ROLE {name} LOGIN PASSWORD '{_PASSWORD}'")
    await migrate.upgrade(owner, name)
    place = urlsplit(owner).netloc.rpartition("@")[2]
    application = urlsplit(owner)._replace(netloc=f"{name}:{_PASSWORD}@{place}").geturl()
    location = DatabaseLocation(owner, application, name)
    if is_cluster:
        await distribute(location, lambda _: None, shards=shards)
    return location


async def _drop(url: str, name: str) -> None:
    for node in await nodes_of(url):
        await _execute(node, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await _execute(url, f"DROP ROLE IF EXISTS {name}")


async def _execute(url: str, *statements: str) -> None:
    connection = await connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _of(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"'{parts.hostname}', {parts.port}"
