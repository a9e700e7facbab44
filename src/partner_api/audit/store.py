"""SQL of an organization's audit log."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.database.rows import columns_of, read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partner_api.database.arguments import Actor
    from partner_api.database.connection import Connection


class AuditEvent(Struct, frozen=True):
    """A row of ``audit_events`` of an organization."""

    organization_id: UUID
    """Who acted."""
    event_id: UUID
    event_type: str
    occurred_at: datetime
    actor: Literal["partner_api", "operator", "system"]
    api_key_id: UUID | None
    project_id: UUID | None
    request_id: str | None
    details: dict[str, Any]


class RequestTrail(Struct, frozen=True):
    """What a row of ``audit_events`` says of the request that it was written by."""

    event_id: UUID
    occurred_at: datetime
    request_id: str
    details: dict[str, Any]


_COLUMNS = columns_of(AuditEvent)
_MOST_TRAILS = 1_000


async def add_event(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    organization_id: UUID | None,
    event_type: str,
    caller: Actor,
    project_id: UUID | None,
    details: Mapping[str, Any],
) -> None:
    """Add the row of a write."""
    await connection.execute(
        "SELECT audit_write($1, $2, $3, $4, $5::caller, $6, $7)",
        tenant_id,
        now,
        organization_id,
        event_type,
        caller,
        project_id,
        dict(details),
    )


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
) -> list[AuditEvent]:
    """Return a page of what an organization did and what was refused to it, newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM audit_events
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
    return read_rows(AuditEvent, rows)


async def trails_at(
    connection: Connection, tenant_id: int, times: Sequence[datetime]
) -> list[RequestTrail]:
    """Return the rows of these instants that a request has written, at most 1,000 of them.

    Args:
        connection: any.
        tenant_id: whose.
        times: exactly as they were written.
    """
    rows = await connection.fetch(
        f"""
        SELECT {columns_of(RequestTrail)} FROM audit_events
         WHERE tenant_id = $1 AND occurred_at = ANY ($2) AND request_id IS NOT NULL
         ORDER BY occurred_at LIMIT $3
        """,
        tenant_id,
        times,
        _MOST_TRAILS,
    )
    return read_rows(RequestTrail, rows)
