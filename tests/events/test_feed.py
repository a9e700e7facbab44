"""The feed: what a reader sees from a position on, and where it goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.endpoints import happen, publish
from tests.support.tenants import NOON, Wallet, make_child, make_partner

from partner_api.events import operator_store, store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partner_api.database.connection import Connection

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
# Before everything that other tests have left, so that of theirs nothing is deleted.
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


async def read(connection: Connection, wallet: Wallet, **asked: Any) -> store.FeedPage:
    defaults = {"all_children": False, "types": None, "after": 0, "since": None, "limit": 50}
    return await store.read_feed(
        connection, wallet.tenant_id, wallet.organization_id, **{**defaults, **asked}
    )


def sequences(page: store.FeedPage) -> list[int]:
    return [event.sequence for event in page.events]


async def test_a_feed_without_events_begins_at_zero(connection: Connection) -> None:
    partner = await make_partner(connection)
    assert await read(connection, partner) == store.FeedPage([], 0, 0, at_end=True)
    assert await read(connection, partner, types=["job.failed"]) == store.FeedPage(
        [], 0, 0, at_end=True
    )


async def test_pages_follow_each_other(connection: Connection) -> None:
    partner = await make_partner(connection)
    ids = await happen(connection, partner, count=5, data={"jobId": "job_1"})
    await publish(connection, partner)
    first = await read(connection, partner, limit=2)
    assert (sequences(first), first.position, first.oldest) == ([1, 2], 2, 0)
    assert not first.at_end
    event = first.events[0]
    assert event.id in ids
    assert event == store.Event(
        partner.tenant_id,
        event.id,
        partner.organization_id,
        "job.completed",
        {"jobId": "job_1", "organizationId": f"org_{partner.organization_id}"},
        NOON,
        1,
    )
    second = await read(connection, partner, after=2, limit=3)
    assert (sequences(second), second.position) == ([3, 4, 5], 5)
    # There could be more.
    assert not second.at_end
    assert await read(connection, partner, after=5) == store.FeedPage([], 5, 0, at_end=True)


async def test_what_is_not_published_is_not_in_it(connection: Connection) -> None:
    partner = await make_partner(connection)
    await happen(connection, partner)
    assert await read(connection, partner) == store.FeedPage([], 0, 0, at_end=True)


async def test_an_organization_reads_its_own_and_a_partner_all_if_it_asks(
    connection: Connection,
) -> None:
    partner = await make_partner(connection)
    child = await make_child(connection, partner)
    for wallet in (partner, child, partner):
        await happen(connection, wallet)
        await publish(connection, partner)
    # Whoever has read all of its own has come to the end of the tenant's.
    assert sequences(await read(connection, partner)) == [1, 3]
    assert sequences(await read(connection, child)) == [2]
    assert (await read(connection, child)).position == 3
    assert sequences(await read(connection, partner, all_children=True)) == [1, 2, 3]


async def test_types_are_left_out_but_not_looked_at_again(connection: Connection) -> None:
    partner = await make_partner(connection)
    for event_type in ("job.completed", "job.failed", "job.completed", "job.canceled"):
        await happen(connection, partner, event_type=event_type)
        await publish(connection, partner)
    page = await read(connection, partner, types=["job.failed", "job.canceled"], limit=1)
    assert (sequences(page), page.position) == ([2], 2)
    page = await read(connection, partner, types=["job.failed"], after=2)
    assert (sequences(page), page.position) == ([], 4)


@pytest.fixture
def short_looks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(store, "_ROWS_PER_LOOK", 3)
    yield


@pytest.mark.usefixtures("short_looks")
async def test_a_look_is_bounded_and_the_next_one_goes_on_behind_it(
    connection: Connection,
) -> None:
    partner = await make_partner(connection)
    await happen(connection, partner, count=7)
    await publish(connection, partner)
    await happen(connection, partner, event_type="job.failed")
    await publish(connection, partner)
    positions = [0]
    while True:
        page = await read(connection, partner, types=["job.failed"], after=positions[-1])
        positions.append(page.position)
        if page.events:
            break
    assert positions == [0, 3, 6, 8]
    assert (sequences(page), page.at_end) == ([8], True)


async def test_a_time_finds_the_first_event_of_it(connection: Connection) -> None:
    partner = await make_partner(connection)
    assert (await read(connection, partner, since=NOON)).events == []
    for second in range(10):
        await happen(connection, partner, now=NOON + second * SECOND)
        await publish(connection, partner, NOON + second * SECOND)
    for second in range(10):
        page = await read(connection, partner, since=NOON + second * SECOND)
        assert sequences(page) == list(range(second + 1, 11))
        assert page.position == 10
    assert (await read(connection, partner, since=NOON + DAY)).events == []
    page = await read(connection, partner, since=NOON + 3 * SECOND, after=6)
    assert sequences(page) == [7, 8, 9, 10]


async def test_a_time_leaves_out_what_was_created_before_and_published_later(
    connection: Connection,
) -> None:
    partner = await make_partner(connection)
    await happen(connection, partner, now=NOON + SECOND)
    await publish(connection, partner, NOON + SECOND)
    await happen(connection, partner, now=NOON)
    await publish(connection, partner, NOON + 2 * SECOND)
    assert sequences(await read(connection, partner, since=NOON + SECOND)) == [1]


async def test_what_is_deleted_is_the_beginning_of_a_feed(connection: Connection) -> None:
    """Events that were created before others may have been published behind them."""
    partner = await make_partner(connection, now=LONG_AGO)
    for second in (3, 1, 2, 5, 4):
        await happen(connection, partner, now=LONG_AGO + second * SECOND)
        await publish(connection, partner, LONG_AGO + second * SECOND)
    cutoff = LONG_AGO + 30 * DAY + 3 * SECOND
    remaining = [1, 2, 3, 4, 5]
    assert await operator_store.delete_expired(connection, cutoff - SECOND, 10) == 0
    while await operator_store.delete_expired(connection, cutoff, 1):
        remaining = remaining[1:]
        page = await read(connection, partner)
        assert sequences(page) == remaining
        assert page.oldest == remaining[0] - 1
        assert sequences(await read(connection, partner, since=LONG_AGO)) == remaining
    assert remaining == [4, 5]
    assert await operator_store.delete_expired(connection, LONG_AGO + 31 * DAY, 10) == 2
    assert await read(connection, partner) == store.FeedPage([], 5, 5, at_end=True)
    assert await read(connection, partner, since=LONG_AGO) == store.FeedPage([], 5, 5, at_end=True)
    # What comes then is the next, and nothing before it is missing.
    await happen(connection, partner, now=LONG_AGO + 31 * DAY)
    await publish(connection, partner, LONG_AGO + 31 * DAY)
    page = await read(connection, partner, after=5)
    assert (sequences(page), page.oldest) == ([6], 5)


async def test_what_was_never_published_is_not_deleted(connection: Connection) -> None:
    partner = await make_partner(connection, now=LONG_AGO)
    await happen(connection, partner, now=LONG_AGO)
    await operator_store.delete_expired(connection, LONG_AGO + 300 * DAY, 1_000)
    assert (await publish(connection, partner, LONG_AGO + 300 * DAY)).events == 1


async def test_tenants_with_events_to_publish_are_found_in_turn(connection: Connection) -> None:
    partners = [await make_partner(connection) for _ in range(3)]
    for partner in partners:
        await happen(connection, partner, count=2)
    ids = sorted(partner.tenant_id for partner in partners)

    async def found(after: int, limit: int = 10_000, resting: list[int] | None = None) -> list[int]:
        tenants = await operator_store.tenants_with_unpublished(
            connection, after, limit, resting or []
        )
        return [tenant_id for tenant_id in tenants if tenant_id in ids]

    assert await found(-1) == ids
    assert await found(ids[0]) == [ids[1], ids[2], ids[0]]
    assert await found(ids[2]) == ids
    assert await found(ids[0], resting=[ids[1]]) == [ids[2], ids[0]]
    oldest = await operator_store.oldest_unpublished(connection)
    assert oldest is not None
    assert oldest <= NOON
    for partner in partners:
        await publish(connection, partner)
    assert await found(-1) == []
