"""The link of a part to its supervisor: heartbeats one way, and the end of the supervisor noticed the other.

The two are joined by a pair of sockets. A part writes a line of JSON now and then; the supervisor writes nothing. When
either ends, in whatever way, the other one reads the end of the file.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import threading

import msgspec

from partner_api.time_limits import ORPHAN_SECONDS

_MOST_ERROR_CHARACTERS = 300


class Beat(msgspec.Struct, frozen=True, omit_defaults=True):
    """A heartbeat: a part is at work, or why it is not.

    Args:
        working: it has begun its work; before that it is starting.
        lag_seconds: how late the oldest work is that is due.
        problem: what keeps it from its work though it runs, in a few words.
        error: the last error, for the operator of the server; never a secret.
        restarts: how often it has started a process of its own again.
        fatal: a sentence that says why it ends, if a restart would not help.
    """

    working: bool = True
    lag_seconds: float | None = None
    problem: str | None = None
    error: str | None = None
    restarts: int = 0
    fatal: str | None = None


read_beat = msgspec.json.Decoder(Beat).decode
_write = msgspec.json.Encoder().encode


class Link:
    """A part's end of the pair.

    Args:
        descriptor: of the socket, inherited from the supervisor; None for a part that nobody supervises, in a test.
    """

    def __init__(self, descriptor: int | None) -> None:
        self._socket = None if descriptor is None else socket.socket(fileno=descriptor)
        if self._socket is not None:
            self._socket.setblocking(False)
            # Processes that this one starts must not inherit it.
            self._socket.set_inheritable(False)
        self.orphaned = False
        """True when the supervisor is gone."""

    def say(self, beat: Beat) -> None:
        """Send a heartbeat; a supervisor that does not read is not waited for."""
        if self._socket is None:
            return
        if beat.error is not None and len(beat.error) > _MOST_ERROR_CHARACTERS:
            beat = msgspec.structs.replace(beat, error=beat.error[:_MOST_ERROR_CHARACTERS] + "…")
        # So small a line is sent whole or not at all; half a line would spoil the next one.
        with contextlib.suppress(OSError):
            self._socket.send(_write(beat) + b"\n")

    def end_with_supervisor(self, within_seconds: float = ORPHAN_SECONDS) -> None:
        """Stop this process when the supervisor is gone: by SIGTERM, and when its time is up at once.

        A thread waits for that, so that it is noticed in the midst of anything.
        """
        if self._socket is None:
            return
        descriptor = self._socket.fileno()

        def watch() -> None:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN | select.POLLHUP)
            while not poll.poll():
                pass
            self.orphaned = True
            os.kill(os.getpid(), signal.SIGTERM)
            threading.Event().wait(within_seconds)
            os._exit(1)

        threading.Thread(target=watch, name="supervisor-watch", daemon=True).start()
