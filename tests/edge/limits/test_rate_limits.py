"""The counters in memory: how often they look for what has expired."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from limits import RateLimitItemPerMinute
from limits.aio.strategies import MovingWindowRateLimiter

from partner_api.edge.limits import rate_limits
from partner_api.edge.limits.rate_limits import OwnMemory

if TYPE_CHECKING:
    import pytest


async def _count(storage: OwnMemory, keys: int) -> int:
    """Count a request of each of so many keys; how many looks for expired ones that set off."""
    counter, item, looks = MovingWindowRateLimiter(storage), RateLimitItemPerMinute(5), 0
    for number in range(keys):
        before = storage.timer
        assert await counter.hit(item, str(number))
        looks += storage.timer is not before
        if storage.timer is not None:
            # A look that is going on sets off no other.
            await storage.timer
    return looks


async def test_a_storm_of_requests_is_looked_through_once() -> None:
    storage = OwnMemory()
    assert await _count(storage, 200) == 1


async def test_what_has_expired_goes_at_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "_SECONDS_BETWEEN_LOOKS", 0.0)
    storage = OwnMemory()
    await _count(storage, 10)
    now = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: now)
    await _count(storage, 1)
    assert len(storage.events) == 1
