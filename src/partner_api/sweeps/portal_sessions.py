"""Removing sessions of the portal that are over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.portal_sessions.store import delete_expired
from partner_api.sweeps.sweep import Sweep

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.connection import Pool

_SESSIONS_PER_STEP = 1_000


class PurgePortalSessions(Sweep):
    """Deletes sessions of the portal a day after they ended."""

    name = "portal_sessions"
    pause_seconds = 600.0

    async def step(self, pool: Pool, now: datetime) -> int:
        """Delete up to 1,000 sessions."""
        async with pool.acquire() as connection:
            return await delete_expired(connection, now, _SESSIONS_PER_STEP)
