"""SQL of leases that are past due, across tenants."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.database.rows import read_returned, read_rows

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


COUNTED: Final = 10_000


class PastDuePosition(NamedTuple):
    """The last partner of a page; the next page starts after it."""

    first_ends_at: datetime
    organization_id: UUID


class PastDueCount(Struct, frozen=True):
    """How many leases are past due; each number is at most `COUNTED`, which stands for so many or more."""

    leases: int
    ending: int
    """Those that end by a time that the caller has given."""


class PartnerPastDue(Struct, frozen=True):
    """A partner with leases that are past due."""

    organization_id: UUID
    name: str
    leases: int
    ending: int
    """Those that end by a time that the caller has given."""
    monthly_cents: int
    first_ends_at: datetime


async def list_partners_past_due(
    connection: Connection, ending_by: datetime, *, after: PastDuePosition | None, limit: int
) -> list[PartnerPastDue]:
    """Return partners with leases that are past due, whose first of them ends soonest first. Crosses tenants.

    It reads the leases that are past due, by their index, and no others.

    Args:
        connection: any.
        ending_by: what ends by then is counted apart.
        after: the last partner of the page before.
        limit: how many.
    """
    rows = await connection.fetch(
        """
        SELECT o.id AS organization_id, o.name, count(*) AS leases,
               count(*) FILTER (WHERE l.past_due_since + lease_patience() <= $1) AS ending,
               sum(l.monthly_price_cents)::bigint AS monthly_cents,
               min(l.past_due_since) + lease_patience() AS first_ends_at
          FROM leases l
          JOIN tenants t ON t.id = l.tenant_id AND t.env = 'live'
          JOIN organizations o ON o.tenant_id = l.tenant_id AND o.parent_id IS NULL
         WHERE l.status = 'assigned' AND l.billing_status = 'past_due' AND l.next_attempt_at IS NOT NULL
         GROUP BY o.id, o.name
        HAVING $2::timestamptz IS NULL OR (min(l.past_due_since) + lease_patience(), o.id) > ($2, $3::uuid)
         ORDER BY first_ends_at, o.id LIMIT $4
        """,
        ending_by,
        *(after or (None, None)),
        limit,
    )
    return read_rows(PartnerPastDue, rows)


async def count_past_due(connection: Connection, ending_by: datetime) -> PastDueCount:
    """Return how many leases of live partners are past due. Crosses tenants.

    It reads them by the index of leases that are tried again, and no others.

    Args:
        connection: any.
        ending_by: what ends by then is counted apart.
    """
    row = await connection.fetchrow(
        """
        SELECT count(*) AS leases,
               count(*) FILTER (WHERE past_due_since + lease_patience() <= $1) AS ending
          FROM (SELECT l.past_due_since FROM leases l
                  JOIN tenants t ON t.id = l.tenant_id AND t.env = 'live'
                 WHERE l.status = 'assigned' AND l.billing_status = 'past_due' AND l.next_attempt_at IS NOT NULL
                 LIMIT $2) AS counted
        """,
        ending_by,
        COUNTED,
    )
    return read_returned(PastDueCount, row)
