"""SQL that checks what the periods of a credit wallet granted and used, where a subscription's start was moved.

The same rules as in `store`: one statement for what must agree, bounded, by key, one tenant each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal
    from uuid import UUID

    from partner_api.database.connection import Connection

# The credits that an event consumed.
USED = """CASE WHEN e.event_type = 'usage' THEN -(e.included_delta::numeric + e.prepaid_delta) ELSE 0 END"""
# The usage after an event does not go on from the one before, and no period can have begun between them with nothing
# consumed: each begins at midnight.
USAGE_BROKEN = """
    s.usage_after - s.usage_before <> s.used
    AND NOT (s.usage_after = s.used AND date_trunc('day', s.created_at, 'UTC') > s.created_before)"""


async def is_allotment_of_a_moved_period(
    connection: Connection, tenant_id: int, organization_id: UUID
) -> bool:
    """Return whether the allotment of a wallet is right if its subscription's start was moved.

    A period that was begun by that need not have an event. Then it may have begun between any two,
    and what was left of the allotment there was carried over. Not before the last lapse or allotment.
    """
    found = await connection.fetchval(
        """
          WITH event AS (
               SELECT sequence, included_after - included_delta AS included_before, included_after,
                      CASE WHEN included_delta <> 0 AND event_type IN ('grant', 'adjustment')
                           THEN metadata ->> 'reason' END AS reason, included_delta
                 FROM credit_events WHERE tenant_id = $1 AND organization_id = $2),
               opening AS (
               SELECT sequence, included_before AS carried,
                      coalesce(sum(included_delta) FILTER (WHERE reason IN (
                          'period_lapse', 'period_allotment', 'subscription_raised')) OVER rest, 0) AS change,
                      coalesce(sum(included_delta) FILTER (WHERE reason IN (
                          'period_allotment', 'subscription_raised')) OVER rest, 0) AS granted
                 FROM event
               WINDOW rest AS (ORDER BY sequence DESC)
               UNION ALL
               SELECT last_sequence + 1, included_remaining, 0, 0 FROM wallets
                WHERE tenant_id = $1 AND organization_id = $2)
        SELECT EXISTS (
               SELECT FROM opening o JOIN wallets w ON w.tenant_id = $1 AND w.organization_id = $2
                WHERE o.sequence >= coalesce((SELECT max(sequence) FROM event
                                               WHERE reason IN ('period_lapse', 'period_allotment')), 1) - 1
                  AND w.included_this_period = o.carried + o.change
                  AND w.included_granted_peak = o.granted)
        """,
        tenant_id,
        organization_id,
    )
    return bool(found)


async def first_wrong_usage(
    connection: Connection, tenant_id: int, organization_id: UUID
) -> Sequence[Decimal] | None:
    """Find the first event whose usage is that of no period, also if the subscription's start was moved.

    A period that was begun by that counts what was consumed since its start, which is a midnight in
    the month before. Returns its sequence, the usage that would go on from the event before it, and
    its own; None when all are right.
    """
    broken: Sequence[Decimal] | None = await connection.fetchval(
        f"""
        SELECT min(ARRAY[s.sequence, s.usage_before + s.used, s.usage_after])
          FROM (SELECT e.sequence, e.created_at, e.usage_after, {USED} AS used,
                       lag(e.usage_after, 1, 0::bigint) OVER past AS usage_before,
                       lag(e.created_at) OVER past AS created_before
                  FROM credit_events e WHERE e.tenant_id = $1 AND e.organization_id = $2
                WINDOW past AS (ORDER BY e.sequence)) s
         WHERE {USAGE_BROKEN}
           AND NOT EXISTS (
               SELECT FROM (SELECT e.created_at, sum({USED}) OVER back AS since,
                                   lead(e.created_at) OVER back AS created_before
                              FROM credit_events e
                             WHERE e.tenant_id = $1 AND e.organization_id = $2 AND e.sequence <= s.sequence
                               AND e.created_at > s.created_at - interval '32 days'
                            WINDOW back AS (ORDER BY e.sequence DESC)) b
                WHERE b.since = s.usage_after
                  AND coalesce(date_trunc('day', b.created_at, 'UTC') > b.created_before, true))
        """,
        tenant_id,
        organization_id,
    )
    return broken
