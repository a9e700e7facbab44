"""SQL of the audit log across tenants: the operator's view of it, counting refusals, and keeping it for its time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.audit.store import AuditPosition
from partner_api.database.rows import columns_of, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection

Actor = Literal["partner_api", "operator", "system"]
# How many events a page looks at for what no index finds.
LOOKED_AT = 10_000


class OperatedEvent(Struct, frozen=True):
    """A row of ``audit_events`` of any tenant, or of the operators' own."""

    organization_id: UUID | None
    """Who acted; None for what concerns the installation."""
    organization_name: str | None
    env: Literal["live", "test"] | None
    event_id: UUID
    event_type: str
    occurred_at: datetime
    actor: Actor
    api_key_id: UUID | None
    project_id: UUID | None
    request_id: str | None
    details: dict[str, Any]


class OperatedFilter(NamedTuple):
    """Which audit events to list. None is no filter; times are inclusive."""

    organization_id: UUID | None = None
    event_type: str | None = None
    operator: str | None = None
    """The name of an operator."""
    actor: Actor | None = None
    request_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class EventPage(NamedTuple):
    """A part of the list, and the event behind which it goes on; None at its end."""

    events: list[OperatedEvent]
    position: AuditPosition | None


_COLUMNS = columns_of(OperatedEvent, "a", organization_name="o.name", env="t.env")


async def list_events(
    connection: Connection,
    wanted: OperatedFilter,
    *,
    tenant_ids: Sequence[int],
    before: AuditPosition | None,
    limit: int,
) -> EventPage:
    """Return a page of the audit log of all tenants, newest first.

    Those of an organization, of a type and of an operator are found by an index. For an actor or a request, a page
    looks at 10,000 of the others, so that it may have few, or none, and not be the last.

    Args:
        connection: any.
        wanted: which.
        tenant_ids: of the organization, if one is wanted; a partner is in two.
        before: only what comes behind this event.
        limit: how many at most.
    """
    if wanted.organization_id is None:
        return await _list_events(connection, wanted, None, before, limit)
    pages = [
        await _list_events(connection, wanted, tenant_id, before, limit) for tenant_id in tenant_ids
    ]
    found = sorted((one for page in pages for one in page.events), key=position_of, reverse=True)
    ends = [page.position for page in pages if page.position is not None]
    end = max(ends) if ends else None
    if end is not None:
        # What comes behind the end of one tenant's part may not be all that there is.
        found = [one for one in found if position_of(one) >= end]
    return _page(found, limit, end)


def position_of(event: OperatedEvent) -> AuditPosition:
    """Return where an event stands in the list."""
    return AuditPosition(event.occurred_at, event.event_id)


async def _list_events(
    connection: Connection,
    wanted: OperatedFilter,
    tenant_id: int | None,
    before: AuditPosition | None,
    limit: int,
) -> EventPage:
    """Return a page of the events of a tenant's organization, or of everybody. Crosses tenants."""
    # Each filter that is asked for is a condition of its own: `$1 IS NULL OR …` would keep an index from being used.
    arguments: list[Any] = []
    conditions = ["true"]

    def add(condition: str, *values: object) -> None:
        numbers = range(len(arguments) + 1, len(arguments) + len(values) + 1)
        conditions.append(condition.format(*(f"${number}" for number in numbers)))
        arguments.extend(values)

    if tenant_id is not None:
        add("a.tenant_id = {} AND a.organization_id = {}", tenant_id, wanted.organization_id)
    if wanted.event_type is not None:
        add("a.event_type = {}", wanted.event_type)
    if wanted.operator is not None:
        add("a.actor = 'operator' AND a.details ->> 'operator' = {}", wanted.operator)
    if wanted.since is not None:
        add("a.occurred_at >= {}", wanted.since)
    if wanted.until is not None:
        add("a.occurred_at <= {}", wanted.until)
    if before is not None:
        add("(a.occurred_at, a.event_id) < ({}, {})", *before)
    end = None
    if wanted.actor is not None or wanted.request_id is not None:
        end = await _nth_event(connection, " AND ".join(conditions), arguments)
        if end is not None:
            add("(a.occurred_at, a.event_id) >= ({}, {})", *end)
        if wanted.actor is not None:
            add("a.actor = {}", wanted.actor)
        if wanted.request_id is not None:
            add("a.request_id = {}", wanted.request_id)
    arguments.append(limit + 1)
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM audit_events a
          LEFT JOIN tenants t ON t.id = a.tenant_id
          LEFT JOIN organizations o ON o.tenant_id = a.tenant_id AND o.id = a.organization_id
         WHERE {" AND ".join(conditions)}
         ORDER BY a.occurred_at DESC, a.event_id DESC LIMIT ${len(arguments)}
        """,
        *arguments,
    )
    return _page(read_rows(OperatedEvent, rows), limit, end)


async def _nth_event(
    connection: Connection, conditions: str, arguments: Sequence[object]
) -> AuditPosition | None:
    """Return the last event that a page looks at; None if there are fewer. Crosses tenants."""
    row = await connection.fetchrow(
        f"""
        SELECT a.occurred_at, a.event_id FROM audit_events a WHERE {conditions}
         ORDER BY a.occurred_at DESC, a.event_id DESC OFFSET {LOOKED_AT} - 1 LIMIT 1
        """,
        *arguments,
    )
    return None if row is None else AuditPosition(*row)


def _page(found: list[OperatedEvent], limit: int, end: AuditPosition | None) -> EventPage:
    """Return at most so many events, and where the list goes on."""
    if len(found) > limit:
        return EventPage(found[:limit], position_of(found[limit - 1]))
    return EventPage(found, end)


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
