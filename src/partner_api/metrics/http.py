"""The numbers of requests."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

from partner_api.metrics.registry import REGISTRY

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
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
