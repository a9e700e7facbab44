"""SQL that checks what the ledgers of a tenant come to by day.

The same rules as in `store`: one statement for what must agree, by key, one tenant each.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from partner_api.database.rows import read_rows

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


class WrongDay(msgspec.Struct, frozen=True):
    """A total of a day that is not the sum of its events."""

    organization_id: UUID | None
    """The partner."""
    day: date
    what: str
    expected: int
    found: int


async def wrong_days(connection: Connection, tenant_id: int) -> list[WrongDay]:
    """Return the totals that are not the sums of the events that are counted; as far as the ledgers are."""
    rows = await connection.fetch(
        """
        SELECT (SELECT id FROM organizations WHERE tenant_id = $1 AND parent_id IS NULL) AS organization_id,
               s.day, s.what, sum(s.expected)::bigint AS expected, sum(s.found)::bigint AS found
          FROM (SELECT (e.created_at AT TIME ZONE 'UTC')::date AS day,
                       CASE e.event_type WHEN 'usage' THEN 'credits_used' WHEN 'refund' THEN 'credits_refunded'
                                         ELSE 'credits_purchased' END AS what,
                       abs(e.included_delta::numeric + e.prepaid_delta) AS expected, 0::numeric AS found
                  FROM daily_totals_counted c
                  JOIN credit_events e
                    ON e.tenant_id = $1 AND e.organization_id = c.organization_id AND e.sequence <= c.sequence
                 WHERE c.tenant_id = $1 AND c.ledger = 'credits' AND e.event_type IN ('usage', 'refund', 'purchase')
                UNION ALL
                SELECT (e.created_at AT TIME ZONE 'UTC')::date,
                       CASE e.event_type WHEN 'topup' THEN 'cash_paid_in_cents' WHEN 'refund' THEN 'cash_refunded_cents'
                                         ELSE 'cash_charged_cents' END,
                       abs(e.amount_cents::numeric), 0
                  FROM daily_totals_counted c
                  JOIN cash_events e
                    ON e.tenant_id = $1 AND e.organization_id = c.organization_id AND e.currency = 'USD'
                   AND e.sequence <= c.sequence
                 WHERE c.tenant_id = $1 AND c.ledger = 'cash' AND e.event_type <> 'adjustment'
                UNION ALL
                SELECT d.day, v.what, 0, v.amount
                  FROM daily_totals d
                 CROSS JOIN LATERAL (
                       VALUES ('credits_used', d.credits_used), ('credits_refunded', d.credits_refunded),
                              ('credits_purchased', d.credits_purchased), ('cash_paid_in_cents', d.cash_paid_in_cents),
                              ('cash_charged_cents', d.cash_charged_cents),
                              ('cash_refunded_cents', d.cash_refunded_cents)) v (what, amount)
                 WHERE d.tenant_id = $1) s
         GROUP BY s.day, s.what HAVING sum(s.expected) <> sum(s.found) ORDER BY s.day, s.what
        """,
        tenant_id,
    )
    return read_rows(WrongDay, rows)
