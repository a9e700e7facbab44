"""Claiming deliveries: what is due, whose turn it is, and what cannot be sent."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from tests.support.endpoints import (
    CLAIM_SECONDS,
    SEALED,
    Endpoint,
    claim,
    delete_endpoint,
    finish,
    happen,
    make_endpoint,
    publish,
    result_of,
    set_status,
)
from tests.support.tenants import NOON, make_partner

from partner_api.webhooks import waiting_store
from partner_api.webhooks.sending import claims
from partner_api.webhooks.sending.claims import Share
from partner_api.webhooks.sending_store import ClaimedDelivery

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection, Pool, Row
    from partner_api.webhooks.sending.claims import Claims

SECOND = timedelta(seconds=1)
LOST = NOON + CLAIM_SECONDS * SECOND
SHARE = Share(limit=1_000, per_endpoint=4, per_tenant=16, busy_tenants={}, busy_endpoints={})


async def make_due(
    connection: Connection, count: int = 1, partner: Wallet | None = None
) -> tuple[Wallet, Endpoint]:
    """An endpoint with so many deliveries that are due at noon."""
    partner = partner or await make_partner(connection)
    endpoint = await make_endpoint(
        connection, partner, types=["job.completed" if count else "job.failed"]
    )
    await happen(connection, partner, count=count, data={"jobId": "job_1"})
    await publish(connection, partner)
    return partner, endpoint


async def delivery(connection: Connection, claimed: ClaimedDelivery) -> Row:
    row = await connection.fetchrow(
        "SELECT * FROM webhook_deliveries WHERE tenant_id = $1 AND id = $2",
        claimed.tenant_id,
        claimed.id,
    )
    assert row is not None
    return row


async def next_due_at(connection: Connection, endpoint: Endpoint) -> datetime | None:
    due: datetime | None = await connection.fetchval(
        "SELECT next_due_at FROM webhook_queues WHERE tenant_id = $1 AND endpoint_id = $2",
        endpoint.tenant_id,
        endpoint.id,
    )
    return due


async def claim_of_all(
    connection: Connection, now: datetime = NOON, *, after_tenant: int = -1, **asked: Any
) -> Claims:
    """A claim as a sender makes it, of whatever tenants, one after the other."""
    return await claims.claim(
        lambda: contextlib.nullcontext(connection),
        now,
        SHARE._replace(**asked),
        after_tenant=after_tenant,
        claim_seconds=CLAIM_SECONDS,
        connections=1,
    )


def of(tenants: Sequence[Wallet], claimed: Claims) -> list[int]:
    """Whose the claimed deliveries are, among those of a test."""
    ids = {tenant.tenant_id for tenant in tenants}
    return [one.tenant_id for one in claimed.deliveries if one.tenant_id in ids]


async def test_a_claim_has_all_that_is_needed_to_send_it(connection: Connection) -> None:
    partner, endpoint = await make_due(connection)
    (claimed,) = await claim(connection, NOON, tenant_id=partner.tenant_id)
    row = await delivery(connection, claimed)
    assert claimed == ClaimedDelivery(
        partner.tenant_id,
        row["id"],
        endpoint.id,
        row["claim_token"],
        "https://hooks.example.test/",
        SEALED,
        None,
        row["event_id"],
        "job.completed",
        NOON,
        partner.organization_id,
        {"jobId": "job_1", "organizationId": f"org_{partner.organization_id}"},
        None,
        1,
    )
    assert (row["status"], row["next_attempt_at"], row["attempts"]) == ("delivering", LOST, 0)
    assert await next_due_at(connection, endpoint) == LOST


async def test_the_previous_secret_signs_until_its_time_is_over(connection: Connection) -> None:
    partner, endpoint = await make_due(connection, 2)
    await connection.execute(
        """
        UPDATE webhook_endpoints
           SET previous_secret = 'before', previous_secret_key_id = 'k1', previous_secret_expires_at = $3
         WHERE tenant_id = $1 AND id = $2
        """,
        endpoint.tenant_id,
        endpoint.id,
        NOON + SECOND,
    )
    tenant_id = partner.tenant_id
    (before,) = await claim(connection, NOON, tenant_id=tenant_id, limit=1)
    (after,) = await claim(connection, NOON + SECOND, tenant_id=tenant_id)
    assert (before.previous_secret, after.previous_secret) == (b"before", None)


async def test_what_has_data_of_its_own_is_sent_with_it(connection: Connection) -> None:
    """A test or a replay, whose event is in no outbox."""
    partner, endpoint = await make_due(connection, 0)
    replay_of = uuid4()
    await connection.execute(
        """
        INSERT INTO webhook_deliveries (tenant_id, id, endpoint_id, event_id, event_type, organization_id,
                                        event_created_at, data, replay_of, status, next_attempt_at, created_at)
        VALUES ($1, $2, $3, $4, 'test.ping', $5, $6, $7, $8, 'pending', $6, $6)
        """,
        partner.tenant_id,
        uuid4(),
        endpoint.id,
        uuid4(),
        partner.organization_id,
        NOON,
        {"message": "hello"},
        replay_of,
    )
    await connection.execute(
        "UPDATE webhook_queues SET next_due_at = $2 WHERE tenant_id = $1", partner.tenant_id, NOON
    )
    (claimed,) = await claim(connection, NOON, tenant_id=partner.tenant_id)
    assert (claimed.data, claimed.replay_of) == ({"message": "hello"}, replay_of)


async def test_nothing_is_due_before_its_time(connection: Connection) -> None:
    partner, endpoint = await make_due(connection)
    assert await claim(connection, NOON - SECOND, tenant_id=partner.tenant_id) == []
    assert await next_due_at(connection, endpoint) == NOON


async def test_a_lost_claim_is_due_again_and_is_no_attempt(connection: Connection) -> None:
    partner, _ = await make_due(connection)
    (first,) = await claim(connection, NOON, tenant_id=partner.tenant_id)
    assert await claim(connection, LOST - SECOND, tenant_id=partner.tenant_id) == []
    (second,) = await claim(connection, LOST, tenant_id=partner.tenant_id)
    assert (second.id, second.attempt) == (first.id, 1)
    assert second.claim_token != first.claim_token


async def test_tenants_take_turns_and_none_gets_more_than_its_share(
    connection: Connection,
) -> None:
    tenants = [(await make_due(connection, 30))[0] for _ in range(3)]
    order = sorted(tenant.tenant_id for tenant in tenants)
    first = await claim_of_all(connection, per_endpoint=30)
    assert of(tenants, first) == [tenant_id for tenant_id in order for _ in range(16)]
    second = await claim_of_all(
        connection, per_endpoint=30, busy_tenants={order[0]: 16, order[1]: 13}
    )
    assert of(tenants, second) == [order[1]] * 3 + [order[2]] * 14


async def test_the_next_turn_is_that_of_whoever_comes_behind(connection: Connection) -> None:
    tenants = [(await make_due(connection, 3))[0] for _ in range(3)]
    order = sorted(tenant.tenant_id for tenant in tenants)
    turns: list[int] = []
    last_tenant = order[0]
    while len(turns) < 9:
        claimed = await claim_of_all(connection, after_tenant=last_tenant, limit=1)
        assert claimed.more
        assert len(claimed.deliveries) + claimed.abandoned > 0
        last_tenant = claimed.last_tenant
        turns += of(tenants, claimed)
    assert turns == [order[1], order[2], order[0]] * 3


async def test_an_endpoint_gets_no_more_than_its_share(connection: Connection) -> None:
    partner, first = await make_due(connection, 0)
    second = await make_endpoint(connection, partner)
    await happen(connection, partner, event_type="job.failed", count=10)
    await publish(connection, partner)
    endpoints = [first.id, second.id]

    def counts(claimed: Claims) -> list[int]:
        return [
            sum(one.endpoint_id == endpoint for one in claimed.deliveries) for endpoint in endpoints
        ]

    assert counts(await claim_of_all(connection)) == [4, 4]
    busy: dict[UUID, int] = {first.id: 4, second.id: 3}
    assert counts(await claim_of_all(connection, busy_endpoints=busy)) == [0, 1]
    # The tenant's share is that of all its endpoints.
    busy_tenants = {partner.tenant_id: 13}
    claimed = await claim_of_all(connection, busy_tenants=busy_tenants)
    assert sum(counts(claimed)) == 3


async def test_of_a_tenant_the_endpoint_that_waits_longest_comes_first(
    connection: Connection,
) -> None:
    partner = await make_partner(connection)
    for second in (1, 0, 3, 2):
        await make_endpoint(connection, partner, types=[f"type.{second}"])
        await happen(connection, partner, event_type=f"type.{second}")
        await publish(connection, partner, NOON + second * SECOND)
    claimed = await claim(connection, NOON + 5 * SECOND, tenant_id=partner.tenant_id)
    rows = await connection.fetch(
        "SELECT endpoint_id, created_at FROM webhook_deliveries WHERE tenant_id = $1",
        partner.tenant_id,
    )
    waits = {row["endpoint_id"]: row["created_at"] for row in rows}
    assert [waits[one.endpoint_id] for one in claimed] == sorted(waits.values())
    assert len(claimed) == 4


async def test_two_senders_never_claim_the_same_and_wait_for_nobody(
    pool: Pool, connection: Connection
) -> None:
    partner, endpoint = await make_due(connection, 5)
    other = await make_endpoint(connection, partner, types=["job.failed"])
    await happen(connection, partner, event_type="job.failed")
    await publish(connection, partner)
    async with connection.transaction():
        await connection.execute(
            """
            SELECT FROM webhook_queues WHERE tenant_id = $1 AND endpoint_id = $2
              FOR NO KEY UPDATE
            """,
            endpoint.tenant_id,
            endpoint.id,
        )
        async with pool.acquire() as second:
            claimed = await claim(second, NOON, tenant_id=partner.tenant_id)
            assert [one.endpoint_id for one in claimed] == [other.id]

    async def some() -> list[ClaimedDelivery]:
        taken: list[ClaimedDelivery] = []
        async with pool.acquire() as own:
            for _ in range(5):
                taken += await claim(own, NOON, tenant_id=partner.tenant_id, per_endpoint=1)
        return taken

    taken = [one.id for claims in await asyncio.gather(some(), some()) for one in claims]
    taken += [one.id for one in await claim(connection, NOON, tenant_id=partner.tenant_id)]
    assert len(taken) == len(set(taken)) == 5


async def test_several_tenants_have_their_turn_at_once_and_share_the_slots(
    pool: Pool, connection: Connection
) -> None:
    """However many connections there are, no more is claimed than there are slots, and no turn is left out."""
    tenants = [(await make_due(connection, 3))[0] for _ in range(12)]
    order = sorted(tenant.tenant_id for tenant in tenants)
    others = await connection.fetch(
        "SELECT DISTINCT tenant_id FROM webhook_queues WHERE tenant_id <> ALL ($1::bigint[])", order
    )

    async def claim_some(limit: int, after_tenant: int) -> Claims:
        return await claims.claim(
            pool.acquire,
            NOON,
            SHARE._replace(limit=limit),
            after_tenant=after_tenant,
            claim_seconds=CLAIM_SECONDS,
            left_out=[row["tenant_id"] for row in others],
        )

    first = await claim_some(20, -1)
    assert len(first.deliveries) == len({one.id for one in first.deliveries}) == 20
    assert (first.more, first.last_tenant in order[6:9]) == (True, True)
    assert {one.tenant_id for one in first.deliveries} <= set(order[:9])
    rest = await claim_some(1_000, first.last_tenant)
    assert len({one.id for one in (*first.deliveries, *rest.deliveries)}) == 36
    assert rest.failures == {}


@pytest.mark.parametrize(
    ("status", "reason"),
    [("paused", "endpoint_paused"), ("auto_paused", "endpoint_auto_paused")],
)
async def test_what_is_due_of_one_that_is_paused_is_abandoned(
    connection: Connection, status: str, reason: str
) -> None:
    partner, endpoint = await make_due(connection, 3)
    (lost,) = await claim(connection, NOON, tenant_id=partner.tenant_id, limit=1)
    await connection.execute(
        """
        UPDATE webhook_endpoints SET status = $3::text, paused_reason = CASE WHEN $3 = 'auto_paused' THEN 'failures' END
         WHERE tenant_id = $1 AND id = $2
        """,
        endpoint.tenant_id,
        endpoint.id,
        status,
    )
    assert await claim(connection, NOON, tenant_id=partner.tenant_id) == []
    # What is being sent may still arrive.
    assert (await delivery(connection, lost))["status"] == "delivering"
    assert await next_due_at(connection, endpoint) == LOST
    assert await claim(connection, LOST, tenant_id=partner.tenant_id) == []
    rows = await connection.fetch(
        "SELECT status, abandoned_reason, abandoned_at FROM webhook_deliveries WHERE tenant_id = $1",
        partner.tenant_id,
    )
    assert sorted(tuple(row.values()) for row in rows) == [
        ("abandoned", reason, NOON),
        ("abandoned", reason, NOON),
        ("abandoned", reason, LOST),
    ]
    assert await next_due_at(connection, endpoint) is None
    await set_status(connection, endpoint, "active")
    assert await claim(connection, LOST, tenant_id=partner.tenant_id) == []


async def test_of_a_suspended_organization_nothing_is_sent(
    connection: Connection, owner_connection: Connection
) -> None:
    partner, _ = await make_due(connection)
    await owner_connection.execute(
        "UPDATE organizations SET status = 'suspended' WHERE tenant_id = $1", partner.tenant_id
    )
    assert await claim(connection, NOON, tenant_id=partner.tenant_id) == []
    reason = await connection.fetchval(
        "SELECT abandoned_reason FROM webhook_deliveries WHERE tenant_id = $1", partner.tenant_id
    )
    assert reason == "organization_suspended"


async def test_an_event_that_is_there_no_more_is_abandoned(
    connection: Connection, owner_connection: Connection
) -> None:
    partner, endpoint = await make_due(connection, 2)
    gone = await connection.fetchval(
        "SELECT min(event_id::text)::uuid FROM webhook_deliveries WHERE tenant_id = $1",
        partner.tenant_id,
    )
    await owner_connection.execute(
        "DELETE FROM outbox WHERE tenant_id = $1 AND id = $2", partner.tenant_id, gone
    )
    (claimed,) = await claim(connection, NOON, tenant_id=partner.tenant_id)
    assert claimed.event_id != gone
    row = await connection.fetchrow(
        "SELECT status, abandoned_reason FROM webhook_deliveries WHERE tenant_id = $1 AND event_id = $2",
        partner.tenant_id,
        gone,
    )
    assert row is not None
    assert tuple(row.values()) == ("abandoned", "event_expired")
    assert await next_due_at(connection, endpoint) == LOST


async def test_of_a_deleted_endpoint_nothing_is_sent(connection: Connection) -> None:
    partner, endpoint = await make_due(connection, 2)
    (claimed,) = await claim(connection, NOON, tenant_id=partner.tenant_id, limit=1)
    await delete_endpoint(connection, endpoint, NOON)
    assert await claim(connection, LOST, tenant_id=partner.tenant_id) == []
    # Its report finds it, and wakes nobody.
    await finish(connection, NOON, result_of(claimed, NOON, status=500))
    assert await next_due_at(connection, endpoint) is None


async def test_the_metrics_say_what_waits(connection: Connection) -> None:
    before = await waiting_store.waiting(connection, NOON)
    delivering = await waiting_store.count_delivering(connection)
    long_ago = NOON - timedelta(days=3000)
    partner = await make_partner(connection, now=long_ago)
    await make_endpoint(connection, partner, now=long_ago)
    await make_endpoint(connection, partner, status="auto_paused", types=["none"], now=long_ago)
    await happen(connection, partner, now=long_ago, count=2)
    await publish(connection, partner, long_ago)
    after = await waiting_store.waiting(connection, NOON)
    assert after.pending - before.pending == 2
    assert after.auto_paused - before.auto_paused == 1
    assert after.oldest_due_at == long_ago
    assert (await waiting_store.waiting(connection, long_ago - SECOND)).oldest_due_at is None
    assert await waiting_store.next_due(connection, long_ago - SECOND) == long_ago
    await claim(connection, long_ago, tenant_id=partner.tenant_id)
    assert await waiting_store.count_delivering(connection) - delivering == 2
