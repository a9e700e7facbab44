"""Traces of this process."""

from __future__ import annotations

import pytest
from tests.tracing.recording import Traced

from partner_api.tracing import live
from partner_api.tracing.tracer import Tracer


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> Traced:
    """Trace what the test does."""
    traced = Traced()
    monkeypatch.setattr(live, "tracer", Tracer(traced.spans.append, traced.samples))
    return traced
