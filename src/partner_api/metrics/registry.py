"""Where every number behind /metrics is registered, and how all of them are written."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from partner_api.metrics.multiprocess import keep_numbers_safely

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

keep_numbers_safely()
# When a series began says nothing that its numbers do not, and doubles the lines.
disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
"""Numbers are made with it, in the room whose they are."""


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
