"""credits.low: once whenever what is available falls below the refill threshold, however it does."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support import operations
from tests.support.invariants import assert_books_balance
from tests.support.outbox import decoded, told
from tests.support.tenants import NOON, Wallet, job_start, make_child, make_partner

from partner_api.database.arguments import SYSTEM
from partner_api.events.data_schemas import CreditsLowData
from partner_api.ids import format_id
from partner_api.jobs import store as job_store
from partner_api.organizations import store as organizations

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.connection import Connection, Pool

NEXT_PERIOD = NOON + timedelta(days=40)


async def make_wallet(
    connection: Connection, credits: int, threshold: int, *, partner_has: int = 0
) -> Wallet:
    """A child with so many credits, whose partner has so many left for refills of 100."""
    partner = await make_partner(connection, prepaid=credits + partner_has)
    child = await make_child(connection, partner, prepaid=credits)
    await operations.configure(connection, child, refill_threshold=threshold, refill_amount=100)
    return child


async def lows(connection: Connection | Pool, child: Wallet) -> list[CreditsLowData]:
    """What the child was told of low credits; its wallet knows whether it is low now."""
    found = [decoded(event) for event in await told(connection, child.tenant_id, "credits.low")]
    assert all(isinstance(each, CreditsLowData) for each in found)
    return [each for each in found if isinstance(each, CreditsLowData)]


async def is_low(connection: Connection, child: Wallet) -> bool:
    """Whether the stored wallet says so."""
    return bool((await operations.stored(connection, child))["is_low"])


async def test_a_job_that_starts_brings_it_below(connection: Connection) -> None:
    child = await make_wallet(connection, 300, 200)
    await operations.started(connection, child, 100)
    assert await lows(connection, child) == []
    later = NOON + timedelta(hours=1)
    job_id = await operations.started(connection, child, 1, now=later)
    assert await lows(connection, child) == [
        CreditsLowData(
            organization_id=format_id("org", child.organization_id),
            available=199,
            balance=300,
            refill_threshold=200,
            refill_amount=100,
        )
    ]
    (event,) = await told(connection, child.tenant_id, "credits.low")
    # A start writes no ledger row, so this is not the time of the wallet's last one.
    assert event.created_at == later
    await operations.started(connection, child, 50, now=later)
    assert len(await lows(connection, child)) == 1, "it was low already"
    await operations.settle(connection, child, job_id, 0, now=later)
    assert len(await lows(connection, child)) == 1


async def test_it_is_told_again_after_it_has_been_enough(connection: Connection) -> None:
    child = await make_wallet(connection, 200, 200)
    first = await operations.started(connection, child, 10)
    await operations.release(connection, child, first)
    assert not await is_low(connection, child)
    later = NOON + timedelta(milliseconds=1)
    second = await operations.started(connection, child, 20, now=later)
    assert [each.available for each in await lows(connection, child)] == [190, 180]
    await operations.settle(connection, child, second, 20, now=later)
    assert len(await lows(connection, child)) == 2


async def test_two_crossings_in_one_millisecond_are_two_events(connection: Connection) -> None:
    child = await make_wallet(connection, 200, 200)
    for _ in range(3):
        job_id = await operations.started(connection, child, 10)
        await operations.release(connection, child, job_id)
    assert len({each.id for each in await told(connection, child.tenant_id, "credits.low")}) == 3


async def test_a_refill_that_brings_it_back_is_no_crossing(connection: Connection) -> None:
    child = await make_wallet(connection, 200, 200, partner_has=100)
    await operations.started(connection, child, 50, now=NOON + timedelta(milliseconds=1))
    assert await lows(connection, child) == []
    _, event = await told(connection, child.tenant_id, "credits.allocated")
    assert event.data["reason"] == "auto_refill"
    assert (event.data["credits"], event.data["available"]) == (100, 300)
    await operations.started(connection, child, 60)
    assert [each.available for each in await lows(connection, child)] == [190]


async def test_a_refill_that_is_not_enough_is_one(connection: Connection) -> None:
    child = await make_wallet(connection, 200, 200, partner_has=100)
    await operations.started(connection, child, 150)
    assert [each.available for each in await lows(connection, child)] == [150]


async def test_a_batch_of_starts_is_one_crossing(connection: Connection) -> None:
    child = await make_wallet(connection, 200, 200)
    sibling = await make_wallet(connection, 200, 200)
    items = [job_start(child, 10) for _ in range(5)]
    outcomes = await job_store.start_jobs(connection, child.tenant_id, NOON, items)
    assert {outcome.status for outcome in outcomes} == {"done"}
    assert [each.available for each in await lows(connection, child)] == [150]
    assert await lows(connection, sibling) == []


async def test_an_adjustment_brings_it_below(connection: Connection) -> None:
    child = await make_wallet(connection, 300, 200)
    await operations.post(connection, child, "adjustment", -100)
    assert await lows(connection, child) == []
    await operations.post(connection, child, "adjustment", -1)
    assert [each.available for each in await lows(connection, child)] == [199]


async def test_the_end_of_a_period_brings_it_below(connection: Connection) -> None:
    child = await make_wallet(connection, 100, 200)
    assert len(await lows(connection, child)) == 1
    await operations.subscribe(connection, child, 500)
    assert not await is_low(connection, child)
    await operations.subscribe(connection, child, 0, billing_status="canceled")
    assert len(await lows(connection, child)) == 1
    await operations.read(connection, child, NEXT_PERIOD)
    assert [each.available for each in await lows(connection, child)] == [100, 100]


async def test_what_ends_a_period_on_its_way_tells_it_once(connection: Connection) -> None:
    child = await make_wallet(connection, 100, 200)
    await operations.subscribe(connection, child, 500)
    await operations.subscribe(connection, child, 0, billing_status="canceled")
    await operations.post(connection, child, "adjustment", -10, now=NEXT_PERIOD)
    assert [each.available for each in await lows(connection, child)] == [100, 100]


async def test_a_higher_threshold_is_a_crossing_and_none_ends_it(connection: Connection) -> None:
    child = await make_wallet(connection, 300, 200)
    await operations.configure(connection, child, refill_threshold=300)
    assert await lows(connection, child) == []
    await operations.configure(connection, child, refill_threshold=301)
    assert [each.refill_threshold for each in await lows(connection, child)] == [301]
    await operations.configure(connection, child, refill_threshold=None, refill_amount=None)
    assert not await is_low(connection, child)
    later = NOON + timedelta(milliseconds=1)
    await operations.configure(connection, child, now=later, refill_threshold=400, refill_amount=5)
    assert [each.refill_threshold for each in await lows(connection, child)] == [301, 400]


async def test_a_partner_that_gives_its_credits_away_has_no_threshold(
    connection: Connection,
) -> None:
    partner = await make_partner(connection, prepaid=100)
    child = await make_child(connection, partner)
    await operations.allocate(connection, child, 100)
    assert await lows(connection, child) == []


async def test_an_archived_wallet_is_never_low(connection: Connection) -> None:
    child = await make_wallet(connection, 300, 200)
    job_id = await operations.started(connection, child, 200)
    assert len(await lows(connection, child)) == 1
    await _archive(connection, child, NOON)
    await operations.settle(connection, child, job_id, 150)
    assert len(await lows(connection, child)) == 1
    assert not await is_low(connection, child)


async def _archive(connection: Connection, child: Wallet, now: datetime) -> None:
    assert child.partner_id is not None
    item = organizations.ArchiveItem(child.organization_id, child.partner_id, SYSTEM, None)
    (outcome,) = await organizations.archive(connection, child.tenant_id, now, [item])
    assert outcome.status == "done", outcome


@pytest.mark.parametrize("ways", [("start", "start"), ("start", "adjust"), ("adjust", "threshold")])
async def test_of_two_that_cross_at_once_one_tells_it(pool: Pool, ways: tuple[str, ...]) -> None:
    async def cross(way: str, child: Wallet) -> None:
        async with pool.acquire() as connection:
            if way == "start":
                await operations.started(connection, child, 101)
            elif way == "adjust":
                await operations.post(connection, child, "adjustment", -101)
            else:
                await operations.configure(connection, child, refill_threshold=1_050)

    for _ in range(10):
        async with pool.acquire() as connection:
            child = await make_wallet(connection, 1_000, 900)
        await asyncio.gather(*(cross(way, child) for way in ways * 2))
        assert len(await lows(pool, child)) == 1
        await assert_books_balance(pool, child.tenant_id)


@pytest.mark.one_server(
    reason="hands a whole row on as the release before did, which no cluster ever ran"
)
async def test_servers_of_the_previous_release_tell_it_too(owner_connection: Connection) -> None:
    """A call that has begun when functions are replaced saves its wallet by the names that it knows."""
    child = await make_wallet(owner_connection, 300, 200)
    await owner_connection.execute(
        "SELECT wallet_save(w) FROM (SELECT (x).* FROM (SELECT jsonb_populate_record(w, $3) AS x "
        "FROM wallets w WHERE tenant_id = $1 AND organization_id = $2) y) w",
        child.tenant_id,
        child.organization_id,
        {"reserved": 150},
    )
    (event,) = await told(owner_connection, child.tenant_id, "credits.low")
    assert event.created_at == (await operations.stored(owner_connection, child))["last_event_at"]
