"""Many clients on the same wallets at once: the number of winners is exact, and nothing deadlocks.

No call is ever repeated here: an error of the database, a deadlock above all, fails the test.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from tests.credits.clients import allocate_in_process
from tests.invariants import assert_books_balance
from tests.operations import (
    allocate,
    configuration,
    configure,
    ending,
    events,
    post,
    posting,
    read,
    refused,
    release,
    settle,
    spend,
    start,
    started,
    subscribe,
    subscription,
)
from tests.tenants import NOON, allocation, job_start, make_child, make_partner

from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM, Idempotency, Outcome
from partner_api.database.connection import open_pool
from partner_api.generation import store as generation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from tests.conftest import DatabaseUrls
    from tests.tenants import Wallet

    from partner_api.database.connection import Connection, Pool

CONNECTIONS = 60
JULY_15 = datetime(2026, 7, 15, tzinfo=UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def crowd(database_urls: DatabaseUrls) -> AsyncIterator[Pool]:
    """Connections enough for the wallet, and not the pool, to be what clients wait for."""
    pool = await open_pool(database_urls.app, CONNECTIONS)
    yield pool
    await pool.close()


async def _all_at_once(
    pool: Pool, clients: Sequence[Callable[[Connection], Awaitable[Any]]]
) -> list[Any]:
    async def serve(client: Callable[[Connection], Awaitable[Any]]) -> Any:
        async with pool.acquire() as connection:
            return await client(connection)

    # Every client ends before the first failure is told: what still runs would disturb the next test.
    answers = await asyncio.gather(*(serve(client) for client in clients), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return list(answers)


async def test_two_hundred_clients_cannot_overspend_one_wallet(
    crowd: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=10_000)
    child = await make_child(connection, partner, prepaid=4567)
    outcomes = await _all_at_once(crowd, [lambda own: start(own, child, 120) for _ in range(200)])
    won = [job_id for job_id, outcome in outcomes if outcome.status == "done"]
    lost = [refused(outcome) for _, outcome in outcomes if outcome.status != "done"]
    assert len(won) == 4567 // 120
    assert set(lost) == {("BILLING_EXHAUSTED", "insufficient_credits")}
    wallet = await read(connection, child)
    assert (wallet["reserved"], wallet["available"]) == (4560, 7)

    await _all_at_once(
        crowd,
        [
            lambda own, job_id=job_id: settle(own, child, job_id, 100)  # type: ignore[misc]
            for job_id in won
        ],
    )
    wallet = await read(connection, child)
    assert (wallet["balance"], wallet["reserved"]) == (4567 - 38 * 100, 0)
    assert wallet["used_this_period"] == 3800
    assert (await read(connection, partner))["balance"] == 10_000 - 4567
    await assert_books_balance(connection, partner.tenant_id)


async def test_two_hundred_clients_stop_at_the_cap(crowd: Pool, connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=100_000)
    child = await make_child(connection, partner, prepaid=100_000)
    await configure(connection, child, monthly_credit_cap=1000)
    outcomes = await _all_at_once(crowd, [lambda own: start(own, child, 30) for _ in range(200)])
    assert sum(outcome.status == "done" for _, outcome in outcomes) == 33
    assert (await read(connection, child))["reserved"] == 990
    await assert_books_balance(connection, partner.tenant_id)


async def test_two_hundred_clients_stop_at_the_limit_of_running_jobs(
    crowd: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=100_000)

    async def client(own: Connection) -> Outcome:
        item = job_start(partner, 1)._replace(running_jobs_limit=10)
        (outcome,) = await generation.start_jobs(own, partner.tenant_id, NOON, [item])
        return outcome

    outcomes = await _all_at_once(crowd, [client] * 200)
    assert sum(outcome.status == "done" for outcome in outcomes) == 10
    assert {outcome.code for outcome in outcomes} == {None, "RATE_LIMITED"}
    await assert_books_balance(connection, partner.tenant_id)


async def test_refills_take_exactly_what_the_partner_has(
    crowd: Pool, connection: Connection
) -> None:
    """Ten children start jobs that each need a refill, until the partner is empty."""
    partner = await make_partner(connection, prepaid=1_050)
    children = [await make_child(connection, partner) for _ in range(10)]
    for child in children:
        await configure(
            connection, child, refill_threshold=0, refill_amount=100, auto_refill_enabled=True
        )
    outcomes = await _all_at_once(
        crowd,
        [
            lambda own, child=child: start(own, child, 100)  # type: ignore[misc]
            for child in children * 20
        ],
    )
    assert sum(outcome.status == "done" for _, outcome in outcomes) == 10
    wallets = [await read(connection, wallet) for wallet in (partner, *children)]
    assert wallets[0]["balance"] == 50
    assert sum(wallet["reserved"] for wallet in wallets) == 1000
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_partner_and_all_its_children_at_once(crowd: Pool, connection: Connection) -> None:
    """Allocations, the partner's own spending, refills, reads and rollovers in any mix: Σ is kept."""
    partner = await make_partner(connection, prepaid=20_000)
    children = [await make_child(connection, partner, prepaid=200) for _ in range(6)]
    wallets = [partner, *children]
    for child in children:
        await configure(
            connection, child, refill_threshold=100, refill_amount=150, auto_refill_enabled=True
        )
    for wallet in wallets[::2]:
        await subscribe(connection, wallet, 50)
    chosen = random.Random(4)
    spent: list[int] = []

    async def work(own: Connection, wallet: Wallet, now: datetime) -> None:
        job_id, outcome = await start(own, wallet, chosen.randint(1, 150), now=now)
        if outcome.status != "done":
            assert refused(outcome)[1] == "insufficient_credits"
            return
        if chosen.random() < 0.3:
            assert (await release(own, wallet, job_id, now=now)).status == "done"
            return
        charged = chosen.randint(0, (outcome.facts or {})["reserved_credits"])
        assert (await settle(own, wallet, job_id, charged, now=now)).status == "done"
        spent.append(charged)

    async def work_in_batches(own: Connection, now: datetime) -> None:
        several = chosen.sample(wallets, 4)
        items = [job_start(wallet, chosen.randint(1, 60), now=now) for wallet in several]
        outcomes = await generation.start_jobs(own, partner.tenant_id, now, items)
        done = [
            item for item, outcome in zip(items, outcomes, strict=True) if outcome.status == "done"
        ]
        settlements = [generation.JobSettlement(item.job_id, 1, SYSTEM) for item in done]
        await generation.settle_jobs(own, partner.tenant_id, now, settlements)
        spent.append(len(done))

    async def fund(own: Connection, now: datetime) -> None:
        items = [allocation(child, chosen.randint(1, 40)) for child in chosen.sample(children, 3)]
        for outcome in await credit.allocate(own, partner.tenant_id, now, items):
            assert outcome.status == "done" or refused(outcome)[1] == "insufficient_prepaid"

    async def client(own: Connection) -> None:
        now = JULY_15 + timedelta(milliseconds=chosen.randint(-50, 50))
        kind = chosen.randrange(6)
        if kind < 3:
            await work(own, chosen.choice(wallets), now)
        elif kind == 3:
            await work_in_batches(own, now)
        elif kind == 4:
            await fund(own, now)
        else:
            await read(own, chosen.choice(wallets), now)

    await _all_at_once(crowd, [client] * 300)
    assert sum(spent) > 0
    end = JULY_15 + timedelta(seconds=1)
    final = [await read(connection, wallet, end) for wallet in wallets]
    assert sum(wallet["reserved"] for wallet in final) == 0
    granted = await connection.fetchval(
        "SELECT sum(included_delta) FROM credit_events WHERE tenant_id = $1 AND event_type <> 'usage'",
        partner.tenant_id,
    )
    assert sum(wallet["balance"] for wallet in final) == 20_000 + granted - sum(spent)
    await assert_books_balance(connection, partner.tenant_id)


@pytest.mark.parametrize(
    "kind", ["start", "settle", "release", "allocate", "post", "configure", "subscribe"]
)
async def test_batches_that_name_wallets_in_opposite_orders_do_not_deadlock(
    crowd: Pool, connection: Connection, kind: str
) -> None:
    partner = await make_partner(connection, prepaid=100_000)
    children = [await make_child(connection, partner, prepaid=1000) for _ in range(8)]
    wallets = [partner, *children]
    chosen = random.Random(5)

    async def client(own: Connection) -> None:
        tenant_id = partner.tenant_id
        several = chosen.sample(children if kind in ("allocate", "configure") else wallets, 8)
        outcomes: list[Outcome] = []
        if kind == "allocate":
            items = [allocation(wallet, 1) for wallet in several]
            outcomes = await credit.allocate(own, tenant_id, NOON, items)
        elif kind == "post":
            grants = [posting(wallet, "grant", 1) for wallet in several]
            outcomes = await credit.post(own, tenant_id, NOON, grants)
        elif kind == "configure":
            patches = [configuration(wallet, {"monthly_credit_cap": 9}) for wallet in several]
            outcomes = await credit.configure(own, tenant_id, NOON, patches)
        elif kind == "subscribe":
            settings = [subscription(wallet, chosen.randint(0, 9)) for wallet in several]
            outcomes = await credit.set_subscriptions(own, tenant_id, NOON, settings)
        else:
            jobs = [job_start(wallet, 1) for wallet in several]
            outcomes = await generation.start_jobs(own, tenant_id, NOON, jobs)
            chosen.shuffle(jobs)
            if kind == "settle":
                ended = [generation.JobSettlement(job.job_id, 1, SYSTEM) for job in jobs]
                outcomes += await generation.settle_jobs(own, tenant_id, NOON, ended)
            elif kind == "release":
                canceled = [ending(job.job_id, "canceled") for job in jobs]
                outcomes += await generation.release_jobs(own, tenant_id, NOON, canceled)
        assert {outcome.status for outcome in outcomes} == {"done"}

    await _all_at_once(crowd, [client] * 24)
    await assert_books_balance(connection, partner.tenant_id)


async def test_one_of_many_ends_a_job(crowd: Pool, connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=10_000)
    for _ in range(5):
        before = (await read(connection, partner))["balance"]
        job_id = await started(connection, partner, 100)
        outcomes = await _all_at_once(
            crowd,
            [
                lambda own, job_id=job_id: settle(own, partner, job_id, 30),  # type: ignore[misc]
                lambda own, job_id=job_id: release(own, partner, job_id),  # type: ignore[misc]
                lambda own, job_id=job_id: settle(own, partner, job_id, 70),  # type: ignore[misc]
                lambda own, job_id=job_id: release(own, partner, job_id, "canceled"),  # type: ignore[misc]
            ]
            * 5,
        )
        (won,) = [outcome for outcome in outcomes if outcome.status == "done"]
        charged = (won.facts or {}).get("credits_charged", 0)
        lost = {(outcome.facts or {})["status"] for outcome in outcomes if outcome.code}
        assert {outcome.code for outcome in outcomes} == {None, "CONFLICT"}
        assert len(lost) == 1
        assert (lost == {"completed"}) == (charged > 0)
        wallet = await read(connection, partner)
        assert (wallet["balance"], wallet["reserved"]) == (before - charged, 0)
    await assert_books_balance(connection, partner.tenant_id)


async def test_expiry_and_settlement_end_a_job_once(crowd: Pool, connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=10_000)
    jobs = [await started(connection, partner, 100) for _ in range(20)]
    later = NOON + timedelta(days=1)

    async def expire(own: Connection) -> None:
        await generation.expire_jobs(own, partner.tenant_id, later, 7)

    settlements = [
        lambda own, job_id=job_id: settle(own, partner, job_id, 40, now=later)  # type: ignore[misc]
        for job_id in jobs
    ]
    outcomes = await _all_at_once(crowd, [expire, expire, *settlements, expire])
    await generation.expire_jobs(connection, partner.tenant_id, later, 100)
    settled = sum(outcome is not None and outcome.status == "done" for outcome in outcomes)
    wallet = await read(connection, partner, later)
    assert (wallet["balance"], wallet["reserved"]) == (10_000 - 40 * settled, 0)
    await assert_books_balance(connection, partner.tenant_id)


async def test_refunds_of_one_job_never_exceed_its_charge(
    crowd: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=1000)
    job_id = await spend(connection, partner, 100)
    outcomes = await _all_at_once(
        crowd, [lambda own: post(own, partner, "refund", 30, job_id=job_id) for _ in range(40)]
    )
    assert sum(outcome.status == "done" for outcome in outcomes) == 3
    assert {outcome.code for outcome in outcomes} == {None, "CONFLICT"}
    assert (await read(connection, partner))["balance"] == 990
    await assert_books_balance(connection, partner.tenant_id)


def _same_key(child: Wallet, key: str, times: int) -> list[credit.CreditAllocation]:
    """One request that was sent many times: each attempt brings its own transfer id."""
    assert child.partner_id is not None
    record = Idempotency(child.tenant_id, child.partner_id, "POST", "/allocate", key, b"same")
    return [allocation(child, 300)._replace(idempotency=record) for _ in range(times)]


def _assert_moved_once(outcomes: Sequence[Outcome]) -> None:
    done = [outcome for outcome in outcomes if outcome.status == "done"]
    assert len(done) == 1
    for outcome in outcomes:
        if outcome.status == "replayed":
            assert outcome.facts == done[0].facts
        elif outcome.status == "refused":
            assert outcome.code == "IDEMPOTENCY_IN_PROGRESS"


async def test_one_key_from_many_connections_moves_once(
    crowd: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=10_000)
    child = await make_child(connection, partner)
    outcomes = await _all_at_once(
        crowd,
        [
            lambda own, item=item: credit.allocate(own, partner.tenant_id, NOON, [item])  # type: ignore[misc]
            for item in _same_key(child, "once", 100)
        ],
    )
    _assert_moved_once([outcome for (outcome,) in outcomes])
    assert (await read(connection, child))["balance"] == 300
    assert (await read(connection, partner))["balance"] == 9700
    await assert_books_balance(connection, partner.tenant_id)


async def test_one_key_to_different_children_moves_to_one(
    crowd: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=10_000)
    children = [await make_child(connection, partner) for _ in range(10)]
    items = []
    for child in children:
        (item,) = _same_key(child, "one of them", 1)
        assert item.idempotency is not None
        fingerprint = child.organization_id.bytes
        items.append(item._replace(idempotency=item.idempotency._replace(fingerprint=fingerprint)))
    outcomes = await _all_at_once(
        crowd,
        [
            lambda own, item=item: credit.allocate(own, partner.tenant_id, NOON, [item])  # type: ignore[misc]
            for item in items * 5
        ],
    )
    done = [outcome for (outcome,) in outcomes if outcome.status == "done"]
    assert len(done) == 1
    assert {outcome.code for (outcome,) in outcomes} <= {
        None,
        "IDEMPOTENCY_CONFLICT",
        "IDEMPOTENCY_IN_PROGRESS",
    }
    assert (await read(connection, partner))["balance"] == 9700
    await assert_books_balance(connection, partner.tenant_id)


async def test_one_key_from_many_processes_moves_once(
    database_urls: DatabaseUrls, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=10_000)
    child = await make_child(connection, partner)
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as processes:
        batches = await asyncio.gather(
            *(
                loop.run_in_executor(
                    processes,
                    allocate_in_process,
                    database_urls.app,
                    partner.tenant_id,
                    NOON + timedelta(hours=30 * (number % 2)),
                    _same_key(child, "once", 10),
                )
                for number in range(3)
            )
        )
    _assert_moved_once([outcome for batch in batches for outcome in batch])
    assert (await read(connection, child, NOON + timedelta(hours=30)))["balance"] == 300
    await assert_books_balance(connection, partner.tenant_id)


async def test_starts_on_both_sides_of_a_boundary(crowd: Pool, connection: Connection) -> None:
    """The rollover is written once, and what is reserved before it stays paid after it."""
    partner = await make_partner(connection)
    await subscribe(connection, partner, 1000)
    early = [await started(connection, partner, 100) for _ in range(8)]
    await subscribe(connection, partner, 500)

    async def client(own: Connection, number: int) -> Outcome:
        now = JULY_15 + timedelta(milliseconds=number % 21 - 10)
        if number % 5 == 0 and early:
            return await settle(own, partner, early.pop(), 90, now=now)
        return (await start(own, partner, 30, now=now))[1]

    outcomes = await _all_at_once(
        crowd,
        [lambda own, number=number: client(own, number) for number in range(200)],  # type: ignore[misc]
    )
    assert {outcome.code for outcome in outcomes} == {None, "BILLING_EXHAUSTED"}
    end = JULY_15 + timedelta(seconds=1)
    wallet = await read(connection, partner, end)
    assert 0 <= wallet["available"] < 30
    reasons = [event["reason"] for event in await events(connection, partner)]
    assert reasons.count("period_allotment") == 1
    assert reasons.count("period_lapse") <= 1
    await assert_books_balance(connection, partner.tenant_id)


async def test_rollovers_from_many_nodes_and_an_allocation_write_one_of_each(
    crowd: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=1000)
    children = [await make_child(connection, partner) for _ in range(5)]
    everyone = [partner, *children]
    for wallet in everyone:
        await subscribe(connection, wallet, 100)
    ids = [wallet.organization_id for wallet in everyone]

    async def touch(own: Connection) -> None:
        shuffled = random.sample(ids, len(ids))
        await credit.touch_wallets(own, partner.tenant_id, shuffled, JULY_15)

    async def fund(own: Connection) -> None:
        outcome = await allocate(own, random.choice(children), 1, now=JULY_15)
        assert outcome.status == "done"

    await _all_at_once(crowd, [touch, fund] * 40)
    for wallet in everyone:
        reasons = [event["reason"] for event in await events(connection, wallet)]
        assert (reasons.count("period_lapse"), reasons.count("period_allotment")) == (1, 1)
    await assert_books_balance(connection, partner.tenant_id)
