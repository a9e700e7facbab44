"""The numbers of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from prometheus_client import Counter, Histogram

from partner_api.metrics.registry import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterable

Surface = Literal["partner", "operator", "pages", "server"]
"""Whose routes: /v1, /ops, the console and the portal, and the rest, such as /readyz."""

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
_FAILURES = Counter(
    "layers_http_failures",
    "Requests answered with 500 or more, by the error's code: KILL_SWITCH is no fault, the organization is suspended.",
    ["surface", "code"],
    registry=REGISTRY,
)
_SURFACES: dict[str, Surface] = {
    "v1": "partner",
    "ops": "operator",
    "console": "pages",
    "portal": "pages",
}
_known_requests: dict[tuple[str, str, int], Counter] = {}
_known_durations: dict[tuple[str, str], Histogram] = {}


def begin(codes: Iterable[str]) -> None:
    """Let the counts of failures be there, at 0, before the first: what is missing raises no alert."""
    for code in codes:
        for surface in get_args(Surface):
            _FAILURES.labels(surface, code)


def count_failure(route: str | None, code: str) -> None:
    """Count a request that failed, by the code that the client gets."""
    first = "" if route is None else route.split("/", 2)[1]
    _FAILURES.labels(_SURFACES.get(first, "server"), code).inc()


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
