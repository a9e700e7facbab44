"""The numbers of sending are there before anything was sent."""

from __future__ import annotations

from partner_api.metrics.registry import REGISTRY
from partner_api.webhooks.sending import metrics


def test_attempts_are_counted_from_zero() -> None:
    metrics.begin()
    for outcome in ("delivered", "failed", "abandoned", "stale"):
        labels = {"outcome": outcome}
        assert REGISTRY.get_sample_value("layers_webhook_attempts_total", labels) is not None
