"""SQL that compares the totals of a partner's leases with the leases.

The same rules as in `store`: one statement for what must agree, by key, one tenant each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.database.comparing import compare, difference_list, month_start, require
from partner_api.database.rows import read_row
from partner_api.reconciliation.rules import Rule

if TYPE_CHECKING:
    from partner_api.database.connection import Connection
    from partner_api.reconciliation.comparing import Differences


class LeaseTotals(msgspec.Struct, frozen=True):
    """What of a partner's totals is not what its leases come to."""

    differences: Differences


# A number of months that is out of all reason is a difference; going through them must not take for ever.
_MOST_MONTHS = 1_200
# Of each assigned lease: the number and the position of its month in the calendar, and from which month on it costs
# what it does at present; then what it has settled, as functions/47_lease_totals.sql has it.
_LEASES = f"""
  WITH l AS MATERIALIZED (
       SELECT l.assigned_at, l.monthly_price_cents, l.next_month, l.next_due_at, l.billing_status, p.month,
              greatest(l.next_month::bigint, f.month) AS priced_month,
              (extract(year FROM a.at) * 12 + extract(month FROM a.at))::bigint AS number,
              extract(epoch FROM a.at - date_trunc('month', a.at))::integer AS position,
              CASE WHEN p.month > l.next_month THEN (
                   SELECT sum(coalesce(
                              (SELECT c.price_cents FROM lease_charges c
                                WHERE c.tenant_id = $1 AND c.social_account_id = l.social_account_id
                                  AND c.lease_month = n),
                              (SELECT f.price_cents FROM lease_former_prices f
                                WHERE f.tenant_id = $1 AND f.social_account_id = l.social_account_id
                                  AND f.until_month > n
                                ORDER BY f.until_month LIMIT 1),
                              l.monthly_price_cents))
                     FROM generate_series(
                          l.next_month::bigint, least(p.month, l.next_month::bigint + {_MOST_MONTHS}) - 1) n)
              ELSE 0 END AS former_cents
         FROM leases l
         LEFT JOIN (SELECT social_account_id, max(until_month) AS month FROM lease_former_prices
                     WHERE tenant_id = $1 GROUP BY social_account_id) f
           ON f.social_account_id = l.social_account_id
        CROSS JOIN LATERAL (SELECT l.assigned_at AT TIME ZONE 'UTC' AS at) a
        CROSS JOIN LATERAL (
              SELECT greatest(l.next_month::bigint + (l.billing_status = 'past_due')::integer, f.month) AS month) p
        WHERE l.tenant_id = $1 AND l.status = 'assigned'
  ), s AS (
       SELECT count(*) AS leases, coalesce(sum(monthly_price_cents), 0) AS monthly_cents,
              coalesce(sum(number + next_month), 0) AS next_months,
              coalesce(sum(monthly_price_cents::numeric * (number + month) - former_cents), 0) AS settled_cents,
              max({month_start("assigned_at", "priced_month::integer - 1")})
                  FILTER (WHERE priced_month <= {_MOST_MONTHS})
                  AS exact_from,
              min(next_due_at) FILTER (WHERE billing_status = 'past_due') AS past_due_from
         FROM l
  ), c AS (
       SELECT coalesce(e.span, k.span_seconds) AS span, coalesce(e.place, k.position) AS place,
              coalesce(e.leases, 0) AS expected_leases, coalesce(k.leases, 0) AS leases,
              coalesce(e.cents, 0) AS expected_cents, coalesce(k.monthly_cents, 0) AS cents
         FROM (SELECT span, position - position % span AS place, count(*) AS leases,
                      sum(monthly_price_cents) AS cents
                 FROM l, unnest('{{1, 60, 3600, 86400}}'::integer[]) span GROUP BY 1, 2) e
         FULL JOIN (SELECT * FROM lease_calendar WHERE tenant_id = $1) k
           ON k.span_seconds = e.span AND k.position = e.place
  ), w AS (
       SELECT * FROM c WHERE leases <> expected_leases OR cents <> expected_cents ORDER BY span, place LIMIT 1)
"""
_WRONG = difference_list(
    compare(Rule.LEASE_TOTALS, "leases", "s.leases", "coalesce(t.leases, 0)"),
    compare(Rule.LEASE_TOTALS, "monthly_cents", "s.monthly_cents", "coalesce(t.monthly_cents, 0)"),
    compare(Rule.LEASE_TOTALS, "next_months", "s.next_months", "coalesce(t.next_months, 0)"),
    compare(Rule.LEASE_TOTALS, "settled_cents", "s.settled_cents", "coalesce(t.settled_cents, 0)"),
    compare(Rule.LEASE_TOTALS, "exact_from", "s.exact_from", "t.exact_from",
            "(t.exact_from >= s.exact_from) IS NOT TRUE AND s.exact_from IS NOT NULL"),
    # Those that stand before it are never charged.
    compare(Rule.LEASE_TOTALS, "past_due_from", "s.past_due_from", "t.past_due_from",
            "t.past_due_from > s.past_due_from"),
    require(Rule.LEASE_CALENDAR, "sums of minutes, hours and days", "w.span = 1", "w.span IS NOT NULL"),
    compare(Rule.LEASE_CALENDAR, "leases in the first second that is wrong", "w.expected_leases", "w.leases",
            "w.span = 1"),
    compare(Rule.LEASE_CALENDAR, "cents in the first second that is wrong", "w.expected_cents", "w.cents",
            "w.span = 1"),
)  # fmt: skip


async def wrong_lease_totals(connection: Connection, tenant_id: int) -> LeaseTotals | None:
    """Return what is wrong with the totals of a tenant's leases; None: nothing is."""
    row = await connection.fetchrow(
        f"""
        {_LEASES}
        SELECT * FROM (
               SELECT {_WRONG} AS differences
                 FROM s LEFT JOIN (SELECT * FROM lease_totals WHERE tenant_id = $1) t ON true
                 LEFT JOIN w ON true) d
         WHERE differences IS NOT NULL
        """,
        tenant_id,
    )
    return read_row(LeaseTotals, row)
