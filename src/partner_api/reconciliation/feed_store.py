"""SQL that compares feeds with their order, and queues of webhooks with what waits in them: one tenant each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from partner_api.database.comparing import compare, differences, require
from partner_api.database.rows import stream_rows
from partner_api.reconciliation.rules import Rule

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    from partner_api.database.connection import Connection


class WrongPlace(msgspec.Struct, frozen=True):
    """An event that stands in the wrong place of its feed, or a queue that nobody looks at in time."""

    organization_id: UUID | None
    subject: str
    rule: str
    what: str
    expected: Any
    found: Any


# f an event with the one before it, t the tenant, s its stream, l its last event. The first of a feed are deleted after
# a while, so where it begins is unknown.
_FEED = f"""
SELECT f.organization_id, 'published event ' || f.sequence AS subject, d.*
  FROM (SELECT o.organization_id, o.sequence, o.published_at, o.created_at,
               lag(o.sequence) OVER feed AS sequence_before, lag(o.published_at) OVER feed AS published_before
          FROM outbox o WHERE o.tenant_id = $1 AND o.sequence IS NOT NULL
        WINDOW feed AS (ORDER BY o.sequence)) f
 CROSS JOIN LATERAL {
    differences(
        compare(
            Rule.FEED,
            "sequence",
            "f.sequence_before + 1",
            "f.sequence",
            "f.sequence_before IS NOT NULL",
        ),
        require(
            Rule.FEED,
            "comes after the one before it",
            "f.published_at >= coalesce(f.published_before, f.published_at)",
        ),
        require(Rule.FEED, "comes after it happened", "f.published_at >= f.created_at"),
    )
} d
 WHERE f.sequence <> f.sequence_before + 1 OR f.published_at < f.published_before OR f.published_at < f.created_at
UNION ALL
SELECT t.partner_id, 'feed', d.*
  FROM tenants t
  LEFT JOIN event_streams s ON s.tenant_id = t.id
  JOIN LATERAL (
       SELECT o.sequence, o.published_at FROM outbox o WHERE o.tenant_id = $1 AND o.sequence IS NOT NULL
        ORDER BY o.sequence DESC LIMIT 1) l ON true
 CROSS JOIN LATERAL {
    differences(
        compare(Rule.FEED, "last_sequence", "l.sequence", "s.last_sequence"),
        compare(Rule.FEED, "last_published_at", "l.published_at", "s.last_published_at"),
    )
} d
 WHERE t.id = $1
"""
_QUEUES = f"""
SELECT w.organization_id, 'webhook endpoint ' || q.endpoint_id AS subject, d.*
  FROM webhook_queues q
  JOIN webhook_endpoints w ON w.tenant_id = $1 AND w.id = q.endpoint_id
  JOIN LATERAL (
       SELECT d.next_attempt_at FROM webhook_deliveries d
        WHERE d.tenant_id = $1 AND d.endpoint_id = q.endpoint_id AND d.next_attempt_at IS NOT NULL
        ORDER BY d.next_attempt_at LIMIT 1) first ON true
 CROSS JOIN LATERAL {
    differences(
        compare(
            Rule.DELIVERY_AWAITED,
            "next_due_at",
            "first.next_attempt_at",
            "q.next_due_at",
            "coalesce(q.next_due_at > first.next_attempt_at, true)",
        )
    )
} d
 WHERE q.tenant_id = $1 AND w.deleted_at IS NULL
"""


def wrong_feed(connection: Connection, tenant_id: int) -> AsyncGenerator[WrongPlace]:
    """Yield where the feed of a tenant has gaps or is out of order, and what its stream knows wrongly."""
    return stream_rows(WrongPlace, connection, _FEED, tenant_id)


def wrong_queues(connection: Connection, tenant_id: int) -> AsyncGenerator[WrongPlace]:
    """Yield endpoints of which a delivery waits that nobody comes for in time."""
    return stream_rows(WrongPlace, connection, _QUEUES, tenant_id)
