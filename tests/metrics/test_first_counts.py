"""Counts that an alert may ask for are there before anything was counted."""

from __future__ import annotations

from partner_api.database.lanes import Lanes
from partner_api.metrics.registry import REGISTRY
from partner_api.sweeps import metrics as sweep_metrics


def test_refusals_of_lanes_are_counted_from_zero() -> None:
    Lanes(10)
    for reason in ("full", "late"):
        assert (
            REGISTRY.get_sample_value("layers_lane_refusals_total", {"reason": reason}) is not None
        )


def test_what_a_sweep_left_for_later_is_counted_from_zero() -> None:
    sweep_metrics.begin("never")
    for name in ("locked", "failures", "rows"):
        assert REGISTRY.get_sample_value(f"layers_sweep_{name}_total", {"sweep": "never"}) == 0
