"""What is left of webhooks goes little by little."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.endpoints import (
    Endpoint,
    claim,
    delete_endpoint,
    finish,
    happen,
    make_endpoint,
    publish,
    result_of,
)
from tests.support.tenants import NOON, make_partner

from partner_api.sweeps import webhooks as sweep_module
from partner_api.sweeps.webhooks import PurgeWebhooks

if TYPE_CHECKING:
    from partner_api.database.connection import Connection, Pool

DAY = timedelta(days=1)
TABLES = ("webhook_endpoints", "webhook_queues", "webhook_deliveries", "webhook_attempts")


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_module, "_DELIVERIES_PER_COMMIT", 10)


async def left(connection: Connection, *tables: str) -> list[int]:
    return [await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables]


async def sent(connection: Connection, count: int) -> Endpoint:
    """An endpoint with so many deliveries, each of which has had an attempt."""
    partner = await make_partner(connection)
    endpoint = await make_endpoint(connection, partner)
    await happen(connection, partner, count=count)
    await publish(connection, partner)
    claims = await claim(connection, NOON, tenant_id=partner.tenant_id)
    await finish(connection, NOON, *(result_of(one, NOON, status=500) for one in claims))
    return endpoint


async def test_a_deleted_endpoint_goes_with_all_that_was_its(
    pool: Pool, connection: Connection
) -> None:
    deleted, kept = await sent(connection, 25), await sent(connection, 3)
    sweep = PurgeWebhooks()
    assert await sweep.step(pool, NOON) == 0
    await delete_endpoint(connection, deleted, NOON)
    for remaining in (18, 8):
        assert await sweep.step(pool, NOON) == 10
        assert await left(connection, *TABLES) == [2, 2, remaining, remaining]
    assert await sweep.step(pool, NOON) == 6
    assert await left(connection, *TABLES) == [1, 1, 3, 3]
    assert await sweep.step(pool, NOON) == 0
    assert await connection.fetchval("SELECT id FROM webhook_endpoints") == kept.id


async def test_exactly_as_many_as_a_step_removes(pool: Pool, connection: Connection) -> None:
    await delete_endpoint(connection, await sent(connection, 10), NOON)
    sweep = PurgeWebhooks()
    assert await sweep.step(pool, NOON) == 10
    assert await sweep.step(pool, NOON) == 1
    assert await left(connection, *TABLES) == [0, 0, 0, 0]


async def test_deliveries_go_after_thirty_days(pool: Pool, connection: Connection) -> None:
    await sent(connection, 15)
    sweep = PurgeWebhooks()
    assert await sweep.step(pool, NOON + 30 * DAY - timedelta(milliseconds=1)) == 0
    assert await sweep.step(pool, NOON + 30 * DAY) == 10
    assert await sweep.step(pool, NOON + 30 * DAY) == 5
    assert await left(connection, *TABLES) == [1, 1, 0, 0]


async def test_what_somebody_has_in_hand_is_not_waited_for(
    pool: Pool, connection: Connection
) -> None:
    """A claim locks deliveries in another order: the two could wait for each other."""
    endpoint = await sent(connection, 5)
    async with connection.transaction():
        await connection.execute(
            """
            SELECT FROM webhook_deliveries
             WHERE tenant_id = $1
               AND id = (SELECT id FROM webhook_deliveries WHERE tenant_id = $1 ORDER BY id LIMIT 1)
               FOR NO KEY UPDATE
            """,
            endpoint.tenant_id,
        )
        assert await PurgeWebhooks().step(pool, NOON + 30 * DAY) == 4
    assert await PurgeWebhooks().step(pool, NOON + 30 * DAY) == 1


async def test_an_event_that_is_published_meanwhile_leaves_nothing_behind(
    pool: Pool, connection: Connection
) -> None:
    """Whoever publishes sees that the endpoint is deleted, before its row is gone and after."""
    endpoint = await sent(connection, 1)
    partner = await make_partner(connection)
    other = await make_endpoint(connection, partner)
    await delete_endpoint(connection, endpoint, NOON)
    await delete_endpoint(connection, other, NOON)
    await happen(connection, partner)
    assert (await publish(connection, partner)).deliveries == 0
    while await PurgeWebhooks().step(pool, NOON):
        pass
    await happen(connection, partner)
    assert (await publish(connection, partner)).deliveries == 0
    assert await left(connection, *TABLES) == [0, 0, 0, 0]
