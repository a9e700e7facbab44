"""When a worker says that it works, and when it says nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from partner_api.rendering.worker import health
from partner_api.rendering.worker.health import Steps

if TYPE_CHECKING:
    import pytest


async def test_it_tells_as_long_as_every_step_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "BEAT_SECONDS", 0.0)
    monkeypatch.setattr(health, "RENDERING_STEP_SECONDS", 3_600.0)
    told = asyncio.Event()
    steps = Steps()
    steps.begin("one")
    async with steps.telling(told.set), asyncio.timeout(60):
        await told.wait()


async def test_one_that_stands_still_silences_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "BEAT_SECONDS", 0.0)
    monkeypatch.setattr(health, "RENDERING_STEP_SECONDS", 0.05)
    beats = 0

    def beat() -> None:
        nonlocal beats
        beats += 1

    steps = Steps()
    steps.begin("one")
    async with steps.telling(beat), asyncio.timeout(60):
        while steps.are_short():
            # The other one gets on.
            steps.begin("other")
            await asyncio.sleep(0)
        before = beats
        for _ in range(20):
            steps.begin("other")
            await asyncio.sleep(0)
        assert beats == before
        steps.begin("one")
        while beats == before:
            steps.begin("one")
            steps.begin("other")
            await asyncio.sleep(0)
