"""The numbers of traces."""

from __future__ import annotations

from typing import Literal, get_args

from prometheus_client import Counter

from partner_api.metrics.registry import REGISTRY

Outcome = Literal["sent", "failed", "dropped"]

_SPANS = Counter(
    "layers_trace_spans",
    "Spans that were sent, that the collector did not take (failed), or for which there was no room (dropped).",
    ["outcome"],
    registry=REGISTRY,
)


def begin() -> None:
    """Let the counts be there, at 0, before the first: what is missing raises no alert."""
    for outcome in get_args(Outcome):
        _SPANS.labels(outcome)


def count(outcome: Outcome, spans: int = 1) -> None:
    """Count spans."""
    _SPANS.labels(outcome).inc(spans)
