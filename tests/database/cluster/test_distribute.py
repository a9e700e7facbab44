"""A database with rows is spread over the nodes, once, wholly or not at all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest
from tests.database.cluster.worlds import digests, location_of, on_workers
from tests.support.databases import role_of
from tests.support.nodes import nodes_of, with_database

from partner_api.database import migration_locks
from partner_api.database.cluster.catalog import is_distributed
from partner_api.database.cluster.distribute import distribute, make_plan
from partner_api.database.cluster.errors import ClusterError
from partner_api.database.connection import connect
from partner_api.database.migration_locks import MigrationError

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls

    from partner_api.database.cluster.distribute import PlannedTable
    from partner_api.database.connection import Connection

pytestmark = pytest.mark.cluster

# Where the coordinator would still have rows.
_FORMER_ROWS = """
SELECT coalesce(sum(pg_relation_size(logicalrelid)), 0) FROM pg_dist_partition
"""


async def test_rows_are_spread_and_none_is_lost(filled: DatabaseUrls, owner: Connection) -> None:
    location = location_of(filled)
    before = await digests(owner)
    assert len(before) > 10
    plan = await make_plan(location, 4)
    assert (plan.shards, len(plan.nodes)) == (4, 2)
    noted: list[str] = []
    # Two at once do it once.
    await asyncio.gather(
        *(distribute(location, lambda table: noted.append(table.name), shards=4) for _ in range(2))
    )

    assert noted == [table.name for table in plan.tables]
    assert await digests(owner) == before
    assert await owner.fetchval(_FORMER_ROWS) == 0

    # Once more, and with other settings, nothing happens.
    await distribute(location, lambda table: noted.append(table.name))
    assert (await make_plan(location, None)).tables == []
    assert len(noted) == len(plan.tables)
    assert await digests(owner) == before
    with pytest.raises(ClusterError, match="divided into 4 shards already, and stay so"):
        await make_plan(location, 8)


async def test_who_stops_it_finds_everything_as_it_was(
    filled: DatabaseUrls, owner: Connection
) -> None:
    location = location_of(filled)
    before = await digests(owner)
    half = asyncio.Event()

    def stop_in_the_middle(table: PlannedTable) -> None:
        if table.name == "credit_events":
            half.set()

    task = asyncio.create_task(distribute(location, stop_in_the_middle, shards=4))
    await half.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not await is_distributed(owner)
    assert await digests(owner) == before
    assert await on_workers(filled, "SELECT to_regclass('wallets')::text") == [None, None]


async def test_who_is_in_the_way_is_named(
    filled: DatabaseUrls, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = location_of(filled)
    short = {**migration_locks.LOCK_SETTINGS, "lock_timeout": "1s"}
    monkeypatch.setattr(migration_locks, "LOCK_SETTINGS", short)
    monkeypatch.setattr(migration_locks, "_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(migration_locks, "_TRIES", 2)
    async with owner.transaction():
        await owner.execute("SELECT FROM wallets")
        with pytest.raises(MigrationError, match=f"held by process {owner.get_server_pid()}"):
            await distribute(location, lambda _: None, shards=4)
    assert not await is_distributed(owner)


async def test_the_wall_stands_on_every_node(database_urls: DatabaseUrls) -> None:
    """The server's role may not write balances there either, and the public may call nothing."""
    if database_urls.owner == database_urls.app:
        pytest.skip("the suite has one role")
    role = role_of(database_urls.app)
    name = database_urls.app.rpartition("/")[2]
    for url in (await nodes_of(database_urls.app))[1:]:
        worker = await connect(with_database(url, name))
        try:
            shard = await worker.fetchval(
                "SELECT 'wallets_' || shardid FROM pg_dist_shard JOIN pg_dist_placement USING (shardid) "
                "JOIN pg_dist_local_group USING (groupid) WHERE logicalrelid = 'wallets'::regclass LIMIT 1"
            )
            assert shard is not None
            for table in ("wallets", shard):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await worker.execute(f"UPDATE {table} SET state = state WHERE tenant_id = 1")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await worker.execute("CREATE TABLE mine (x integer)")
        finally:
            await worker.close()
    callable_by = (
        "SELECT count(*) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' "
        "AND has_function_privilege($1, oid, 'EXECUTE')"
    )
    assert await on_workers(database_urls, callable_by, "public") == [0, 0]
    owner = await connect(database_urls.owner)
    try:
        here = await owner.fetchval(callable_by, role)
    finally:
        await owner.close()
    assert await on_workers(database_urls, callable_by, role) == [here, here]
