"""SQL of the simulation: what operations have left, for the driver's own checks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from partner_api.database.connection import Connection, Row
    from partner_api.simulation.operations import Operation

# Rows that say what was moved, to whom and when. Everything in them comes from the driver.
_DIGESTED = (
    ("credit_events", "tenant_id, organization_id, sequence"),
    ("credit_transfers", "tenant_id, id"),
    ("reservations", "tenant_id, job_id"),
    ("cash_events", "tenant_id, organization_id, sequence"),
    ("lease_charges", "tenant_id, social_account_id, lease_month"),
    ("wallets", "tenant_id, organization_id"),
)


async def count_audit_rows(connection: Connection, operation: Operation) -> list[int]:
    """How many audit rows each item's request has left: one for each time that it was done."""
    rows = await connection.fetch(
        """
        SELECT count(a.request_id) AS times
          FROM unnest($3::text[]) WITH ORDINALITY AS k (request_id, place)
          LEFT JOIN audit_events a
            ON a.tenant_id = $1 AND a.occurred_at = $2 AND a.request_id = k.request_id
         GROUP BY k.place ORDER BY k.place
        """,
        operation.tenant_id,
        operation.now,
        [item.argument.caller.request_id for item in operation.items],
    )
    return [row["times"] for row in rows]


async def count_started_jobs(connection: Connection, operation: Operation) -> list[int]:
    """Whether each item's job is there."""
    return await _count(
        connection,
        "SELECT id FROM jobs WHERE tenant_id = $1 AND id = ANY ($2)",
        operation.tenant_id,
        [item.argument.job_id for item in operation.items],
    )


async def count_ended_jobs(connection: Connection, operation: Operation) -> list[int]:
    """Whether each item's job is over."""
    return await _count(
        connection,
        "SELECT id FROM jobs WHERE tenant_id = $1 AND id = ANY ($2) AND status <> 'running'",
        operation.tenant_id,
        [item.argument.job_id for item in operation.items],
    )


async def count_leases(connection: Connection, operation: Operation) -> list[int]:
    """Whether each item's first lease is there; the others are there with it."""
    return await _count(
        connection,
        "SELECT social_account_id FROM leases WHERE tenant_id = $1 AND social_account_id = ANY ($2)",
        operation.tenant_id,
        [item.argument.social_account_ids[0] for item in operation.items],
    )


async def count_statuses(connection: Connection, operation: Operation) -> list[int]:
    """Whether each item's organization has the status that the item gives it."""
    (item,) = operation.items
    return await _count(
        connection,
        "SELECT id FROM organizations WHERE tenant_id = $1 AND id = ANY ($2) AND status = $3",
        operation.tenant_id,
        [item.argument.organization_id],
        item.argument.status,
    )


async def _count(
    connection: Connection, statement: str, tenant_id: int, ids: Sequence[UUID], *more: object
) -> list[int]:
    found = {row[0] for row in await connection.fetch(statement, tenant_id, ids, *more)}
    return [int(one in found) for one in ids]


async def read_wallets(connection: Connection, tenant_id: int) -> list[Row]:
    """The wallets of a tenant as they are stored, with what their open reservations add up to."""
    return await connection.fetch(
        """
        SELECT w.*, o.status AS organization_status, r.open_credits, r.open_jobs
          FROM wallets w
          JOIN organizations o ON o.tenant_id = w.tenant_id AND o.id = w.organization_id
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(credits), 0) AS open_credits, count(*) AS open_jobs
                 FROM reservations
                WHERE tenant_id = w.tenant_id AND organization_id = w.organization_id
                  AND status = 'open') r
         WHERE w.tenant_id = $1 ORDER BY w.organization_id
        """,
        tenant_id,
    )


async def read_new_events(
    connection: Connection, tenant_id: int, after: Mapping[UUID, int]
) -> list[Row]:
    """The events of each wallet after a sequence, wallet by wallet, in order."""
    return await connection.fetch(
        """
        SELECT e.organization_id, e.sequence, e.event_type, e.included_delta, e.prepaid_delta,
               e.included_after, e.prepaid_after, e.created_at, e.metadata ->> 'reason' AS reason
          FROM unnest($2::uuid[], $3::bigint[]) AS k (organization_id, sequence)
          JOIN credit_events e
            ON e.tenant_id = $1 AND e.organization_id = k.organization_id
           AND e.sequence > k.sequence
         ORDER BY e.organization_id, e.sequence
        """,
        tenant_id,
        list(after),
        list(after.values()),
    )


async def read_cash_wallet(connection: Connection, tenant_id: int) -> Row:
    """The cash wallet of a tenant's partner."""
    row = await connection.fetchrow(
        "SELECT * FROM cash_wallets WHERE tenant_id = $1 AND currency = 'USD'", tenant_id
    )
    assert row is not None  # noqa: S101 - made with the tenant
    return row


async def read_new_cash_events(connection: Connection, tenant_id: int, after: int) -> list[Row]:
    """The cash events of a tenant after a sequence, in order."""
    return await connection.fetch(
        """
        SELECT sequence, event_type, amount_cents, balance_after_cents, created_at
          FROM cash_events
         WHERE tenant_id = $1 AND currency = 'USD' AND sequence > $2 ORDER BY sequence
        """,
        tenant_id,
        after,
    )


async def has_tenants(connection: Connection) -> bool:
    """Whether somebody uses this database."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM tenants)"))


async def was_in_production(connection: Connection) -> bool:
    """Whether a server ever ran on this database without development mode."""
    return bool(await connection.fetchval("SELECT ever_production FROM installation"))


async def backend_runs(connection: Connection, process_id: int) -> bool:
    """Whether the database still has a process for a connection."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)", process_id
        )
    )


async def sum_events(connection: Connection) -> Row:
    """What all credit events add up to, by what they mean. Crosses tenants."""
    row = await connection.fetchrow(
        """
        SELECT count(*) AS events,
               coalesce(sum(c) FILTER (WHERE event_type IN ('grant', 'purchase', 'refund')
                                          OR event_type = 'adjustment' AND c > 0), 0) AS added,
               coalesce(-sum(c) FILTER (WHERE event_type = 'usage'), 0) AS used,
               coalesce(-sum(c) FILTER (WHERE reason LIKE '%lapse'), 0) AS lapsed,
               coalesce(-sum(c) FILTER (WHERE event_type = 'adjustment' AND c < 0
                                          AND reason IS NULL), 0) AS withdrawn,
               coalesce(sum(c) FILTER (WHERE event_type = 'allocation' AND c > 0), 0) AS moved
          FROM (SELECT event_type, included_delta::numeric + prepaid_delta AS c,
                       metadata ->> 'reason' AS reason
                  FROM credit_events) e
        """
    )
    assert row is not None  # noqa: S101 - an aggregate has one row
    return row


async def digest_ledgers(connection: Connection) -> str:
    """A digest of every ledger row: amounts, types, order, times and ids. Crosses tenants."""
    digest = hashlib.sha256()
    async with connection.transaction(readonly=True):
        for table, order in _DIGESTED:
            async for row in connection.cursor(
                f"SELECT t::text FROM {table} t ORDER BY {order}",  # noqa: S608 - fixed names
                prefetch=1000,
            ):
                digest.update(row[0].encode() + b"\n")
    return digest.hexdigest()[:32]
