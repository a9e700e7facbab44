"""Many workers, clients and sweeps at one job at once: it has one outcome and one settlement."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest_asyncio
from tests.credits.racing import all_at_once, one_for_each
from tests.support.invariants import assert_books_balance
from tests.support.operations import events, read, started
from tests.support.tenants import NOON, job_start, make_partner
from tests.support.working import beat, cancel, claim, complete, expire_claims, fail, job_of

from partner_api.database.arguments import SYSTEM
from partner_api.database.connection import open_pool
from partner_api.jobs import claim_store
from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime

    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet
    from tests.support.working import Claim

    from partner_api.database.connection import Connection, Pool

    Client = Callable[[Connection], Awaitable[Any]]

CROWD = 16


@pytest_asyncio.fixture
async def crowd(database_urls: DatabaseUrls) -> AsyncIterator[Pool]:
    """Connections enough for everybody to be there at once."""
    async with await open_pool(database_urls.app, CROWD) as pool:
        yield pool


def ends(wallet: Wallet, held: Claim, at: datetime) -> list[Client]:
    """Everybody who may end a job, or who says that it goes on."""
    return [
        lambda own: complete(own, held, 40, now=at),
        lambda own: complete(own, held, 60, now=at),
        lambda own: fail(own, held, retryable=False, now=at),
        lambda own: fail(own, held, retryable=True, now=at),
        lambda own: cancel(own, wallet, held.job_id, now=at),
        lambda own: expire_claims(own, wallet.tenant_id, at, 10),
        lambda own: job_store.expire_jobs(own, wallet.tenant_id, at, 10),
        lambda own: beat(own, held, "finalizing", 0.9, now=at),
    ]


async def test_every_end_at_once(crowd: Pool, connection: Connection) -> None:
    """At the very instant at which its time is up, so that every one of them may end it."""
    partner = await make_partner(connection, prepaid=100_000)
    late = NOON + timedelta(days=1)
    seen = set()
    for round_number in range(40):
        job_id = await started(connection, partner, 100)
        # Just claimed, and silent for long at the end.
        (held,) = await claim(connection, partner, now=late - timedelta(seconds=70))
        # At the last instant half of the time, else when the job is overdue.
        at = late if round_number % 2 else late - timedelta(milliseconds=1)
        before = await read(connection, partner, at)
        actions = random.Random(round_number).sample(ends(partner, held, at) * 2, CROWD)
        await all_at_once(crowd, actions)
        # What was only given back, or only asked to stop, ends now.
        await expire_claims(connection, partner.tenant_id, late + timedelta(hours=1), 10)
        await job_store.expire_jobs(connection, partner.tenant_id, late + timedelta(hours=1), 10)
        job = await job_of(connection, partner, job_id)
        seen.add(job["status"])
        wallet = await read(connection, partner, at)
        assert wallet.reserved == wallet.running_jobs == 0
        assert before.balance - wallet.balance == job["charged"]
        assert (job["charged"] > 0) == (job["status"] == "completed")
        usages = [row for row in await events(connection, partner) if row["job_id"] == job_id]
        assert len(usages) == (1 if job["status"] == "completed" else 0)
        told = await connection.fetchval(
            "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND event_type LIKE 'job.%' "
            "AND data ->> 'containerId' = $2",
            partner.tenant_id,
            f"cnt_{job['container_id']}",
        )
        assert told == 1
    assert len(seen) > 1, "the race always has the same winner"
    await assert_books_balance(connection, partner.tenant_id)


async def test_no_job_is_given_to_two_workers(crowd: Pool, connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=1_000)
    items = [job_start(partner, 1) for _ in range(60)]
    await job_store.start_jobs(connection, partner.tenant_id, NOON, items)

    async def take(own: Connection) -> list[Any]:
        taken = []
        while found := await claim(own, partner, 3, worker=str(uuid4())):
            taken += found
        return taken

    found = [held for taken in await all_at_once(crowd, [take] * CROWD) for held in taken]
    assert sorted(held.job_id for held in found) == sorted(item.job_id for item in items)
    assert {held.attempt for held in found} == {1}


async def test_an_accepted_cancel_is_never_completed(crowd: Pool, connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=100_000)
    for _ in range(30):
        job_id = await started(connection, partner, 100)
        (held,) = await claim(connection, partner)
        racers = ends(partner, held, NOON)
        canceled, completed = await all_at_once(crowd, [racers[4], racers[0]])
        status = (await job_of(connection, partner, job_id))["status"]
        accepted = (canceled.facts or {})["accepted"]
        assert status == ("canceled" if accepted else "completed")
        assert (completed.facts or {})["status"] == status


async def test_batches_over_the_same_jobs_do_not_block_each_other(
    crowd: Pool, connection: Connection
) -> None:
    """Reports about several jobs, in different orders, end without a deadlock."""
    partner = await make_partner(connection, prepaid=100_000)
    for _ in range(5):
        for _ in range(12):
            await started(connection, partner, 10)
        held = await claim(connection, partner, 12)

        async def report(own: Connection, seed: int, held: list[Claim] = held) -> None:
            items = [
                claim_store.JobCompletion(
                    one.job_id, one.worker_id, one.claim_token, seed % 10, [], SYSTEM
                )
                for one in random.Random(seed).sample(held, 12)
            ]
            await claim_store.complete_jobs(own, partner.tenant_id, NOON, items)

        async def stop(own: Connection, seed: int, held: list[Claim] = held) -> None:
            items = [
                claim_store.CancelItem(one.job_id, None, SYSTEM)
                for one in random.Random(seed).sample(held, 12)
            ]
            await claim_store.cancel_jobs(own, partner.tenant_id, NOON, items)

        await all_at_once(crowd, one_for_each(report, range(6)) + one_for_each(stop, range(6)))
    await assert_books_balance(connection, partner.tenant_id)
