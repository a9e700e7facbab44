"""Others move credits and cash while the books are checked: no false alarm."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.reconciliation.history import make_pool_account
from tests.support import operations as op
from tests.support.assigning import LeaseAssignment, assign
from tests.support.tenants import NOON, Wallet, allocation, job_start, make_child, make_partner

from partner_api.cash import store as cash
from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM
from partner_api.database.connection import connect
from partner_api.jobs import store as job_store
from partner_api.reconciliation.rules import Scope
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection, Pool

_SECONDS = 3.0
_CLIENTS = 8
_CHILDREN = 5
_MOVES_BETWEEN_CHECKS = 50


async def test_eight_connections_hammer_the_wallets(pool: Pool) -> None:
    async with pool.acquire() as connection:
        partner = await make_partner(connection, prepaid=10_000_000, cash_cents=10_000_000)
        children = [await make_child(connection, partner, prepaid=5_000) for _ in range(_CHILDREN)]
        for child in children[:2]:
            await op.configure(
                connection,
                child,
                refill_threshold=4_000,
                refill_amount=500,
            )
    stop = asyncio.Event()
    moved = [0] * _CLIENTS
    checks = events = 0

    async def client(number: int) -> None:
        chance = random.Random(number)
        async with pool.acquire() as connection:
            while not stop.is_set():
                if moved[number] >= _MOVES_BETWEEN_CHECKS * (checks + 1):
                    # Else there is ever more to check, and on a slow machine no end of it.
                    await asyncio.sleep(0.01)
                    continue
                await _move_something(connection, partner, children, chance)
                moved[number] += 1

    scope = Scope(partner.tenant_id)
    loop = asyncio.get_running_loop()
    async with pool.acquire() as connection, asyncio.TaskGroup() as clients:
        for number in range(_CLIENTS):
            clients.create_task(client(number))
        end = loop.time() + _SECONDS
        try:
            # Until both have really happened at once, many times, however slow the machine is.
            while loop.time() < end or checks < 5 or min(moved) < 10:
                result = await reconcile(connection, NOON, scope)
                assert result.mismatches == []
                checks, events = checks + 1, result.events_checked
        finally:
            stop.set()
    async with pool.acquire() as connection:
        assert (await reconcile(connection, NOON, scope)).mismatches == []
    assert events > 200


async def _move_something(
    connection: Connection, partner: Wallet, children: list[Wallet], chance: random.Random
) -> None:
    tenant_id, wallet = partner.tenant_id, chance.choice([partner, *children])
    match chance.randrange(5):
        case 0:
            items = [allocation(child, 3) for child in chance.sample(children, 3)]
            await credit.allocate(connection, tenant_id, NOON, items)
        case 1:
            await op.post(connection, wallet, "grant", 10)
        case 2:
            topup = cash.CashPosting(
                partner.organization_id, "topup", 100, "Top-up", None, SYSTEM, None
            )
            await cash.post(connection, tenant_id, NOON, [topup])
        case 3:
            account = await make_pool_account(connection, price_cents=50)
            lease = LeaseAssignment(wallet.project_id, [account], [uuid4()], None, SYSTEM)
            await assign(connection, tenant_id, NOON, lease)
        case _:
            jobs = [job_start(wallet, 20) for _ in range(6)]
            outcomes = await job_store.start_jobs(connection, tenant_id, NOON, jobs)
            begun = [
                job.job_id
                for job, outcome in zip(jobs, outcomes, strict=True)
                if outcome.status == "done"
            ]
            await op.settle_all(connection, tenant_id, dict.fromkeys(begun[::2], 15))
            await op.release_all(connection, tenant_id, begun[1::2])
            for job_id in begun[:1]:
                await op.post(connection, wallet, "refund", 5, job_id=job_id)


async def test_a_movement_is_seen_whole_or_not_at_all(
    database_urls: DatabaseUrls, pool: Pool
) -> None:
    """A transaction that has written its events but has not committed changes nothing yet."""
    other = await connect(database_urls.app)
    async with pool.acquire() as connection:
        partner = await make_partner(connection, prepaid=1_000)
        child = await make_child(connection, partner)
        before = await reconcile(connection, NOON, Scope(partner.tenant_id))
        transaction = other.transaction()
        await transaction.start()
        await op.allocate(other, child, 400)

        during = await reconcile(connection, NOON, Scope(partner.tenant_id))
        await transaction.commit()
        after = await reconcile(connection, NOON, Scope(partner.tenant_id))
    await other.close()

    assert [each.mismatches for each in (before, during, after)] == [[], [], []]
    assert during.events_checked == before.events_checked
    assert after.events_checked == before.events_checked + 2
