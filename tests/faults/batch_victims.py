"""A process that is killed in the midst of its batches, and the world in which it works."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import sys
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.faults.batch_process import Work
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

    from tests.support.tenants import Wallet

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
