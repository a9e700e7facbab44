"""SQL that reads the cash wallets for checking, with their events.

The same rules as in `store`: one statement for what must agree, bounded, by key, one tenant each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from partner_api.database.comparing import compare, difference_list, month_start, require
from partner_api.database.rows import read_rows
from partner_api.reconciliation.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.reconciliation.comparing import Differences


class CashSlice(NamedTuple):
    """Events of one cash wallet: those after sequence ``after`` up to ``until``."""

    organization_id: UUID
    after: int
    until: int


class CashWallet(msgspec.Struct, frozen=True):
    """An organization with its cash wallet, and what its events say it should be.

    Without a wallet its amounts are 0. The first event that breaks a rule comes as an array, its sequence first.
    """

    organization_id: UUID
    has_wallet: bool
    parent_id: UUID | None
    balance_cents: int
    last_sequence: int
    last_event_at: datetime
    """Without a wallet the time of the organization, as ``expected_event_at`` without events."""
    renewals_due_at: datetime | None
    expected_event_at: datetime
    first_renewal_at: datetime | None
    events: int
    amount_sum: Decimal
    newest_sequence: int
    newest_at: datetime | None
    balance_break: Sequence[int] | None
    """Sequence, balance before, change, and balance after."""
    negative_event: Sequence[int] | None
    gap: Sequence[int] | None
    """Sequence, and the sequence before it."""
    time_break: Sequence[int] | None
    """Sequence, the time before it, and its own, in milliseconds since 1970."""
    nameless: int | None


class CashEvent(msgspec.Struct, frozen=True):
    """A cash event that does not say what it should: of the lease and the month that it names, above all."""

    organization_id: UUID
    sequence: int
    social_account_id: UUID | None
    lease_month: int | None
    differences: Differences


async def read_cash_wallets(
    connection: Connection, tenant_id: int, organization_ids: Sequence[UUID]
) -> list[CashWallet]:
    """Return the cash wallets among these organizations, and the partner if it has none."""
    rows = await connection.fetch(
        """
        SELECT o.id AS organization_id, w.organization_id IS NOT NULL AS has_wallet, o.parent_id,
               coalesce(w.balance_cents, 0) AS balance_cents, coalesce(w.last_sequence, 0) AS last_sequence,
               coalesce(w.last_event_at, o.created_at) AS last_event_at, w.renewals_due_at,
               greatest(o.created_at, e.newest_at) AS expected_event_at,
               CASE WHEN w.organization_id IS NOT NULL THEN least(
                    (SELECT min(next_due_at) FROM leases
                      WHERE tenant_id = $1 AND status = 'assigned' AND billing_status = 'current'),
                    (SELECT min(next_attempt_at) FROM leases
                      WHERE tenant_id = $1 AND next_attempt_at IS NOT NULL)) END AS first_renewal_at,
               e.*
          FROM unnest($2::uuid[]) AS k (organization_id)
         CROSS JOIN LATERAL (
               SELECT id, parent_id, created_at FROM organizations
                WHERE tenant_id = $1 AND id = k.organization_id LIMIT 1) o
          LEFT JOIN LATERAL (
               SELECT * FROM cash_wallets
                WHERE tenant_id = $1 AND organization_id = k.organization_id AND currency = 'USD'
                LIMIT 1) w ON true
         CROSS JOIN LATERAL (
               SELECT count(*) AS events,
                      coalesce(sum(s.amount_cents), 0) AS amount_sum,
                      coalesce(max(s.sequence), 0) AS newest_sequence,
                      max(s.created_at) AS newest_at,
                      min(ARRAY[s.sequence, s.balance_before, s.amount_cents, s.balance_after_cents])
                          FILTER (WHERE s.balance_after_cents::numeric - s.amount_cents
                                        <> s.balance_before) AS balance_break,
                      min(ARRAY[s.sequence, s.balance_after_cents])
                          FILTER (WHERE s.balance_after_cents < 0) AS negative_event,
                      min(ARRAY[s.sequence, s.sequence_before])
                          FILTER (WHERE s.sequence - 1 <> s.sequence_before) AS gap,
                      min(ARRAY[s.sequence, extract(epoch FROM s.created_before) * 1000,
                                extract(epoch FROM s.created_at) * 1000]::bigint[])
                          FILTER (WHERE s.created_at < s.created_before) AS time_break,
                      min(s.sequence) FILTER (WHERE s.event_id <> time_ordered_uuid(
                          s.created_at, 'cash:' || $1 || ':' || k.organization_id || ':' || s.sequence)) AS nameless
                 FROM (SELECT e.sequence, e.event_id, e.amount_cents, e.balance_after_cents, e.created_at,
                              lag(e.sequence, 1, 0::bigint) OVER past AS sequence_before,
                              lag(e.balance_after_cents, 1, 0::bigint) OVER past AS balance_before,
                              lag(e.created_at) OVER past AS created_before
                         FROM cash_events e
                        WHERE e.tenant_id = $1 AND e.organization_id = k.organization_id
                          AND e.currency = 'USD'
                       WINDOW past AS (ORDER BY e.sequence)) s) e
         WHERE o.parent_id IS NULL OR w.organization_id IS NOT NULL
        """,
        tenant_id,
        organization_ids,
    )
    return read_rows(CashWallet, rows)


# e the event, l its lease, c the charge of the month that it names, p the lease's project, a the event that paid that
# month, o the tenant's partner.
_IS_LEASE = "e.event_type IN ('lease_charge', 'lease_renewal', 'refund')"
_PAYS = "e.event_type IN ('lease_charge', 'lease_renewal')"
_HAS_LEASE = f"{_IS_LEASE} AND l.assigned_at IS NOT NULL"
_EVENT = difference_list(
    compare(Rule.CASH_EVENT, "event_type",
            "CASE e.lease_month WHEN 0 THEN 'lease_charge' ELSE 'lease_renewal' END", "e.event_type", _PAYS),
    compare(Rule.CASH_EVENT, "social_account_id", f"({_IS_LEASE})", "e.social_account_id IS NOT NULL"),
    compare(Rule.CASH_EVENT, "project_id", "l.project_id", "e.project_id"),
    compare(Rule.CASH_EVENT, "period_start", month_start("l.assigned_at", "e.lease_month"), "e.period_start"),
    compare(Rule.CASH_EVENT, "period_end", month_start("l.assigned_at", "e.lease_month + 1"), "e.period_end"),
    # A project moves from the partner to a child, and what happened before stays where it was.
    require(Rule.CASH_EVENT, "for_organization_id",
            "e.for_organization_id IN (e.organization_id, p.organization_id)", _PAYS),
    compare(Rule.CASH_EVENT, "for_organization_id", "e.organization_id", "e.for_organization_id",
            f"NOT ({_IS_LEASE})"),
    compare(Rule.CASH_EVENT, "for_organization_id", "a.for_organization_id", "e.for_organization_id",
            "e.event_type = 'refund'"),
    # The event waits for its place behind those with a later time; the charge says when it was made.
    require(Rule.CASH_EVENT, "created_at", "e.created_at >= c.settled_at", f"{_PAYS} AND {_HAS_LEASE}"),
    compare(Rule.LEASE_EVENT, "",
            "CASE WHEN c.cash_sequence IS NULL THEN to_jsonb(c.status) ELSE to_jsonb(c.cash_sequence) END",
            "to_jsonb(e.sequence)",
            f"{_PAYS} AND (c.status = 'paid' AND c.cash_sequence = e.sequence) IS NOT TRUE"),
)  # fmt: skip
_WRONG_EVENTS = f"""
SELECT w.* FROM (
       SELECT k.organization_id, e.sequence, e.social_account_id, e.lease_month, {_EVENT} AS differences
         FROM unnest($2::uuid[], $3::bigint[], $4::bigint[]) AS k (organization_id, after, until)
        CROSS JOIN LATERAL (
              SELECT * FROM cash_events
               WHERE tenant_id = $1 AND organization_id = k.organization_id AND currency = 'USD'
                 AND sequence > k.after AND sequence <= k.until
               OFFSET 0) e
         LEFT JOIN LATERAL (
              SELECT project_id, assigned_at FROM leases
               WHERE tenant_id = $1 AND social_account_id = e.social_account_id LIMIT 1) l ON true
         LEFT JOIN LATERAL (
              SELECT organization_id FROM projects
               WHERE tenant_id = $1 AND id = l.project_id LIMIT 1) p ON true
         LEFT JOIN LATERAL (
              SELECT status, cash_sequence, settled_at FROM lease_charges
               WHERE tenant_id = $1 AND social_account_id = e.social_account_id
                 AND lease_month = e.lease_month LIMIT 1) c ON true
         LEFT JOIN LATERAL (
              SELECT for_organization_id FROM cash_events
               WHERE tenant_id = $1 AND organization_id = k.organization_id AND currency = 'USD'
                 AND sequence = c.cash_sequence AND e.event_type = 'refund' LIMIT 1) a ON true) w
 WHERE w.differences IS NOT NULL
"""


async def wrong_cash_events(
    connection: Connection, tenant_id: int, slices: Sequence[CashSlice]
) -> list[CashEvent]:
    """Return the events of these slices that do not say what they should."""
    rows = await connection.fetch(
        _WRONG_EVENTS,
        tenant_id,
        [each.organization_id for each in slices],
        [each.after for each in slices],
        [each.until for each in slices],
    )
    return read_rows(CashEvent, rows)
