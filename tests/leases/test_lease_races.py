"""Renewing, releasing, recalling and archiving at the same time: one outcome, one charge a month."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.databases import make_database
from tests.support.invariants import mismatches
from tests.support.leases import PRICE_CENTS, charges, disconnect, lease, top_up, work
from tests.support.tenants import make_child, make_partner

from partner_api.database.arguments import SYSTEM
from partner_api.database.connection import connect
from partner_api.organizations import store as organizations

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection, Pool

MARCH = datetime(2027, 3, 10, 9, tzinfo=UTC)
APRIL = datetime(2027, 4, 10, 9, tzinfo=UTC)
DAY = timedelta(days=1)
_DUE = "SELECT EXISTS (SELECT 1 FROM cash_wallets WHERE renewals_due_at <= $1)"


async def assert_books_are_right(connection: Connection, partner: Wallet) -> None:
    assert await mismatches(connection, partner.tenant_id) == []


# Each round deals the clients out in another order.
@pytest.mark.parametrize(
    "round_", [0, 1, 2, 3, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(4, 20))]
)
async def test_a_renewal_and_all_that_ends_a_lease(pool: Pool, round_: int) -> None:
    """At the very instant at which its month begins; whoever comes first, the books agree."""
    async with pool.acquire() as connection:
        partner = await make_partner(connection, now=MARCH, cash_cents=20 * PRICE_CENTS)
        child = await make_child(connection, partner, now=MARCH)
        lease_id = await lease(connection, child, MARCH)
    assert child.partner_id is not None
    partner_id = child.partner_id

    async def release(connection: Connection) -> str:
        return _ended(await disconnect(connection, child, lease_id, APRIL), "released")

    async def recall(connection: Connection) -> str:
        return _ended(
            await disconnect(connection, child, lease_id, APRIL, recalled=True), "recalled"
        )

    async def archive(connection: Connection) -> str:
        (outcome,) = await organizations.archive(
            connection,
            partner.tenant_id,
            APRIL,
            [organizations.ArchiveItem(child.organization_id, partner_id, SYSTEM, None)],
        )
        assert outcome.facts is not None
        return "archived" if outcome.facts["released_leased_accounts"] else ""

    async def renew(connection: Connection) -> str:
        return "renewed" if await work(connection, partner, APRIL) else ""

    clients: list[Callable[[Connection], Awaitable[str]]] = [release, recall, archive, renew, renew]
    random.Random(round_).shuffle(clients)

    async def client(act: Callable[[Connection], Awaitable[str]]) -> str:
        async with pool.acquire() as connection:
            return await act(connection)

    results = await asyncio.gather(*map(client, clients))
    done = [result for result in results if result]
    assert len([result for result in done if result != "renewed"]) == 1
    async with pool.acquire() as connection:
        months = await charges(connection, partner, lease_id)
        paid = [(PRICE_CENTS, "paid")] * 2
        assert months == paid or (
            "recalled" in done and months[1:] == [(PRICE_CENTS, "uncollected")]
        )
        await assert_books_are_right(connection, partner)


def _ended(outcome: Outcome, name: str) -> str:
    if outcome.status == "done":
        return name
    assert outcome.code == "CONFLICT", outcome
    return ""


async def test_top_ups_and_workers_at_once(pool: Pool) -> None:
    """Each top-up pays exactly one of forty leases, whoever charges it."""
    async with pool.acquire() as connection:
        partner = await make_partner(connection, now=MARCH, cash_cents=40 * PRICE_CENTS)
        for _ in range(40):
            await lease(connection, partner, MARCH)

    async def pay(number: int) -> None:
        async with pool.acquire() as connection:
            await top_up(connection, partner, APRIL + number * timedelta(minutes=1), PRICE_CENTS)

    async def renew() -> None:
        async with pool.acquire() as connection:
            for minutes in range(0, 40, 5):
                await work(connection, partner, APRIL + minutes * timedelta(minutes=1))

    await asyncio.gather(*(pay(number) for number in range(30)), *(renew() for _ in range(4)))
    async with pool.acquire() as connection:
        paid = await connection.fetchval(
            "SELECT count(*) FROM lease_charges WHERE tenant_id = $1 AND lease_month = 1 AND status = 'paid'",
            partner.tenant_id,
        )
        assert paid == 30
        await assert_books_are_right(connection, partner)


async def _killing_workers(urls: DatabaseUrls, count: int, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    connection = await connect(urls.app)
    try:
        partners = []
        for _ in range(6):
            partner = await make_partner(connection, now=MARCH, cash_cents=55 * PRICE_CENTS)
            partners.append(partner)
            for _ in range(20):
                await lease(
                    connection, partner, MARCH + timedelta(seconds=chance.randrange(86_400))
                )
        # Ten of each partner's twenty leases have money for a second month, none for a third.
        now = MARCH + 70 * DAY
        with ExitStack() as running:
            workers = [_worker(running, urls, now) for _ in range(count)]
            for worker in workers:
                _wait_for(worker)
            for worker in workers:
                _let_go(worker)
            for position, victim in enumerate(chance.sample(range(count), count - 1)[:kills]):
                # Each commits every few milliseconds; the first is killed before all can be done.
                await asyncio.sleep(chance.uniform(0.0, 0.02) if position else 0)
                workers[victim].kill()
            for _ in range(kills - count + 1):
                late = _worker(running, urls, now)
                _wait_for(late)
                _let_go(late)
                await asyncio.sleep(chance.uniform(0.0, 0.02))
                late.kill()
            deadline = time.monotonic() + 120
            while await connection.fetchval(_DUE, now):
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)
        for partner in partners:
            paid = await connection.fetchval(
                "SELECT count(*) FROM cash_events WHERE tenant_id = $1 AND event_type = 'lease_renewal'",
                partner.tenant_id,
            )
            assert paid == 35
            await assert_books_are_right(connection, partner)
    finally:
        await connection.close()


def _worker(running: ExitStack, urls: DatabaseUrls, now: datetime) -> subprocess.Popen[bytes]:
    worker = running.enter_context(
        subprocess.Popen(
            [sys.executable, "-m", "tests.support.renewing_worker", urls.app, now.isoformat()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
    )
    running.callback(worker.kill)
    return worker


def _wait_for(worker: subprocess.Popen[bytes]) -> None:
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"ready\n"


def _let_go(worker: subprocess.Popen[bytes]) -> None:
    assert worker.stdin is not None
    worker.stdin.write(b"\n")
    worker.stdin.flush()


@pytest.fixture
def own_database(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    """The workers look for due leases of everybody."""
    with make_database(database_urls, template=template) as urls:
        yield urls


async def test_workers_of_which_some_are_killed(own_database: DatabaseUrls) -> None:
    """Four, of which three are killed; more workers and many more kills are in the long one."""
    await _killing_workers(own_database, count=4, kills=3, seed=1)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(2, 12))
async def test_eight_workers_of_which_many_are_killed(
    own_database: DatabaseUrls, seed: int
) -> None:
    await _killing_workers(own_database, count=8, kills=20, seed=seed)
