"""The supervisor: starts the parts of a server, watches over them, and ends them.

It has no event loop and no threads: it waits for signals and for messages of its parts, and does little else. It never
forks: each part is a program of its own that inherits only the descriptors that its plan names.
"""

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, Self

import structlog

from embedded_postgres.interruptions import stop_like_control_c, stops_deferred
from partner_api.processes.orphans import reap_orphans
from partner_api.processes.part import Part, part_environment
from partner_api.processes.shutdown import plan_shutdown
from partner_api.processes.startup import StartupError
from partner_api.processes.status import ServerStatus, write_status
from partner_api.time_limits import BEAT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType, TracebackType

    from partner_api.processes.part import PartPlan
    from partner_api.processes.status import PartKind

_log = structlog.get_logger(__name__)
_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# A part that ends so often before it has ever worked is given up.
_MOST_FAILED_STARTS = 5
# The pause before the next try after the system refused to start a process.
_REFUSED_START_SECONDS = 1.0
_REAP_SECONDS = 0.05


class Supervisor:
    """A server's first process. As a context manager it ends its parts at the end of the block, however that comes.

    Before ``run``, a signal to stop ends the block like Ctrl-C.

    Args:
        command: the command that it belongs to.
        shutdown_seconds: how long a stop may take in all.
    """

    def __init__(self, command: Literal["serve", "worker"], shutdown_seconds: float) -> None:
        self._command: Literal["serve", "worker"] = command
        self._shutdown = plan_shutdown(shutdown_seconds)
        self._parts: dict[str, Part] = {}
        self._folder: Path | None = None
        self._started_at = time.time()
        self._stop_asked = False
        self._interrupts = 0
        self._written_at = 0.0
        self._written: tuple[object, ...] = ()
        self._cannot_write = False
        self._wakeup, self._wakes = os.pipe()
        self._wakes_before = -1
        self._signals_before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for end in (self._wakeup, self._wakes):
            os.set_blocking(end, False)
        self._signals_before = {
            number: signal.getsignal(number) for number in (*_STOPS, signal.SIGCHLD)
        }
        self._wakes_before = signal.set_wakeup_fd(self._wakes, warn_on_full_buffer=False)
        # Without a handler the end of a part would not wake this process.
        signal.signal(signal.SIGCHLD, _do_nothing)
        stop_like_control_c(signal.SIGTERM)
        # A closed terminal is a stop too, unless nohup says otherwise.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            stop_like_control_c(signal.SIGHUP)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end_parts()
        signal.set_wakeup_fd(self._wakes_before)
        for number, handler in self._signals_before.items():
            signal.signal(number, handler)
        os.close(self._wakeup)
        os.close(self._wakes)

    def keep_status_in(self, folder: Path) -> None:
        """Write the state of the parts into this folder from now on."""
        self._folder = folder

    def start(self, plan: PartPlan, numbers: Path | None = None) -> None:
        """Start a part, and keep it running from now on.

        Args:
            plan: of the part.
            numbers: the folder of its metrics.
        """
        part = Part(plan, part_environment(numbers))
        with stops_deferred():
            self._parts[plan.name] = part
            self._start(part)

    def pid_of(self, name: str) -> int | None:
        """Return the process id of a part, None when it has none now."""
        return self._parts[name].pid

    def wait_until_working(self, name: str) -> None:
        """Wait for a part to begin its work, however long that takes.

        Raises:
            StartupError: it cannot; it has said why.
        """
        part = self._parts[name]
        while part.state != "working":
            self._wait()
            self._look(restart=True)

    def run(self, ready: Callable[[], None]) -> None:
        """Watch over the parts until SIGINT, SIGTERM or SIGHUP.

        Args:
            ready: called once, when all parts have begun their work.

        Raises:
            StartupError: a part cannot do its work and never will; the sentence says why.
        """
        announced = False
        with self._noting_stops():
            while not self._stop_asked:
                self._wait()
                self._look(restart=True)
                if not announced and all(part.has_worked for part in self._parts.values()):
                    announced = True
                    ready()

    @contextmanager
    def _noting_stops(self) -> Iterator[None]:
        """Note that a stop was asked for; what is going on is not interrupted."""

        def note(number: int, __: FrameType | None) -> None:
            self._stop_asked = True
            self._interrupts += number == signal.SIGINT

        before = {number: signal.getsignal(number) for number in _STOPS}
        for number, handler in before.items():
            if handler is not signal.SIG_IGN or number == signal.SIGTERM:
                signal.signal(number, note)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _wait(self, until: float | None = None) -> None:
        """Wait for a signal, for a message, or until the next check is due."""
        look_at = min([part.next_look_at() for part in self._parts.values()], default=float("inf"))
        limit = time.monotonic() + BEAT_SECONDS
        poll = select.poll()
        poll.register(self._wakeup, select.POLLIN)
        speakers = {}
        for part in self._parts.values():
            if part.link is not None:
                poll.register(part.link, select.POLLIN)
                speakers[part.link.fileno()] = part
        deadline = min(limit, look_at, until if until is not None else limit)
        for descriptor, _ in poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            if descriptor == self._wakeup:
                os.read(self._wakeup, 4096)
            else:
                speakers[descriptor].hear()

    def _look(self, *, restart: bool) -> None:
        for part in self._parts.values():
            part.look(restart=restart)
            if restart and part.fatal is not None:
                raise StartupError(part.fatal)
            if restart and part.failed_starts >= _MOST_FAILED_STARTS:
                raise StartupError(
                    f"The part {part.plan.name} ends as soon as it starts; what it logged says why."
                )
            if restart and part.restart_at is not None and part.restart_at <= time.monotonic():
                self._start(part)
        reap_orphans({part.pid for part in self._parts.values()})
        self._write_status()

    def _start(self, part: Part) -> None:
        try:
            part.start()
        except (PermissionError, FileNotFoundError) as error:
            raise StartupError(
                f"The part {part.plan.name} cannot be started: {error.strerror}: {error.filename}. This account "
                "has to be able to run the Python that this command runs with."
            ) from error
        except OSError as error:
            # No memory, or no process: that may pass soon.
            part.restart_at = time.monotonic() + _REFUSED_START_SECONDS
            _log.error("part_not_started", part=part.plan.name, reason=error.strerror)

    def _write_status(self) -> None:
        if self._folder is None:
            return
        parts = [part.status() for part in self._parts.values()]
        shape = tuple((part.name, part.state, part.pid, part.problem) for part in parts)
        now = time.monotonic()
        if shape == self._written and now - self._written_at < BEAT_SECONDS:
            return
        self._written, self._written_at = shape, now
        status = ServerStatus(self._command, os.getpid(), self._started_at, time.time(), parts)
        try:
            write_status(self._folder, status)
        except OSError as error:
            if not self._cannot_write:
                _log.error("status_not_written", reason=error.strerror)
            self._cannot_write = True
        else:
            self._cannot_write = False

    def end_parts(self) -> None:
        """End all parts in order: what commits, then what archives that, then the database."""
        with self._noting_stops():
            began, interrupts = time.monotonic(), self._interrupts
            kinds: dict[PartKind, list[Part]] = {}
            for part in self._parts.values():
                kinds.setdefault(part.plan.kind, []).append(part)
            databases, archives = kinds.pop("database", []), kinds.pop("archive", [])
            for parts, seconds in (
                ([part for others in kinds.values() for part in others], self._shutdown.parts),
                (archives, self._shutdown.archive),
            ):
                if not self._ended(parts, began + seconds, interrupts):
                    _kill(parts)
            self._end_databases(databases, began, interrupts)

    def _ended(self, parts: list[Part], until: float, interrupts: int) -> bool:
        """Ask parts to end, and return whether they have in time; another Ctrl-C ends the wait."""
        for part in parts:
            part.send(signal.SIGTERM)
        while any(part.runs for part in parts):
            if time.monotonic() >= until or self._interrupts > interrupts:
                return False
            self._wait(min(until, time.monotonic() + _REAP_SECONDS))
            self._look(restart=False)
        return True

    def _end_databases(self, databases: list[Part], began: float, interrupts: int) -> None:
        if self._ended(databases, began + self._shutdown.database, interrupts):
            return
        for part in databases:
            _log.warning("database_stopped_at_once", pid=part.pid)
            part.send(signal.SIGQUIT)
        began_quitting = time.monotonic()
        left = self._shutdown.everything - self._shutdown.database
        while any(part.runs for part in databases) and time.monotonic() < began_quitting + left:
            self._wait(time.monotonic() + _REAP_SECONDS)
            self._look(restart=False)
        for part in databases:
            part.kill()
        _reap(databases)


def _kill(parts: list[Part]) -> None:
    """Kill the parts that have not ended."""
    for part in parts:
        if part.runs:
            _log.warning("part_killed", part=part.plan.name, pid=part.pid)
            part.kill()
    _reap(parts)


def _reap(parts: list[Part]) -> None:
    """Wait for a killed process, which takes a moment."""
    while any(part.runs for part in parts):
        for part in parts:
            part.look(restart=False)
        time.sleep(_REAP_SECONDS / 10)


def _do_nothing(_: int, __: FrameType | None) -> None:
    """Do nothing: the wakeup descriptor reports the signal."""
