"""The numbers of connections."""

from __future__ import annotations

from typing import Final, Literal

from prometheus_client import Counter, Gauge

from partner_api.metrics.registry import REGISTRY

Reason = Literal["idle", "head", "evicted", "refused", "send", "shutdown"]
"""Why the server closed a connection.

``idle``, ``head``: no request, or not the whole head of one, came in time. ``evicted``: to make room. ``refused``:
there was no room. ``send``: the client took no answer. ``shutdown``: the server stops.
"""

_OPEN = Gauge(
    "layers_http_connections",
    "Open connections of clients: known once a key or token was valid on it.",
    ["kind"],
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
_CLOSED = Counter(
    "layers_http_connections_closed",
    "Connections that the server closed, by reason.",
    ["reason"],
    registry=REGISTRY,
)
_KNOWN: Final = _OPEN.labels("known")
_UNKNOWN: Final = _OPEN.labels("unknown")


def count_opened() -> None:
    """Count a new connection, unknown as all are at first."""
    _UNKNOWN.inc()


def count_known() -> None:
    """Count a connection that has become known."""
    _UNKNOWN.dec()
    _KNOWN.inc()


def count_gone(*, known: bool) -> None:
    """Count a connection that is no longer open."""
    (_KNOWN if known else _UNKNOWN).dec()


def count_closed(reason: Reason) -> None:
    """Count a connection that the server closed."""
    _CLOSED.labels(reason).inc()
