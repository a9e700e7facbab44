"""Publishing: each event once, in an order that a reader can follow, and a delivery for each endpoint that it is for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.endpoints import (
    Endpoint,
    happen,
    publish,
)
from tests.support.tenants import NOON, Wallet, make_partner

from partner_api.events.store import Published, stream_positions

if TYPE_CHECKING:

    from partner_api.database.connection import Connection, Row

SECOND = timedelta(seconds=1)


async def published(connection: Connection, wallet: Wallet) -> list[Row]:
    return await connection.fetch(
        """
        SELECT id, sequence, published_at, data FROM outbox
         WHERE tenant_id = $1 AND sequence IS NOT NULL ORDER BY sequence
        """,
        wallet.tenant_id,
    )


async def deliveries(connection: Connection, endpoint: Endpoint) -> list[Row]:
    return await connection.fetch(
        "SELECT * FROM webhook_deliveries WHERE tenant_id = $1 AND endpoint_id = $2 ORDER BY event_id",
        endpoint.tenant_id,
        endpoint.id,
    )


async def test_each_event_gets_the_next_number_of_its_tenant(connection: Connection) -> None:
    partner, other = await make_partner(connection), await make_partner(connection)
    first = await happen(connection, partner, count=3)
    assert await publish(connection, partner, limit=2) == Published(2, 0)
    assert await publish(connection, partner, NOON + SECOND) == Published(1, 0)
    assert await publish(connection, partner) == Published(0, 0)
    await happen(connection, other)
    assert await publish(connection, other) == Published(1, 0)

    rows = await published(connection, partner)
    assert sorted(row["id"] for row in rows) == sorted(first)
    assert [row["sequence"] for row in rows] == [1, 2, 3]
    assert [row["published_at"] for row in rows] == [NOON, NOON, NOON + SECOND]
    assert await stream_positions(connection, [partner.tenant_id, other.tenant_id, 1]) == {
        partner.tenant_id: 3,
        other.tenant_id: 1,
        1: 0,
    }
