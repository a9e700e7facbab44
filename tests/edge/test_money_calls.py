"""Movements that arrive together go together, each has its own answer, and a tenant has two calls in flight at most."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
import pytest_asyncio
from tests.support.batches import SetClock
from tests.support.holding import holding
from tests.support.invariants import assert_books_balance
from tests.support.operations import read
from tests.support.tenants import job_start, make_child, make_partner
from tests.support.turns import settle

from partner_api.database.arguments import Outcome
from partner_api.database.connection import REQUEST_SETTINGS, open_pool
from partner_api.database.lanes import TooMuchInFlight
from partner_api.database.outages import OutcomeUnknown
from partner_api.edge import money_calls
from partner_api.edge.money_calls import MoneyCalls
from partner_api.jobs import store
from partner_api.jobs.service import start_jobs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from datetime import datetime

    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection, Pool
    from partner_api.jobs.store import JobStart


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the batches that were sent to the database."""
    sizes: list[int] = []
    start_jobs = store.start_jobs

    async def counted(
        connection: Connection, tenant_id: int, now: Any, items: list[JobStart]
    ) -> list[Outcome]:
        sizes.append(len(items))
        return await start_jobs(connection, tenant_id, now, items)

    monkeypatch.setattr(store, "start_jobs", counted)
    return sizes


@pytest_asyncio.fixture
async def pool(database_urls: DatabaseUrls) -> AsyncIterator[Pool]:
    """Connections as an API process has them."""
    async with await open_pool(database_urls.app, 10, settings=REQUEST_SETTINGS) as pool:
        yield pool


def calls(pool: Pool, batch_size: int = 100, **limits: int) -> MoneyCalls:
    return MoneyCalls(pool, SetClock(), batch_size, **limits)


async def start_all(own: MoneyCalls, wallet: Wallet, items: list[JobStart]) -> list[Any]:
    return list(
        await asyncio.gather(
            *(own.call(start_jobs, wallet.tenant_id, item) for item in items),
            return_exceptions=True,
        )
    )


async def test_what_arrives_before_a_call_has_its_connection_goes_with_it(
    pool: Pool, connection: Connection, batches: list[int]
) -> None:
    partner = await make_partner(connection, prepaid=5_000)
    outcomes = await start_all(calls(pool), partner, [job_start(partner, 1) for _ in range(40)])
    assert [outcome.status for outcome in outcomes] == ["done"] * 40
    assert sum(batches) == 40
    assert len(batches) <= 2
    batches.clear()
    own = calls(pool, batch_size=15)
    await start_all(own, partner, [job_start(partner, 1) for _ in range(40)])
    assert sum(batches) == 40
    assert max(batches) == 15
    assert len(batches) <= 4
    assert (await read(connection, partner)).running_jobs == 80


async def test_each_alone_when_batches_are_off(
    pool: Pool, connection: Connection, batches: list[int]
) -> None:
    partner = await make_partner(connection, prepaid=5_000)
    await start_all(calls(pool, batch_size=1), partner, [job_start(partner, 1) for _ in range(9)])
    assert batches == [1] * 9


@pytest.mark.parametrize("batch_size", [1, 2, 100])
async def test_the_order_within_a_wallet_is_that_of_arrival(
    pool: Pool, connection: Connection, batch_size: int
) -> None:
    """With credits for some of them, the first get them."""
    partner = await make_partner(connection, prepaid=100)
    outcomes = await start_all(
        calls(pool, batch_size), partner, [job_start(partner, 10) for _ in range(25)]
    )
    assert [outcome.status for outcome in outcomes] == ["done"] * 10 + ["refused"] * 15


async def test_tenants_do_not_share_a_batch(
    pool: Pool, connection: Connection, batches: list[int]
) -> None:
    one, two = [await make_partner(connection, prepaid=100) for _ in range(2)]
    child = await make_child(connection, one, prepaid=50)
    own = calls(pool)
    outcomes = await asyncio.gather(
        *(
            own.call(start_jobs, wallet.tenant_id, job_start(wallet, 10))
            for wallet in (one, two, child, one)
        )
    )
    assert {outcome.status for outcome in outcomes} == {"done"}
    assert sum(batches) == 4
    assert len(batches) >= 2


async def test_one_that_raises_hurts_nobody_else(
    pool: Pool, connection: Connection, owner_connection: Connection, batches: list[int]
) -> None:
    """The batch as a whole has no effect then; each is tried alone, once."""
    partner = await make_partner(connection, prepaid=55)
    items = [job_start(partner, 10) for _ in range(6)]
    # A job that is there already: a fault of this server, not a refusal.
    items[2] = items[2]._replace(job_id=items[0].job_id)
    own = calls(pool)
    async with holding(owner_connection, partner) as held:
        # All of them are there before the first can go on.
        first = asyncio.create_task(own.call(start_jobs, partner.tenant_id, job_start(partner, 1)))
        await held.until_waited_for()
        others = asyncio.create_task(start_all(own, partner, items))
        await settle()
    outcomes = await others
    await first
    assert isinstance(outcomes[2], asyncpg.UniqueViolationError)
    assert [outcome.status for outcome in outcomes[:2] + outcomes[3:]] == ["done"] * 5
    assert batches == [1, 6, 1, 1, 1, 1, 1, 1]
    wallet = await read(connection, partner)
    assert (wallet.running_jobs, wallet.reserved) == (6, 51)
    await assert_books_balance(connection, partner.tenant_id)


async def test_whatever_is_raised_for_one_alone_those_before_have_been_done(
    pool: Pool, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []

    async def function(
        _: Connection, __: int, ___: datetime, items: Sequence[int]
    ) -> list[Outcome]:
        sent.append(list(items))
        if len(items) > 1:
            raise asyncpg.UniqueViolationError
        return [_done(item) for item in items]

    @contextlib.asynccontextmanager
    async def lost_at_the_third(*_: object) -> AsyncIterator[None]:
        if len(sent) == 3:
            raise TimeoutError
        yield

    monkeypatch.setattr(money_calls, "ending_within", lost_at_the_third)
    partner = await make_partner(connection, prepaid=1)
    own = calls(pool)
    outcomes = await asyncio.gather(
        *(own.call(function, partner.tenant_id, item) for item in range(3)), return_exceptions=True
    )
    assert sent == [[0, 1, 2], [0], [1]]
    assert outcomes[:2] == [_done(0), _done(1)]
    assert isinstance(outcomes[2], TimeoutError)


async def test_one_that_cannot_be_sent_hurts_nobody_else(
    pool: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=55)
    items = [job_start(partner, 10) for _ in range(3)]
    # No integer of PostgreSQL's: the driver refuses the whole call.
    items[1] = items[1]._replace(credits=2**70)
    outcomes = await start_all(calls(pool), partner, items)
    assert isinstance(outcomes[1], asyncpg.DataError)
    assert [outcome.status for outcome in (outcomes[0], outcomes[2])] == ["done"] * 2


async def test_a_client_that_goes_away_leaves_a_whole_job_or_none(
    pool: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=5_000)
    own = calls(pool)
    tasks = [
        asyncio.create_task(own.call(start_jobs, partner.tenant_id, job_start(partner, 10)))
        for _ in range(20)
    ]
    await asyncio.sleep(0.002)
    for task in tasks[::2]:
        task.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [answer.status for answer in answers[1::2]] == ["done"] * 10  # type: ignore[union-attr]
    # The last batch may still be under way for those who have gone.
    await own.call(start_jobs, partner.tenant_id, job_start(partner, 10))
    wallet = await read(connection, partner)
    jobs = await connection.fetchval(
        "SELECT count(*) FROM jobs WHERE tenant_id = $1", partner.tenant_id
    )
    assert (wallet.running_jobs, wallet.reserved) == (jobs, 10 * jobs)
    assert jobs >= 11
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_client_that_goes_away_while_it_waits_starts_nothing(
    pool: Pool, connection: Connection, owner_connection: Connection, batches: list[int]
) -> None:
    partner = await make_partner(connection, prepaid=5_000)
    own = calls(pool)
    async with holding(owner_connection, partner) as held:
        first = asyncio.create_task(start_all(own, partner, [job_start(partner, 1)]))
        await held.until_waited_for()
        gone, there = [
            asyncio.create_task(own.call(start_jobs, partner.tenant_id, job_start(partner, 1)))
            for _ in range(2)
        ]
        await settle()
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
    await asyncio.gather(first, there)
    assert batches == [1, 1]


class Gate:
    """Money functions that note when they begin, and end when they are let to."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.begun = asyncio.Event()
        self.open = asyncio.Event()

    def function(self, name: str) -> Callable[..., Any]:
        async def gated(
            connection: Connection, tenant_id: int, now: datetime, items: Sequence[Any]
        ) -> list[Outcome]:
            self.events.append(f"{name} of {tenant_id}: {len(items)}")
            self.begun.set()
            if tenant_id == 1:
                await self.open.wait()
            return [_done(item) for item in items]

        gated.__name__ = name
        return gated


async def test_a_busy_tenant_has_two_calls_in_flight_and_others_go_past(pool: Pool) -> None:
    gate = Gate()
    own = calls(pool)
    start, complete, post = [gate.function(name) for name in ("start", "complete", "post")]
    busy: list[asyncio.Task[Outcome]] = []
    for function in (start, start, complete, complete, post, start):
        busy.append(asyncio.create_task(own.call(function, 1, len(busy))))
        await settle()
        await pool.execute("SELECT")
        await settle()
    assert gate.events == ["start of 1: 1", "complete of 1: 1"], "one of each function, two in all"
    others = [own.call(post, tenant_id, 7) for tenant_id in range(2, 30)]
    assert await asyncio.gather(*others) == [_done(7)] * 28
    assert len(gate.events) == 30
    gate.open.set()
    assert await asyncio.gather(*busy) == [_done(number) for number in range(6)]
    assert sorted(gate.events[-3:]) == ["complete of 1: 1", "post of 1: 1", "start of 1: 2"]


async def test_no_more_than_the_bound_wait(pool: Pool) -> None:
    gate = Gate()
    own = calls(pool, most_waiting=3)
    start = gate.function("start")
    waiting = [asyncio.create_task(own.call(start, 1, 0))]
    await gate.begun.wait()
    waiting += [asyncio.create_task(own.call(start, 1, number)) for number in (1, 2, 3)]
    await settle()
    with pytest.raises(TooMuchInFlight) as refused:
        await own.call(start, 1, 4)
    assert refused.value.reason == "full"
    # Another tenant has a bound of its own.
    assert await own.call(gate.function("post"), 2, 5) == _done(5)
    gate.open.set()
    assert await asyncio.gather(*waiting) == [_done(number) for number in range(4)]


async def test_what_has_not_left_at_its_deadline_is_given_up(
    pool: Pool, connection: Connection, owner_connection: Connection, batches: list[int]
) -> None:
    partner = await make_partner(connection, prepaid=5_000)
    own = calls(pool)
    async with holding(owner_connection, partner) as held:
        first = asyncio.create_task(own.call(start_jobs, partner.tenant_id, job_start(partner, 1)))
        await held.until_waited_for()
        with pytest.raises(TooMuchInFlight) as refused:
            await own.call(start_jobs, partner.tenant_id, job_start(partner, 1), _in(0.05))
        assert refused.value.reason == "late"
    assert (await first).status == "done"
    assert batches == [1]


async def test_a_call_ends_at_the_deadline_of_its_first_and_the_others_go_on(
    pool: Pool, connection: Connection, owner_connection: Connection, batches: list[int]
) -> None:
    """What waits for a lock for as long as it may is refused, and has not happened."""
    partner = await make_partner(connection, prepaid=5_000)
    own = calls(pool)
    async with holding(owner_connection, partner):
        impatient = own.call(start_jobs, partner.tenant_id, job_start(partner, 1), _in(0.2))
        patient = own.call(start_jobs, partner.tenant_id, job_start(partner, 2), _in(60))
        tasks = [asyncio.create_task(call) for call in (impatient, patient)]
        with pytest.raises((asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError)):
            await tasks[0]
    assert (await tasks[1]).status == "done"
    assert batches[0] == 2
    assert (await read(connection, partner)).reserved == 2
    # The connections are as patient as before.
    async with pool.acquire() as one:
        assert await one.fetchval("SHOW lock_timeout") == "10s"
        assert await one.fetchval("SHOW statement_timeout") == "14s"


async def test_an_answer_that_got_lost_is_no_refusal(
    pool: Pool, connection: Connection, owner_connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=5_000)
    own = calls(pool)
    async with holding(owner_connection, partner) as held:
        call = asyncio.create_task(own.call(start_jobs, partner.tenant_id, job_start(partner, 1)))
        await held.end_who_waits()
        with pytest.raises(OutcomeUnknown):
            await call
    assert (await own.call(start_jobs, partner.tenant_id, job_start(partner, 1))).status == "done"


async def test_without_a_database_nothing_was_sent(pool: Pool) -> None:
    await pool.close()
    with pytest.raises(asyncpg.InterfaceError):
        await calls(pool).call(_never, 1, 1)


async def _never(*_: Any) -> list[Outcome]:
    raise AssertionError("called without a connection")


def _done(number: int) -> Outcome:
    return Outcome("done", None, {"number": number})


def _in(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds
