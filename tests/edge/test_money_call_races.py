"""Many operations at two API processes at once, in batches of 1, 2 and 100: the number of winners is exact.

No call is ever repeated here: an error of the database, a deadlock above all, fails the test.
"""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from tests.support.batches import BATCH_SIZES, Nodes, SetClock, call, open_nodes
from tests.support.holding import holding
from tests.support.invariants import assert_books_balance
from tests.support.operations import (
    configuration,
    configure,
    events,
    posting,
    read,
    refused,
    spend,
    started,
)
from tests.support.tenants import NOON, allocation, job_start, make_child, make_partner
from tests.support.working import claim, completion, expire_claims, failure, job_of

from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM, Idempotency
from partner_api.database.connection import REQUEST_SETTINGS, open_pool
from partner_api.database.lanes import TooMuchInFlight
from partner_api.edge.money_calls import MoneyCalls
from partner_api.jobs import claim_store
from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet
    from tests.support.working import Claim

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection, Pool


@pytest_asyncio.fixture(params=BATCH_SIZES)
async def nodes(
    request: pytest.FixtureRequest, database_urls: DatabaseUrls
) -> AsyncIterator[Nodes]:
    """Two API processes, as far as their batches go."""
    async with open_nodes(database_urls.app, request.param) as nodes:
        yield nodes


async def test_two_hundred_starts_cannot_overspend_one_wallet(
    nodes: Nodes, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=10_000)
    child = await make_child(connection, partner, prepaid=4567)
    starts = [(job_store.start_jobs, job_start(child, 120)) for _ in range(200)]
    outcomes = await nodes.race(partner.tenant_id, starts)
    lost = [refused(outcome) for outcome in outcomes if outcome.status != "done"]
    assert len(outcomes) - len(lost) == 4567 // 120
    assert set(lost) == {("BILLING_EXHAUSTED", "insufficient_credits")}
    wallet = await read(connection, child)
    assert (wallet.reserved, wallet.available) == (4560, 7)
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_hundred_starts_stop_at_the_limit_of_running_jobs(
    nodes: Nodes, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=100_000)
    starts = [
        (job_store.start_jobs, job_start(partner, 1)._replace(running_jobs_limit=10))
        for _ in range(100)
    ]
    outcomes = await nodes.race(partner.tenant_id, starts)
    assert sum(outcome.status == "done" for outcome in outcomes) == 10
    assert {outcome.code for outcome in outcomes} == {None, "RATE_LIMITED"}
    await assert_books_balance(connection, partner.tenant_id)


async def test_refills_take_exactly_what_the_partner_has(
    nodes: Nodes, connection: Connection
) -> None:
    """Ten children start jobs that each need a refill, until the partner is empty."""
    partner = await make_partner(connection, prepaid=1_050)
    children = [await make_child(connection, partner) for _ in range(10)]
    for child in children:
        await configure(connection, child, refill_threshold=0, refill_amount=100)
    starts = [(job_store.start_jobs, job_start(child, 100)) for child in children * 8]
    outcomes = await nodes.race(partner.tenant_id, starts)
    assert sum(outcome.status == "done" for outcome in outcomes) == 10
    wallets = [await read(connection, wallet) for wallet in (partner, *children)]
    assert wallets[0].balance == 50
    assert sum(wallet.reserved for wallet in wallets) == 1000
    await assert_books_balance(connection, partner.tenant_id)


async def test_one_key_moves_once(nodes: Nodes, connection: Connection) -> None:
    """Also when the attempts are in one batch."""
    partner = await make_partner(connection, prepaid=10_000)
    child = await make_child(connection, partner)
    record = Idempotency(
        child.tenant_id, partner.organization_id, "POST", "/allocate", "once", b"same"
    )
    # Each attempt brings its own transfer id.
    attempts = [
        (credit.allocate, allocation(child, 300)._replace(idempotency=record)) for _ in range(60)
    ]
    outcomes = await nodes.race(partner.tenant_id, attempts)
    (done,) = [outcome for outcome in outcomes if outcome.status == "done"]
    for outcome in outcomes:
        if outcome.status == "replayed":
            assert outcome.facts == done.facts
        else:
            assert outcome is done or outcome.code == "IDEMPOTENCY_IN_PROGRESS"
    assert (await read(connection, child)).balance == 300
    assert (await read(connection, partner)).balance == 9700
    await assert_books_balance(connection, partner.tenant_id)


async def test_refunds_of_one_job_never_exceed_its_charge(
    nodes: Nodes, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=1000)
    job_id = await spend(connection, partner, 100)
    refunds = [(credit.post, posting(partner, "refund", 30, job_id=job_id)) for _ in range(40)]
    outcomes = await nodes.race(partner.tenant_id, refunds)
    assert sum(outcome.status == "done" for outcome in outcomes) == 3
    assert {outcome.code for outcome in outcomes} == {None, "CONFLICT"}
    assert (await read(connection, partner)).balance == 990
    await assert_books_balance(connection, partner.tenant_id)


def ends(wallet: Wallet, held: Claim) -> list[tuple[Any, Any]]:
    """What worker and client may report of a job, to end it or to say that it goes on."""
    return [
        (claim_store.complete_jobs, completion(held, 40)),
        (claim_store.complete_jobs, completion(held, 60)),
        (claim_store.fail_jobs, failure(held, retryable=False)),
        (claim_store.fail_jobs, failure(held, retryable=True)),
        (
            claim_store.cancel_jobs,
            claim_store.CancelItem(held.job_id, wallet.organization_id, SYSTEM),
        ),
        (
            claim_store.heartbeat,
            claim_store.JobHeartbeat(
                held.job_id, held.worker_id, held.claim_token, "finalizing", 0.9
            ),
        ),
    ]


async def test_every_end_of_several_jobs_at_once(
    nodes: Nodes, connection: Connection, pool: Pool
) -> None:
    """Reported at both processes while the sweeps end them: each has one outcome and one settlement."""
    partner = await make_partner(connection, prepaid=100_000)
    late = NOON + timedelta(days=1)
    seen = set()

    async def expire(at: Any) -> None:
        async with pool.acquire() as own:
            await expire_claims(own, partner.tenant_id, at, 10)
            await job_store.expire_jobs(own, partner.tenant_id, at, 10)

    for round_number in range(8):
        chance = random.Random(round_number)
        job_ids = [await started(connection, partner, 100) for _ in range(6)]
        # Just claimed, and silent for long at the end.
        held = await claim(connection, partner, 6, now=late - timedelta(seconds=70))
        # At the last instant half of the time, else when the jobs are overdue.
        at = nodes.clock.at = late if round_number % 2 else late - timedelta(milliseconds=1)
        before = await read(connection, partner, at)
        reports = [report for one in held for report in ends(partner, one)] * 2
        chance.shuffle(reports)
        await asyncio.gather(nodes.race(partner.tenant_id, reports), expire(at))
        # What was only given back, or only asked to stop, ends now.
        await expire(late + timedelta(hours=1))
        jobs = {job_id: await job_of(connection, partner, job_id) for job_id in job_ids}
        wallet = await read(connection, partner, at)
        assert wallet.reserved == wallet.running_jobs == 0
        charged = {job_id: job["charged"] for job_id, job in jobs.items()}
        assert before.balance - wallet.balance == sum(charged.values())
        usages = [row["job_id"] for row in await events(connection, partner)]
        for job_id, job in jobs.items():
            seen.add(job["status"])
            assert (charged[job_id] > 0) == (job["status"] == "completed")
            assert usages.count(job_id) == (1 if job["status"] == "completed" else 0)
    assert len(seen) > 1, "the race always has the same winner"
    await assert_books_balance(connection, partner.tenant_id)


async def test_an_accepted_cancel_is_never_completed(nodes: Nodes, connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=100_000)
    for _ in range(20):
        await started(connection, partner, 100)
    held = await claim(connection, partner, 20)
    reports = [ends(partner, one) for one in held]
    cancels, completes = [report[4] for report in reports], [report[0] for report in reports]
    # Neither kind is always first.
    movements = [
        movement
        for number, pair in enumerate(zip(cancels, completes, strict=True))
        for movement in (pair if number % 2 else reversed(pair))
    ]
    outcomes = await nodes.race(partner.tenant_id, movements)
    for number, one in enumerate(held):
        pair = outcomes[2 * number : 2 * number + 2]
        canceled, completed = pair if number % 2 else reversed(pair)
        status = (await job_of(connection, partner, one.job_id))["status"]
        accepted = (canceled.facts or {})["accepted"]
        assert status == ("canceled" if accepted else "completed")
        assert (completed.facts or {})["status"] == status
    await assert_books_balance(connection, partner.tenant_id)


async def test_all_functions_over_the_same_wallets_do_not_block_each_other(
    nodes: Nodes, connection: Connection
) -> None:
    """A partner and its children in any mix and order: no deadlock, and Σ is kept."""
    partner = await make_partner(connection, prepaid=20_000)
    children = [await make_child(connection, partner, prepaid=500) for _ in range(5)]
    wallets = [partner, *children]
    for child in children[::2]:
        await configure(connection, child, refill_threshold=100, refill_amount=150)
    chance = random.Random(13)
    for wallet in wallets * 5:
        await started(connection, wallet, chance.randint(1, 60))
    held = await claim(connection, partner, 30)
    assert len(held) == 30
    charges = [min(chance.randint(0, 5), 1) for _ in held]
    movements: list[tuple[Any, Any]] = [
        (claim_store.complete_jobs, completion(one, charge))
        for one, charge in zip(held, charges, strict=True)
    ]
    movements += [
        (claim_store.fail_jobs, failure(one, retryable=False)) for one in chance.sample(held, 10)
    ]
    movements += [
        (job_store.start_jobs, job_start(chance.choice(wallets), chance.randint(1, 150)))
        for _ in range(40)
    ]
    movements += [
        (credit.allocate, allocation(chance.choice(children), chance.randint(1, 40)))
        for _ in range(30)
    ]
    movements += [
        (credit.post, posting(chance.choice(wallets), "grant", granted)) for granted in range(1, 21)
    ]
    movements += [
        (credit.configure, configuration(child, {"monthly_credit_cap": 900})) for child in children
    ]
    chance.shuffle(movements)
    outcomes = await nodes.race(partner.tenant_id, movements)
    allowed = {None, "BILLING_EXHAUSTED", "CONFLICT"}
    assert {outcome.code for outcome in outcomes} <= allowed
    spent = sum(
        (outcome.facts or {})["credits_charged"]
        for (function, _), outcome in zip(movements, outcomes, strict=True)
        if function is claim_store.complete_jobs and outcome.status == "done"
    )
    final = [await read(connection, wallet) for wallet in wallets]
    assert sum(wallet.balance for wallet in final) == 20_000 + sum(range(1, 21)) - spent
    await assert_books_balance(connection, partner.tenant_id)


@pytest.mark.parametrize("batch_size", BATCH_SIZES)
async def test_each_function_is_done_in_the_order_of_arrival(
    database_urls: DatabaseUrls, connection: Connection, batch_size: int
) -> None:
    """At one process; the ledger of each wallet has the rows in that order."""
    partner = await make_partner(connection, prepaid=1_000)
    child = await make_child(connection, partner)
    allocated, granted = list(range(1, 31)), list(range(101, 131))
    chance = random.Random(batch_size)
    movements: list[tuple[Any, Any]] = []
    waiting: list[list[tuple[Any, Any]]] = [
        [(credit.allocate, allocation(child, credits)) for credits in allocated],
        [(credit.post, posting(partner, "grant", credits)) for credits in granted],
        [(job_store.start_jobs, job_start(child, 1)._replace(job_id=uuid4())) for _ in range(30)],
    ]
    while any(waiting):
        movements.append(chance.choice([queue for queue in waiting if queue]).pop(0))
    async with open_nodes(database_urls.app, batch_size, count=1) as nodes:
        await nodes.race(partner.tenant_id, movements)
    received = [row["prepaid_delta"] for row in await events(connection, child)]
    assert received == allocated
    of_partner = await events(connection, partner)
    assert [row["prepaid_delta"] for row in of_partner if row["event_type"] == "grant"] == granted
    given = [row["prepaid_delta"] for row in of_partner if row["event_type"] == "allocation"]
    assert given == [-credits for credits in allocated]


@pytest.mark.parametrize("batch_size", BATCH_SIZES)
async def test_what_goes_on_after_a_batch_that_took_too_long_keeps_its_order(
    database_urls: DatabaseUrls,
    connection: Connection,
    owner_connection: Connection,
    batch_size: int,
) -> None:
    """One of the batch has no more time; the others go on, before those that have come meanwhile."""
    partner = await make_partner(connection, prepaid=1_000)
    child = await make_child(connection, partner)

    async with await open_pool(database_urls.app, 6, settings=REQUEST_SETTINGS) as own_pool:
        own = MoneyCalls(own_pool, SetClock(), batch_size)

        def allocating(amounts: Sequence[int]) -> list[asyncio.Task[Outcome]]:
            items = [allocation(child, credits) for credits in amounts]
            return [
                asyncio.create_task(call(own, credit.allocate, partner.tenant_id, item))
                for item in items
            ]

        async with holding(owner_connection, partner):
            soon = asyncio.get_running_loop().time() + 0.5
            impatient = asyncio.create_task(
                own.call(credit.allocate, partner.tenant_id, allocation(child, 99), soon)
            )
            patient = allocating(range(1, 13))
            with pytest.raises(
                (asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError, TooMuchInFlight)
            ):
                await impatient
            patient += allocating(range(13, 16))
            await asyncio.sleep(0)
        await asyncio.gather(*patient)
    received = [row["prepaid_delta"] for row in await events(connection, child)]
    assert received == list(range(1, 16))
    await assert_books_balance(connection, partner.tenant_id)
