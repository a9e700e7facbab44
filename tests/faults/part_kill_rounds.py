"""Rounds in which processes of a whole server are killed under traffic, and what has to hold after each."""

from __future__ import annotations

import asyncio
import random

from tests.faults.clients import Demo, Worker
from tests.faults.customers import HOOK, DueLease
from tests.faults.victims import KINDS, Killer, wait_until_well
from tests.support.serving import Service, wait_until

CREDITS = 1_000_000_000
# Each round has at least so many acknowledged allocations before something is killed.
ALLOCATIONS = 20
# Each kind once.
SHORT = (
    ("postmaster", "sweeps", "rendering"),
    ("supervisor",),
    ("keeper", "api", "backend", "renderer"),
)
# Between two requests of a client: while the server recovers, it need not be busy with them, and some are in flight.
_PAUSE_SECONDS = 0.05


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
            tasks.create_task(self.allocations.burst(strike, _PAUSE_SECONDS))
            tasks.create_task(self.starts.burst(strike, 2 * _PAUSE_SECONDS))
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
        count = len(traffic.allocations.acknowledged) + self._chance.randint(1, 3) * ALLOCATIONS
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
    await demo.fund(CREDITS)
    await asyncio.to_thread(wait_until_well, server)
    return Traffic(server, demo, seed)
