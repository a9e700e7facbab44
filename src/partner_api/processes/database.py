"""The part that runs the server's own PostgreSQL: starts it, restarts it when it dies, and stops it."""

from __future__ import annotations

import os
import select
import signal
import time
from collections import deque
from typing import TYPE_CHECKING

import structlog

from embedded_postgres import DatabaseStartError, EmbeddedPostgres
from partner_api.processes.link import Beat, Link
from partner_api.time_limits import BEAT_SECONDS

if TYPE_CHECKING:
    from types import FrameType

    from partner_api.settings.table import Settings

_log = structlog.get_logger(__name__)
_LOOK_SECONDS = 0.1
_MOST_DEATHS = 5
_DEATHS_WITHIN_SECONDS = 60.0
# The pause before the next try after a failed start: 1, 2, 4, … seconds.
_FIRST_PAUSE_SECONDS = 1.0
# How long an orderly shutdown may take when the supervisor is gone; then it ends at once.
_ORPHANED_FAST_SECONDS = 0.8
# How long it may take after being told to end at once; then it is killed.
_AT_ONCE_SECONDS = 0.3


class _Stopped(BaseException):
    """A stop was asked for while PostgreSQL was being started."""


class DatabaseKeeper:
    """Keeps PostgreSQL running until SIGTERM, which is an orderly shutdown, or SIGQUIT, which is none."""

    def __init__(self, settings: Settings, link: Link) -> None:
        self._link = link
        # The lock on the data folder names the supervisor, which people know as the server.
        self._server = EmbeddedPostgres(
            settings.data_dir, user=settings.embedded_user, holder_pid=os.getppid()
        )
        self._deaths: deque[float] = deque()
        self._restarts = 0
        self._is_starting = False
        self._stop_asked = False
        self._at_once = False
        self._wakeup, self._wakes = os.pipe()

    def run(self) -> int:
        """Keep it running, and return the exit status."""
        for end in (self._wakeup, self._wakes):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._wakes, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGQUIT):
            signal.signal(number, self._ask_to_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        try:
            self._start()
        except _Stopped:
            return 0
        except DatabaseStartError as error:
            self._link.say(Beat(working=False, fatal=str(error)))
            return 1
        for note in self._server.notes:
            _log.info("database_note", note=note)
        try:
            return self._watch()
        except _Stopped:
            return 0

    def _ask_to_stop(self, number: int, _: FrameType | None) -> None:
        self._stop_asked = True
        self._at_once = self._at_once or number == signal.SIGQUIT
        if self._is_starting:
            self._is_starting = False
            raise _Stopped

    def _start(self) -> None:
        self._is_starting = True
        try:
            if self._stop_asked:
                raise _Stopped
            self._server.start()
        finally:
            self._is_starting = False

    def _watch(self) -> int:
        said_at = 0.0
        while not self._stop_asked:
            if not self._server.is_alive():
                if not self._start_again():
                    return 1
                said_at = 0.0
            if time.monotonic() - said_at >= BEAT_SECONDS:
                said_at = time.monotonic()
                self._link.say(Beat(restarts=self._restarts))
            self._sleep(_LOOK_SECONDS)
        self._stop()
        return 0

    def _start_again(self) -> bool:
        """Restart it after its death; return False if it dies too often."""
        pause = _FIRST_PAUSE_SECONDS
        reason = "PostgreSQL has ended"
        while True:
            self._deaths.append(time.monotonic())
            while self._deaths[0] < time.monotonic() - _DEATHS_WITHIN_SECONDS:
                self._deaths.popleft()
            self._restarts += 1
            if len(self._deaths) >= _MOST_DEATHS:
                sentence = (
                    f"PostgreSQL has ended {_MOST_DEATHS} times within a minute. "
                    f"Its log {self._server.log} says why."
                )
                self._link.say(Beat(working=False, restarts=self._restarts, fatal=sentence))
                self._server.stop()
                return False
            _log.error("database_ended", reason=reason, deaths=len(self._deaths))
            self._link.say(Beat(working=False, restarts=self._restarts, error=reason))
            try:
                self._start()
            except DatabaseStartError as error:
                reason = str(error)
                self._sleep(pause)
                pause *= 2
                if self._stop_asked:
                    raise _Stopped from error
            else:
                _log.info("database_started_again", restarts=self._restarts)
                return True

    def _stop(self) -> None:
        give_up = time.monotonic() + _ORPHANED_FAST_SECONDS if self._link.orphaned else None
        self._server.ask_to_stop()
        while self._server.is_alive():
            late = give_up is not None and time.monotonic() > give_up
            if self._at_once or late:
                break
            self._sleep(_LOOK_SECONDS / 5)
        self._server.stop(fast_seconds=0, at_once_seconds=_AT_ONCE_SECONDS)

    def _sleep(self, seconds: float) -> None:
        """Wait for so many seconds, or until a signal."""
        if select.select([self._wakeup], [], [], seconds)[0]:
            os.read(self._wakeup, 4096)


def keep_database(settings: Settings, link: Link) -> int:
    """Run the part, and return the exit status."""
    return DatabaseKeeper(settings, link).run()
