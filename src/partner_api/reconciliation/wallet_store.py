"""SQL that reads the credit wallets for checking, with their organizations and their events.

The same rules as in `store`: one statement for what must agree, bounded, by key, one tenant each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.database.comparing import compare, difference_list, month_start, require
from partner_api.database.rows import read_row, read_rows
from partner_api.reconciliation.period_store import USAGE_BROKEN, USED
from partner_api.reconciliation.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.reconciliation.comparing import Differences


class Wallet(msgspec.Struct, frozen=True):
    """An organization with its wallet, and what its events and open reservations say it should be.

    Without a wallet its columns are 0. The first event that breaks a rule comes as an array, its sequence first.
    """

    organization_id: UUID
    status: str
    has_wallet: bool
    state: str
    included_remaining: int
    prepaid: int
    reserved: int
    used_this_period: int
    running_jobs: int
    included_this_period: int
    included_granted_peak: int
    last_sequence: int
    is_subscribed: bool
    events: int
    included_sum: Decimal
    prepaid_sum: Decimal
    period_usage: Decimal
    allotment: Decimal
    granted: Decimal
    newest_sequence: int
    newest_at: datetime | None
    included_break: Sequence[int] | None
    """Sequence, balance before, change, and balance after; as ``prepaid_break``."""
    prepaid_break: Sequence[int] | None
    usage_break: Sequence[Decimal] | None
    """Sequence, expected usage, and the event's."""
    negative_event: Sequence[int] | None
    gap: Sequence[int] | None
    """Sequence, and the sequence before it."""
    time_break: Sequence[int] | None
    """Sequence, the time before it, and its own, in milliseconds since 1970."""
    shapeless: int | None
    nameless: int | None
    open_credits: Decimal
    open_jobs: int
    organization_differences: Differences
    differences: Differences


class Event(msgspec.Struct, frozen=True):
    """What an event moved and why, and the id that it should have."""

    event_type: str
    reason: str | None
    included_delta: int
    prepaid_delta: int
    event_id: UUID
    expected_id: UUID


# o organization, t tenant, w wallet, e sums of its events. The last event is looked up by its number.
_LAST_USAGE = """(SELECT usage_after FROM credit_events
    WHERE tenant_id = $1 AND organization_id = w.organization_id AND sequence = w.last_sequence)"""
_LEASES_RELEASED = """(SELECT count(*) FROM projects p JOIN leases l ON l.project_id = p.id
    WHERE p.tenant_id = $1 AND l.tenant_id = $1 AND p.organization_id = o.id
      AND l.disconnected_reason = 'organization_archived')"""
# The first that left it; what its open jobs freed later followed.
_FIRST_RECLAIMED = """coalesce((SELECT -prepaid_delta FROM credit_events
    WHERE tenant_id = $1 AND organization_id = o.id AND event_type = 'allocation'
      AND prepaid_delta < 0 ORDER BY sequence LIMIT 1), 0)"""
_ORGANIZATION = (
    compare(Rule.WALLET_PARTNER, "parent_id of the organization", "t.partner_id", "o.parent_id",
            "o.parent_id IS NOT NULL"),
    compare(Rule.WALLET_PARTNER, "partner_id of the tenant", "o.id", "t.partner_id",
            "o.parent_id IS NULL"),
    compare(Rule.ARCHIVED, "released_leased_accounts", _LEASES_RELEASED,
            "o.released_leased_accounts", "o.status = 'archived'"),
    # Nothing was free when it was archived, or that much.
    compare(Rule.ARCHIVED, "reclaimed_credits", _FIRST_RECLAIMED, "o.reclaimed_credits",
            "o.status = 'archived' AND o.reclaimed_credits <> 0"),
)  # fmt: skip
_WALLET = (
    compare(Rule.WALLET_PARTNER, "partner_id", "o.parent_id", "w.partner_id"),
    compare(Rule.WALLET_PERIOD, "period_anchor",
            "coalesce(w.subscription_started_on::timestamp AT TIME ZONE 'UTC', "
            "date_trunc('day', o.created_at, 'UTC'))", "w.period_anchor"),
    compare(Rule.WALLET_PERIOD, "period_start",
            month_start("w.period_anchor", "w.period_number"), "w.period_start"),
    compare(Rule.WALLET_PERIOD, "period_end",
            month_start("w.period_anchor", "w.period_number + 1"), "w.period_end"),
    require(Rule.WALLET_PERIOD, "ends after its last event", "w.last_event_at < w.period_end"),
    # A wallet also remembers when it was opened, and when its period began.
    compare(Rule.EVENT_TIME, "last_event_at",
            "greatest(o.created_at, w.period_start, e.newest_at)", "w.last_event_at"),
    compare(Rule.EVENT_USAGE, "usage_after of its last event", "w.used_this_period", _LAST_USAGE,
            "e.newest_at >= w.period_start AND w.subscription_started_on IS NULL"),
    # Becoming active, and more credits while it is, grant at once.
    compare(Rule.WALLET_ALLOTMENT, "included_credits", "w.included_granted_peak",
            "w.included_credits", "w.billing_status = 'active' "
            "AND w.subscription_started_on IS NOT NULL AND w.included_credits > w.included_granted_peak"),
    compare(Rule.WALLET_TERMS, "subscription_tier", "'free'::text", "w.subscription_tier",
            "w.subscription_started_on IS NULL"),
    compare(Rule.WALLET_TERMS, "included_credits", "0", "w.included_credits",
            "(w.subscription_started_on IS NULL OR o.status = 'archived')"),
    compare(Rule.WALLET_TERMS, "billing_status",
            "CASE WHEN o.status = 'archived' THEN 'canceled' ELSE 'active' END", "w.billing_status",
            "(w.subscription_started_on IS NULL OR o.status = 'archived')"),
    compare(Rule.WALLET_TERMS, "cap and refill", "0",
            "num_nonnulls(w.monthly_credit_cap, w.refill_threshold, w.refill_amount, w.refill_failed_at)",
            "o.parent_id IS NULL"),
    require(Rule.WALLET_TERMS, "refills no more", "NOT w.auto_refill_enabled",
            "(o.parent_id IS NULL OR o.status = 'archived')"),
    compare(Rule.WALLET_LOW, "is_low",
            "coalesce(w.included_remaining::numeric + w.prepaid - w.reserved < w.refill_threshold "
            "AND w.state <> 'archived', false)",
            "w.is_low"),
)  # fmt: skip

# What each type of event moves and names. `reason` is read of those only whose included credits it explains.
_SHAPE = """
    CASE e.event_type
    WHEN 'usage' THEN e.included_delta <= 0 AND e.prepaid_delta <= 0 AND e.transfer_id IS NULL
                      -- Included credits go first.
                      AND (e.prepaid_delta = 0 OR e.included_after = 0)
    WHEN 'allocation' THEN e.job_id IS NULL AND e.included_delta = 0 AND e.transfer_id IS NOT NULL
    WHEN 'refund' THEN e.included_delta = 0 AND e.prepaid_delta > 0 AND e.transfer_id IS NULL
    WHEN 'purchase' THEN e.included_delta = 0 AND e.prepaid_delta > 0
                         AND e.job_id IS NULL AND e.transfer_id IS NULL
    WHEN 'grant' THEN e.job_id IS NULL AND e.transfer_id IS NULL AND (
         (e.included_delta = 0 AND e.prepaid_delta > 0) OR (e.included_delta > 0 AND e.prepaid_delta = 0
          AND coalesce(e.metadata ->> 'reason' IN ('period_allotment', 'subscription_raised'), false)))
    ELSE e.job_id IS NULL AND e.transfer_id IS NULL AND (
         e.included_delta = 0 OR (e.included_delta < 0 AND e.prepaid_delta = 0
          AND coalesce(e.metadata ->> 'reason' IN ('period_lapse', 'archive_lapse'), false)))
    END"""

_AMOUNTS = (
    "included_remaining", "prepaid", "reserved", "used_this_period", "running_jobs",
    "included_this_period", "included_granted_peak", "last_sequence",
)  # fmt: skip
# The first event that breaks a rule along the sequence comes as an array, its sequence first, because
# the smallest array is then the first break. Amounts are compared by subtraction, where a corrupt row
# cannot overflow, and sums are numeric.
_WALLETS = f"""
SELECT o.id AS organization_id, o.status, w.organization_id IS NOT NULL AS has_wallet, coalesce(w.state, '') AS state,
       {", ".join(f"coalesce(w.{name}, 0) AS {name}" for name in _AMOUNTS)},
       w.subscription_started_on IS NOT NULL AS is_subscribed, e.*, r.*,
       {difference_list(*_ORGANIZATION)} AS organization_differences,
       CASE WHEN w.organization_id IS NOT NULL THEN {difference_list(*_WALLET)} END AS differences
  FROM unnest($2::uuid[]) AS k (organization_id)
  LEFT JOIN LATERAL (SELECT partner_id FROM tenants WHERE id = $1) t ON true
 CROSS JOIN LATERAL (
       SELECT * FROM organizations
        WHERE tenant_id = $1 AND id = k.organization_id LIMIT 1) o
  LEFT JOIN LATERAL (
       SELECT * FROM wallets
        WHERE tenant_id = $1 AND organization_id = k.organization_id LIMIT 1) w ON true
 CROSS JOIN LATERAL (
       SELECT count(*) AS events,
              coalesce(sum(s.included_delta), 0) AS included_sum,
              coalesce(sum(s.prepaid_delta), 0) AS prepaid_sum,
              coalesce(sum(s.used) FILTER (WHERE s.created_at >= w.period_start), 0) AS period_usage,
              coalesce(sum(s.included_delta) FILTER (WHERE s.created_at < w.period_start OR s.sets_allotment), 0)
                  AS allotment,
              coalesce(sum(s.included_delta) FILTER (WHERE s.created_at >= w.period_start AND s.sets_allotment
                                                       AND s.included_delta > 0), 0) AS granted,
              coalesce(max(s.sequence), 0) AS newest_sequence,
              max(s.created_at) AS newest_at,
              min(ARRAY[s.sequence, s.included_before, s.included_delta, s.included_after])
                  FILTER (WHERE s.included_after::numeric - s.included_delta <> s.included_before)
                  AS included_break,
              min(ARRAY[s.sequence, s.prepaid_before, s.prepaid_delta, s.prepaid_after])
                  FILTER (WHERE s.prepaid_after::numeric - s.prepaid_delta <> s.prepaid_before)
                  AS prepaid_break,
              min(ARRAY[s.sequence, s.usage_before + s.used, s.usage_after]) FILTER (WHERE {USAGE_BROKEN})
                  AS usage_break,
              min(ARRAY[s.sequence, least(s.included_after, s.prepaid_after)])
                  FILTER (WHERE s.included_after < 0 OR s.prepaid_after < 0) AS negative_event,
              min(ARRAY[s.sequence, s.sequence_before])
                  FILTER (WHERE s.sequence - 1 <> s.sequence_before) AS gap,
              min(ARRAY[s.sequence, extract(epoch FROM s.created_before) * 1000,
                        extract(epoch FROM s.created_at) * 1000]::bigint[])
                  FILTER (WHERE s.created_at < s.created_before) AS time_break,
              min(s.sequence) FILTER (WHERE NOT s.has_shape) AS shapeless,
              min(s.sequence) FILTER (WHERE s.event_id <> time_ordered_uuid(
                  s.created_at, $1 || ':' || k.organization_id || ':' || s.sequence)) AS nameless
         FROM (SELECT e.sequence, e.event_id, e.included_delta, e.prepaid_delta, {USED} AS used,
                      e.included_after, e.prepaid_after, e.usage_after, e.created_at, {_SHAPE} AS has_shape,
                      e.included_delta <> 0 AND e.event_type IN ('grant', 'adjustment')
                          AND e.metadata ->> 'reason' IS DISTINCT FROM 'archive_lapse' AS sets_allotment,
                      lag(e.sequence, 1, 0::bigint) OVER past AS sequence_before,
                      lag(e.included_after, 1, 0::bigint) OVER past AS included_before,
                      lag(e.prepaid_after, 1, 0::bigint) OVER past AS prepaid_before,
                      lag(e.usage_after, 1, 0::bigint) OVER past AS usage_before,
                      lag(e.created_at) OVER past AS created_before
                 FROM credit_events e
                WHERE e.tenant_id = $1 AND e.organization_id = k.organization_id
               WINDOW past AS (ORDER BY e.sequence)) s) e
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(r.credits), 0) AS open_credits,
              count(*) FILTER (WHERE j.status = 'running') AS open_jobs
         FROM reservations r
         LEFT JOIN LATERAL (
              SELECT status FROM jobs WHERE tenant_id = $1 AND id = r.job_id LIMIT 1) j ON true
        WHERE r.tenant_id = $1 AND r.organization_id = k.organization_id AND r.status = 'open') r
"""


async def read_wallets(
    connection: Connection, tenant_id: int, organization_ids: Sequence[UUID]
) -> list[Wallet]:
    """Return each of these organizations with its wallet."""
    return read_rows(Wallet, await connection.fetch(_WALLETS, tenant_id, organization_ids))


async def describe_event(
    connection: Connection, tenant_id: int, organization_id: UUID, sequence: int
) -> Event | None:
    """Return an event; None without one."""
    row = await connection.fetchrow(
        """
        SELECT event_type, metadata ->> 'reason' AS reason, included_delta, prepaid_delta, event_id,
               credit_event_id(tenant_id, organization_id, sequence, created_at) AS expected_id
          FROM credit_events WHERE tenant_id = $1 AND organization_id = $2 AND sequence = $3
        """,
        tenant_id,
        organization_id,
        sequence,
    )
    return read_row(Event, row)
