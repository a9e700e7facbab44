"""SQL that reads the books for checking: cash wallets, leases and pool accounts.

The same rules as in `store`: one statement for what must agree, bounded, by key, one tenant each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    import asyncpg

    from partner_api.database.connection import Connection


class CashSlice(NamedTuple):
    """Events of one cash wallet: those after sequence ``after`` up to ``until``."""

    organization_id: UUID
    after: int
    until: int


async def read_cash_wallets(
    connection: Connection, tenant_id: int, organization_ids: Sequence[UUID]
) -> list[asyncpg.Record]:
    """The cash wallets among these organizations, and what their events say they should be.

    A partner without one comes with ``has_wallet`` false.
    """
    return await connection.fetch(
        """
        SELECT o.id AS organization_id, w.organization_id IS NOT NULL AS has_wallet,
               w.balance_cents, w.last_sequence, w.last_event_at, w.renewals_due_at,
               least((SELECT min(next_due_at) FROM leases
                       WHERE tenant_id = w.tenant_id AND status = 'assigned' AND billing_status = 'current'),
                     (SELECT min(next_attempt_at) FROM leases
                       WHERE tenant_id = w.tenant_id AND next_attempt_at IS NOT NULL)) AS first_renewal_at,
               e.*
          FROM unnest($2::uuid[]) AS k (organization_id)
         CROSS JOIN LATERAL (
               SELECT id, parent_id FROM organizations
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
                          FILTER (WHERE s.created_at < s.created_before) AS time_break
                 FROM (SELECT e.sequence, e.amount_cents, e.balance_after_cents, e.created_at,
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


async def wrong_lease_events(
    connection: Connection, tenant_id: int, slices: Sequence[CashSlice]
) -> list[asyncpg.Record]:
    """Lease events that are not what the month they name was paid with.

    Columns: ``organization_id``, ``sequence``, ``amount_cents``, ``social_account_id``,
    ``lease_month`` of the event; ``status``, ``price_cents``, ``cash_sequence`` of the month's
    charge, None without one.
    """
    return await connection.fetch(
        """
        SELECT k.organization_id, e.sequence, e.amount_cents, e.social_account_id, e.lease_month,
               c.status, c.price_cents, c.cash_sequence
          FROM unnest($2::uuid[], $3::bigint[], $4::bigint[]) AS k (organization_id, after, until)
         CROSS JOIN LATERAL (
               SELECT * FROM cash_events
                WHERE tenant_id = $1 AND organization_id = k.organization_id AND currency = 'USD'
                  AND sequence > k.after AND sequence <= k.until
                  AND event_type IN ('lease_charge', 'lease_renewal')
               OFFSET 0) e
          LEFT JOIN LATERAL (
               SELECT status, price_cents, cash_sequence FROM lease_charges
                WHERE tenant_id = $1 AND social_account_id = e.social_account_id
                  AND lease_month = e.lease_month LIMIT 1) c ON true
         WHERE c.status IS DISTINCT FROM 'paid' OR c.cash_sequence <> e.sequence
        """,
        tenant_id,
        [each.organization_id for each in slices],
        [each.after for each in slices],
        [each.until for each in slices],
    )


async def list_leases(
    connection: Connection, tenant_id: int, after: UUID, limit: int
) -> list[asyncpg.Record]:
    """The next leases by id, each with its months and whether its pool account is its own.

    Columns: ``social_account_id``, ``organization_id`` (of the project), ``months`` (how many
    charges), ``newest_month`` (None without any), ``status``, ``pool_account_id``, ``held_by`` (the
    lease that the pool account names).
    """
    return await connection.fetch(
        """
        SELECT l.social_account_id, p.organization_id, c.months, c.newest_month, l.status,
               l.pool_account_id, a.lease_id AS held_by
          FROM (SELECT * FROM leases
                 WHERE tenant_id = $1 AND social_account_id > $2
                 ORDER BY social_account_id LIMIT $3) l
          LEFT JOIN LATERAL (
               SELECT organization_id FROM projects
                WHERE tenant_id = $1 AND id = l.project_id LIMIT 1) p ON true
          LEFT JOIN LATERAL (
               SELECT lease_id FROM pool_accounts
                WHERE id = l.pool_account_id AND lease_tenant_id = $1 LIMIT 1) a ON true
         CROSS JOIN LATERAL (
               SELECT count(*) AS months, max(lease_month) AS newest_month
                 FROM lease_charges
                WHERE tenant_id = $1 AND social_account_id = l.social_account_id) c
         ORDER BY l.social_account_id
        """,
        tenant_id,
        after,
        limit,
    )


async def wrong_lease_charges(
    connection: Connection, tenant_id: int, social_account_ids: Sequence[UUID]
) -> list[asyncpg.Record]:
    """Paid months of these leases whose cash event is not there, or not theirs, or of another price.

    Columns: ``organization_id`` (of the project), ``social_account_id``, ``lease_month``,
    ``price_cents``, ``paid_cents`` (by the event that the charge names, 0 if it is not for this month).
    """
    return await connection.fetch(
        """
          WITH partner AS MATERIALIZED (
               SELECT id FROM organizations WHERE tenant_id = $1 AND parent_id IS NULL)
        SELECT p.organization_id, c.social_account_id, c.lease_month, c.price_cents,
               coalesce(-e.amount_cents::numeric, 0) AS paid_cents
          FROM unnest($2::uuid[]) AS k (social_account_id)
         CROSS JOIN LATERAL (
               SELECT project_id FROM leases
                WHERE tenant_id = $1 AND social_account_id = k.social_account_id LIMIT 1) l
          LEFT JOIN LATERAL (
               SELECT organization_id FROM projects
                WHERE tenant_id = $1 AND id = l.project_id LIMIT 1) p ON true
         CROSS JOIN LATERAL (
               SELECT * FROM lease_charges
                WHERE tenant_id = $1 AND social_account_id = k.social_account_id OFFSET 0) c
          LEFT JOIN LATERAL (
               SELECT amount_cents FROM cash_events
                WHERE tenant_id = $1 AND organization_id = (SELECT id FROM partner)
                  AND currency = 'USD' AND sequence = c.cash_sequence
                  AND social_account_id = c.social_account_id AND lease_month = c.lease_month
                  AND event_type IN ('lease_charge', 'lease_renewal') LIMIT 1) e ON true
         WHERE c.status = 'paid' AND c.price_cents <> coalesce(-e.amount_cents::numeric, 0)
        """,
        tenant_id,
        social_account_ids,
    )


async def wrong_lease_refunds(
    connection: Connection, tenant_id: int, social_account_ids: Sequence[UUID]
) -> list[asyncpg.Record]:
    """Months of these leases whose refunds are not the sum of their refund events.

    Columns: ``organization_id`` (of the project), ``social_account_id``, ``lease_month``,
    ``refunded_cents``, ``event_cents``.
    """
    return await connection.fetch(
        """
        SELECT p.organization_id, c.social_account_id, c.lease_month, c.refunded_cents, e.event_cents
          FROM unnest($2::uuid[]) AS k (social_account_id)
         CROSS JOIN LATERAL (
               SELECT project_id FROM leases
                WHERE tenant_id = $1 AND social_account_id = k.social_account_id LIMIT 1) l
          LEFT JOIN LATERAL (
               SELECT organization_id FROM projects
                WHERE tenant_id = $1 AND id = l.project_id LIMIT 1) p ON true
         CROSS JOIN LATERAL (
               SELECT * FROM lease_charges
                WHERE tenant_id = $1 AND social_account_id = k.social_account_id OFFSET 0) c
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(amount_cents), 0) AS event_cents FROM cash_events
                WHERE tenant_id = $1 AND social_account_id = c.social_account_id
                  AND lease_month = c.lease_month AND event_type = 'refund') e
         WHERE c.refunded_cents <> e.event_cents
        """,
        tenant_id,
        social_account_ids,
    )


async def list_held_accounts(
    connection: Connection, after: UUID, limit: int
) -> list[asyncpg.Record]:
    """The next pool accounts that name a lease, by id, and the lease they name. Crosses tenants.

    Columns: ``id``, ``tenant_id``, ``lease_id`` of the account; ``lease_status`` and
    ``pool_account_id`` of the lease, ``organization_id`` of its project; None without such a lease.
    """
    return await connection.fetch(
        """
        SELECT a.id, a.lease_tenant_id AS tenant_id, a.lease_id, l.status AS lease_status,
               l.pool_account_id, p.organization_id
          FROM (SELECT * FROM pool_accounts
                 WHERE id > $1 AND (lease_id IS NOT NULL OR status = 'leased')
                 ORDER BY id LIMIT $2) a
          LEFT JOIN LATERAL (
               SELECT * FROM leases
                WHERE tenant_id = a.lease_tenant_id AND social_account_id = a.lease_id
                LIMIT 1) l ON true
          LEFT JOIN LATERAL (
               SELECT organization_id FROM projects
                WHERE tenant_id = l.tenant_id AND id = l.project_id LIMIT 1) p ON true
         ORDER BY a.id
        """,
        after,
        limit,
    )
