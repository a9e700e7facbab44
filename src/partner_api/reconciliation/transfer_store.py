"""SQL that compares transfers with their events on both sides.

The same rules as in `store`: one statement for what must agree, bounded, by key, one tenant each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.database.comparing import compare, difference_list, require
from partner_api.database.rows import read_rows
from partner_api.reconciliation.rules import Rule

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.reconciliation.comparing import Differences


class Transfer(msgspec.Struct, frozen=True):
    """A transfer, and what its events say."""

    id: UUID
    from_organization_id: UUID
    to_organization_id: UUID
    credits: int
    balance: int
    idempotency_key: str | None
    events: int
    """How many name it."""
    sent: Decimal
    """What its events moved in the sender's wallet, a negative number."""
    received: Decimal
    receiver_balance: Decimal | None
    """After the receiver's event; None without one."""
    same_key: int
    """How many transfers of the API key have its idempotency key."""
    differences: Differences


# t the transfer, f and o the organizations that it is from and to, e sums of its events, n what a child was told of it.
_NO_SIDE = "ARRAY['direction', 'counterpartyOrgId', 'reason']"
_TRANSFER = difference_list(
    require(Rule.TRANSFER_SIDES, "partner and child", "f.parent_id = t.to_organization_id "
            "OR o.parent_id = t.from_organization_id"),
    require(Rule.TRANSFER_SIDES, "to a child", "o.parent_id = t.from_organization_id",
            "t.idempotency_key IS NOT NULL"),
    compare(Rule.TRANSFER_RECORD, "events that say the same", "e.events", "e.same_events"),
    require(Rule.TRANSFER_BALANCE, "available", "t.available BETWEEN 0 AND t.balance"),
    compare(Rule.TOLD, "event of it", "1", "(n.id IS NOT NULL)::integer",
            "o.parent_id = t.from_organization_id AND t.created_at >= $4"),
)  # fmt: skip
_TRANSFERS = f"""
SELECT t.id, t.from_organization_id, t.to_organization_id, t.credits, t.balance, t.idempotency_key,
       e.events, e.sent, e.received, e.receiver_balance,
       (SELECT count(*) FROM credit_transfers s
         WHERE s.tenant_id = $1 AND s.api_key_id = t.api_key_id
           AND s.idempotency_key = t.idempotency_key) AS same_key,
       {_TRANSFER} AS differences
  FROM (SELECT * FROM credit_transfers WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3) t
  LEFT JOIN LATERAL (
       SELECT parent_id FROM organizations
        WHERE tenant_id = $1 AND id = t.from_organization_id LIMIT 1) f ON true
  LEFT JOIN LATERAL (
       SELECT parent_id FROM organizations
        WHERE tenant_id = $1 AND id = t.to_organization_id LIMIT 1) o ON true
  LEFT JOIN LATERAL (
       SELECT id FROM outbox
        WHERE tenant_id = $1 AND t.created_at >= $4
          AND id = time_ordered_uuid(t.created_at, 'credits.allocated:' || t.id)
          AND event_type = 'credits.allocated' LIMIT 1) n ON true
 CROSS JOIN LATERAL (
       SELECT count(*) AS events,
              count(*) FILTER (
                  WHERE e.created_at = t.created_at AND e.description IS NOT DISTINCT FROM t.description
                    AND e.metadata - {_NO_SIDE} = t.metadata - {_NO_SIDE}
                    AND e.metadata ->> 'direction' = CASE WHEN e.prepaid_delta < 0 THEN 'out' ELSE 'in' END
                    AND e.metadata ->> 'counterpartyOrgId' = 'org_' || CASE e.organization_id
                        WHEN t.from_organization_id THEN t.to_organization_id
                        ELSE t.from_organization_id END) AS same_events,
              coalesce(sum(e.included_delta::numeric + e.prepaid_delta)
                  FILTER (WHERE e.organization_id = t.from_organization_id), 0) AS sent,
              coalesce(sum(e.included_delta::numeric + e.prepaid_delta)
                  FILTER (WHERE e.organization_id = t.to_organization_id), 0) AS received,
              max(e.included_after::numeric + e.prepaid_after)
                  FILTER (WHERE e.organization_id = t.to_organization_id) AS receiver_balance
         FROM credit_events e
        WHERE e.tenant_id = $1 AND e.transfer_id = t.id) e
 ORDER BY t.id
"""


async def list_transfers(
    connection: Connection,
    tenant_id: int,
    after: UUID,
    limit: int,
    *,
    told_since: datetime | None,
) -> list[Transfer]:
    """Return the next transfers by id; of those since ``told_since`` the children must have been told."""
    return read_rows(
        Transfer, await connection.fetch(_TRANSFERS, tenant_id, after, limit, told_since)
    )


async def sum_allocations(connection: Connection, tenant_id: int) -> tuple[int, UUID | None]:
    """Return the sum of all allocation events of a tenant, and its partner."""
    (row,) = await connection.fetch(
        """
        SELECT coalesce(sum(a.credits), 0) AS credits,
               (SELECT id FROM organizations WHERE tenant_id = $1 AND parent_id IS NULL) AS partner
          FROM wallets w
         CROSS JOIN LATERAL (
               SELECT sum(e.included_delta::numeric + e.prepaid_delta) AS credits
                 FROM credit_events e
                WHERE e.tenant_id = $1 AND e.organization_id = w.organization_id
                  AND e.event_type = 'allocation') a
         WHERE w.tenant_id = $1
        """,
        tenant_id,
    )
    return int(row["credits"]), row["partner"]
