"""SQL of how many lease requests are open, across tenants."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from partner_api.database.rows import read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection


class OpenRequests(Struct, frozen=True):
    """Requests of about one age that nobody has answered."""

    age: int
    """Which of the times given they were submitted before: 0 is before the first."""
    requests: int
    accounts: int
    """What they ask for."""
    oldest_at: datetime


async def count_open(connection: Connection, times: Sequence[datetime]) -> list[OpenRequests]:
    """Count the open requests by when they were submitted. Crosses tenants.

    Args:
        connection: any.
        times: rising; they part the ages, and a request that was submitted at one is of the younger.

    Returns:
        One for each age that has any.
    """
    rows = await connection.fetch(
        """
        SELECT width_bucket(r.submitted_at, $1::timestamptz[]) AS age, count(*) AS requests,
               sum(r.count)::bigint AS accounts, min(r.submitted_at) AS oldest_at
          FROM lease_requests r JOIN tenants t ON t.id = r.tenant_id
         WHERE t.env = 'live' AND r.status = 'requested'
         GROUP BY 1 ORDER BY 1
        """,
        list(times),
    )
    return read_rows(OpenRequests, rows)
