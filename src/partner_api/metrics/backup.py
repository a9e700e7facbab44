"""The numbers of the archive of WAL."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

from partner_api.metrics.registry import REGISTRY

_LAG = Gauge(
    "layers_backup_lag_seconds",
    "Age of the last instant up to which everything committed is at the target for backups.",
    registry=REGISTRY,
    multiprocess_mode="max",
)
_UNARCHIVED = Gauge(
    "layers_backup_unarchived_bytes",
    "WAL that is not at the target for backups yet; what is beyond 8 GB is given up.",
    registry=REGISTRY,
    multiprocess_mode="max",
)
_SEGMENTS = Counter(
    "layers_backup_segments",
    "Segments of WAL that were archived.",
    registry=REGISTRY,
)
_FAILURES = Counter(
    "layers_backup_failures",
    "Tries to archive WAL that failed, and are made again.",
    registry=REGISTRY,
)


def observe_lag(seconds: float) -> None:
    """Keep how old what is archived is."""
    _LAG.set(seconds)


def observe_unarchived(size_bytes: int) -> None:
    """Keep how much WAL waits to be archived."""
    _UNARCHIVED.set(size_bytes)


def count_segments(number: int) -> None:
    """Count segments that were archived."""
    _SEGMENTS.inc(number)


def count_failure() -> None:
    """Count a try that failed."""
    _FAILURES.inc()
