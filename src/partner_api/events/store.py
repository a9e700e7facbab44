"""SQL of a tenant's events: writing them, publishing them, and reading the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partner_api.ids import new_ulid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


async def write_event(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    organization_id: UUID,
    event_type: str,
    data: Mapping[str, Any],
) -> UUID:
    """Write an event to the outbox, in the transaction of what it tells of; return its id.

    Args:
        connection: in that transaction.
        tenant_id: whose.
        now: when it happened, milliseconds at the finest.
        organization_id: to whom.
        event_type: one of the contract's.
        data: as the type's Struct has it; ``organizationId`` is added when it is published.
    """
    event_id = new_ulid(now)
    await connection.execute(
        """
        INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        tenant_id,
        event_id,
        organization_id,
        event_type,
        dict(data),
        now,
    )
    return event_id
