"""Starts that arrive together go together, and each has its own answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from tests.support.invariants import assert_books_balance
from tests.support.operations import read
from tests.support.tenants import NOON, job_start, make_child, make_partner

from partner_api.clock import Clock
from partner_api.database.notifications import Bell
from partner_api.jobs import store
from partner_api.jobs.service import Starter

if TYPE_CHECKING:
    from tests.support.tenants import Wallet

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection, Pool
    from partner_api.jobs.store import JobStart


class Noon(Clock):
    """A clock that stands still."""

    def now(self) -> Any:
        return NOON


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


def starter(pool: Pool, batch_size: int = 100) -> Starter:
    return Starter(pool, Noon(), Bell(pool), batch_size)


async def start_all(own: Starter, wallet: Wallet, items: list[JobStart]) -> list[Any]:
    return list(
        await asyncio.gather(
            *(own.start(wallet.tenant_id, item) for item in items), return_exceptions=True
        )
    )


async def test_what_arrives_during_a_commit_is_the_next_batch(
    pool: Pool, connection: Connection, batches: list[int]
) -> None:
    partner = await make_partner(connection, prepaid=5_000)
    outcomes = await start_all(starter(pool), partner, [job_start(partner, 1) for _ in range(40)])
    assert [outcome.status for outcome in outcomes] == ["done"] * 40
    assert batches == [1, 39], "the first waits for nobody"
    own = starter(pool, batch_size=15)
    await start_all(own, partner, [job_start(partner, 1) for _ in range(40)])
    assert batches[2:] == [1, 15, 15, 9]
    assert (await read(connection, partner)).running_jobs == 80


async def test_each_alone_when_batches_are_off(
    pool: Pool, connection: Connection, batches: list[int]
) -> None:
    partner = await make_partner(connection, prepaid=5_000)
    await start_all(starter(pool, batch_size=1), partner, [job_start(partner, 1) for _ in range(9)])
    assert batches == [1] * 9


async def test_tenants_do_not_share_a_batch(
    pool: Pool, connection: Connection, batches: list[int]
) -> None:
    one, two = [await make_partner(connection, prepaid=100) for _ in range(2)]
    child = await make_child(connection, one, prepaid=50)
    own = starter(pool)
    outcomes = await asyncio.gather(
        *(own.start(wallet.tenant_id, job_start(wallet, 10)) for wallet in (one, two, child, one))
    )
    assert {outcome.status for outcome in outcomes} == {"done"}
    assert sorted(batches) == [1, 1, 2]


async def test_one_that_raises_hurts_nobody_else(
    pool: Pool, connection: Connection, batches: list[int]
) -> None:
    """The batch as a whole has no effect then; each is tried alone, once."""
    partner = await make_partner(connection, prepaid=55)
    items = [job_start(partner, 10) for _ in range(6)]
    # A job that is there already: a fault of this server, not a refusal.
    items[2] = items[2]._replace(job_id=items[0].job_id)
    outcomes = await start_all(starter(pool), partner, items)
    assert isinstance(outcomes[2], asyncpg.UniqueViolationError)
    assert [outcome.status for outcome in outcomes[:2] + outcomes[3:]] == ["done"] * 5
    assert batches == [1, 5, 1, 1, 1, 1, 1]
    wallet = await read(connection, partner)
    assert (wallet.running_jobs, wallet.reserved) == (5, 50)
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_client_that_goes_away_leaves_a_whole_job_or_none(
    pool: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=5_000)
    own = starter(pool)
    tasks = [
        asyncio.create_task(own.start(partner.tenant_id, job_start(partner, 10))) for _ in range(20)
    ]
    await asyncio.sleep(0.002)
    for task in tasks[::2]:
        task.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [answer.status for answer in answers[1::2]] == ["done"] * 10  # type: ignore[union-attr]
    # The last batch may still be under way for those who have gone.
    await own.start(partner.tenant_id, job_start(partner, 10))
    wallet = await read(connection, partner)
    jobs = await connection.fetchval(
        "SELECT count(*) FROM jobs WHERE tenant_id = $1", partner.tenant_id
    )
    assert (wallet.running_jobs, wallet.reserved) == (jobs, 10 * jobs)
    assert jobs >= 11
    await assert_books_balance(connection, partner.tenant_id)


async def test_a_start_rings_for_the_workers(pool: Pool, connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=100)
    bell = Bell(pool)
    rung = bell.listen("jobs")
    await Starter(pool, Noon(), bell, 10).start(partner.tenant_id, job_start(partner, 1))
    assert rung.is_set()
    assert not bell.listen("jobs").is_set()
