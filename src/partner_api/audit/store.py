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
           AND occurred_at >= coalesce($6, '-infinity')
           AND occurred_at <= coalesce($7, $8, 'infinity')
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
