"""The state of a server's parts, written by the supervisor and read by everybody else."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Literal

import msgspec

from partner_api.time_limits import PART_SILENCE_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

PartState = Literal["starting", "working", "silent", "ended"]
PartKind = Literal["database", "api", "sweeps", "rendering", "archive"]
STATUS_FILE = "status.json"
# The lag from which background work counts as late. Renewals and periods are due at an instant, and a sweep checks
# every few seconds, so minutes mean that something is wrong.
LATE_SECONDS = 300.0


class PartStatus(msgspec.Struct, frozen=True, rename="camel"):
    """One part. Times are seconds since 1970."""

    name: str
    kind: PartKind
    state: PartState
    pid: int | None
    started_at: float
    restarts: int
    restart_at: float | None = None
    lag_seconds: float | None = None
    problem: str | None = None
    last_error: str | None = None
    last_error_at: float | None = None

    @property
    def trouble(self) -> str | None:
        """Why this part does not do its work as it should, in a few words; None when it does."""
        if self.state != "working":
            return self.state
        if self.problem is not None:
            return self.problem
        if self.lag_seconds is not None and self.lag_seconds > LATE_SECONDS:
            return "late"
        return None


class ServerStatus(msgspec.Struct, frozen=True, rename="camel"):
    """A supervisor and its parts."""

    command: Literal["serve", "worker"]
    pid: int
    started_at: float
    written_at: float
    parts: list[PartStatus]

    def troubles(self, now: float) -> dict[str, str]:
        """Return the troubles by name of the part, in a few words each.

        Args:
            now: seconds since 1970. A status that has not been written for long means that the supervisor itself
                has stopped.
        """
        found = {part.name: trouble for part in self.parts if (trouble := part.trouble) is not None}
        if now - self.written_at > PART_SILENCE_SECONDS:
            found = {"supervisor": "silent", **found}
        return found


_decode = msgspec.json.Decoder(ServerStatus).decode


def write_status(folder: Path, status: ServerStatus) -> None:
    """Write the status so that a reader finds the old or the new one, whole."""
    fresh = folder / f"{STATUS_FILE}.new"
    fresh.write_bytes(msgspec.json.encode(status))
    fresh.rename(folder / STATUS_FILE)


def read_status(folder: Path) -> ServerStatus | None:
    """Read the status that a supervisor has written; None when there is none."""
    try:
        return _decode((folder / STATUS_FILE).read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


def troubles_of(folder: str | os.PathLike[str] | None) -> dict[str, str]:
    """Return the troubles of the server whose run folder this is."""
    if folder is None:
        return {}
    from pathlib import Path

    status = read_status(Path(folder))
    return {"supervisor": "gone"} if status is None else status.troubles(time.time())
