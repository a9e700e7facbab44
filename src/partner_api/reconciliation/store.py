"""SQL that reads the books for checking: organizations, credit wallets, jobs and transfers.

What must agree is read by one statement, so from one snapshot: while others move credits, a check
sees either all of a movement or nothing of it. Every statement looks at a bounded number of rows
beside the events of one wallet, finds them by key, and names one tenant unless it says otherwise.
A look-up is written as LATERAL (... LIMIT 1): the planner then has no other way than the index, also
when its statistics are older than a million rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    """The next tenants by id. Crosses tenants."""
    rows = await connection.fetch(
        "SELECT id FROM tenants WHERE id > $1 ORDER BY id LIMIT $2", after, limit
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


# The first event that breaks a rule along the sequence comes as an array, its sequence first, because
# the smallest array is then the first break. Amounts are compared by subtraction, where a corrupt row
# cannot overflow, and sums are numeric.
_WALLETS = """
SELECT o.id AS organization_id, o.status, w.organization_id IS NOT NULL AS has_wallet, w.state,
       w.included_remaining, w.prepaid, w.reserved, w.used_this_period, w.running_jobs,
       w.last_sequence, w.last_event_at, e.*, r.*
  FROM unnest($2::uuid[]) AS k (organization_id)
 CROSS JOIN LATERAL (
       SELECT id, status FROM organizations
        WHERE tenant_id = $1 AND id = k.organization_id LIMIT 1) o
  LEFT JOIN LATERAL (
       SELECT * FROM wallets
        WHERE tenant_id = $1 AND organization_id = k.organization_id LIMIT 1) w ON true
 CROSS JOIN LATERAL (
       SELECT count(*) AS events,
              coalesce(sum(s.included_delta), 0) AS included_sum,
              coalesce(sum(s.prepaid_delta), 0) AS prepaid_sum,
              coalesce(-sum(s.included_delta::numeric + s.prepaid_delta)
                       FILTER (WHERE s.event_type = 'usage' AND s.created_at >= w.period_start), 0)
                  AS period_usage,
              coalesce(max(s.sequence), 0) AS newest_sequence,
              max(s.created_at) AS newest_at,
              min(ARRAY[s.sequence, s.included_before, s.included_delta, s.included_after])
                  FILTER (WHERE s.included_after::numeric - s.included_delta <> s.included_before)
                  AS included_break,
              min(ARRAY[s.sequence, s.prepaid_before, s.prepaid_delta, s.prepaid_after])
                  FILTER (WHERE s.prepaid_after::numeric - s.prepaid_delta <> s.prepaid_before)
                  AS prepaid_break,
              min(ARRAY[s.sequence, least(s.included_after, s.prepaid_after)])
                  FILTER (WHERE s.included_after < 0 OR s.prepaid_after < 0) AS negative_event,
              min(ARRAY[s.sequence, s.sequence_before])
                  FILTER (WHERE s.sequence - 1 <> s.sequence_before) AS gap,
              min(ARRAY[s.sequence, extract(epoch FROM s.created_before) * 1000,
                        extract(epoch FROM s.created_at) * 1000]::bigint[])
                  FILTER (WHERE s.created_at < s.created_before) AS time_break
         FROM (SELECT e.sequence, e.event_type, e.included_delta, e.prepaid_delta,
                      e.included_after, e.prepaid_after, e.created_at,
                      lag(e.sequence, 1, 0::bigint) OVER past AS sequence_before,
                      lag(e.included_after, 1, 0::bigint) OVER past AS included_before,
                      lag(e.prepaid_after, 1, 0::bigint) OVER past AS prepaid_before,
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
) -> list[asyncpg.Record]:
    """Each organization with its wallet, and what its events and open reservations say it should be."""
    return await connection.fetch(_WALLETS, tenant_id, organization_ids)


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


async def list_wrong_jobs(
    connection: Connection, tenant_id: int, after: UUID, limit: int
) -> list[asyncpg.Record]:
    """Among the next ``limit`` jobs by id, those whose reservation is not as it should be.

    The last job of the page always comes, so that the caller knows where to go on. Columns: ``id``,
    ``status``, ``expected`` and ``reservation`` (its status; None when there is none),
    ``organization_id``.
    """
    return await connection.fetch(
        """
        SELECT j.id, j.status, j.expected, r.status AS reservation,
               coalesce(r.organization_id, p.organization_id) AS organization_id
          FROM (SELECT *, lead(id) OVER (ORDER BY id) IS NULL AS is_last,
                       CASE status WHEN 'running' THEN 'open' WHEN 'completed' THEN 'settled'
                                   ELSE 'released' END AS expected
                  FROM (SELECT id, status, project_id FROM jobs
                         WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3) page) j
          LEFT JOIN LATERAL (
               SELECT status, organization_id FROM reservations
                WHERE tenant_id = $1 AND job_id = j.id LIMIT 1) r ON true
          LEFT JOIN LATERAL (
               SELECT organization_id FROM projects
                WHERE tenant_id = $1 AND id = j.project_id AND r.status IS NULL LIMIT 1) p ON true
         WHERE r.status IS DISTINCT FROM j.expected OR j.is_last
         ORDER BY j.id
        """,
        tenant_id,
        after,
        limit,
    )


async def list_transfers(
    connection: Connection, tenant_id: int, after: UUID, limit: int
) -> list[asyncpg.Record]:
    """The next transfers by id, each with what its events say.

    Columns beside the transfer's: ``events`` (how many name it), ``sent``, ``received`` (what they
    moved on either side), ``receiver_balance`` (None without an event there), ``same_key``.
    """
    return await connection.fetch(
        """
        SELECT t.id, t.from_organization_id, t.to_organization_id, t.credits, t.balance,
               t.idempotency_key, e.*,
               (SELECT count(*) FROM credit_transfers o
                 WHERE o.tenant_id = t.tenant_id AND o.api_key_id = t.api_key_id
                   AND o.idempotency_key = t.idempotency_key) AS same_key
          FROM credit_transfers t
         CROSS JOIN LATERAL (
               SELECT count(*) AS events,
                      coalesce(sum(e.included_delta::numeric + e.prepaid_delta)
                          FILTER (WHERE e.organization_id = t.from_organization_id), 0) AS sent,
                      coalesce(sum(e.included_delta::numeric + e.prepaid_delta)
                          FILTER (WHERE e.organization_id = t.to_organization_id), 0) AS received,
                      max(e.included_after::numeric + e.prepaid_after)
                          FILTER (WHERE e.organization_id = t.to_organization_id)
                          AS receiver_balance
                 FROM credit_events e
                WHERE e.tenant_id = t.tenant_id AND e.transfer_id = t.id) e
         WHERE t.tenant_id = $1 AND t.id > $2
         ORDER BY t.id LIMIT $3
        """,
        tenant_id,
        after,
        limit,
    )


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
