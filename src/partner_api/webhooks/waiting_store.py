"""SQL of what waits to be sent, of all tenants: for the rehearsal clock, and for the metrics."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from partner_api.database.rows import read_returned

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

# A metric need not count further.
_MOST_COUNTED = 10_000


class Waiting(Struct, frozen=True):
    """What waits to be sent, for the metrics."""

    pending: int
    """Deliveries that are due or wait for their next attempt; 10,000 stands for that many or more."""
    oldest_due_at: datetime | None
    """When the first of those that are due became so; None when none is due."""
    auto_paused: int
    """Endpoints that the server has paused; counted as far as ``pending``."""


async def next_due(connection: Connection, after: datetime) -> datetime | None:
    """Return the first instant after another at which an endpoint has something due. Crosses tenants."""
    due: datetime | None = await connection.fetchval(
        """
        SELECT next_due_at FROM webhook_queues WHERE next_due_at > $1
         ORDER BY next_due_at LIMIT 1
        """,
        after,
    )
    return due


async def count_delivering(connection: Connection) -> int:
    """Return how many deliveries are claimed now, a lost claim included. Crosses tenants."""
    count: int = await connection.fetchval(
        "SELECT count(*) FROM webhook_deliveries WHERE status = 'delivering'"
    )
    return count


async def waiting(connection: Connection, now: datetime) -> Waiting:
    """Return what waits to be sent, counted to 10,000. Crosses tenants."""
    row = await connection.fetchrow(
        """
        SELECT (SELECT count(*) FROM (
                    SELECT 1 FROM webhook_deliveries WHERE next_attempt_at IS NOT NULL LIMIT $1) AS counted) AS pending,
               (SELECT next_due_at FROM webhook_queues WHERE next_due_at <= $2
                 ORDER BY next_due_at LIMIT 1) AS oldest_due_at,
               (SELECT count(*) FROM (
                    SELECT 1 FROM webhook_endpoints
                     WHERE status = 'auto_paused' AND deleted_at IS NULL LIMIT $1) AS counted) AS auto_paused
        """,
        _MOST_COUNTED,
        now,
    )
    return read_returned(Waiting, row)
