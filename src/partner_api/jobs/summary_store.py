"""SQL of what waits and runs, across tenants."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from partner_api.database.rows import read_returned
from partner_api.ids import first_id_at

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

COUNTED: Final = 10_000
"""So many of each are counted at most."""
# A job that has not finished after a day fails, so what was lost since a time started at most so long before.
_LONGEST: Final = timedelta(days=1, hours=1)


class JobsSummary(Struct, frozen=True):
    """What waits and runs; each number is at most ``COUNTED``, which stands for so many or more."""

    waiting: int
    oldest_waiting_at: datetime | None
    """When the one that waits longest was started by its partner."""
    running: int
    """A worker has them."""
    silent: int
    """Of these, those whose worker has not said anything for so long that they will be taken back."""
    lost: int
    """Failed because their workers went silent, three times each."""


async def summarize(connection: Connection, now: datetime, lost_since: datetime) -> JobsSummary:
    """Return what waits for workers, what they have, and what was lost since a time. Crosses tenants.

    Each part is read by an index of what waits, runs or has failed; jobs that are done are not looked at.
    """
    row = await connection.fetchrow(
        """
        SELECT (SELECT count(*) FROM (
                    SELECT 1 FROM jobs
                     WHERE status = 'running' AND claim_token IS NULL AND NOT sandbox LIMIT $1) AS counted) AS waiting,
               (SELECT started_at FROM jobs WHERE status = 'running' AND claim_token IS NULL AND NOT sandbox
                 ORDER BY id LIMIT 1) AS oldest_waiting_at,
               (SELECT count(*) FROM (
                    SELECT 1 FROM jobs
                     WHERE status = 'running' AND lease_until IS NOT NULL LIMIT $1) AS counted) AS running,
               (SELECT count(*) FROM (
                    SELECT 1 FROM jobs
                     WHERE status = 'running' AND lease_until <= $2 LIMIT $1) AS counted) AS silent,
               (SELECT count(*) FROM (
                    SELECT 1 FROM jobs
                     WHERE status = 'failed' AND error_code = 'WORKER_LOST'
                       AND id >= $4 AND finished_at >= $3 LIMIT $1) AS counted) AS lost
        """,
        COUNTED,
        now,
        lost_since,
        first_id_at(lost_since - _LONGEST),
    )
    return read_returned(JobsSummary, row)


async def count_expiring(connection: Connection, by: datetime) -> int:
    """Return how many unfinished jobs fail by a time unless they end before, at most ``COUNTED``. Crosses tenants."""
    count: int = await connection.fetchval(
        """
        SELECT count(*) FROM (
            SELECT 1 FROM reservations WHERE status = 'open' AND expires_at <= $1 LIMIT $2) AS counted
        """,
        by,
        COUNTED,
    )
    return count
