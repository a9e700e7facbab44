"""`kill -9` of a process in the midst of its batches: each operation is whole or not there, and a retry finds out."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import sys
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.faults.batch_process import Work
from tests.support.batches import BATCH_SIZES, open_nodes
from tests.support.holding import holding
from tests.support.invariants import assert_books_balance
from tests.support.operations import events, read
from tests.support.tenants import NOON, allocation, job_start, make_child, make_partner
from tests.support.working import claim, completion

from partner_api.credits import store as credit
from partner_api.database.arguments import Idempotency
from partner_api.jobs import claim_store
from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection

# Of each kind.
COUNT = 20
PREPAID = 100_000
_PATIENCE_SECONDS = 120


class World:
    """A partner whose jobs start and end while it allocates to its child, each with a key of its own."""

    def __init__(self, partner: Wallet, child: Wallet, movements: list[tuple[Any, Any]]) -> None:
        self.partner = partner
        self.child = child
        self.movements = movements

    @classmethod
    async def make(cls, connection: Connection) -> World:
        """The jobs that are going to be completed are in a worker's hands."""
        partner = await make_partner(connection, prepaid=PREPAID)
        child = await make_child(connection, partner)
        jobs = [job_start(partner, 10) for _ in range(COUNT)]
        outcomes = await job_store.start_jobs(connection, partner.tenant_id, NOON, jobs)
        assert {outcome.status for outcome in outcomes} == {"done"}
        held = await claim(connection, partner, COUNT)
        kinds: list[tuple[Any, list[Any]]] = [
            (job_store.start_jobs, [job_start(partner, 7) for _ in range(COUNT)]),
            (claim_store.complete_jobs, [completion(one, 3) for one in held]),
            (credit.allocate, [allocation(child, 5) for _ in range(COUNT)]),
        ]
        movements = [
            (function, item._replace(idempotency=_key(partner, function.__name__)))
            for function, items in kinds
            for item in items
        ]
        return cls(partner, child, movements)

    async def assert_all_happened_once(self, connection: Connection) -> None:
        """Started, completed and allocated, as often as was asked for."""
        wallet = await read(connection, self.partner)
        assert (wallet.reserved, wallet.running_jobs) == (7 * COUNT, COUNT)
        assert wallet.balance == PREPAID - 3 * COUNT - 5 * COUNT
        assert (await read(connection, self.child)).balance == 5 * COUNT
        charged = await job_events(connection, self.partner)
        assert len(charged) == len(set(charged)) == COUNT
        await assert_books_balance(connection, self.partner.tenant_id)


def _key(partner: Wallet, function: str) -> Idempotency:
    return Idempotency(
        partner.tenant_id, partner.organization_id, "POST", function, str(uuid4()), b"same"
    )


async def job_events(connection: Connection, wallet: Wallet) -> list[UUID]:
    """The jobs that were charged, once for each charge."""
    rows = await events(connection, wallet)
    return [row["job_id"] for row in rows if row["event_type"] == "usage"]


class Victim:
    """A process at work."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        self._process = process
        self._name = name
        self.acknowledged: dict[int, str] = {}

    async def until_acknowledged(self, count: int) -> None:
        """Read its answers until there are so many."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while len(self.acknowledged) < count and await self._read():
                pass

    async def kill(self) -> None:
        """Kill it, and read what it had said before."""
        self._process.kill()
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while await self._read():
                pass
            await self._process.wait()

    async def until_its_statements_are_over(self, connection: Connection) -> None:
        """Wait until the database has done, or given up, what the process had sent."""
        query = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = $1)"
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while await connection.fetchval(query, self._name):
                pass

    async def _read(self) -> bool:
        assert self._process.stdout is not None
        # What it was cut off in the midst of was not said.
        line = await self._process.stdout.readline()
        if line.endswith(b"\n"):
            number, status = line.split()
            self.acknowledged[int(number)] = status.decode()
        return bool(line)


@contextlib.asynccontextmanager
async def at_work(url: str, world: World, batch_size: int) -> AsyncIterator[Victim]:
    """A process that does all the movements."""
    name = f"victim-{uuid4()}"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.batch_process"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdin is not None
        work = Work(url, name, batch_size, world.partner.tenant_id, NOON, world.movements)
        process.stdin.write(pickle.dumps(work))
        process.stdin.close()
        yield Victim(process, name)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


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
