"""`GET /v1/events?wait=…`: who waits is answered with the first event, and costs next to nothing until then."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.answers import granted, refused
from tests.support.installation import now

from partner_api.database.notifications import Bell
from partner_api.events import service, store
from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    import httpx2
    from tests.support.installation import Family, Key
    from tests.support.quiet import Quiet
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

PATH = "/v1/events"
LONGEST = 20
PATIENCE_SECONDS = 60


@pytest.fixture(autouse=True)
def _nobody_looks_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is answered in these tests was woken by the bell."""
    monkeypatch.setattr(service, "_LOOK_AGAIN_SECONDS", 600.0)


async def until_waiting(quiet: Quiet, wallet: Wallet, count: int) -> None:
    """Wait until so many requests of the tenant wait."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while quiet.services.event_waits.count(wallet.tenant_id) != count:
        assert time.monotonic() < deadline, "they do not wait"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def waiting(
    quiet: Quiet, wallet: Wallet, headers: Sequence[dict[str, str]], **params: Any
) -> AsyncIterator[list[asyncio.Task[httpx2.Response]]]:
    """Requests that wait for events of the tenant; those that still do at the end are given up."""
    params = {"wait": LONGEST, **params}
    tasks = [
        asyncio.create_task(quiet.api.get(PATH, params=params, headers=one)) for one in headers
    ]
    began = time.monotonic()
    await until_waiting(quiet, wallet, len(tasks))
    try:
        yield tasks
        # Whoever is not woken finds the event too, when the time is over.
        assert time.monotonic() - began < LONGEST, "nobody was woken"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await until_waiting(quiet, wallet, 0)


async def items_of(task: asyncio.Task[httpx2.Response]) -> list[str]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return [item["id"] for item in granted(await task)["items"]]


async def test_an_event_ends_the_wait(quiet: Quiet, quiet_family: Family) -> None:
    partner, headers = quiet_family.partner, quiet_family.partner_key.headers
    async with waiting(quiet, partner, [headers]) as (task,):
        event = await quiet.happen(partner)
        await quiet.publish(partner)
        assert await items_of(task) == [format_id("evt", event)]


async def test_what_another_process_has_published_ends_the_wait(
    quiet: Quiet, quiet_family: Family
) -> None:
    partner, headers = quiet_family.partner, quiet_family.partner_key.headers
    async with waiting(quiet, partner, [headers]) as (task,):
        event = await quiet.happen(partner)
        async with quiet.installation.pool.acquire() as connection:
            await store.publish(connection, partner.tenant_id, now(), 10)
        Bell(quiet.installation.pool).ring("events")
        assert await items_of(task) == [format_id("evt", event)]


async def test_only_what_was_asked_for_ends_the_wait(quiet: Quiet, quiet_family: Family) -> None:
    """Not an event of a child, nor one of another type; and none of them is lost for later."""
    partner, headers = quiet_family.partner, quiet_family.partner_key.headers
    async with waiting(quiet, partner, [headers], type="credits.low") as (task,):
        for wallet, kind in ((quiet_family.child, "credits.low"), (partner, "job.failed")):
            await quiet.happen(wallet, kind)
            await quiet.publish(partner)
            await until_looked(quiet)
        assert not task.done()
        event = await quiet.happen(partner, "credits.low")
        await quiet.publish(partner)
        assert await items_of(task) == [format_id("evt", event)]


async def test_events_of_others_are_not_looked_at_one_by_one(
    quiet: Quiet, quiet_family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy child does not make each of those who wait ask the database again and again."""
    looks: list[int] = []

    async def counted(*arguments: Any, **filters: Any) -> store.FeedPage:
        looks.append(filters["after"])
        return await read_feed(*arguments, **filters)

    read_feed = store.read_feed
    monkeypatch.setattr(store, "read_feed", counted)
    monkeypatch.setattr(service, "_REST_SECONDS", 600.0)
    partner, headers = quiet_family.partner, quiet_family.partner_key.headers
    async with waiting(quiet, partner, [headers]) as (task,):
        for _ in range(5):
            await quiet.happen(quiet_family.child)
            await quiet.publish(partner)
            await until_looked(quiet)
        assert not task.done()
        # The first of them woke it at once.
        assert len(looks) == 2


async def until_looked(quiet: Quiet) -> None:
    """Let a request that was woken look, and wait again: it asks the database for that once."""
    for _ in range(20):
        await quiet.services.pool.execute("SELECT")


async def test_without_an_event_the_wait_ends_empty(quiet: Quiet, quiet_family: Family) -> None:
    headers = quiet_family.partner_key.headers
    began = time.monotonic()
    page = granted(await quiet.api.get(PATH, params={"wait": 1}, headers=headers))
    assert time.monotonic() - began > 0.9
    assert page["items"] == []
    event = await quiet.happen(quiet_family.partner)
    await quiet.publish(quiet_family.partner)
    params = {"wait": LONGEST, "cursor": page["nextCursor"]}
    later = granted(await quiet.api.get(PATH, params=params, headers=headers))
    assert [item["id"] for item in later["items"]] == [format_id("evt", event)]


async def test_a_wait_may_be_longer_than_requests_may_take(
    quiet: Quiet, quiet_family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has its time is each look at the database."""
    monkeypatch.setattr("partner_api.edge.route.REQUEST_SECONDS", 0.1)
    headers = quiet_family.partner_key.headers
    page = granted(await quiet.api.get(PATH, params={"wait": 1}, headers=headers))
    assert page["items"] == []


async def test_as_many_as_may_wait_hold_no_connection_and_look_together(
    quiet: Quiet, quiet_family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty on a pool of twelve connections; one more is refused, but not one of another tenant."""
    looks: list[list[int]] = []

    async def counted(connection: Connection, tenant_ids: Sequence[int]) -> dict[int, int]:
        looks.append(list(tenant_ids))
        return await store.stream_positions(connection, tenant_ids)

    monkeypatch.setattr(service, "stream_positions", counted)
    partner, headers = quiet_family.partner, quiet_family.partner_key.headers
    stranger = await quiet.installation.family()
    async with waiting(quiet, partner, [headers] * service.MOST_WAITS) as tasks:
        response = await quiet.api.get(PATH, params={"wait": 1}, headers=headers)
        assert refused(response, "RATE_LIMITED") == {"limit": "concurrent_waits"}
        assert int(response.headers["Retry-After"]) > 0
        granted(await quiet.api.get(PATH, headers=headers))
        others = stranger.partner_key.headers
        granted(await quiet.api.get(PATH, params={"wait": 1}, headers=others))
        before = len(looks)
        event = await quiet.happen(partner)
        await quiet.publish(partner)
        for task in tasks:
            assert await items_of(task) == [format_id("evt", event)]
        # One for the ring here, and one for its echo from the database.
        assert len(looks) - before <= 2
        assert all(partner.tenant_id in look for look in looks[before:])


async def test_an_event_that_is_there_is_answered_however_many_wait(
    quiet: Quiet, quiet_family: Family
) -> None:
    partner, headers = quiet_family.partner, quiet_family.partner_key.headers
    event = await quiet.happen(partner)
    await quiet.publish(partner)
    end = granted(await quiet.api.get(PATH, headers=headers))["nextCursor"]
    async with waiting(quiet, partner, [headers] * service.MOST_WAITS, cursor=end):
        page = granted(await quiet.api.get(PATH, params={"wait": LONGEST}, headers=headers))
        assert [item["id"] for item in page["items"]] == [format_id("evt", event)]


@asynccontextmanager
async def crowd(
    quiet: Quiet, wallet: Wallet, headers: dict[str, str], count: int
) -> AsyncIterator[asyncio.Task[httpx2.Response]]:
    """So many requests that wait; the one that has waited longest. Those that still do at the end are given up."""
    params = {"wait": LONGEST}
    tasks = []
    for number in range(1, count + 1):
        tasks.append(asyncio.create_task(quiet.api.get(PATH, params=params, headers=headers)))
        if number in (1, count):
            await until_waiting(quiet, wallet, number)
    try:
        yield tasks[0]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await until_waiting(quiet, wallet, 0)


async def gives_way(quiet: Quiet, longest: asyncio.Task[httpx2.Response], asks: Key) -> None:
    """A wait that ends early, and empty, so that another one may wait; it cannot take the place back."""
    async with asyncio.timeout(LONGEST / 2):
        page = granted(await longest)
    assert page["items"] == []
    params = {"wait": LONGEST, "cursor": page["nextCursor"]}
    response = await quiet.api.get(PATH, params=params, headers=asks.headers)
    assert refused(response, "RATE_LIMITED") == {"limit": "concurrent_waits"}


async def test_a_child_does_not_keep_its_partner_from_waiting(
    quiet: Quiet, quiet_family: Family
) -> None:
    partner, child = quiet_family.partner, quiet_family.child_key
    partner_s = quiet_family.partner_key.headers
    async with crowd(quiet, partner, child.headers, service.MOST_WAITS) as longest:
        task = asyncio.create_task(quiet.api.get(PATH, params={"wait": LONGEST}, headers=partner_s))
        await gives_way(quiet, longest, child)
        event = await quiet.happen(partner)
        await quiet.publish(partner)
        assert await items_of(task) == [format_id("evt", event)]


async def test_a_partner_does_not_keep_others_from_waiting_or_asking(
    quiet: Quiet, quiet_family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not all connections of a process are of those who wait."""
    monkeypatch.setattr(quiet.services.event_waits, "_most", 4)
    family = await quiet.installation.family()
    partner, key = quiet_family.partner, quiet_family.partner_key
    async with crowd(quiet, partner, key.headers, 4) as longest:
        granted(await quiet.api.get(PATH, headers=key.headers))
        async with waiting(quiet, family.partner, [family.partner_key.headers]) as (task,):
            await gives_way(quiet, longest, key)
            event = await quiet.happen(family.partner)
            await quiet.publish(family.partner)
            assert await items_of(task) == [format_id("evt", event)]
