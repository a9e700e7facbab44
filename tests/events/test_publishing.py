"""Publishing: each event once, in an order that a reader can follow, with a delivery for each endpoint."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.endpoints import happen, make_endpoint, publish
from tests.support.holding import Held
from tests.support.tenants import NOON, Wallet, make_partner

from partner_api.events.store import Published, stream_positions
from partner_api.ids import new_ulid

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.endpoints import Endpoint

    from partner_api.database.connection import Connection, Pool, Row

SECOND = timedelta(seconds=1)


async def published(connection: Connection, wallet: Wallet) -> list[Row]:
    return await connection.fetch(
        """
        SELECT id, sequence, published_at, data FROM outbox
         WHERE tenant_id = $1 AND sequence IS NOT NULL ORDER BY sequence
        """,
        wallet.tenant_id,
    )


async def delivered_events(connection: Connection, endpoint: Endpoint) -> list[UUID]:
    rows = await connection.fetch(
        "SELECT event_id FROM webhook_deliveries WHERE tenant_id = $1 AND endpoint_id = $2",
        endpoint.tenant_id,
        endpoint.id,
    )
    return sorted(row["event_id"] for row in rows)


async def test_each_event_gets_the_next_number_of_its_tenant(connection: Connection) -> None:
    partner, other = await make_partner(connection), await make_partner(connection)
    first = await happen(connection, partner, count=3)
    assert await publish(connection, partner, limit=2) == Published(2, 0)
    assert await publish(connection, partner, NOON + SECOND) == Published(1, 0)
    assert await publish(connection, partner) == Published(0, 0)
    await happen(connection, other)
    assert await publish(connection, other) == Published(1, 0)

    rows = await published(connection, partner)
    assert [row["id"] for row in rows] == sorted(first)
    assert [row["sequence"] for row in rows] == [1, 2, 3]
    assert [row["published_at"] for row in rows] == [NOON, NOON, NOON + SECOND]
    assert await stream_positions(connection, [partner.tenant_id, other.tenant_id, 1]) == {
        partner.tenant_id: 3,
        other.tenant_id: 1,
        1: 0,
    }


async def test_no_event_is_published_before_it_happened_or_before_an_earlier_one(
    connection: Connection,
) -> None:
    """Servers' clocks differ: that of who publishes may be behind."""
    partner = await make_partner(connection)
    await happen(connection, partner, now=NOON + 5 * SECOND)
    await publish(connection, partner, NOON)
    await happen(connection, partner, now=NOON + SECOND)
    await publish(connection, partner, NOON + 2 * SECOND)
    assert [row["published_at"] for row in await published(connection, partner)] == [
        NOON + 5 * SECOND
    ] * 2


async def test_each_event_says_whose_it_is(connection: Connection) -> None:
    partner = await make_partner(connection)
    await happen(connection, partner, data={"jobId": "job_1"})
    await happen(connection, partner, data={"organizationId": "org_other"}, now=NOON + SECOND)
    await publish(connection, partner)
    first, second = await published(connection, partner)
    assert first["data"] == {"jobId": "job_1", "organizationId": f"org_{partner.organization_id}"}
    assert second["data"] == {"organizationId": "org_other"}


async def test_a_delivery_is_due_at_once(connection: Connection) -> None:
    partner = await make_partner(connection)
    endpoint = await make_endpoint(connection, partner)
    (event_id,) = await happen(connection, partner, data={"jobId": "job_1"})
    assert await publish(connection, partner, NOON + SECOND) == Published(1, 1)
    delivery = await connection.fetchrow(
        "SELECT * FROM webhook_deliveries WHERE tenant_id = $1 AND endpoint_id = $2",
        endpoint.tenant_id,
        endpoint.id,
    )
    assert delivery is not None
    assert {
        name: value
        for name, value in delivery.items()
        if value is not None and name not in ("tenant_id", "id", "endpoint_id")
    } == {
        "event_id": event_id,
        "event_type": "job.completed",
        "organization_id": partner.organization_id,
        "event_created_at": NOON,
        "status": "pending",
        "attempts": 0,
        "next_attempt_at": NOON + SECOND,
        "recovered": False,
        "created_at": NOON + SECOND,
    }
    due = await connection.fetchval(
        "SELECT next_due_at FROM webhook_queues WHERE tenant_id = $1", partner.tenant_id
    )
    assert due == NOON + SECOND


async def test_two_who_publish_at_once_publish_each_event_once(
    pool: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection)
    endpoint = await make_endpoint(connection, partner)
    written = await happen(connection, partner, count=300)

    async def work() -> int:
        events = 0
        async with pool.acquire() as own:
            while (done := await publish(own, partner, limit=7)).events:
                assert done == Published(done.events, done.events)
                events += done.events
        return events

    assert sum(await asyncio.gather(*(work() for _ in range(4)))) == 300
    rows = await published(connection, partner)
    assert [row["sequence"] for row in rows] == list(range(1, 301))
    assert await delivered_events(connection, endpoint) == sorted(written)


async def test_what_was_cut_off_in_the_middle_is_published_once_later(
    connection: Connection,
) -> None:
    partner = await make_partner(connection)
    endpoint = await make_endpoint(connection, partner)
    written = await happen(connection, partner, count=3)
    with pytest.raises(ZeroDivisionError):
        async with connection.transaction():
            assert await publish(connection, partner, limit=2) == Published(2, 2)
            _ = 1 / 0
    assert await published(connection, partner) == []
    assert await delivered_events(connection, endpoint) == []
    assert await publish(connection, partner) == Published(3, 3)
    assert [row["sequence"] for row in await published(connection, partner)] == [1, 2, 3]
    assert await delivered_events(connection, endpoint) == sorted(written)


async def test_an_event_that_commits_late_comes_after_those_before_which_it_was_written(
    pool: Pool, connection: Connection
) -> None:
    """A reader who has come to a position has missed nothing before it."""
    partner = await make_partner(connection)
    async with pool.acquire() as slow:
        transaction = slow.transaction()
        await transaction.start()
        (late,) = await happen(slow, partner, now=NOON - SECOND)
        (soon,) = await happen(connection, partner)
        assert soon > late
        assert await publish(connection, partner) == Published(1, 0)
        await transaction.commit()
    assert await publish(connection, partner) == Published(1, 0)
    rows = await published(connection, partner)
    assert [(row["sequence"], row["id"]) for row in rows] == [(1, soon), (2, late)]


async def test_what_the_previous_release_deletes_meanwhile_leaves_no_gap(
    connection: Connection, owner_connection: Connection
) -> None:
    """The functions say that it has to be tried again, and then there is nothing to publish."""
    partner = await make_partner(connection)
    (event_id,) = await happen(connection, partner)
    async with owner_connection.transaction():
        await owner_connection.execute(
            "DELETE FROM outbox WHERE tenant_id = $1 AND id = $2", partner.tenant_id, event_id
        )
        publishing = asyncio.create_task(publish(connection, partner))
        await Held(owner_connection).until_waited_for()
    with pytest.raises(Exception, match="deleted meanwhile"):
        await publishing
    assert await publish(connection, partner) == Published(0, 0)
    await happen(connection, partner)
    await publish(connection, partner)
    assert [row["sequence"] for row in await published(connection, partner)] == [1]


async def test_the_role_cannot_publish_or_change_events_itself(connection: Connection) -> None:
    partner = await make_partner(connection)
    (event_id,) = await happen(connection, partner)
    for statement in (
        "UPDATE outbox SET sequence = 7, published_at = now() WHERE tenant_id = $1 AND id = $2",
        "UPDATE outbox SET data = '{}' WHERE tenant_id = $1 AND id = $2",
        "UPDATE event_streams SET last_sequence = 7 WHERE tenant_id = $1 AND $2::uuid IS NOT NULL",
    ):
        with pytest.raises(Exception, match="permission denied"):
            await connection.execute(statement, partner.tenant_id, event_id)


async def test_ids_are_of_their_time(connection: Connection) -> None:
    """They are what events of one step are ordered by."""
    partner = await make_partner(connection)
    later = (await happen(connection, partner, now=NOON + SECOND))[0]
    sooner = (await happen(connection, partner))[0]
    assert new_ulid(NOON) < later
    await publish(connection, partner)
    assert [row["id"] for row in await published(connection, partner)] == [sooner, later]
