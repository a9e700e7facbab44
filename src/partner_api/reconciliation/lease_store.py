"""SQL that reads leases for checking: their months and their accounts.

The same rules as in `store`: one statement for what must agree, bounded, by key, one tenant each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.database.comparing import compare, difference_list, month_start, require
from partner_api.database.rows import read_rows
from partner_api.reconciliation.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.reconciliation.comparing import Differences


class Lease(msgspec.Struct, frozen=True):
    """A lease with its months and its accounts. The organization, here and below, owns its project."""

    id: UUID
    """Of its social account."""
    organization_id: UUID | None
    months: int
    """How many months are charged."""
    newest_month: int | None
    status: str
    pool_account_id: UUID | None
    held_by: UUID | None
    """The lease that the pool account names."""
    differences: Differences


class LeaseCharge(msgspec.Struct, frozen=True):
    """A month that has another time or price than it should, or other cash events."""

    organization_id: UUID | None
    social_account_id: UUID
    lease_month: int
    differences: Differences


class FormerPrice(msgspec.Struct, frozen=True):
    """A former price that holds for a month which has not begun, and what that month is to cost."""

    organization_id: UUID | None
    social_account_id: UUID
    until_month: int
    price_cents: int
    monthly_price_cents: int


class SocialAccount(msgspec.Struct, frozen=True):
    """A social account, and whether it is leased in no lease."""

    id: UUID
    organization_id: UUID | None
    is_wrong: bool


# l the lease, s its social account, a its pool account, p its project, o the project's owner, c sums of its months,
# n the newest month, t the tenant. $4 is now, $5 a time after which everything is in the audit log.
_IS_PAST_DUE = "l.billing_status = 'past_due'"
_HAS_ENDED = "l.status = 'disconnected'"
# Its last attempt has failed: the month it could not pay is settled, and is not counted.
_IS_UNPAID = "coalesce(l.disconnected_reason = 'payment_failed', false)"
_WAITED_DAYS = "extract(epoch FROM l.next_attempt_at - l.past_due_since) / 86400"
# When the newest month began, or a little before, for servers whose clocks differ.
_PRICE_SINCE = "n.period_start - interval '1 day'"
_PRICE_WAS_SET = f"""EXISTS (
    SELECT FROM audit_events
     WHERE tenant_id = $1 AND organization_id IN (p.organization_id, o.parent_id)
       AND occurred_at > {_PRICE_SINCE} AND event_type = 'leased_account.priced'
       AND details ->> 'socialAccountId' = 'sa_' || l.social_account_id
       AND details ->> 'monthlyPriceCents' = l.monthly_price_cents::text)"""
_MAY_HAVE_BEEN_SET = f"""
    n.price_cents <> l.monthly_price_cents AND {_PRICE_SINCE} > $5
    AND coalesce(l.disconnected_at > $5, true)"""
_LEASE = difference_list(
    compare(Rule.LEASE_DUE, "next_due_at", month_start("l.assigned_at", "l.next_month"), "l.next_due_at"),
    compare(Rule.LEASE_DUE, "next_month", f"c.settled - ({_IS_UNPAID})::integer", "l.next_month"),
    compare(Rule.LEASE_BILLING, "months that are due", f"({_IS_PAST_DUE})::integer", "c.due"),
    compare(Rule.LEASE_BILLING, "month that is due", "l.next_month", "c.due_month",
            f"{_IS_PAST_DUE} AND c.due = 1"),
    require(Rule.LEASE_BILLING, "past_due_since",
            "l.past_due_since >= l.next_due_at AND l.past_due_since < $4::timestamptz + interval '1 day'",
            _IS_PAST_DUE),
    require(Rule.LEASE_BILLING, "next_attempt_at",
            f"{_WAITED_DAYS} BETWEEN 1 AND 7 AND {_WAITED_DAYS} = trunc({_WAITED_DAYS})", _IS_PAST_DUE),
    compare(Rule.LEASE_PRICE, "monthly_price_cents", "n.price_cents", "l.monthly_price_cents",
            f"{_MAY_HAVE_BEEN_SET} AND NOT {_PRICE_WAS_SET}"),
    require(Rule.LEASE_END, "next_due_at after disconnected_at", "l.next_due_at > l.disconnected_at",
            f"{_HAS_ENDED} AND NOT {_IS_UNPAID}"),
    compare(Rule.LEASE_END, "newest month", "'uncollected'::text", "n.status", _IS_UNPAID),
    compare(Rule.LEASE_END, "owner", "'archived'::text", "o.status",
            "l.disconnected_reason = 'organization_archived'"),
    require(Rule.LEASE_END, "owner is not archived", "o.status <> 'archived'", "l.status = 'assigned'"),
    compare(Rule.LEASE_SOCIAL_ACCOUNT, "social account status",
            f"CASE WHEN {_HAS_ENDED} THEN 'disconnected' ELSE 'connected' END", "s.status"),
    compare(Rule.LEASE_SOCIAL_ACCOUNT, "social account disconnected_at", "l.disconnected_at", "s.disconnected_at"),
    compare(Rule.LEASE_SOCIAL_ACCOUNT, "social account disconnected_reason",
            "l.disconnected_reason", "s.disconnected_reason"),
    compare(Rule.LEASE_SOCIAL_ACCOUNT, "social account connected_at", "l.assigned_at", "s.connected_at"),
    compare(Rule.LEASE_SOCIAL_ACCOUNT, "social account project_id", "l.project_id", "s.project_id"),
    compare(Rule.LEASE_SOCIAL_ACCOUNT, "social account leased", "true", "s.leased"),
    compare(Rule.LEASE_SOCIAL_ACCOUNT, "social account handle", "a.handle", "s.handle", "a.id IS NOT NULL"),
    compare(Rule.LEASE_SOCIAL_ACCOUNT, "social account platform", "a.platform", "s.platform",
            "a.id IS NOT NULL"),
    compare(Rule.LEASE_ACCOUNT, "is of the pool", "t.env = 'live'", "l.pool_account_id IS NOT NULL"),
)  # fmt: skip
_LEASES = f"""
SELECT l.social_account_id AS id, p.organization_id, c.months, n.lease_month AS newest_month, l.status,
       l.pool_account_id, CASE WHEN a.lease_tenant_id = $1 THEN a.lease_id END AS held_by,
       {_LEASE} AS differences
  FROM (SELECT * FROM leases
         WHERE tenant_id = $1 AND social_account_id > $2
         ORDER BY social_account_id LIMIT $3) l
 CROSS JOIN LATERAL (SELECT env FROM tenants WHERE id = $1) t
  LEFT JOIN LATERAL (
       SELECT * FROM social_accounts WHERE tenant_id = $1 AND id = l.social_account_id LIMIT 1) s ON true
  LEFT JOIN LATERAL (
       SELECT organization_id FROM projects WHERE tenant_id = $1 AND id = l.project_id LIMIT 1) p ON true
  LEFT JOIN LATERAL (
       SELECT status, parent_id FROM organizations
        WHERE tenant_id = $1 AND id = p.organization_id LIMIT 1) o ON true
  LEFT JOIN LATERAL (SELECT * FROM pool_accounts WHERE id = l.pool_account_id LIMIT 1) a ON true
 CROSS JOIN LATERAL (
       SELECT count(*) AS months, count(*) FILTER (WHERE status <> 'due') AS settled,
              count(*) FILTER (WHERE status = 'due') AS due,
              max(lease_month) FILTER (WHERE status = 'due') AS due_month
         FROM lease_charges
        WHERE tenant_id = $1 AND social_account_id = l.social_account_id) c
  LEFT JOIN LATERAL (
       SELECT lease_month, period_start, price_cents, status FROM lease_charges
        WHERE tenant_id = $1 AND social_account_id = l.social_account_id
        ORDER BY lease_month DESC LIMIT 1) n ON true
 ORDER BY l.social_account_id
"""
# c the charge, l its lease, f the former price that ended with it, e the cash event that it names.
_CHARGE = difference_list(
    compare(Rule.LEASE_PERIOD, "period_start", month_start("l.assigned_at", "c.lease_month"), "c.period_start"),
    compare(Rule.LEASE_PERIOD, "period_end", month_start("l.assigned_at", "c.lease_month + 1"), "c.period_end"),
    compare(Rule.LEASE_CHARGE, "", "c.price_cents", "coalesce(-e.amount_cents::numeric, 0)", "c.status = 'paid'"),
    compare(Rule.LEASE_REFUND, "", "e.refunded", "c.refunded_cents"),
    compare(Rule.LEASE_PRICE, "until it was changed", "f.price_cents", "c.price_cents",
            "f.price_cents IS NOT NULL"),
)  # fmt: skip
_WRONG_CHARGES = f"""
  WITH partner AS MATERIALIZED (
       SELECT id FROM organizations WHERE tenant_id = $1 AND parent_id IS NULL)
SELECT w.* FROM (
       SELECT p.organization_id, c.social_account_id, c.lease_month, {_CHARGE} AS differences
         FROM unnest($2::uuid[]) AS k (social_account_id)
        CROSS JOIN LATERAL (
              SELECT project_id, assigned_at FROM leases
               WHERE tenant_id = $1 AND social_account_id = k.social_account_id LIMIT 1) l
         LEFT JOIN LATERAL (
              SELECT organization_id FROM projects
               WHERE tenant_id = $1 AND id = l.project_id LIMIT 1) p ON true
        CROSS JOIN LATERAL (
              SELECT * FROM lease_charges
               WHERE tenant_id = $1 AND social_account_id = k.social_account_id OFFSET 0) c
         LEFT JOIN LATERAL (
              SELECT price_cents FROM lease_former_prices
               WHERE tenant_id = $1 AND social_account_id = k.social_account_id
                 AND until_month = c.lease_month + 1 LIMIT 1) f ON true
        CROSS JOIN LATERAL (
              SELECT (SELECT amount_cents FROM cash_events
                       WHERE tenant_id = $1 AND organization_id = (SELECT id FROM partner)
                         AND currency = 'USD' AND sequence = c.cash_sequence
                         AND social_account_id = c.social_account_id AND lease_month = c.lease_month
                         AND event_type IN ('lease_charge', 'lease_renewal')) AS amount_cents,
                     (SELECT coalesce(sum(amount_cents), 0) FROM cash_events
                       WHERE tenant_id = $1 AND social_account_id = c.social_account_id
                         AND lease_month = c.lease_month AND event_type = 'refund') AS refunded) e) w
 WHERE w.differences IS NOT NULL
 ORDER BY w.social_account_id, w.lease_month
"""


async def list_leases(
    connection: Connection,
    tenant_id: int,
    after: UUID,
    limit: int,
    *,
    now: datetime,
    audited_after: datetime,
) -> list[Lease]:
    """Return the next leases by id.

    Args:
        connection: as `store.prepare_session` leaves it.
        tenant_id: of the leases.
        after: the last lease of the page before.
        limit: how many leases to return.
        now: nothing has happened after it, but for servers whose clocks differ.
        audited_after: what happened later is in the audit log.
    """
    return read_rows(
        Lease, await connection.fetch(_LEASES, tenant_id, after, limit, now, audited_after)
    )


async def wrong_lease_charges(
    connection: Connection, tenant_id: int, social_account_ids: Sequence[UUID]
) -> list[LeaseCharge]:
    """Return the wrong months of these leases."""
    return read_rows(
        LeaseCharge, await connection.fetch(_WRONG_CHARGES, tenant_id, social_account_ids)
    )


async def early_former_prices(
    connection: Connection, tenant_id: int, social_account_ids: Sequence[UUID], now: datetime
) -> list[FormerPrice]:
    """Return the former prices of these leases that hold for a month which has not begun."""
    rows = await connection.fetch(
        f"""
        SELECT p.organization_id, f.social_account_id, f.until_month, f.price_cents,
               l.monthly_price_cents
          FROM unnest($2::uuid[]) AS k (social_account_id)
         CROSS JOIN LATERAL (
               SELECT project_id, assigned_at, monthly_price_cents FROM leases
                WHERE tenant_id = $1 AND social_account_id = k.social_account_id LIMIT 1) l
         CROSS JOIN LATERAL (
               SELECT * FROM lease_former_prices
                WHERE tenant_id = $1 AND social_account_id = k.social_account_id OFFSET 0) f
          LEFT JOIN LATERAL (
               SELECT organization_id FROM projects
                WHERE tenant_id = $1 AND id = l.project_id LIMIT 1) p ON true
         WHERE coalesce({month_start("l.assigned_at", "f.until_month - 1")} > $3::timestamptz + interval '1 day', true)
        """,
        tenant_id,
        social_account_ids,
        now,
    )
    return read_rows(FormerPrice, rows)


async def list_unleased_accounts(
    connection: Connection, tenant_id: int, after: UUID, limit: int
) -> list[SocialAccount]:
    """Return the wrong ones among the next ``limit`` social accounts by id.

    The last account of the page always comes, so that the caller knows where to go on.
    """
    rows = await connection.fetch(
        """
        SELECT s.id, p.organization_id, s.leased AND l.social_account_id IS NULL AS is_wrong
          FROM (SELECT *, lead(id) OVER (ORDER BY id) IS NULL AS is_last
                  FROM (SELECT id, project_id, leased FROM social_accounts
                         WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3) page) s
          LEFT JOIN LATERAL (
               SELECT social_account_id FROM leases
                WHERE tenant_id = $1 AND social_account_id = s.id LIMIT 1) l ON true
          LEFT JOIN LATERAL (
               SELECT organization_id FROM projects
                WHERE tenant_id = $1 AND id = s.project_id LIMIT 1) p ON true
         WHERE (s.leased AND l.social_account_id IS NULL) OR s.is_last
         ORDER BY s.id
        """,
        tenant_id,
        after,
        limit,
    )
    return read_rows(SocialAccount, rows)
