"""Rounds in which a server is killed while it starts or runs, and started again."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.faults.clients import Demo
from tests.faults.customers import DueLease, Orders
from tests.faults.victims import KINDS, Killer, wait_until_well
from tests.support.serving import READY, Service, busy, wait_until

ROUNDS_PER_FOLDER = 5
ORPHAN_SECONDS = 2.0
STOP_SECONDS = 10.0
CHARGED_SECONDS = 15.0
# Beyond what it takes to start, to stop and to be killed.
LONGEST_START_SECONDS = 6.0


class Round(NamedTuple):
    """What happens to a server: after so many seconds of starting, or of running, these are killed."""

    moment: str
    delay: float
    victims: tuple[str, ...]

    @classmethod
    def draw(cls, chance: random.Random) -> Round:
        moment = chance.choice(("starting", "running"))
        longest = LONGEST_START_SECONDS if moment == "starting" else 2.0
        count = chance.choice((0, 1, 1, 1, 2))
        return cls(moment, chance.uniform(0, longest), tuple(chance.sample(KINDS, count)))


# Once in the midst of the very first start, and once when everything has just begun to work.
SHORT = (
    Round("starting", 2.5, ("supervisor",)),
    Round("running", 0.1, ("supervisor", "backend")),
)


class Rounds:
    """Starts servers, one after the other, and counts what became of them."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.seed = seed
        self._folder = folder
        self._homes = 0
        self.counts: Counter[str] = Counter()
        self.slowest_charge = 0.0
        self.slowest_stop = 0.0
        self._service: Service
        self._orders: Orders | None

    def play(self, number: int, planned: Round) -> None:
        """Start a server, kill what is planned, and see that it works and stops.

        Some have a data folder of their own, and some that of the one before.
        """
        if number % ROUNDS_PER_FOLDER == 0:
            self._service = self._new_service()
            self._orders = None
        try:
            self._start_and_kill(random.Random(f"{self.seed} {number}"), planned)
            self._assert_it_works(number)
            self._assert_it_stops()
        except BaseException:
            print(f"seed {self.seed}, round {number}: {planned}; {self._service.errors}")
            raise
        finally:
            self._service.end()
        self.counts["rounds"] += 1

    def summary(self) -> str:
        """Say in a line how it goes."""
        kills = ", ".join(f"{kind} {self.counts[kind]}" for kind in KINDS)
        return (
            f"{self.counts['rounds']} starts, seed {self.seed}; killed: {kills}; "
            f"{self.counts['refused']} starts made impossible; a lease charged after at most "
            f"{self.slowest_charge:.1f} s, a stop took at most {self.slowest_stop:.1f} s"
        )

    def _new_service(self) -> Service:
        home = self._folder / f"home-{self._homes}"
        self._homes += 1
        # So long a path that the socket of PostgreSQL has to be in the folder for temporary files.
        long = home / ("long-" * 18)
        for made in (home, long, home / "tmp"):
            made.mkdir(mode=0o711)
        return Service(
            home,
            "serve",
            "--demo",
            "--render",
            "--workers",
            "2",
            LAYERS_DEVELOPMENT="true",
            LAYERS_DATA_DIR=str(long / "data"),
            TMPDIR=str(home / "tmp"),
        )

    def _start_and_kill(self, chance: random.Random, planned: Round) -> None:
        service = self._service
        service.launch()
        if planned.moment == "running":
            self._wait_until_ready()
        time.sleep(planned.delay)
        killed = Killer(service).kill(planned.victims, chance)
        at = time.monotonic()
        self.counts.update(killed.values())
        if "supervisor" in killed.values():
            service.wait()
            self._assert_nothing_survives(at, killed)
            service.launch()
        self._wait_until_ready()
        wait_until_well(service, list(killed))

    def _wait_until_ready(self) -> None:
        """Wait for its start; one that a kill made impossible has said why, and is started again."""
        service = self._service
        wait_until(lambda: READY in service.output or service.ended, 180)
        if service.ended:
            assert service.wait() == 1, service.errors
            assert not raw_tracebacks(service), service.errors
            assert len(re.findall(r"^layers: .+\.$", service.errors, re.MULTILINE)) == 1
            assert service.pids() == []
            self.counts["refused"] += 1
            service.start()

    def _assert_nothing_survives(self, at: float, killed: dict[int, str]) -> None:
        service = self._service
        # When what looks after PostgreSQL is gone as well, nobody is left to stop it; the next start finds it.
        left = service.own_pids if "keeper" in killed.values() else service.pids
        wait_until(lambda: not left())
        took = time.monotonic() - at
        assert took < ORPHAN_SECONDS * busy(), f"a process lived on for {took:.1f} s"

    def _assert_it_works(self, number: int) -> None:
        service = self._service
        if self._orders is None:
            self._orders = Orders(Demo.of(service.base_url, service.output))
        due = DueLease.make(service)
        due.wait_until_charged(service)
        took = time.monotonic() - due.due_at
        self.slowest_charge = max(self.slowest_charge, took)
        assert took < CHARGED_SECONDS * busy(), took
        if number % 2:
            self._orders.sample()
        else:
            self._orders.slideshow()
        wait_until_well(service)

    def _assert_it_stops(self) -> None:
        service = self._service
        began = time.monotonic()
        assert service.stop() == 0, service.errors
        took = time.monotonic() - began
        self.slowest_stop = max(self.slowest_stop, took)
        assert took < STOP_SECONDS * busy(), took
        assert service.pids() == []
        assert not (service.data_dir / "run").exists()
        assert list((service.home / "tmp").iterdir()) == []
        assert not raw_tracebacks(service), service.errors


def raw_tracebacks(service: Service) -> list[str]:
    """What Python has printed of an end that nobody foresaw, beside the log."""
    return [line for line in service.errors.splitlines() if line.startswith("Traceback")]
