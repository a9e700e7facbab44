"""SQL of the simulation: what operations have left, for the driver's own checks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from partner_api.database.arguments import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.arguments import Idempotency
    from partner_api.database.connection import Connection
    from partner_api.simulation.operations import Operation

# Rows that say what was moved, to whom and when. Everything in them comes from the driver.
_DIGESTED = (
    ("credit_events", "tenant_id, organization_id, sequence"),
    ("credit_transfers", "tenant_id, id"),
    ("jobs", "tenant_id, id"),
    ("reservations", "tenant_id, job_id"),
    ("cash_events", "tenant_id, organization_id, sequence"),
    ("lease_requests", "tenant_id, id"),
    ("leases", "tenant_id, social_account_id"),
    ("lease_charges", "tenant_id, social_account_id, lease_month"),
    ("wallets", "tenant_id, organization_id"),
)


async def find_record(connection: Connection, now: datetime, record: Idempotency) -> Outcome | None:
    """What a request was answered before, or that its key was used for another one; None if it is new."""
    (found,) = await connection.fetch(
        "SELECT verdict, answer FROM idempotency_find($1, $2::idempotency)", now, record
    )
    if found["verdict"] == "new":
        return None
    if found["verdict"] == "replayed":
        return Outcome("replayed", None, found["answer"])
    return Outcome("refused", f"IDEMPOTENCY_{found['verdict'].upper()}", None)


async def keep_record(
    connection: Connection, now: datetime, record: Idempotency, facts: dict[str, Any]
) -> None:
    """Keep what a request is answered, in the transaction of its effect."""
    await connection.fetchval(
        "SELECT idempotency_store($1, $2::idempotency, 200::smallint, $3, NULL)", now, record, facts
    )


async def count_audit_rows(
    connection: Connection, operation: Operation, event_type: str | None = None
) -> list[int]:
    """How many audit rows each item's request has left: one for each time that it was done.

    Args:
        connection: the driver's.
        operation: its items have a caller.
        event_type: the rows to count, where a request leaves others too.
    """
    rows = await connection.fetch(
        """
        SELECT count(a.request_id) AS times
          FROM unnest($3::text[]) WITH ORDINALITY AS k (request_id, place)
          LEFT JOIN audit_events a
            ON a.tenant_id = $1 AND a.request_id = k.request_id
            -- What happens to a lease or a job is not dated before what has happened to it.
           AND a.occurred_at BETWEEN $2 AND $2 + interval '1 hour'
           AND ($4::text IS NULL OR a.event_type = $4)
         GROUP BY k.place ORDER BY k.place
        """,
        operation.tenant_id,
        operation.now,
        [item.argument.caller.request_id for item in operation.items],
        event_type,
    )
    return [row["times"] for row in rows]


async def count_records(connection: Connection, operation: Operation) -> list[int]:
    """Return for each item whether the answer to its request was kept: 1 or 0."""
    records = [item.argument.idempotency for item in operation.items]
    rows = await connection.fetch(
        """
        SELECT key FROM idempotency_keys
         WHERE tenant_id = $1 AND caller_id = $2 AND method = $3 AND route = $4 AND key = ANY ($5)
           AND created_at = $6
        """,
        *records[0][:4],
        [record.key for record in records],
        operation.now,
    )
    found = {row["key"] for row in rows}
    return [int(record.key in found) for record in records]


async def count_started_jobs(connection: Connection, operation: Operation) -> list[int]:
    """Return for each item whether its job is there: 1 or 0."""
    return await _count(
        connection,
        "SELECT id FROM jobs WHERE tenant_id = $1 AND id = ANY ($2)",
        operation.tenant_id,
        [item.argument.job_id for item in operation.items],
    )


async def count_completed_jobs(connection: Connection, operation: Operation) -> list[int]:
    """Return for each item whether its job was completed: 1 or 0. A late report ends a job too, but not so."""
    return await _count(
        connection,
        "SELECT id FROM jobs WHERE tenant_id = $1 AND id = ANY ($2) AND completion IS NOT NULL",
        operation.tenant_id,
        [item.argument.job_id for item in operation.items],
    )


async def count_archived(connection: Connection, operation: Operation) -> list[int]:
    """Return for each item whether its organization is archived: 1 or 0."""
    return await _count(
        connection,
        "SELECT id FROM organizations WHERE tenant_id = $1 AND id = ANY ($2) AND status = 'archived'",
        operation.tenant_id,
        [item.argument.organization_id for item in operation.items],
    )


async def _count(
    connection: Connection, statement: str, tenant_id: int, ids: Sequence[UUID]
) -> list[int]:
    found = {row[0] for row in await connection.fetch(statement, tenant_id, ids)}
    return [int(one in found) for one in ids]


async def has_tenants(connection: Connection) -> bool:
    """Return whether somebody uses this database."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM tenants)"))


async def was_in_production(connection: Connection) -> bool:
    """Return whether a server ever ran on this database without development mode."""
    return bool(await connection.fetchval("SELECT ever_production FROM installation"))


async def backend_runs(connection: Connection, process_id: int) -> bool:
    """Return whether the database still has a process for a connection."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)", process_id
        )
    )


async def digest_ledgers(connection: Connection) -> str:
    """A digest of every ledger row: amounts, types, order, times and ids. Crosses tenants."""
    digest = hashlib.sha256()
    async with connection.transaction(readonly=True):
        for table, order in _DIGESTED:
            async for row in connection.cursor(
                f"SELECT t::text FROM {table} t ORDER BY {order}",
                prefetch=1000,
            ):
                digest.update(row[0].encode() + b"\n")
    return digest.hexdigest()[:32]


async def look_types_up(connection: Connection) -> None:
    """Let the driver look up all types that the money functions take.

    It does so when a statement first has one, which takes longer than the statement. One look at all of them makes a
    new node ready in a quarter of the time.
    """
    await connection.prepare(
        """
        SELECT $1::credit_posting[], $2::credit_allocation[], $3::credit_configuration[],
               $4::subscription_setting[], $5::job_start[], $6::job_heartbeat[], $7::job_completion[],
               $8::job_failure[], $9::job_cancellation[], $10::cash_posting[], $11::cash_refund_item[],
               $12::lease_request_fulfil_item[], $13::lease_request_reject_item[],
               $14::lease_disconnect_item[], $15::lease_set_price_item[],
               $16::organization_set_status_item[], $17::organization_archive_item[],
               NULL::claimed_job[], NULL::outcome[]
        """
    )
