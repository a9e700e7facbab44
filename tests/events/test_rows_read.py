"""What publishing, sending and retention look at is bounded by their steps, however many events there are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.support.databases import make_database
from tests.support.endpoints import claim, finish, happen, make_endpoint, publish, result_of
from tests.support.tenants import NOON, make_partner

from partner_api.database.connection import connect
from partner_api.events import operator_store
from partner_api.webhooks import purge_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from datetime import datetime

    from tests.support.databases import DatabaseUrls
    from tests.support.endpoints import Endpoint
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection
    from partner_api.webhooks.sending_store import ClaimedDelivery

DAY = timedelta(days=1)
MANY = 20_000
STEP = 20


@pytest.fixture
def urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    """A database of its own, whose tables were empty when the planner last looked."""
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest_asyncio.fixture
async def owner(urls: DatabaseUrls) -> AsyncIterator[Connection]:
    """Its owner, who may see what was read."""
    connection = await connect(urls.owner)
    yield connection
    await connection.close()


async def rows_read(owner: Connection, act: Callable[[], Awaitable[object]]) -> int:
    """Rows that something reads."""
    await owner.execute("SELECT pg_stat_force_next_flush()")
    async with owner.transaction():
        await act()
        read = await owner.fetchval(
            "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
        )
    return int(read)


async def fill(owner: Connection, wallet: Wallet, endpoint: Endpoint) -> None:
    """Have very many events published and delivered, a second apart, before those of the steps."""
    await owner.execute(
        """
        INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at, sequence, published_at)
        SELECT $1, time_ordered_uuid(at, n::text), $2, 'job.completed', '{}', at, 2 * $4::bigint + 1 - n, at
          FROM (SELECT n, $3::timestamptz - n * interval '1 second' AS at FROM generate_series(1, $4::bigint) n) made
        """,
        wallet.tenant_id,
        wallet.organization_id,
        NOON,
        MANY,
    )
    await owner.execute(
        """
        INSERT INTO event_streams (tenant_id, last_sequence, last_published_at) VALUES ($1, $2, $3)
        ON CONFLICT (tenant_id) DO UPDATE SET last_sequence = excluded.last_sequence
        """,
        wallet.tenant_id,
        2 * MANY,
        NOON,
    )
    await owner.execute(
        """
        INSERT INTO webhook_deliveries (tenant_id, id, endpoint_id, event_id, event_type, organization_id,
                                        event_created_at, status, attempts, delivered_at, created_at)
        SELECT tenant_id, id, $2, id, event_type, organization_id, created_at, 'delivered', 1, created_at, created_at
          FROM outbox WHERE tenant_id = $1 AND sequence > $3
        """,
        wallet.tenant_id,
        endpoint.id,
        MANY,
    )
    await owner.execute(
        """
        INSERT INTO webhook_attempts (tenant_id, delivery_id, number, at, duration_ms, status)
        SELECT tenant_id, id, 1, created_at, 1, 200 FROM webhook_deliveries WHERE tenant_id = $1
        ON CONFLICT DO NOTHING
        """,
        wallet.tenant_id,
    )


async def rows_of_a_step(owner: Connection, wallet: Wallet, now: datetime) -> dict[str, int]:
    """What each part of a step reads, of as many events as a step has."""
    await happen(owner, wallet, now=now, count=STEP)
    claims: list[ClaimedDelivery] = []

    async def take() -> None:
        claims.extend(await claim(owner, now, tenant_id=wallet.tenant_id))

    async def report() -> None:
        await finish(owner, now, *[result_of(one, now) for one in claims])

    read = {
        "publish": await rows_read(owner, lambda: publish(owner, wallet, now)),
        "claim": await rows_read(owner, take),
        "finish": await rows_read(owner, report),
    }
    assert len(claims) == STEP
    return read


async def test_a_step_reads_no_more_when_there_are_very_many_events(owner: Connection) -> None:
    """Also while the planner knows nothing of them yet, and of the statements that it planned before."""
    wallet = await make_partner(owner)
    endpoint = await make_endpoint(owner, wallet)
    first = await rows_of_a_step(owner, wallet, NOON)
    await fill(owner, wallet, endpoint)
    unknown = await rows_of_a_step(owner, wallet, NOON + DAY)
    await owner.execute("ANALYZE")
    known = await rows_of_a_step(owner, wallet, NOON + 2 * DAY)
    most = {part: rows * 1.2 for part, rows in first.items()}
    for later in (unknown, known):
        assert {part: rows for part, rows in later.items() if rows > most[part]} == {}


async def test_retention_reads_what_it_deletes(owner: Connection) -> None:
    wallet = await make_partner(owner)
    endpoint = await make_endpoint(owner, wallet)
    await fill(owner, wallet, endpoint)
    await owner.execute("ANALYZE")
    now = NOON + 30 * DAY - timedelta(seconds=MANY - STEP + 1)
    for delete in (operator_store.delete_expired, purge_store.delete_expired):
        deleted: list[int] = []

        async def expire() -> None:
            deleted.append(await delete(owner, now, 500))  # noqa: B023 - it is awaited here

        assert await rows_read(owner, expire) <= 4 * STEP
        assert deleted == [STEP]
