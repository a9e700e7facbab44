"""The daily check of the books, and those that operators ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.reconciliation.daily import run_daily
from partner_api.sweeps.sweep import Sweep
from partner_api.time_limits import BOOKS_STEP_SECONDS

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.connection import Pool


class CheckBooks(Sweep):
    """Checks all books once a day, and when an operator asks for it, whichever worker comes first."""

    name = "books"
    pause_seconds = 60.0
    wakes_on = "books"
    limit_seconds = BOOKS_STEP_SECONDS

    async def step(self, pool: Pool, now: datetime) -> int:
        """Check the books a day after the last check, or when one was asked for. Returns 0: no row advances."""
        await run_daily(pool, now)
        return 0
