"""What goes wrong with a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class BackupError(Exception):
    """A backup cannot be made, used or restored; `str(error)` is a sentence that says what to do next."""


class TargetNotReached(BackupError):
    """The WAL ended before the instant that was asked for: nothing in it happened later.

    Args:
        sentence: what PostgreSQL says.
        last_commit: when the last transaction in it was committed, as far as is known.
    """

    def __init__(self, sentence: str, last_commit: datetime | None) -> None:
        super().__init__(sentence)
        self.last_commit = last_commit
