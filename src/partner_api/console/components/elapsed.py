"""How long something has waited, and how long is left for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from partner_api.console.components.text import badge

if TYPE_CHECKING:
    from datetime import timedelta

    import htpy as h

_MINUTE: Final = 60
_HOUR: Final = 3_600
_DAY: Final = 86_400


def since(now: datetime, then: str) -> str:
    """Write how long ago a time is, such as ``2 h 5 min``; one that is to come is now."""
    return _written(now - datetime.fromisoformat(then))


def left(now: datetime, until: str) -> h.Node:
    """Write how long it is until a time, and mark what is less than a day."""
    time = datetime.fromisoformat(until) - now
    text = _written(time)
    return badge(text, "bad") if time.total_seconds() < _DAY else text


def _written(time: timedelta) -> str:
    seconds = max(0, int(time.total_seconds()))
    if seconds >= _DAY:
        return f"{seconds // _DAY} d {seconds % _DAY // _HOUR} h"
    if seconds >= _HOUR:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE} min"
    return f"{seconds // _MINUTE} min {seconds % _MINUTE} s"
