"""SQL of the audit log across tenants: counting refusals, and keeping it for its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


async def ensure_partitions(connection: Connection, now: datetime) -> int:
    """Create the missing partitions of this and the next three months; return how many."""
    return int(await connection.fetchval("SELECT audit_partitions_ensure($1)", now))


async def add_refusals(
    connection: Connection,
    tenant_id: int,
    refusals: Sequence[tuple[tuple[int, UUID, UUID, str, datetime], int]],
) -> None:
    """Add to a tenant's counts of refusals per organization, key, kind and minute."""
    await connection.execute(
        """
        INSERT INTO audit_events AS a
            (tenant_id, organization_id, event_id, event_type, occurred_at, actor, api_key_id, details)
        SELECT $1, r.organization_id,
               time_ordered_uuid(r.minute, r.event_type || ':' || r.api_key_id), r.event_type,
               r.minute, 'partner_api', r.api_key_id, jsonb_build_object('count', r.count)
          FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::bigint[])
               AS r (organization_id, api_key_id, event_type, minute, count)
         ORDER BY 5, 3
        ON CONFLICT (tenant_id, occurred_at, event_id) DO UPDATE
           SET details = ('{"count": ' || ((a.details ->> 'count')::bigint
                                           + (excluded.details ->> 'count')::bigint)::text || '}')::jsonb
        """,
        tenant_id,
        [refusal[1] for refusal, _ in refusals],
        [refusal[2] for refusal, _ in refusals],
        [refusal[3] for refusal, _ in refusals],
        [refusal[4] for refusal, _ in refusals],
        [count for _, count in refusals],
    )


async def expire(connection: Connection, now: datetime, limit: int) -> int:
    """Drop the months older than 90 days, and up to ``limit`` rows that lie outside any month.

    Return how many partitions and rows were dropped. Crosses tenants.
    """
    return int(await connection.fetchval("SELECT audit_expire($1, $2)", now, limit))
