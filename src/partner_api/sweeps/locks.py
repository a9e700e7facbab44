"""Locks that somebody else has: what they are of is left for a later step, and the others go on.

Whoever looks after a wallet by hand may lock it for minutes, and a busy partner's has a queue. A sweep waits for a lock
for a moment; then its tenant rests, for a second and longer after every further try. Nothing is lost by it: what is due
stays due until a step has committed it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import asyncpg
import structlog

from partner_api.database.outages import NODE_UNREACHABLE
from partner_api.database.skipped_rows import Rests
from partner_api.logs import OncePerMinute
from partner_api.sweeps import metrics
from partner_api.time_limits import SWEEP_LOCK_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

_log = structlog.get_logger(__name__)
_FIRST_REST_SECONDS: Final = 1.0
_LONGEST_REST_SECONDS: Final = 10.0
# One for each sweep of this process, however often it is begun anew.
_lines: dict[str, OncePerMinute] = {}

SETTINGS: Final = {"lock_timeout": f"{SWEEP_LOCK_SECONDS:g}s"}
"""Of PostgreSQL, for the connections of sweeps."""

LATER: Final = (
    asyncpg.LockNotAvailableError,
    asyncpg.TransactionRollbackError,
    NODE_UNREACHABLE,
)
"""What PostgreSQL raises when other transactions are in the way, or a cluster's node is down: later it can be done."""


class LockedTenants(Rests[int]):
    """The tenants of one sweep of whose rows somebody else has locked some.

    Args:
        sweep: its name in logs and metrics.
        clock: gives seconds that never go back.
    """

    def __init__(self, sweep: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(
            first_seconds=_FIRST_REST_SECONDS, longest_seconds=_LONGEST_REST_SECONDS, clock=clock
        )
        self._sweep = sweep
        self.left_some = False
        """Whether the step that began last has left a tenant out."""

    def begin_step(self) -> list[int]:
        """Note that a step begins; return the tenants that it is to leave out, because they rest."""
        resting = self.keys
        self.left_some = bool(resting)
        return resting

    def leave(self, tenant_id: int, error: Exception) -> None:
        """Let a tenant rest because somebody has locked what is due of it."""
        self.begin(tenant_id)
        self.left_some = True
        note_locked(self._sweep, error, tenant_id=tenant_id)

    def pass_over(self, tenant_id: int) -> None:
        """Note that a step went past a tenant without waiting for its lock; the next one looks again."""
        self.left_some = True
        note_locked(self._sweep, None, tenant_id=tenant_id)


def note_locked(sweep: str, error: Exception | None, **fields: object) -> None:
    """Count that a sweep left something for later, and log it, at most once a minute for each sweep.

    Args:
        sweep: its name.
        error: what PostgreSQL said; None if the lock was not waited for.
        fields: further fields of the line.
    """
    metrics.count_locked(sweep)
    left_out = _lines.setdefault(sweep, OncePerMinute()).admit()
    if left_out is not None:
        reason = "its wallet is locked" if error is None else f"{type(error).__name__}: {error}"
        _log.warning("sweep_locked_out", sweep=sweep, reason=reason, left_out=left_out, **fields)
