"""What holds in the sessions that the coordinator opens on the nodes, which know nothing of those that we open."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg
import pytest
from tests.database.cluster.worlds import on_workers
from tests.support.nodes import nodes_of, with_database
from tests.support.tenants import make_partner

from partner_api.database.cluster.distribution import prepare_changes
from partner_api.database.cluster.sessions import SWEEPING
from partner_api.database.connection import REQUEST_SETTINGS, SETTINGS, connect
from partner_api.time_limits import SWEEP_LOCK_SECONDS

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timezone", SETTINGS["timezone"]),
        ("client_connection_check_interval", SETTINGS["client_connection_check_interval"]),
        ("lock_timeout", REQUEST_SETTINGS["lock_timeout"]),
        ("enable_bitmapscan", REQUEST_SETTINGS["enable_bitmapscan"]),
        ("enable_seqscan", "off"),
        ("jit", "off"),
    ],
)
async def test_a_session_on_a_node_has_what_ours_have(
    database_urls: DatabaseUrls, name: str, value: str
) -> None:
    server = await connect(database_urls.app)
    try:
        partner = await make_partner(server)
        found = await server.fetchval(
            "SELECT current_setting($2) FROM organizations WHERE tenant_id = $1",
            partner.tenant_id,
            name,
        )
        await server.execute(f"SET {name} = '{value}'")
        assert found == await server.fetchval(f"SHOW {name}")
    finally:
        await server.close()


async def test_functions_of_sweeps_wait_for_a_lock_as_sweeps_do_on_every_node(
    database_urls: DatabaseUrls,
) -> None:
    setting = f"lock_timeout={SWEEP_LOCK_SECONDS:g}s"
    answers = await on_workers(
        database_urls,
        "SELECT array_agg(DISTINCT proname::text ORDER BY proname::text) FROM pg_proc WHERE $1 = ANY (proconfig)",
        setting,
    )
    assert answers == [list(SWEEPING)] * len(answers)


async def test_a_migration_waits_on_a_node_no_longer_than_at_the_coordinator(
    database_urls: DatabaseUrls,
) -> None:
    owner = await connect(database_urls.owner)
    _, worker_url, *_ = await nodes_of(database_urls.owner)
    worker = await connect(with_database(worker_url, database_urls.owner.rpartition("/")[2]))
    try:
        shard = await owner.fetchval(
            """
            SELECT min('projects_' || shardid) FROM pg_dist_shard JOIN pg_dist_placement USING (shardid)
              JOIN pg_dist_node USING (groupid)
             WHERE logicalrelid = 'projects'::regclass AND nodeport = $1
            """,
            urlsplit(worker_url).port,
        )
        async with worker.transaction():
            await worker.execute("SET citus.enable_manual_changes_to_shards = on")
            # As a function has it that runs there.
            await worker.execute(f"LOCK TABLE {shard} IN ROW EXCLUSIVE MODE")
            # So that it fails, and does not wait for ever, if the node knows no limit.
            await owner.execute("SET lock_timeout = '300ms'; SET statement_timeout = '8s'")
            with pytest.raises(asyncpg.LockNotAvailableError):
                async with owner.transaction():
                    await prepare_changes(owner)
                    await owner.execute("ALTER TABLE projects ADD COLUMN noted integer")
    finally:
        await worker.close()
        await owner.close()
