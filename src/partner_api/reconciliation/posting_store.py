"""SQL that compares the keys of what operators have posted with the events that they are of.

The same rules as in `store`: one statement for what must agree, by key, one tenant each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.database.comparing import compare, differences, require
from partner_api.database.rows import stream_rows
from partner_api.reconciliation.rules import Rule

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from typing import Any
    from uuid import UUID

    from partner_api.database.connection import Connection


class WrongKey(msgspec.Struct, frozen=True):
    """What a key says of its event that is not so."""

    organization_id: UUID
    movement: str
    sequence: int
    """Of the event, in the ledger that the movement names."""
    rule: str
    what: str
    expected: Any
    found: Any


# p the key's row, e its event. A refund to an archived child goes on to its parent, and what is paid in pays leases:
# there the balance is what that has left.
_KEY = differences(
    compare(Rule.POSTING_KEY, "movement", "e.movement", "p.movement"),
    compare(Rule.POSTING_KEY, "operator", "e.operator_id", "p.operator_id"),
    require(Rule.POSTING_KEY, "balance",
            "p.balance = e.balance "
            "OR p.movement IN ('credits.refund', 'cash.topup') AND p.balance < e.balance"),
    require(Rule.POSTING_KEY, "available", "p.available BETWEEN 0 AND p.balance",
            "p.credit_sequence IS NOT NULL"),
)  # fmt: skip
_WRONG_KEYS = f"""
SELECT p.organization_id, p.movement, coalesce(p.credit_sequence, p.cash_sequence) AS sequence, d.*
  FROM (SELECT * FROM postings WHERE tenant_id = $1) p
  LEFT JOIN LATERAL (
       SELECT 'credits.' || event_type AS movement, operator_id, included_after::numeric + prepaid_after AS balance
         FROM credit_events
        WHERE tenant_id = $1 AND organization_id = p.organization_id AND sequence = p.credit_sequence
       UNION ALL
       SELECT 'cash.' || event_type, operator_id, balance_after_cents
         FROM cash_events
        WHERE tenant_id = $1 AND organization_id = p.organization_id AND currency = p.currency
          AND sequence = p.cash_sequence) e ON true
 CROSS JOIN LATERAL {_KEY} d
"""


def wrong_keys(connection: Connection, tenant_id: int) -> AsyncGenerator[WrongKey]:
    """Yield what the keys of postings say of their events that is not so.

    Args:
        connection: as `store.prepare_session` leaves it.
        tenant_id: whose postings.
    """
    return stream_rows(WrongKey, connection, _WRONG_KEYS, tenant_id)
