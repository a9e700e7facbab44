"""The numbers of the sweeps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prometheus_client import Counter, Gauge, Histogram

from partner_api.metrics.registry import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection
    from partner_api.sweeps.sweep import Sweep

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)

_ROWS = Counter(
    "layers_sweep_rows", "Due rows that a sweep advanced.", ["sweep"], registry=REGISTRY
)
_STEPS = Histogram(
    "layers_sweep_step_seconds",
    "Time of one step of a sweep.",
    ["sweep"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
_FAILURES = Counter(
    "layers_sweep_failures", "Steps that failed and are tried again.", ["sweep"], registry=REGISTRY
)
_LOCKED = Counter(
    "layers_sweep_locked",
    "Times that a sweep left a tenant, or all its work, for later because somebody held a lock.",
    ["sweep"],
    registry=REGISTRY,
)
_LAG = Gauge(
    "layers_sweep_lag_seconds",
    "For how long the oldest due row has waited. The same at every server: take the max.",
    ["sweep"],
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)


def begin(sweep: str) -> None:
    """Let the counts of a sweep be there, at 0, before the first: what is missing raises no alert."""
    for counter in (_ROWS, _FAILURES, _LOCKED):
        counter.labels(sweep)


def observe(sweep: str, rows: int, seconds: float) -> None:
    """Count one step."""
    _ROWS.labels(sweep).inc(rows)
    _STEPS.labels(sweep).observe(seconds)


def count_failure(sweep: str) -> None:
    """Count a step that failed."""
    _FAILURES.labels(sweep).inc()


def count_locked(sweep: str) -> None:
    """Count that something was left for later, because somebody held a lock of it."""
    _LOCKED.labels(sweep).inc()


async def measure_lag(connection: Connection, sweeps: Sequence[Sweep], now: datetime) -> float:
    """Measure how long the oldest due row of each sweep has waited; 0 when none is due.

    Sweeps whose rows wait for others than this server are left out: nobody is to be woken because of them.

    Returns:
        The longest of them, in seconds.
    """
    longest = 0.0
    for sweep in (each for each in sweeps if each.is_lag_ours):
        due = await sweep.next_due(connection, _EVER)
        lag = 0.0 if due is None else max(0.0, (now - due).total_seconds())
        _LAG.labels(sweep.name).set(lag)
        longest = max(longest, lag)
    return longest
