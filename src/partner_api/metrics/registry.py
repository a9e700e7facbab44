"""The numbers behind /metrics."""

from __future__ import annotations

import os

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from partner_api.metrics.multiprocess import keep_numbers_safely

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

keep_numbers_safely()
# When a series began says nothing that its numbers do not, and doubles the lines.
disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
_REQUESTS = Counter(
    "layers_http_requests",
    "Requests answered.",
    ["method", "route", "status"],
    registry=REGISTRY,
)
_DURATION = Histogram(
    "layers_http_request_seconds",
    "Time from a request's arrival to the last byte of its answer.",
    ["method", "route"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
_known_requests: dict[tuple[str, str, int], Counter] = {}
_known_durations: dict[tuple[str, str], Histogram] = {}


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request.

    Args:
        method: one of the methods of HTTP; anything else a client sends must have been replaced.
        route: the route's template, so that there are as many series as routes, not as ids.
        status: of the answer.
        seconds: how long it took.
    """
    counter = _known_requests.get((method, route, status))
    if counter is None:
        counter = _REQUESTS.labels(method, route, str(status))
        _known_requests[method, route, status] = counter
    counter.inc()
    duration = _known_durations.get((method, route))
    if duration is None:
        duration = _known_durations[method, route] = _DURATION.labels(method, route)
    duration.observe(seconds)


def render() -> bytes:
    """Write all numbers in Prometheus' text format.

    With several processes, ``PROMETHEUS_MULTIPROC_DIR`` names the folder where each keeps its
    numbers, and any of them answers for all.
    """
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
