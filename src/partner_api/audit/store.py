"""SQL of the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection, Row


async def ensure_partitions(connection: Connection, now: datetime) -> int:
    """Make the missing partitions of this and the next three months; gives how many."""
    made = await connection.fetchval("SELECT audit_partitions_ensure($1)", now)
    return int(made)


class AuditFilter(NamedTuple):
    """Which audit events to list. None is no filter; times are inclusive."""

    event_types: Sequence[str] | None = None
    project_ids: Sequence[UUID] | None = None
    api_key_ids: Sequence[UUID] | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditPosition(NamedTuple):
    """Where a page begins: after this event, going back in time."""

    occurred_at: datetime
    event_id: UUID


async def list_audit_events(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    wanted: AuditFilter,
    *,
    before: AuditPosition | None,
    limit: int,
) -> list[Row]:
    """A page of what an organization did and what was refused to it, newest first."""
    return await connection.fetch(
        """
        SELECT * FROM audit_events
         WHERE tenant_id = $1 AND organization_id = $2
           AND ($3::text[] IS NULL OR event_type = ANY ($3))
           AND ($4::uuid[] IS NULL OR project_id = ANY ($4))
           AND ($5::uuid[] IS NULL OR api_key_id = ANY ($5))
           AND occurred_at >= coalesce($6::timestamptz, '-infinity')
           AND occurred_at <= coalesce($7::timestamptz, $8::timestamptz, 'infinity')
           AND ($8::timestamptz IS NULL OR (occurred_at, event_id) < ($8, $9::uuid))
         ORDER BY occurred_at DESC, event_id DESC
         LIMIT $10
        """,
        tenant_id,
        organization_id,
        None if wanted.event_types is None else list(wanted.event_types),
        None if wanted.project_ids is None else list(wanted.project_ids),
        None if wanted.api_key_ids is None else list(wanted.api_key_ids),
        wanted.since,
        wanted.until,
        before.occurred_at if before else None,
        before.event_id if before else None,
        limit,
    )


async def set_last_used(
    connection: Connection, uses: Sequence[tuple[tuple[int, UUID], datetime]]
) -> None:
    """Move the time of last use of many keys forward. Crosses tenants, each row in its own."""
    await connection.execute(
        """
        UPDATE api_keys k SET last_used_at = u.used_at
          FROM (SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[])
                    AS t (tenant_id, id, used_at) ORDER BY tenant_id, id) u
         WHERE k.tenant_id = u.tenant_id AND k.id = u.id
           AND (k.last_used_at IS NULL OR k.last_used_at < u.used_at)
        """,
        [use[0] for use, _ in uses],
        [use[1] for use, _ in uses],
        [used_at for _, used_at in uses],
    )


async def add_refusals(
    connection: Connection,
    refusals: Sequence[tuple[tuple[int, UUID, UUID, str, datetime], int]],
) -> None:
    """Add to the counts of refusals per key, kind and minute. Crosses tenants, each row in its own."""
    await connection.execute(
        """
        INSERT INTO audit_events AS a
            (tenant_id, organization_id, event_id, event_type, occurred_at, actor, api_key_id, details)
        SELECT r.tenant_id, r.organization_id,
               time_ordered_uuid(r.minute, r.event_type || ':' || r.api_key_id), r.event_type,
               r.minute, 'partner_api', r.api_key_id, jsonb_build_object('count', r.count)
          FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::bigint[])
               AS r (tenant_id, organization_id, api_key_id, event_type, minute, count)
         ORDER BY 1, 5, 3
        ON CONFLICT (tenant_id, occurred_at, event_id) DO UPDATE
           SET details = jsonb_build_object(
               'count', (a.details ->> 'count')::bigint + (excluded.details ->> 'count')::bigint)
        """,
        [refusal[0] for refusal, _ in refusals],
        [refusal[1] for refusal, _ in refusals],
        [refusal[2] for refusal, _ in refusals],
        [refusal[3] for refusal, _ in refusals],
        [refusal[4] for refusal, _ in refusals],
        [count for _, count in refusals],
    )


async def expire(connection: Connection, now: datetime, limit: int) -> int:
    """Drop the months older than 90 days, and up to ``limit`` rows that lie outside any month.

    Gives how many partitions and rows went. Crosses tenants.
    """
    return int(await connection.fetchval("SELECT audit_expire($1, $2)", now, limit))
