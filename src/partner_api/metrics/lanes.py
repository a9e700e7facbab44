"""The numbers of lanes and of calls that move money."""

from __future__ import annotations

from typing import Any, Literal, get_args

from prometheus_client import Counter

from partner_api.metrics.registry import REGISTRY

Reason = Literal["full", "late"]
Limit = Literal["lock", "statement"]

_REFUSALS = Counter(
    "layers_lane_refusals",
    "Requests that found too many of their organization waiting (full), or waited too long (late).",
    ["reason"],
    registry=REGISTRY,
)
_TOOK_TOO_LONG = Counter(
    "layers_request_timeouts",
    "Requests that PostgreSQL ended at a time limit: waited for a lock (lock), or worked for too long (statement).",
    ["reason"],
    registry=REGISTRY,
)
_CALLS = Counter(
    "layers_money_calls",
    "Calls of a function that moves credits or money, each for all that had arrived together.",
    ["function"],
    registry=REGISTRY,
)
_ITEMS = Counter(
    "layers_money_items",
    "Operations in the calls of a function that moves credits or money.",
    ["function"],
    registry=REGISTRY,
)


def begin() -> None:
    """Let the counts of refusals be there, at 0, before the first: what is missing raises no alert."""
    for reason in get_args(Reason):
        _REFUSALS.labels(reason)
    for limit in get_args(Limit):
        _TOOK_TOO_LONG.labels(limit)


def count_refusal(reason: Reason) -> None:
    """Count a request for which there was no room."""
    _REFUSALS.labels(reason).inc()


def count_timeout(limit: Limit) -> None:
    """Count a request that PostgreSQL ended."""
    _TOOK_TOO_LONG.labels(limit).inc()


def call_name(function: Any) -> str:
    """Return the name of a money function; its feature is part of it, because two have a ``post``."""
    return f"{function.__module__.split('.')[-2]}.{function.__name__}"


def count_call(function: Any, items: int) -> None:
    """Count one call of a money function."""
    name = call_name(function)
    _CALLS.labels(name).inc()
    _ITEMS.labels(name).inc(items)
