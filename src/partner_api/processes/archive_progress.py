"""How far the archive of WAL is, also for the process that comes after one whose target hung."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

import msgspec
import structlog

from partner_api.backup.shipping import SHIP_SECONDS
from partner_api.metrics import backup as metrics
from partner_api.processes.link import Beat

if TYPE_CHECKING:
    from pathlib import Path

_log = structlog.get_logger(__name__)


class _Kept(msgspec.Struct, frozen=True):
    """What the next process has to know: the instant up to which all is archived, and why not more is."""

    archived_until: float
    problem: str | None = None


class ArchiveProgress:
    """How far the archive is; read by the heartbeat.

    Args:
        file: where that is kept for the next process.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        kept = _read(file)
        self._done_at = time.time() if kept is None else kept.archived_until
        self.problem = None if kept is None else kept.problem
        self.has_gap = False
        """True when WAL had to be given up, until there is a backup of after it."""

    @property
    def lag_seconds(self) -> float:
        """Return the age of what is archived; the usual wait for the next copying is none."""
        return max(0.0, time.time() - self._done_at - 2 * SHIP_SECONDS)

    def found_waiting(self, since: float) -> None:
        """Note that WAL of this instant is not archived, whatever was known of it before."""
        self._done_at = min(self._done_at, since)

    def done(self, as_of: float, *, has_gap: bool) -> None:
        """Note that everything before an instant is archived, but for what was given up."""
        if has_gap and not self.has_gap:
            _log.error(
                "archive_gap",
                note="WAL was given up because it could not be archived for too long. Make a new backup with "
                "`layers backup create`: what happened meanwhile cannot be restored.",
            )
        self.has_gap = has_gap
        if self.problem is not None:
            _log.info("archive_works_again")
        self.problem = None
        self._done_at = as_of
        self._keep()

    def failed(self, sentence: str) -> None:
        """Note why it does not go on; said once."""
        metrics.count_failure()
        if self.problem != sentence:
            _log.error("archive_failed", reason=sentence)
            self.problem = sentence
            self._keep()

    def beat(self) -> Beat:
        """Return what the supervisor is told, and keep the age for whoever measures, also while the target hangs."""
        metrics.observe_lag(self.lag_seconds)
        problem = "gap in the archive" if self.has_gap else None
        problem = problem if self.problem is None else "not archiving"
        return Beat(lag_seconds=self.lag_seconds, problem=problem, error=self.problem)

    def _keep(self) -> None:
        draft = self._file.with_suffix(".draft")
        # A full disk has louder signs than this.
        with contextlib.suppress(OSError):
            draft.touch(mode=0o600)
            draft.write_bytes(msgspec.json.encode(_Kept(self._done_at, self.problem)))
            os.replace(draft, self._file)


def _read(file: Path) -> _Kept | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Kept)
    except (OSError, msgspec.MsgspecError):
        return None
