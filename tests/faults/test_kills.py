"""`kill -9` in the midst of the work: what was acknowledged is there, and nothing is there twice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.faults.clients import Demo
from tests.support.databases import DatabaseUrls, make_database
from tests.support.invariants import assert_books_balance
from tests.support.serving import Service, layers, passable_folder, wait_until
from tests.support.tenants import Wallet, job_start, make_partner

from embedded_postgres import EmbeddedPostgres
from partner_api.database.connection import connect
from partner_api.jobs import store as job_store
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from pathlib import Path

    from partner_api.database.connection import Connection

KEYS = f"k1:{'5a' * 32}"
VICTIMS = ("server", "database", "everything")
CLIENTS = 12


@pytest.fixture
def home() -> Iterator[Path]:
    with passable_folder() as folder:
        yield folder


@pytest.fixture
def server(request: pytest.FixtureRequest, home: Path, started_before: Path) -> Iterator[Service]:
    workers, batch_size = getattr(request, "param", (1, 100))
    service = Service(
        *(home, "serve", "--demo", "--workers", str(workers)),
        LAYERS_DEVELOPMENT="true",
        LAYERS_BATCH_SIZE=str(batch_size),
    )
    service.begin_on_copy_of(started_before)
    try:
        yield service
    finally:
        service.end()


async def kill_and_check(server: Service, rounds: Sequence[str], seed: int) -> None:
    """Kill something in each round, in the midst of a burst, start again, and check the books."""
    chance = random.Random(seed)
    printed = await asyncio.to_thread(server.start)
    demo = Demo.of(server.base_url, printed)
    allocations = demo.allocations(seed, CLIENTS)
    await demo.fund(10_000_000)
    before = await demo.prepaid_of_child()
    lost = 0
    for victim in rounds:
        strike = asyncio.Event()
        burst = asyncio.create_task(allocations.burst(strike))
        at_least = len(allocations.acknowledged) + chance.randint(20, 120)
        await allocations.until_acknowledged(at_least, burst)
        for pid in pids_of(server, victim):
            # PostgreSQL's other processes may follow the first before their turn comes.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.1)
        strike.set()
        await burst
        if victim == "database":
            assert await asyncio.to_thread(server.stop) == 0
            assert "refused to gracefully stop" not in server.errors
        await asyncio.to_thread(server.wait)

        await asyncio.to_thread(server.start)
        lost += await allocations.retry()
        await allocations.assert_some_are_replayed(chance)
        credits_by_key = {key: body["credits"] for key, body in allocations.sent.items()}
        assert await demo.prepaid_of_child() == before + sum(credits_by_key.values())
        async with connected(EmbeddedPostgres(server.data_dir).url("app")) as connection:
            assert (await reconcile(connection, datetime.now(UTC))).mismatches == []
            rows = await connection.fetch(
                "SELECT idempotency_key, 'txn_' || id AS id, credits FROM credit_transfers"
                " WHERE idempotency_key IS NOT NULL"
            )
        assert {row["idempotency_key"]: row["id"] for row in rows} == allocations.acknowledged
        assert {row["idempotency_key"]: row["credits"] for row in rows} == credits_by_key
    assert lost, "no kill hit a request in flight: the burst is too thin to tell anything"
    assert await asyncio.to_thread(server.stop) == 0
    assert server.pids() == []


def pids_of(server: Service, victim: str) -> list[int]:
    return {
        "server": server.own_pids,
        "database": lambda: server.database_pids()[:1],
        "everything": server.pids,
    }[victim]()


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    connection = await connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def test_kills_in_the_midst_of_allocations(server: Service) -> None:
    """Each victim once, of a server with one process that answers; the long test has two, and small batches too."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    await kill_and_check(server, VICTIMS, seed)
    result = layers("reconcile", LAYERS_DATA_DIR=str(server.data_dir))
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("seed", "server"),
    list(enumerate((2, batch_size) for batch_size in (1, 2, 100) * 2)),
    indirect=["server"],
)
async def test_many_kills_in_the_midst_of_allocations(server: Service, seed: int) -> None:
    rounds = random.Random(seed).choices(VICTIMS, k=12)
    await kill_and_check(server, rounds, seed)


@pytest.fixture
def urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest.fixture
def worker(home: Path, urls: DatabaseUrls) -> Iterator[Service]:
    service = Service(home, "worker", DATABASE_URL=urls.app, LAYERS_SECRET_KEYS=KEYS)
    try:
        yield service
    finally:
        service.end()


async def test_workers_killed_in_the_midst_of_expiries(urls: DatabaseUrls, worker: Service) -> None:
    then = datetime.now(UTC) - timedelta(days=2)
    async with connected(urls.app) as connection:
        wallets = []
        for _ in range(2):
            # Anew, because what is left of the first ones may be nothing: a worker is fast.
            wallets += [await overdue_jobs(connection, then, 150) for _ in range(2)]
            left = await open_reservations(connection)
            worker.launch()
            await until_open_are_fewer(connection, left)
            # All of it: a part that outlives the first process goes on for a moment, and is fast.
            for pid in worker.own_pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            worker.wait()
        worker.launch()
        await until_open_are_fewer(connection, 1)
        await asyncio.to_thread(
            wait_until,
            lambda: worker.status() is not None and worker.part("sweeps").state == "working",
        )
        assert await asyncio.to_thread(worker.stop) == 0

        for wallet in wallets:
            await assert_books_balance(connection, wallet.tenant_id)
        ended = "SELECT count(*) FROM audit_events WHERE event_type = 'job.failed'"
        assert await connection.fetchval(ended) == 150 * len(wallets)


async def overdue_jobs(connection: Connection, then: datetime, count: int) -> Wallet:
    """A partner with jobs that should have ended a day ago."""
    wallet = await make_partner(connection, now=then, prepaid=count)
    jobs = [job_start(wallet, 1, now=then) for _ in range(count)]
    outcomes = await job_store.start_jobs(connection, wallet.tenant_id, then, jobs)
    assert {outcome.status for outcome in outcomes} == {"done"}
    return wallet


async def until_open_are_fewer(connection: Connection, than: int) -> None:
    async with asyncio.timeout(120):
        while await open_reservations(connection) >= than:
            pass


async def open_reservations(connection: Connection) -> int:
    return int(await connection.fetchval("SELECT count(*) FROM reservations WHERE status = 'open'"))
