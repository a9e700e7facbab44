"""The numbers of sending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from prometheus_client import Counter, Gauge

from partner_api.metrics.registry import REGISTRY
from partner_api.webhooks import waiting_store

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.connection import Connection

Outcome = Literal["delivered", "failed", "abandoned", "stale"]

_ATTEMPTS = Counter(
    "layers_webhook_attempts",
    "Attempts to send a delivery, by what they came to; stale: another process had taken it over.",
    ["outcome"],
    registry=REGISTRY,
)
_UNSENT = Counter(
    "layers_webhook_unsent",
    "Deliveries abandoned when they became due: what could be sent when they were made cannot any more.",
    registry=REGISTRY,
)
_IN_FLIGHT = Gauge(
    "layers_webhook_in_flight",
    "Deliveries that are being sent now. Sum over servers.",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)
_PENDING = Gauge(
    "layers_webhook_pending",
    "Deliveries that wait to be sent, for the first time or again. The same at every server: take the max.",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)
_OLDEST = Gauge(
    "layers_webhook_oldest_due_seconds",
    "For how long the oldest delivery that is due has waited. The same at every server: take the max.",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)
_AUTO_PAUSED = Gauge(
    "layers_webhook_auto_paused_endpoints",
    "Endpoints that the server has paused because deliveries failed. The same at every server: take the max.",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)


def begin() -> None:
    """Let the counts of attempts be there, at 0, before the first: what is missing raises no alert."""
    for outcome in get_args(Outcome):
        _ATTEMPTS.labels(outcome)


def count_attempt(outcome: Outcome) -> None:
    """Count an attempt that was reported."""
    _ATTEMPTS.labels(outcome).inc()


def count_unsent(count: int) -> None:
    """Count deliveries that were abandoned instead of another attempt."""
    _UNSENT.inc(count)


def set_in_flight(count: int) -> None:
    """Note how many deliveries this process is sending."""
    _IN_FLIGHT.set(count)


async def measure(connection: Connection, now: datetime) -> None:
    """Measure what waits to be sent, of all tenants."""
    waiting = await waiting_store.waiting(connection, now)
    _PENDING.set(waiting.pending)
    _OLDEST.set(
        0.0
        if waiting.oldest_due_at is None
        else max(0.0, (now - waiting.oldest_due_at).total_seconds())
    )
    _AUTO_PAUSED.set(waiting.auto_paused)
