"""The metrics of a server's parts, from the status that its supervisor writes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from partner_api.processes.status import read_status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prometheus_client import Metric

    from partner_api.processes.status import ServerStatus


class _Parts:
    """A collector of the parts' numbers, for Prometheus."""

    def __init__(self, status: ServerStatus) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily(
            "layers_part_up", "Whether a part of the server does its work.", labels=["part"]
        )
        restarts = CounterMetricFamily(
            "layers_part_restarts", "How often a part was started again.", labels=["part"]
        )
        started = GaugeMetricFamily(
            "layers_part_start_time_seconds", "When a part was last started.", labels=["part"]
        )
        troubles = self._status.troubles(time.time())
        up.add_metric(["supervisor"], float("supervisor" not in troubles))
        for part in self._status.parts:
            up.add_metric([part.name], float(part.name not in troubles))
            restarts.add_metric([part.name], part.restarts)
            started.add_metric([part.name], part.started_at)
        yield from (up, restarts, started)


def render_parts(run_folder: Path | None) -> bytes:
    """Write the numbers in Prometheus' text format; nothing where there is no supervisor."""
    status = None if run_folder is None else read_status(run_folder)
    if status is None:
        return b""
    registry = CollectorRegistry()
    registry.register(_Parts(status))
    return generate_latest(registry)
