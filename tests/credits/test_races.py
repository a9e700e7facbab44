"""Many clients on the same wallets at once: the number of winners is exact, and nothing deadlocks.

No call is ever repeated here: an error of the database, a deadlock above all, fails the test.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.credits.racing import all_at_once, one_for_each
from tests.support.invariants import assert_books_balance
from tests.support.operations import (
    allocate,
    configuration,
    configure,
    events,
    posting,
    read,
    refused,
    release,
    release_all,
    settle,
    settle_all,
    start,
    started,
    subscribe,
    subscription,
)
from tests.support.tenants import NOON, allocation, job_start, make_child, make_partner

from partner_api.credits import store as credit
from partner_api.database.arguments import Outcome
from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection, Pool

JULY_15 = datetime(2026, 7, 15, tzinfo=UTC)


async def test_two_hundred_clients_cannot_overspend_one_wallet(
    crowd: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=10_000)
    child = await make_child(connection, partner, prepaid=4567)
    outcomes = await all_at_once(crowd, [lambda own: start(own, child, 120) for _ in range(200)])
    won = [job_id for job_id, outcome in outcomes if outcome.status == "done"]
    lost = [refused(outcome) for _, outcome in outcomes if outcome.status != "done"]
    assert len(won) == 4567 // 120
    assert set(lost) == {("BILLING_EXHAUSTED", "insufficient_credits")}
    wallet = await read(connection, child)
    assert (wallet.reserved, wallet.available) == (4560, 7)

    await all_at_once(
        crowd,
        one_for_each(lambda own, job_id: settle(own, child, job_id, 100), won),
    )
    wallet = await read(connection, child)
    assert (wallet.balance, wallet.reserved) == (4567 - 38 * 100, 0)
    assert wallet.used_this_period == 3800
    assert (await read(connection, partner)).balance == 10_000 - 4567
    await assert_books_balance(connection, partner.tenant_id)


async def test_two_hundred_clients_stop_at_the_cap(crowd: Pool, connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=100_000)
    child = await make_child(connection, partner, prepaid=100_000)
    await configure(connection, child, monthly_credit_cap=1000)
    outcomes = await all_at_once(crowd, [lambda own: start(own, child, 30) for _ in range(200)])
    assert sum(outcome.status == "done" for _, outcome in outcomes) == 33
    assert (await read(connection, child)).reserved == 990
    await assert_books_balance(connection, partner.tenant_id)


async def test_two_hundred_clients_stop_at_the_limit_of_running_jobs(
    crowd: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=100_000)

    async def client(own: Connection) -> Outcome:
        item = job_start(partner, 1)._replace(running_jobs_limit=10)
        (outcome,) = await job_store.start_jobs(own, partner.tenant_id, NOON, [item])
        return outcome

    outcomes = await all_at_once(crowd, [client] * 200)
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
        await configure(connection, child, refill_threshold=0, refill_amount=100)
    outcomes = await all_at_once(
        crowd,
        one_for_each(lambda own, child: start(own, child, 100), children * 20),
    )
    assert sum(outcome.status == "done" for _, outcome in outcomes) == 10
    wallets = [await read(connection, wallet) for wallet in (partner, *children)]
    assert wallets[0].balance == 50
    assert sum(wallet.reserved for wallet in wallets) == 1000
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_partner_and_all_its_children_at_once(crowd: Pool, connection: Connection) -> None:
    """Allocations, the partner's own spending, refills, reads and rollovers in any mix: Σ is kept."""
    partner = await make_partner(connection, prepaid=20_000)
    children = [await make_child(connection, partner, prepaid=200) for _ in range(6)]
    wallets = [partner, *children]
    for child in children:
        await configure(connection, child, refill_threshold=100, refill_amount=150)
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
        outcomes = await job_store.start_jobs(own, partner.tenant_id, now, items)
        done = [
            item for item, outcome in zip(items, outcomes, strict=True) if outcome.status == "done"
        ]
        charges = {item.job_id: 1 for item in done}
        await settle_all(own, partner.tenant_id, charges, now=now)
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

    await all_at_once(crowd, [client] * 300)
    assert sum(spent) > 0
    end = JULY_15 + timedelta(seconds=1)
    final = [await read(connection, wallet, end) for wallet in wallets]
    assert sum(wallet.reserved for wallet in final) == 0
    granted = await connection.fetchval(
        "SELECT sum(included_delta) FROM credit_events WHERE tenant_id = $1 AND event_type <> 'usage'",
        partner.tenant_id,
    )
    assert sum(wallet.balance for wallet in final) == 20_000 + granted - sum(spent)
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
            outcomes = await job_store.start_jobs(own, tenant_id, NOON, jobs)
            chosen.shuffle(jobs)
            if kind == "settle":
                outcomes += await settle_all(own, tenant_id, {job.job_id: 1 for job in jobs})
            elif kind == "release":
                ids = [job.job_id for job in jobs]
                outcomes += await release_all(own, tenant_id, ids, "canceled")
        assert {outcome.status for outcome in outcomes} == {"done"}

    await all_at_once(crowd, [client] * 24)
    await assert_books_balance(connection, partner.tenant_id)


async def test_starts_on_both_sides_of_a_boundary(crowd: Pool, connection: Connection) -> None:
    """The rollover is written once, and what is reserved before it stays paid after it."""
    partner = await make_partner(connection)
    await subscribe(connection, partner, 1000)
    early = [await started(connection, partner, 100, days=60) for _ in range(8)]
    await subscribe(connection, partner, 500)

    async def client(own: Connection, number: int) -> Outcome:
        now = JULY_15 + timedelta(milliseconds=number % 21 - 10)
        if number % 5 == 0 and early:
            return await settle(own, partner, early.pop(), 90, now=now)
        return (await start(own, partner, 30, now=now))[1]

    outcomes = await all_at_once(
        crowd,
        one_for_each(client, range(200)),
    )
    assert {outcome.code for outcome in outcomes} == {None, "BILLING_EXHAUSTED"}
    end = JULY_15 + timedelta(seconds=1)
    wallet = await read(connection, partner, end)
    # Nobody was refused who could pay then; each of the eight that settled last may have freed ten since.
    assert 0 <= wallet.available < 30 + 8 * 10
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
        await credit.roll_over_due_wallets(own, partner.tenant_id, shuffled, JULY_15)

    async def fund(own: Connection) -> None:
        outcome = await allocate(own, random.choice(children), 1, now=JULY_15)
        assert outcome.status == "done"

    await all_at_once(crowd, [touch, fund] * 40)
    for wallet in everyone:
        reasons = [event["reason"] for event in await events(connection, wallet)]
        assert (reasons.count("period_lapse"), reasons.count("period_allotment")) == (1, 1)
    await assert_books_balance(connection, partner.tenant_id)
