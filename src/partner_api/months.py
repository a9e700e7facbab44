"""Calendar months, as subscriptions and leases count them."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def add_months(anchor: datetime, months: int) -> datetime:
    """Go months on from an anchor, clamped to the end of a shorter month.

    Always count from the anchor: 31 January is 28 February after one month and 31 March after two.
    """
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    last_day = calendar.monthrange(year, month + 1)[1]
    return anchor.replace(year=year, month=month + 1, day=min(anchor.day, last_day))
