"""What a search reads: through an index in every table, however many partners there are."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import pytest_asyncio
from tests.support.tenants import NOON, make_partner

from partner_api.database.connection import REQUEST_SETTINGS, connect
from partner_api.ops.search.service import read_wanted
from partner_api.search.operator_store import Hit, find_by_id, find_by_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

ROWS = 20_000
# Of one partner, as if it had become large; ids, names and handles are numbered.
_FILLS = {
    "organizations": """
        (tenant_id, id, parent_id, name, billing_email, created_at, updated_at)
        SELECT $1, id, $2, 'Shop ' || n, 'shop' || n || '@example.com', $3, $3""",
    "projects": """
        (tenant_id, id, organization_id, name, timezone, created_at, updated_at)
        SELECT $1, id, $2, 'Launch', 'UTC', $3, $3""",
    "api_keys": """
        (tenant_id, id, organization_id, keyid, secret_hash, hash_key_id, name, env, scopes, created_at)
        SELECT $1, id, $2, translate(lpad(n::text, 16, '0'), 'ilo', 'abc'), sha256(''), 'k', 'Key', 'live', '{}', $3""",
    "social_accounts": """
        (tenant_id, id, project_id, platform, handle, followers, leased, connected_at)
        SELECT $1, id, $2, 'tiktok', 'shop.' || n, 5, true, $3""",
    "pool_accounts": """
        (id, platform, handle, followers, vertical, language, geo, monthly_price_cents, created_at, updated_at)
        SELECT id, 'tiktok', 'shop.' || n || left($1::bigint::text, 0) || left($2::uuid::text, 0), 5, 'food', 'en',
               '{US}', 5, $3, $3""",
    "lease_requests": """
        (tenant_id, id, organization_id, project_id, count, vertical, submitted_at)
        SELECT $1, id, $2, $2, 1, 'food', $3""",
    "jobs": """
        (tenant_id, id, project_id, format, started_at, expires_at)
        SELECT $1, id, $2, 'slideshow', $3, $3""",
    "containers": """
        (tenant_id, id, project_id, job_id, format, created_at)
        SELECT $1, id, $2, id, 'slideshow', $3""",
    "credit_transfers": """
        (tenant_id, id, from_organization_id, to_organization_id, credits, balance, available, created_at)
        SELECT $1, id, $2, id, 1, 1, 1, $3""",
    "outbox": """
        (tenant_id, id, organization_id, event_type, data, created_at)
        SELECT $1, id, $2, 'job.completed', '{}', $3""",
    "webhook_deliveries": """
        (tenant_id, id, endpoint_id, event_id, event_type, organization_id, event_created_at, status, delivered_at,
         created_at)
        SELECT $1, id, $2, id, 'job.completed', $2, $3, 'delivered', $3, $3""",
}


@pytest_asyncio.fixture(scope="module")
async def filled(database_urls: DatabaseUrls) -> AsyncIterator[tuple[Connection, Wallet]]:
    """The owner and a large partner, in a transaction that is rolled back."""
    connection = await connect(database_urls.owner)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SET LOCAL session_replication_role = replica")
    await connection.execute(
        f"SET LOCAL enable_bitmapscan = {REQUEST_SETTINGS['enable_bitmapscan']}"
    )
    wallet = await make_partner(connection)
    for table, fill in _FILLS.items():
        await connection.execute(
            f"""
            INSERT INTO {table} {fill}
              FROM generate_series(1, {ROWS}) n,
                   LATERAL (SELECT ('00000090-0000-0000-0000-' || lpad(to_hex(n), 12, '0'))::uuid AS id) i
            """,
            wallet.tenant_id,
            wallet.organization_id,
            NOON,
        )
        await connection.execute(f"ANALYZE {table}")
    yield connection, wallet
    await transaction.rollback()
    await connection.close()


@pytest.mark.one_server(reason="reads the plan of one PostgreSQL")
async def test_an_id_is_looked_up_in_every_table_through_an_index(
    filled: tuple[Connection, Wallet],
) -> None:
    connection, _ = filled
    wanted = read_wanted("00000090-0000-0000-0000-0000000003e8")
    assert wanted.id is not None
    hits, plan = await plan_of(connection, find_by_id(connection, wanted.id, wanted.kinds))
    read = rows_read(plan)
    assert {hit.kind for hit in hits} >= {"organization", "pool_account", "transfer"}
    assert set(read) == set(_FILLS)
    assert max(read.values()) <= 20, read


@pytest.mark.one_server(reason="reads the plan of one PostgreSQL")
@pytest.mark.parametrize("text", ["shop", "SHOP 1", "shop.19", "shop7@", "no such thing"])
async def test_a_text_reads_no_more_than_it_shows(
    filled: tuple[Connection, Wallet], text: str
) -> None:
    connection, _ = filled
    hits, plan = await plan_of(connection, find_by_text(connection, text, 10))
    assert bool(hits) == (text != "no such thing")
    assert len(hits) <= 40
    read = rows_read(plan)
    # Four times what is shown, of names, of e-mails, and the organizations of what has a handle.
    assert max(read.values()) <= 3 * 4 * 10, read


@pytest.mark.one_server(reason="reads the plan of one PostgreSQL")
async def test_a_plan_that_is_made_for_any_text_reads_no_more(
    filled: tuple[Connection, Wallet],
) -> None:
    connection, _ = filled
    await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    try:
        hits, plan = await plan_of(connection, find_by_text(connection, "shop", 10))
    finally:
        await connection.execute("SET LOCAL plan_cache_mode = auto")
    assert len(hits) == 30
    assert max(rows_read(plan).values()) <= 3 * 4 * 10


async def test_what_is_not_asked_for_is_not_found(filled: tuple[Connection, Wallet]) -> None:
    connection, wallet = filled
    own = wallet.organization_id
    assert [hit.kind for hit in await find_by_id(connection, own, ["organization"])] == [
        "organization"
    ]
    assert await find_by_id(connection, own, ["project", "job"]) == []
    assert await find_by_id(connection, uuid4(), ["organization"]) == []


async def plan_of(connection: Connection, found: Awaitable[list[Hit]]) -> tuple[list[Hit], Any]:
    """What a search finds, and how PostgreSQL went about it."""
    seen: list[Any] = []
    connection.add_query_logger(seen.append)
    try:
        hits = await found
        # The driver tells of a statement after it has given its rows.
        await asyncio.sleep(0)
    finally:
        connection.remove_query_logger(seen.append)
    query = seen[-1]
    explained = await connection.fetchval(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {query.query}", *query.args
    )
    return hits, explained[0]["Plan"]


def rows_read(plan: dict[str, Any]) -> dict[str, int]:
    """How many rows are looked at of each table, those that a condition throws away included."""
    read: dict[str, int] = {}
    waiting = [plan]
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        if (table := node.get("Relation Name")) in _FILLS:
            each = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            read[table] = read.get(table, 0) + int(each * node["Actual Loops"])
    return read
