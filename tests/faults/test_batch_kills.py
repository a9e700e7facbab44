"""`kill -9` of a process in the midst of its batches: each operation is whole or not there, and a retry finds out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from tests.faults.batch_victims import COUNT, Victim, World, at_work
from tests.support.batches import BATCH_SIZES, SetClock, call, open_nodes
from tests.support.holding import holding
from tests.support.invariants import assert_books_balance

from partner_api.credits import store as credit
from partner_api.database.connection import open_pool
from partner_api.database.outages import OutcomeUnknown
from partner_api.edge.money_calls import MoneyCalls
from partner_api.jobs import claim_store
from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection


async def retry(url: str, world: World, batch_size: int, victim: Victim) -> list[Outcome]:
    """Ask for everything again, with the same keys, at another process; what was acknowledged is there."""
    async with open_nodes(url, batch_size, count=1) as nodes:
        outcomes = await nodes.race(world.partner.tenant_id, world.movements)
    assert set(victim.acknowledged.values()) <= {"done"}
    assert {outcomes[number].status for number in victim.acknowledged} <= {"replayed"}
    assert {outcome.status for outcome in outcomes} <= {"done", "replayed"}
    return outcomes


@pytest.mark.parametrize("batch_size", BATCH_SIZES)
async def test_killed_when_some_were_acknowledged(
    database_urls: DatabaseUrls, connection: Connection, batch_size: int
) -> None:
    world = await World.make(connection)
    async with at_work(database_urls.app, world, batch_size) as victim:
        await victim.until_acknowledged(3)
        await victim.kill()
        await victim.until_its_statements_are_over(connection)
    await assert_books_balance(connection, world.partner.tenant_id)
    await retry(database_urls.app, world, batch_size, victim)
    await world.assert_all_happened_once(connection)


@pytest.mark.parametrize("batch_size", BATCH_SIZES)
@pytest.mark.parametrize("noticed", [False, True])
async def test_killed_while_its_batches_wait_for_a_wallet(
    database_urls: DatabaseUrls,
    connection: Connection,
    owner_connection: Connection,
    batch_size: int,
    noticed: bool,
) -> None:
    """What the process had sent is done all the same, unless the database has noticed before that it is gone."""
    world = await World.make(connection)
    async with at_work(database_urls.app, world, batch_size) as victim:
        async with holding(owner_connection, world.partner) as held:
            await held.until_waited_for()
            await victim.kill()
            assert not victim.acknowledged
            if noticed:
                await victim.until_its_statements_are_over(connection)
        await victim.until_its_statements_are_over(connection)
    await assert_books_balance(connection, world.partner.tenant_id)
    outcomes = await retry(database_urls.app, world, batch_size, victim)
    await world.assert_all_happened_once(connection)
    happened = [
        [
            outcome.status == "replayed"
            for (function, _), outcome in zip(world.movements, outcomes, strict=True)
            if function is kind
        ]
        for kind in (job_store.start_jobs, claim_store.complete_jobs, credit.allocate)
    ]
    for batch in happened:
        # At most the first batch of each function had been sent, and a batch is whole or not there.
        assert sum(batch) in ((0,) if noticed else (0, min(batch_size, COUNT)))
        assert batch == sorted(batch, reverse=True)


@pytest.mark.parametrize("batch_size", BATCH_SIZES)
async def test_a_connection_lost_in_the_midst_of_a_batch(
    database_urls: DatabaseUrls,
    connection: Connection,
    owner_connection: Connection,
    batch_size: int,
) -> None:
    """Who was in the batch does not know, and finds out with the same key; nobody else is concerned."""
    world = await World.make(connection)
    tenant_id = world.partner.tenant_id
    async with await open_pool(database_urls.app, 6) as pool:
        calls = MoneyCalls(pool, SetClock(), batch_size)
        async with holding(owner_connection, world.partner) as held:
            tasks = [
                asyncio.create_task(call(calls, function, tenant_id, item))
                for function, item in world.movements
            ]
            await held.end_who_waits()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        lost = [isinstance(answer, OutcomeUnknown) for answer in answers]
        told = [answer for answer in answers if not isinstance(answer, BaseException)]
        assert {outcome.status for outcome in told} == {"done"}
        assert len(told) + sum(lost) == len(answers)
        assert sum(lost) == min(batch_size, COUNT)
        again = [await call(calls, function, tenant_id, item) for function, item in world.movements]
    expected = ["done" if unknown else "replayed" for unknown in lost]
    assert [outcome.status for outcome in again] == expected
    await world.assert_all_happened_once(connection)
