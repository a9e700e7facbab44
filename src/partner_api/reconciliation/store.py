"""SQL that reads the books for checking: which there are, what jobs were charged, and transfers.

What must agree is read by one statement, so from one snapshot: while others move credits, a check
sees either all of a movement or nothing of it. Every statement looks at a bounded number of rows
beside the events of one wallet, finds them by key, and names one tenant unless it says otherwise.
A look-up is written as LATERAL (... LIMIT 1): the planner then has no other way than the index, also
when its statistics are older than a million rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.database.comparing import compare, difference_list, require
from partner_api.reconciliation.rules import Rule

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from uuid import UUID

    import asyncpg

    from partner_api.database.connection import Connection


async def prepare_session(connection: Connection) -> None:
    """Set a connection up for statements that may read the millions of events of one wallet.

    Rows come through an index only, and so in its order: the next page of a list is then never the
    rest of the list, sorted.
    """
    await connection.execute(
        """
        SET statement_timeout = '1h';
        SET jit = off;
        SET max_parallel_workers_per_gather = 0;
        SET enable_seqscan = off;
        SET enable_bitmapscan = off
        """
    )


async def restore_session(connection: Connection) -> None:
    """Undo ``prepare_session``."""
    await connection.execute("RESET ALL")


async def list_tenants(connection: Connection, after: int, limit: int) -> list[int]:
    """The next tenants by id, those that only their wallets know of too. Crosses tenants."""
    rows = await connection.fetch(
        """
        SELECT id FROM (
               (SELECT id FROM tenants WHERE id > $1 ORDER BY id LIMIT $2)
               UNION
               (SELECT tenant_id FROM cash_wallets WHERE tenant_id > $1 ORDER BY tenant_id LIMIT $2)) known
         ORDER BY id LIMIT $2
        """,
        after,
        limit,
    )
    return [row["id"] for row in rows]


async def tenants_of(connection: Connection, organization_id: UUID) -> list[int]:
    """The tenants that have this organization: live, test, or both. Crosses tenants."""
    rows = await connection.fetch(
        "SELECT tenant_id FROM organizations WHERE id = $1 ORDER BY tenant_id", organization_id
    )
    return [row["tenant_id"] for row in rows]


async def tenant_exists(connection: Connection, tenant_id: int) -> bool:
    """Whether there is such a tenant."""
    return bool(
        await connection.fetchval("SELECT EXISTS (SELECT FROM tenants WHERE id = $1)", tenant_id)
    )


async def count_wallets(connection: Connection, tenant_id: int | None) -> int:
    """How many credit and cash wallets there are. Crosses tenants without ``tenant_id``."""
    count = await connection.fetchval(
        """
        SELECT (SELECT count(*) FROM wallets WHERE $1::bigint IS NULL OR tenant_id = $1)
             + (SELECT count(*) FROM cash_wallets WHERE $1::bigint IS NULL OR tenant_id = $1)
        """,
        tenant_id,
    )
    return int(count)


async def list_organizations(
    connection: Connection, tenant_id: int, after: UUID, limit: int
) -> list[asyncpg.Record]:
    """The next organizations by id: ``id``, ``credit_events``, ``cash_events`` (how many to expect)."""
    return await connection.fetch(
        """
        SELECT o.id, coalesce(w.last_sequence, 0) AS credit_events,
               coalesce(c.last_sequence, 0) AS cash_events
          FROM organizations o
          LEFT JOIN LATERAL (
               SELECT last_sequence FROM wallets
                WHERE tenant_id = $1 AND organization_id = o.id LIMIT 1) w ON true
          LEFT JOIN LATERAL (
               SELECT last_sequence FROM cash_wallets
                WHERE tenant_id = $1 AND organization_id = o.id AND currency = 'USD'
                LIMIT 1) c ON true
         WHERE o.tenant_id = $1 AND o.id > $2
         ORDER BY o.id LIMIT $3
        """,
        tenant_id,
        after,
        limit,
    )


async def wrong_charges(
    connection: Connection, tenant_id: int, organization_ids: Sequence[UUID]
) -> AsyncGenerator[asyncpg.Record]:
    """Jobs of these wallets whose reservation and events disagree, one by one.

    Columns: ``organization_id``, ``job_id``, ``charged`` and ``refunded`` of the reservation (0
    without one), ``used``, ``refunds`` (sums of the events) and ``usage_events`` (their number).
    """
    async with connection.transaction(readonly=True):
        async for row in connection.cursor(
            """
            SELECT k.organization_id, j.*
              FROM unnest($2::uuid[]) AS k (organization_id)
             CROSS JOIN LATERAL (
                   SELECT coalesce(r.job_id, e.job_id) AS job_id,
                          coalesce(r.charged, 0) AS charged, coalesce(r.refunded, 0) AS refunded,
                          coalesce(e.used, 0) AS used, coalesce(e.usage_events, 0) AS usage_events,
                          coalesce(e.refunds, 0) AS refunds
                     FROM (SELECT job_id, charged, refunded FROM reservations
                            WHERE tenant_id = $1 AND organization_id = k.organization_id) r
                     FULL JOIN (
                          SELECT job_id,
                                 -sum(included_delta::numeric + prepaid_delta)
                                     FILTER (WHERE event_type = 'usage') AS used,
                                 count(*) FILTER (WHERE event_type = 'usage') AS usage_events,
                                 sum(prepaid_delta) FILTER (WHERE event_type = 'refund') AS refunds
                            FROM credit_events
                           WHERE tenant_id = $1 AND organization_id = k.organization_id
                             AND event_type IN ('usage', 'refund')
                           GROUP BY job_id) e ON e.job_id = r.job_id) j
             WHERE j.charged <> j.used OR j.usage_events <> (j.charged > 0)::integer
                OR j.refunded <> j.refunds OR j.refunds > j.charged
            """,
            tenant_id,
            organization_ids,
        ):
            yield row


# t the transfer, f and o the organizations that it is from and to, e sums of its events.
_NO_SIDE = "ARRAY['direction', 'counterpartyOrgId', 'reason']"
_TRANSFER = difference_list(
    require(Rule.TRANSFER_SIDES, "partner and child", "f.parent_id = t.to_organization_id "
            "OR o.parent_id = t.from_organization_id"),
    require(Rule.TRANSFER_SIDES, "to a child", "o.parent_id = t.from_organization_id",
            "t.idempotency_key IS NOT NULL"),
    compare(Rule.TRANSFER_RECORD, "events that say the same", "e.events", "e.same_events"),
    require(Rule.TRANSFER_BALANCE, "available", "t.available BETWEEN 0 AND t.balance"),
)  # fmt: skip
_TRANSFERS = f"""
SELECT t.id, t.from_organization_id, t.to_organization_id, t.credits, t.balance, t.idempotency_key,
       e.events, e.sent, e.received, e.receiver_balance,
       (SELECT count(*) FROM credit_transfers s
         WHERE s.tenant_id = t.tenant_id AND s.api_key_id = t.api_key_id
           AND s.idempotency_key = t.idempotency_key) AS same_key,
       {_TRANSFER} AS differences
  FROM (SELECT * FROM credit_transfers WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3) t
  LEFT JOIN LATERAL (
       SELECT parent_id FROM organizations
        WHERE tenant_id = $1 AND id = t.from_organization_id LIMIT 1) f ON true
  LEFT JOIN LATERAL (
       SELECT parent_id FROM organizations
        WHERE tenant_id = $1 AND id = t.to_organization_id LIMIT 1) o ON true
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
        WHERE e.tenant_id = t.tenant_id AND e.transfer_id = t.id) e
 ORDER BY t.id
"""


async def list_transfers(
    connection: Connection, tenant_id: int, after: UUID, limit: int
) -> list[asyncpg.Record]:
    """The next transfers by id, each with what its events say.

    Columns beside the transfer's: ``events`` (how many name it), ``sent``, ``received`` (what they
    moved on either side), ``receiver_balance`` (None without an event there), ``same_key``,
    ``differences``.
    """
    return await connection.fetch(_TRANSFERS, tenant_id, after, limit)


async def sum_allocations(connection: Connection, tenant_id: int) -> tuple[int, UUID | None]:
    """The sum of all allocation events of a tenant, and which organization is its partner."""
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
