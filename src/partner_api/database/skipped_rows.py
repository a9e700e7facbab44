"""Rows that cannot be worked on: they are skipped, so that they do not hold up the others.

A row whose columns contradict each other, or that no statement can change, stays as it is until somebody repairs it;
``layers reconcile`` shows what is wrong. Such a row is logged once, rests for a time that grows, and is counted
in ``layers_skipped_rows_total``.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import asyncpg
import structlog
from prometheus_client import Counter

from partner_api.database.outages import is_unavailable
from partner_api.logs import OncePerMinute
from partner_api.metrics.registry import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

K = TypeVar("K", bound="Hashable")

_log = structlog.get_logger(__name__)
_SKIPPED = Counter(
    "layers_skipped_rows",
    "Rows that could not be worked on and were passed over, each time that one was tried.",
    ["work"],
    registry=REGISTRY,
)
_FIRST_REST_SECONDS: Final = 10.0
_LONGEST_REST_SECONDS: Final = 3_600.0
# More of them than this are not remembered: those that have rested longest are tried again sooner.
_MOST_RESTING: Final = 50_000
# One for each kind of work in this process, however often that is begun anew.
_lines: dict[str, OncePerMinute] = {}


def is_row_fault(error: Exception) -> bool:
    """Return whether an error may be about the rows that a statement had in hand.

    It is not when any statement would fail: the database is unavailable, or code and schema do not fit together.
    """
    return (
        isinstance(error, asyncpg.PostgresError)
        and not is_unavailable(error)
        and not isinstance(error, asyncpg.SyntaxOrAccessError)
    )


class Rests(Generic[K]):
    """What is not tried for a while, each after a failure, and longer after every further one.

    Args:
        first_seconds: the first rest; each further one is twice as long.
        longest_seconds: the longest rest.
        clock: gives seconds that never go back.
    """

    def __init__(
        self,
        *,
        first_seconds: float,
        longest_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first_seconds = first_seconds
        self._longest_seconds = longest_seconds
        self._clock = clock
        # Until when each rests, and how long that is; in the order in which they failed last.
        self._rests: dict[K, tuple[float, float]] = {}

    def __contains__(self, key: K) -> bool:
        """Return whether this is not to be tried now."""
        rest = self._rests.get(key)
        return rest is not None and rest[0] > self._clock()

    @property
    def keys(self) -> list[K]:
        """What is not to be tried now."""
        now = self._clock()
        return [key for key, (until, _) in self._rests.items() if until > now]

    def begin(self, key: K) -> bool:
        """Let this rest; return whether it is for the first time since ``end``."""
        before = self._rests.pop(key, None)
        seconds = self._first_seconds if before is None else before[1] * 2
        seconds = min(seconds, self._longest_seconds)
        self._rests[key] = (self._clock() + seconds, seconds)
        if len(self._rests) > _MOST_RESTING:
            del self._rests[next(iter(self._rests))]
        return before is None

    def end(self, key: K) -> None:
        """Forget that this failed: its next rest is a first one."""
        self._rests.pop(key, None)


class RestingRows(Rests[K]):
    """Which rows are not tried for a while, because they could not be worked on.

    Args:
        work: what cannot be done with them, as log and metrics name it.
        longest_seconds: the longest rest.
        clock: gives seconds that never go back.
    """

    def __init__(
        self,
        work: str,
        *,
        longest_seconds: float = _LONGEST_REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(
            first_seconds=_FIRST_REST_SECONDS, longest_seconds=longest_seconds, clock=clock
        )
        self._work = work

    def skip(self, key: K, error: Exception | None = None, **fields: object) -> None:
        """Let a row that could not be worked on rest, count it, and log it the first time.

        Args:
            key: names the row.
            error: what happened; None when its columns contradict each other.
            fields: of the line in the log, so that whoever reads it finds the row.
        """
        _SKIPPED.labels(self._work).inc()
        if not self.begin(key):
            return
        left_out = _lines.setdefault(self._work, OncePerMinute()).admit()
        if left_out is not None:
            reason = (
                "its rows do not fit together"
                if error is None
                else f"{type(error).__name__}: {error}"
            )
            _log.error(
                "row_skipped",
                work=self._work,
                reason=reason,
                left_out=left_out,
                exc_info=error,
                **fields,
            )
