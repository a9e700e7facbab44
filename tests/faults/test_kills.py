"""`kill -9` in the midst of the work: what was acknowledged is there, and nothing is there twice."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from tests.conftest import DatabaseUrls
from tests.databases import make_database
from tests.invariants import assert_books_balance
from tests.serving import Service, layers, passable_folder
from tests.tenants import Wallet, job_start, make_partner

from partner_api.database.connection import connect
from partner_api.database.embedded import EmbeddedPostgres
from partner_api.generation import store as generation
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
def server(home: Path) -> Iterator[Service]:
    service = Service(home, "serve", "--demo", "--workers", "2", LAYERS_DEVELOPMENT="true")
    try:
        yield service
    finally:
        service.end()


class Allocations:
    """Clients that allocate credits to the demo's child, each request with a key of its own."""

    def __init__(self, server: Service, printed: str, seed: int) -> None:
        self._random = random.Random(seed)
        self._path = re.findall(r"curl http://[^/]+(/v1/organizations/\S+)", printed)[0]
        partner_key = re.findall(r"lp_live_\S+[^\s\"]", printed)[0]
        self._operator_token = re.findall(r"lpo_\S+", printed)[0]
        self._headers = {"Authorization": f"Bearer {partner_key}"}
        self._url = server.base_url
        self.credits_by_key: dict[str, int] = {}
        self.transfer_by_key: dict[str, str] = {}
        self.statuses: set[int] = set()

    async def fund(self, credits: int) -> None:
        """Sell the partner what it is going to allocate."""
        async with self._client() as http:
            partner = (await http.get("/v1/whoami", headers=self._headers)).json()
            answer = await http.post(
                f"/ops/v1/organizations/{partner['organizationId']}/credits/purchase",
                headers={
                    "Authorization": f"Bearer {self._operator_token}",
                    "Idempotency-Key": str(uuid4()),
                },
                json={"credits": credits},
            )
            assert answer.status_code == 200, answer.text

    async def prepaid(self) -> int:
        """What the child's wallet says."""
        async with self._client() as http:
            wallet = (await http.get(self._path, headers=self._headers)).json()
            return int(wallet["prepaidBalance"])

    async def burst(self, strike: asyncio.Event) -> None:
        """Allocate as fast as answers come, until some time after the strike."""
        async with self._client() as http:
            await asyncio.gather(*(self._allocate(http, strike) for _ in range(CLIENTS)))

    async def retry_what_was_not_acknowledged(self) -> int:
        """Send again, with its key, whatever had no answer. Gives how many there were."""
        lost = self.credits_by_key.keys() - self.transfer_by_key.keys()
        async with self._client() as http:
            for key in sorted(lost):
                assert await self._send(http, key) in ("made", "replayed")
        return len(lost)

    async def assert_some_are_replayed(self) -> None:
        """What was acknowledged before the kill answers the same transfer again."""
        known = sorted(self.transfer_by_key.items())
        async with self._client() as http:
            for key, transfer in self._random.sample(known, min(5, len(known))):
                assert await self._send(http, key) == "replayed"
                assert self.transfer_by_key[key] == transfer

    async def _allocate(self, http: httpx.AsyncClient, strike: asyncio.Event) -> None:
        while not strike.is_set():
            key = str(uuid4())
            self.credits_by_key[key] = self._random.randint(1, 5)
            try:
                await self._send(http, key)
            except httpx.TransportError:
                await asyncio.sleep(0.01)

    async def _send(self, http: httpx.AsyncClient, key: str) -> str:
        while True:
            answer = await http.post(
                f"{self._path}/allocate",
                headers=self._headers | {"Idempotency-Key": key},
                json={"credits": self.credits_by_key[key]},
            )
            # The database may still be at work for a server that is no more.
            if answer.status_code != 409 or "IN_PROGRESS" not in answer.text:
                break
            await asyncio.sleep(0.05)
        self.statuses.add(answer.status_code)
        if answer.status_code != 201:
            return "refused"
        body: dict[str, Any] = answer.json()
        self.transfer_by_key[key] = body["id"]
        return "replayed" if "Idempotent-Replayed" in answer.headers else "made"

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self._url, trust_env=False, timeout=60)


async def kill_and_check(server: Service, rounds: Sequence[str], seed: int) -> None:
    """Kill something in each round, in the midst of a burst, start again, and check the books."""
    chance = random.Random(seed)
    printed = await asyncio.to_thread(server.start)
    allocations = Allocations(server, printed, seed)
    await allocations.fund(10_000_000)
    before = await allocations.prepaid()
    lost = 0
    for victim in rounds:
        strike = asyncio.Event()
        burst = asyncio.create_task(allocations.burst(strike))
        at_least = len(allocations.transfer_by_key) + chance.randint(20, 120)
        while len(allocations.transfer_by_key) < at_least:
            assert not burst.done()
            await asyncio.sleep(chance.uniform(0.001, 0.01))
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
        # While its database is away, a server says so; it never says that something is a bug.
        assert allocations.statuses <= {201, 503}

        await asyncio.to_thread(server.start)
        lost += await allocations.retry_what_was_not_acknowledged()
        await allocations.assert_some_are_replayed()
        assert await allocations.prepaid() == before + sum(allocations.credits_by_key.values())
        async with connected(EmbeddedPostgres(server.data_dir).url("app")) as connection:
            assert (await reconcile(connection, datetime.now(UTC))).mismatches == []
            rows = await connection.fetch(
                "SELECT idempotency_key, 'txn_' || id AS id, credits FROM credit_transfers"
                " WHERE idempotency_key IS NOT NULL"
            )
        assert {row["idempotency_key"]: row["id"] for row in rows} == allocations.transfer_by_key
        assert {row["idempotency_key"]: row["credits"] for row in rows} == (
            allocations.credits_by_key
        )
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
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    await kill_and_check(server, VICTIMS, seed)
    result = layers("reconcile", LAYERS_DATA_DIR=str(server.data_dir))
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(5))
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
        wallets = [await overdue_jobs(connection, then, 150) for _ in range(4)]
        for _ in range(2):
            left = await open_reservations(connection)
            assert left, "the worker was too fast to be killed in the midst"
            worker.launch()
            await until_open_are_fewer(connection, left)
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
        worker.launch()
        await until_open_are_fewer(connection, 1)
        assert await asyncio.to_thread(worker.stop) == 0

        for wallet in wallets:
            await assert_books_balance(connection, wallet.tenant_id)
        ended = "SELECT count(*) FROM audit_events WHERE event_type = 'job.failed'"
        assert await connection.fetchval(ended) == 600


async def overdue_jobs(connection: Connection, then: datetime, count: int) -> Wallet:
    """A partner with jobs that should have ended a day ago."""
    wallet = await make_partner(connection, now=then, prepaid=count)
    jobs = [job_start(wallet, 1, now=then) for _ in range(count)]
    outcomes = await generation.start_jobs(connection, wallet.tenant_id, then, jobs)
    assert {outcome.status for outcome in outcomes} == {"done"}
    return wallet


async def until_open_are_fewer(connection: Connection, than: int) -> None:
    async with asyncio.timeout(120):
        while await open_reservations(connection) >= than:
            pass


async def open_reservations(connection: Connection) -> int:
    return int(await connection.fetchval("SELECT count(*) FROM reservations WHERE status = 'open'"))
