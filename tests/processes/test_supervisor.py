"""The supervisor with parts that do what a test wants: they end, fall silent, refuse to stop."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.serving import wait_until

from partner_api.processes.part import PartPlan
from partner_api.processes.startup import StartupError
from partner_api.processes.status import PartKind, PartStatus, read_status
from partner_api.processes.supervisor import Supervisor

SHAM = str(Path(__file__).with_name("sham.py"))


class Watched:
    """A supervisor, and a thread that looks at what it writes down and stops it."""

    def __init__(self, folder: Path, shutdown_seconds: float = 60) -> None:
        self.folder = folder
        self.marks = folder / "marks"
        self.supervisor = Supervisor("serve", shutdown_seconds)
        self.supervisor.keep_status_in(folder)

    def plan(
        self,
        name: str,
        what: str,
        *,
        kind: PartKind = "sweeps",
        start_seconds: float = 60,
        silence_seconds: float = 60,
        descriptors: tuple[int, ...] = (),
        marked: bool = False,
    ) -> PartPlan:
        return PartPlan(
            name,
            kind,
            (str(self.marks),) if marked else (),
            descriptors,
            (sys.executable, "-I", SHAM, what),
            start_seconds,
            silence_seconds,
        )

    def part(self, name: str) -> PartStatus | None:
        status = read_status(self.folder)
        parts = [] if status is None else status.parts
        return next((part for part in parts if part.name == name), None)

    def run_until(self, condition: Callable[[], object]) -> None:
        """Run it until a condition holds; then it is stopped as by SIGTERM."""
        failures: list[BaseException] = []

        def watch() -> None:
            try:
                wait_until(condition)
            except BaseException as error:
                failures.append(error)
            os.kill(os.getpid(), signal.SIGTERM)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            self.supervisor.run(lambda: None)
        finally:
            watcher.join()
        if failures:
            raise failures[0]

    def marked(self) -> list[str]:
        return [line.split()[0] for line in self.marks.read_text().splitlines()]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    yield Watched(tmp_path)


def test_what_ends_is_started_again_and_waits_longer_each_time(watched: Watched) -> None:
    with watched.supervisor as supervisor:
        supervisor.start(watched.plan("a", "works-then-ends"))
        supervisor.start(watched.plan("b", "works"))
        pauses = set()

        def often_enough() -> bool:
            part = watched.part("a")
            if part is not None and part.restart_at is not None:
                pauses.add(part.restarts)
            return part is not None and part.restarts >= 3

        began = time.monotonic()
        watched.run_until(often_enough)
        # At once, after half a second, after one.
        assert time.monotonic() - began > 1.5
        part = watched.part("a")
        assert part is not None
        assert part.last_error == "ended with status 3"
        other = watched.part("b")
        assert other is not None
        assert (other.state, other.restarts) == ("working", 0)


@pytest.mark.parametrize("what", ["falls-silent", "never-begins"])
def test_what_falls_silent_or_never_begins_is_killed_and_replaced(
    watched: Watched, what: str
) -> None:
    with watched.supervisor as supervisor:
        supervisor.start(watched.plan("a", what, start_seconds=0.5, silence_seconds=0.5))
        supervisor.start(watched.plan("b", "works"))
        first = supervisor.pid_of("a")

        def replaced() -> bool:
            part = watched.part("a")
            return part is not None and part.pid not in (None, first)

        watched.run_until(replaced)
        part = watched.part("a")
        assert part is not None
        assert part.last_error == "silent"


def test_a_part_that_is_stopped_as_by_a_debugger_is_replaced(watched: Watched) -> None:
    with watched.supervisor as supervisor:
        supervisor.start(watched.plan("a", "works", silence_seconds=1))
        supervisor.wait_until_working("a")
        first = supervisor.pid_of("a")
        assert first is not None
        os.kill(first, signal.SIGSTOP)

        def replaced() -> bool:
            part = watched.part("a")
            return part is not None and part.state == "working" and part.pid != first

        watched.run_until(replaced)


def test_what_says_that_it_cannot_be_ends_the_server_with_its_sentence(watched: Watched) -> None:
    sentence = re.escape("It cannot be done. Do something else.")
    with pytest.raises(StartupError, match=sentence), watched.supervisor as supervisor:
        supervisor.start(watched.plan("a", "works"))
        supervisor.start(watched.plan("b", "gives-up"))
        supervisor.run(lambda: None)


def test_what_never_starts_ends_the_server(watched: Watched) -> None:
    sentence = "The part a ends as soon as it starts"
    with pytest.raises(StartupError, match=sentence), watched.supervisor as supervisor:
        supervisor.start(watched.plan("a", "ends"))
        supervisor.run(lambda: None)


def test_what_cannot_be_understood_does_no_harm(watched: Watched) -> None:
    with watched.supervisor as supervisor:
        supervisor.start(watched.plan("a", "babbles"))
        supervisor.wait_until_working("a")


def test_it_says_once_that_all_parts_work(watched: Watched) -> None:
    said: list[str] = []
    with watched.supervisor as supervisor:
        for name in ("a", "b"):
            supervisor.start(watched.plan(name, "works"))

        def ready() -> None:
            said.append("ready")
            os.kill(os.getpid(), signal.SIGTERM)

        supervisor.run(ready)
    assert said == ["ready"]


def test_what_commits_ends_first_then_what_archives_it_and_the_database_last(
    watched: Watched,
) -> None:
    kinds: tuple[PartKind, ...] = ("database", "archive", "api")
    with watched.supervisor as supervisor:
        for kind in kinds:
            supervisor.start(watched.plan(kind, "works", kind=kind, marked=True))
        watched.run_until(lambda: watched.marks.exists() and len(watched.marked()) == 3)
        pids = [supervisor.pid_of(kind) for kind in kinds]
    lines = [line.split() for line in watched.marks.read_text().splitlines()]
    assert [word for word, *_ in lines][3:] == ["works-stopped"] * 3
    assert [int(pid) for _, pid, _ in lines[3:]] == pids[::-1]


def test_what_does_not_want_to_end_is_killed_when_its_time_is_up(tmp_path: Path) -> None:
    watched = Watched(tmp_path, shutdown_seconds=2)
    with watched.supervisor as supervisor:
        for name in ("a", "b"):
            supervisor.start(watched.plan(name, "obstinate"))
            supervisor.wait_until_working(name)
        supervisor.start(watched.plan("database", "obstinate", kind="database"))
        supervisor.wait_until_working("database")
        pids = [supervisor.pid_of(name) for name in ("a", "b", "database")]
        began = time.monotonic()
    # They would sleep for ten minutes.
    assert time.monotonic() - began < 120
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_a_second_ctrl_c_does_not_wait(tmp_path: Path) -> None:
    watched = Watched(tmp_path, shutdown_seconds=600)
    with watched.supervisor as supervisor:
        supervisor.start(watched.plan("a", "obstinate"))
        began = time.monotonic()

        def interrupt_twice() -> None:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.5)
            os.kill(os.getpid(), signal.SIGINT)

        hurry = threading.Thread(target=interrupt_twice)
        supervisor.run(hurry.start)
    hurry.join()
    assert time.monotonic() - began < 120, "without the second one it waits for ten minutes"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system does not show them")
def test_a_part_inherits_what_is_named_and_nothing_else(watched: Watched) -> None:
    """Neither the links of other parts nor anything else that happens to be open."""
    with watched.supervisor as supervisor, socket.socket() as named, socket.socket() as other:
        other.set_inheritable(False)
        for number in range(3):
            supervisor.start(watched.plan(f"before-{number}", "works"))
        supervisor.start(
            watched.plan("a", "shows-descriptors", descriptors=(named.fileno(),), marked=True)
        )
        supervisor.wait_until_working("a")
        number = named.fileno()
    (shown,) = [word for word in watched.marked() if word.startswith("descriptors=")]
    descriptors = {int(word) for word in shown.removeprefix("descriptors=").split(",")}
    # Standard input, output and error; the link; what was named; and two that look at the list and the marks.
    assert {0, 1, 2, number} <= descriptors
    assert len(descriptors) <= 7
