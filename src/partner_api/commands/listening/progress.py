"""How far a listener has come, and the secret that it signs with: kept in a file of the user's state folder.

There is a file for each organization, server, filter and receiver. It is written whenever an event has been answered,
so that a listener that is stopped, or killed, goes on with the next one.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from partner_api.clock import format_milliseconds
from partner_api.commands.listening.feed import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class ProgressError(Exception):
    """What was kept cannot be used; the message says what to do."""


class _Kept(msgspec.Struct, forbid_unknown_fields=True):
    cursor: str | None = None
    since: str | None = None
    # Of the page at that place, the events that have been answered.
    answered: list[str] = []
    answered_at: str | None = None
    secret: str | None = None


class Progress:
    """How far a listener has come.

    Args:
        path: of the file; None keeps nothing.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._kept = _Kept()

    @property
    def place(self) -> Place | None:
        """Where the current page begins; None when nothing is kept."""
        if self._kept.cursor is None and self._kept.since is None:
            return None
        return Place(self._kept.cursor, self._kept.since)

    @property
    def at(self) -> str | None:
        """When this was written last."""
        return self._kept.answered_at

    @property
    def secret(self) -> str | None:
        """The secret that was made for this receiver."""
        return self._kept.secret

    def read(self) -> None:
        """Read what is kept, if anything is.

        Raises:
            ProgressError: it cannot be understood.
            OSError: the file cannot be read.
        """
        if self._path is None:
            return
        try:
            self._kept = msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except FileNotFoundError:
            pass
        except msgspec.DecodeError:
            raise ProgressError(
                f"{self._path} does not say how far it had come. Remove it, and begin again with --since or --from-now."
            ) from None

    def keep_secret(self, secret: str) -> None:
        """Keep a secret that was made: whoever is told of it has to set it up only once."""
        if secret != self._kept.secret:
            self._kept.secret = secret
            self._write()

    def begin(self, place: Place) -> None:
        """Go to a page, of which no event has been answered."""
        if place != self.place or self._kept.answered:
            self._kept.cursor, self._kept.since = place
            self._kept.answered = []
            self._write()

    def is_answered(self, event_id: str) -> bool:
        """Return whether this event of the current page has been answered."""
        return event_id in self._kept.answered

    def answered(self, event_id: str) -> None:
        """Note an event of the current page that has been answered."""
        self._kept.answered.append(event_id)
        self._write()

    def _write(self) -> None:
        self._kept.answered_at = format_milliseconds(datetime.now(UTC))
        if self._path is None:
            return
        partial = self._path.with_suffix(".partial")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(self._kept))
                file.flush()
                os.fsync(descriptor)
        except OSError as error:
            # The error of a write does not name the file.
            raise OSError(error.errno, error.strerror, str(partial)) from error
        partial.replace(self._path)


@contextlib.contextmanager
def open_progress(names: Sequence[object]) -> Iterator[Progress]:
    """Return the progress of a listener, which no other process uses until the block ends.

    Args:
        names: what tells this listener from others.

    Raises:
        ProgressError: another process uses it.
        OSError: the state folder cannot be used.
    """
    folder = _state_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = hashlib.sha256(json.dumps(names).encode()).hexdigest()[:32]
    # A file of its own: the other one is replaced.
    lock = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ProgressError(
                "Another `layers listen` forwards the same events to the same receiver. Stop that one first."
            ) from None
        yield Progress(folder / f"{name}.json")
    finally:
        os.close(lock)


def _state_folder() -> Path:
    given = os.environ.get("XDG_STATE_HOME", "")
    # A relative one is to be ignored, by that specification.
    base = Path(given) if os.path.isabs(given) else Path.home() / ".local" / "state"
    return base / "layers" / "listen"
