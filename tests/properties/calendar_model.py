"""Calendar months counted from a day, clamped to the ends of months."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day when it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def period_at(anchor: date, today: date) -> int:
    """How many whole months after the anchor the period began that today falls in."""
    period = 0
    while add_months(anchor, period + 1) <= today:
        period += 1
    return period
