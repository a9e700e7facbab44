"""The numbers of the connections that a process lends to its work."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Literal, get_args

from prometheus_client import Counter, Gauge

from partner_api.metrics.registry import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterator

PoolName = Literal["requests", "background"]
WaitsFor = Literal["lane", "connection"]
"""``lane``: for the turn of the organization, ``connection``: for one that is free."""

_MOST = Gauge(
    "layers_pool_connections_most",
    "How many database connections there can be at a time. Sum over servers.",
    ["pool"],
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
_BUSY = Counter(
    "layers_pool_busy_seconds",
    "For how long connections were lent, all together: its rate is how many were in use. Sum over servers.",
    ["pool"],
    registry=REGISTRY,
)
_WAITS = Counter(
    "layers_pool_waits",
    "Times that a connection was waited for: for the turn of the organization (lane), or for a free one (connection).",
    ["pool", "waits_for"],
    registry=REGISTRY,
)
_WAITED = Counter(
    "layers_pool_wait_seconds",
    "For how long connections were waited for, all together: its rate is how many waited. Sum over servers.",
    ["pool", "waits_for"],
    registry=REGISTRY,
)
_WAITING = Gauge(
    "layers_pool_waiting",
    "Who waits now for the turn of its organization. Sum over servers.",
    ["pool"],
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
# A free connection is lent in microseconds. What takes longer was waited for, or had to be opened.
_A_WAIT_SECONDS = 0.002


class PoolNumbers:
    """The numbers of one pool, all of them there, at 0, before the first.

    Args:
        name: whose pool it is.
        most: how many connections there can be.
    """

    def __init__(self, name: PoolName, most: int) -> None:
        _MOST.labels(name).set(most)
        self._busy = _BUSY.labels(name)
        self._waiting = _WAITING.labels(name)
        self._waits = {kind: _WAITS.labels(name, kind) for kind in get_args(WaitsFor)}
        self._waited = {kind: _WAITED.labels(name, kind) for kind in get_args(WaitsFor)}

    def count_loan(self, seconds: float) -> None:
        """Count that a connection was lent for so long."""
        self._busy.inc(seconds)

    def count_wait(self, kind: WaitsFor, seconds: float) -> None:
        """Count that somebody waited for so long, if that is a wait."""
        if seconds >= _A_WAIT_SECONDS:
            self._waits[kind].inc()
            self._waited[kind].inc(seconds)

    @contextlib.contextmanager
    def waiting_in_lane(self) -> Iterator[None]:
        """Count somebody as waiting for the turn of the organization until the end of the block."""
        began = time.perf_counter()
        self._waiting.inc()
        try:
            yield
        finally:
            self._waiting.dec()
            self.count_wait("lane", time.perf_counter() - began)
