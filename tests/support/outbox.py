"""What partners are told of: the outbox of a tenant, and what its events say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct, convert, to_builtins

from partner_api.events.type_schemas import EVENT_TYPES
from partner_api.ids import format_id

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection, Pool


class Told(NamedTuple):
    """An event in the outbox."""

    id: UUID
    organization_id: UUID
    event_type: str
    data: dict[str, Any]
    created_at: datetime


async def told(
    connection: Connection | Pool, tenant_id: int, *event_types: str, of: UUID | None = None
) -> list[Told]:
    """What a tenant was told, oldest first: events of these types, or all; of one organization, or all."""
    rows = await connection.fetch(
        """
        SELECT id, organization_id, event_type, data, created_at FROM outbox
         WHERE tenant_id = $1 AND ($2::text[] = '{}' OR event_type = ANY ($2))
           AND ($3::uuid IS NULL OR organization_id = $3)
         ORDER BY created_at, id
        """,
        tenant_id,
        list(event_types),
        of,
    )
    return [Told(*row) for row in rows]


def decoded(event: Told) -> Struct:
    """Return what an event says, as its type has it; it must say nothing else.

    The organization is added when an event is published, if it was written without.
    """
    data = {"organizationId": format_id("org", event.organization_id), **event.data}
    value = convert(data, EVENT_TYPES[event.event_type].data, strict=True)
    assert to_builtins(value) == data, event
    return value
