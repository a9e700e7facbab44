"""What a partner's leases will take from its cash wallet, from the leases themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.cash.store import Outlook

if TYPE_CHECKING:
    from datetime import datetime

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

# Every unsettled month of every lease, with the price that it will be charged: the definition.
_BY_LEASE = """
  WITH month AS MATERIALIZED (
       SELECT lease_month_start(l.assigned_at, n) AS due_at, l.social_account_id,
              coalesce(
                  (SELECT c.price_cents FROM lease_charges c
                    WHERE c.tenant_id = $1 AND c.social_account_id = l.social_account_id AND c.lease_month = n),
                  (SELECT f.price_cents FROM lease_former_prices f
                    WHERE f.tenant_id = $1 AND f.social_account_id = l.social_account_id AND f.until_month > n
                    ORDER BY f.until_month LIMIT 1),
                  l.monthly_price_cents) AS price_cents
         FROM leases l
        CROSS JOIN LATERAL generate_series(
              l.next_month, greatest(l.next_month, lease_calendar_months(l.assigned_at, $4))) n
        WHERE l.tenant_id = $1 AND l.status = 'assigned'
          AND lease_month_start(l.assigned_at, n) <= $4
  ), line AS (
       SELECT due_at, sum(price_cents) OVER (ORDER BY due_at, social_account_id) AS needed_cents
         FROM month
  )
SELECT w.balance_cents,
       (SELECT count(*) FROM month WHERE due_at > $3) AS renewals,
       (SELECT coalesce(sum(price_cents), 0)::bigint FROM month WHERE due_at > $3) AS total_cents,
       (SELECT min(lease_next_renewal(assigned_at, $3)) FROM leases
         WHERE tenant_id = $1 AND status = 'assigned') AS next_renewal_at,
       coalesce((SELECT min(due_at) FROM line WHERE needed_cents > w.balance_cents)
                - interval '1 second', $4) AS covered_until,
       (SELECT greatest(0, coalesce(max(needed_cents), 0) - w.balance_cents)::bigint FROM line)
           AS shortfall_cents,
       (SELECT count(*) FROM month WHERE due_at <= $3) AS past_due,
       (SELECT coalesce(sum(price_cents), 0)::bigint FROM month WHERE due_at <= $3) AS past_due_cents
  FROM cash_wallets w
 WHERE w.tenant_id = $1 AND w.organization_id = $2 AND w.currency = 'USD'
"""


async def by_lease(
    owner: Connection, partner: Wallet, now: datetime, until: datetime
) -> Outlook | None:
    """Go through all leases, month by month; the connection is the owner's."""
    row = await owner.fetchrow(_BY_LEASE, partner.tenant_id, partner.organization_id, now, until)
    return None if row is None else Outlook(**dict(row))
