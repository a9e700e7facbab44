"""One part of a server, as the supervisor sees it: started, heard, ended, started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import structlog

from embedded_postgres.interruptions import stops_deferred
from partner_api.processes.link import Beat, read_beat
from partner_api.processes.status import PartKind, PartState, PartStatus
from partner_api.time_limits import PART_SILENCE_SECONDS, PART_START_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

_log = structlog.get_logger(__name__)
# How long a part waits before it is started again, by how often it has ended in a row.
_PAUSES_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
# After working for so long, a part counts its failures anew.
_STEADY_SECONDS = 60.0
_READ_BYTES = 65_536
# A part that writes so much without a line break is not one of ours.
_MOST_UNREAD_BYTES = 1_048_576


class PartPlan(NamedTuple):
    """The plan of a part: its program and its limits.

    Args:
        name: unique in its server, such as ``api-1``.
        kind: the entry point of this package that it runs.
        arguments: further ones of its command line.
        descriptors: open files that it inherits, beside its link.
        program: what to run instead of an entry point of this package.
        start_seconds: how long it may take to begin its work; None as long as it takes.
        silence_seconds: how long it may be silent then.
    """

    name: str
    kind: PartKind
    arguments: tuple[str, ...] = ()
    descriptors: tuple[int, ...] = ()
    program: tuple[str, ...] = ()
    start_seconds: float | None = PART_START_SECONDS
    silence_seconds: float = PART_SILENCE_SECONDS

    def command(self, link: int) -> list[str]:
        """Return the command line of its process, whose end of the link is this descriptor."""
        program = self.program or (
            *(sys.executable, "-m", "partner_api.processes", self.kind),
            *("--name", self.name),
        )
        return [*program, "--link", str(link), *self.arguments]


class Part:
    """A part and its process, if it has one now.

    Args:
        plan: what it is.
        environment: variables of its process.
    """

    def __init__(self, plan: PartPlan, environment: Mapping[str, str]) -> None:
        self.plan = plan
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = b""
        self.link: socket.socket | None = None
        self.state: PartState = "ended"
        self.has_worked = False
        """True when it has begun its work since the server was started."""
        self.fatal: str | None = None
        self.restart_at: float | None = None
        self.starts = 0
        self._ends_in_a_row = 0
        self._started_at = time.monotonic()
        self._started_at_wall = time.time()
        self._heard_at = self._started_at
        self._beat = Beat(working=False)
        self._error: tuple[str, float] | None = None

    @property
    def pid(self) -> int | None:
        """Of its process, None when it has none."""
        return None if self._process is None else self._process.pid

    @property
    def runs(self) -> bool:
        """True while it has a process."""
        return self._process is not None

    @property
    def restarts(self) -> int:
        """How often it, or what it looks after, has been started again."""
        return max(0, self.starts - 1) + self._beat.restarts

    def start(self) -> None:
        """Start its process. Nothing of this one is inherited but what the plan names.

        Raises:
            OSError: the system refuses.
        """
        ours, theirs = socket.socketpair()
        try:
            with stops_deferred(), theirs:
                self._process = subprocess.Popen(
                    self.plan.command(theirs.fileno()),
                    env=dict(self._environment),
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno(), *self.plan.descriptors],
                    # Ctrl-C is for the supervisor alone, which then ends its parts in order.
                    start_new_session=True,
                )
        except BaseException:
            ours.close()
            raise
        ours.setblocking(False)
        self.link = ours
        self._unread = b""
        self.state = "starting"
        self.restart_at = None
        self.starts += 1
        self._started_at = self._heard_at = time.monotonic()
        self._started_at_wall = time.time()
        self._beat = msgspec.structs.replace(self._beat, working=False, problem=None)

    def hear(self) -> None:
        """Read its messages."""
        if self.link is None:
            return
        try:
            said = self.link.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if not said:
            # It has ended, or is about to; its process shows that.
            self._close_link()
            return
        *lines, self._unread = (self._unread + said).split(b"\n")
        if len(self._unread) > _MOST_UNREAD_BYTES:
            self._unread = b""
        for line in lines:
            try:
                self._take(read_beat(line))
            except msgspec.MsgspecError:
                _log.warning("part_not_understood", part=self.plan.name)

    def _take(self, beat: Beat) -> None:
        if self.state == "silent":
            # Too late: it has been killed already.
            return
        self._heard_at = time.monotonic()
        if beat.error is not None and (self._error is None or self._error[0] != beat.error):
            self._error = (beat.error, time.time())
        self.fatal = beat.fatal or self.fatal
        self._beat = beat
        if beat.working:
            self.state = "working"
            self.has_worked = True
        elif self.state == "working":
            self.state = "starting"

    def look(self, *, restart: bool) -> None:
        """Notice that it has ended, or has been silent for too long.

        Args:
            restart: whether one that has ended is to be started again.
        """
        if self._process is None:
            return
        code = self._process.poll()
        if code is not None:
            self._note_end(code, restart=restart)
        elif restart and self._is_overdue():
            if self.state != "silent":
                self.state = "silent"
                self._error = ("silent", time.time())
                _log.error("part_silent", part=self.plan.name, pid=self.pid)
            self.kill()

    def _is_overdue(self) -> bool:
        return self.state == "silent" or time.monotonic() > self._heard_at + self._silence_seconds

    @property
    def _silence_seconds(self) -> float:
        """Return for how long it may be silent."""
        if self.state == "starting":
            return float("inf") if self.plan.start_seconds is None else self.plan.start_seconds
        return self.plan.silence_seconds

    def _note_end(self, code: int, *, restart: bool) -> None:
        # Its last message may say why.
        while self.link is not None and self._has_words():
            self.hear()
        self._close_link()
        pid, self._process = self.pid, None
        self.state = "ended"
        if not restart:
            return
        if time.monotonic() - self._started_at > _STEADY_SECONDS:
            self._ends_in_a_row = 0
        pause = _PAUSES_SECONDS[min(self._ends_in_a_row, len(_PAUSES_SECONDS) - 1)]
        self._ends_in_a_row += 1
        self.restart_at = time.monotonic() + pause
        end = f"signal {signal.Signals(-code).name}" if code < 0 else f"status {code}"
        if self._error is None or self._error[1] < self._started_at_wall:
            self._error = (f"ended with {end}", time.time())
        if self.fatal is None:
            _log.error("part_ended", part=self.plan.name, pid=pid, end=end, restart_in=pause)

    def _has_words(self) -> bool:
        assert self.link is not None  # noqa: S101 - just looked at
        try:
            return bool(self.link.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def send(self, number: signal.Signals) -> None:
        """Send its process a signal, if it has one."""
        if self._process is not None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End its process at once."""
        self.send(signal.SIGKILL)

    @property
    def failed_starts(self) -> int:
        """Return how often in a row it has ended, as long as it has never begun its work."""
        return 0 if self.has_worked else self._ends_in_a_row

    def next_look_at(self) -> float:
        """Return when, by the monotonic clock, it has to be looked at again unless it sends something before."""
        if self._process is None:
            return self.restart_at if self.restart_at is not None else float("inf")
        if self.state == "silent":
            # It has been killed; its end wakes the supervisor.
            return float("inf")
        return self._heard_at + self._silence_seconds

    def status(self) -> PartStatus:
        """Return its status."""
        restart_in = None if self.restart_at is None else self.restart_at - time.monotonic()
        return PartStatus(
            name=self.plan.name,
            kind=self.plan.kind,
            state=self.state,
            pid=self.pid,
            started_at=self._started_at_wall,
            restarts=self.restarts,
            restart_at=None if restart_in is None else time.time() + restart_in,
            lag_seconds=self._beat.lag_seconds,
            problem=self._beat.problem,
            last_error=None if self._error is None else self._error[0],
            last_error_at=None if self._error is None else self._error[1],
        )

    def _close_link(self) -> None:
        if self.link is not None:
            self.link.close()
            self.link = None


def part_environment(numbers: os.PathLike[str] | None) -> dict[str, str]:
    """Return the environment of parts: this process's, and where they keep the numbers behind /metrics.

    A folder that the environment names already is left alone.
    """
    environment = dict(os.environ)
    if numbers is not None:
        environment.setdefault("PROMETHEUS_MULTIPROC_DIR", str(numbers))
    return environment
