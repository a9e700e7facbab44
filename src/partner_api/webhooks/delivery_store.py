"""SQL of deliveries as partners see them: reading them, and having something sent once more.

Whoever adds a delivery holds the queue of its endpoint.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.database.rows import columns_of, read_row, read_rows
from partner_api.webhooks.endpoint_store import EndpointScope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partner_api.database.connection import Connection

DeliveryStatus = Literal["pending", "delivering", "delivered", "failed", "abandoned"]
AbandonedReason = Literal[
    "attempts_exhausted",
    "endpoint_gone",
    "endpoint_paused",
    "endpoint_auto_paused",
    "organization_suspended",
    "organization_archived",
    "event_expired",
    "out_of_scope",
]


class Delivery(Struct, frozen=True):
    """An event on its way to an endpoint."""

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    event_type: str
    status: DeliveryStatus
    attempts: int
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    abandoned_at: datetime | None
    abandoned_reason: AbandonedReason | None
    last_response_status: int | None
    last_response_at: datetime | None
    last_error: str | None
    created_at: datetime


class DeliveryDetail(Delivery, frozen=True):
    """A delivery with the event that it is of."""

    endpoint_scope: EndpointScope
    organization_id: UUID
    """Whose event it is."""
    event_created_at: datetime
    replay_of: UUID | None
    data: dict[str, Any] | None
    """None when the event is older than what is kept."""


class Attempt(Struct, frozen=True):
    """What an attempt to send came to."""

    at: datetime
    duration_ms: int
    status: int | None
    error: str | None
    body: bytes | None


class DeliveryPage(NamedTuple):
    """A part of the list, and the id behind which it goes on; None at its end."""

    deliveries: list[Delivery]
    position: UUID | None


class NewDelivery(NamedTuple):
    """An event to send to one endpoint only."""

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    event_type: str
    organization_id: UUID
    event_created_at: datetime
    data: Mapping[str, Any]
    replay_of: UUID | None


# How many deliveries a page looks at for what no index finds: few of a million have failed.
LOOKED_AT = 5_000

_COLUMNS = columns_of(Delivery, "d")
_DETAIL = columns_of(DeliveryDetail, "d", endpoint_scope="e.scope", data="coalesce(d.data, o.data)")


async def list_deliveries(
    connection: Connection,
    tenant_id: int,
    endpoint_id: UUID,
    *,
    organization_id: UUID | None,
    event_types: Sequence[str] | None,
    statuses: Sequence[str] | None,
    before: UUID | None,
    limit: int,
) -> DeliveryPage:
    """Return a page of the deliveries of an endpoint, newest first; None is no filter.

    With a filter a page looks at 5,000 deliveries, so that it may have few, or none, and not be the last.

    Args:
        connection: any.
        tenant_id: of the endpoint.
        endpoint_id: the endpoint.
        organization_id: only of its events.
        event_types: only of these types.
        statuses: only in these.
        before: only those with a smaller id.
        limit: how many at most.
    """
    has_filter = (organization_id, event_types, statuses) != (None, None, None)
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS}
          FROM (SELECT * FROM webhook_deliveries
                 WHERE tenant_id = $1 AND endpoint_id = $2
                   AND id < coalesce($5, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
                 ORDER BY id DESC LIMIT $8) d
         WHERE ($3::text[] IS NULL OR d.event_type = ANY ($3))
           AND ($4::text[] IS NULL OR d.status = ANY ($4))
           AND ($7::uuid IS NULL OR d.organization_id = $7)
         ORDER BY d.id DESC LIMIT $6
        """,
        tenant_id,
        endpoint_id,
        None if event_types is None else list(event_types),
        None if statuses is None else list(statuses),
        before,
        limit + 1,
        organization_id,
        LOOKED_AT if has_filter else limit + 1,
    )
    found = read_rows(Delivery, rows)
    if len(found) > limit:
        return DeliveryPage(found[:limit], found[limit - 1].id)
    if not has_filter:
        return DeliveryPage(found, None)
    last_look = await _nth_delivery(connection, tenant_id, endpoint_id, before, LOOKED_AT)
    return DeliveryPage(found, last_look)


async def _nth_delivery(
    connection: Connection, tenant_id: int, endpoint_id: UUID, before: UUID | None, number: int
) -> UUID | None:
    """Return the last of the next so many deliveries of an endpoint; None if there are fewer."""
    last: UUID | None = await connection.fetchval(
        """
        SELECT id FROM webhook_deliveries
         WHERE tenant_id = $1 AND endpoint_id = $2
           AND id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
         ORDER BY id DESC OFFSET $4 - 1 LIMIT 1
        """,
        tenant_id,
        endpoint_id,
        before,
        number,
    )
    return last


async def find_delivery(
    connection: Connection, tenant_id: int, organization_id: UUID, delivery_id: UUID
) -> DeliveryDetail | None:
    """Return a delivery to an organization's endpoint; None when there is none, or the endpoint is deleted."""
    row = await connection.fetchrow(
        f"""
        SELECT {_DETAIL} FROM webhook_deliveries d
          JOIN webhook_endpoints e ON e.tenant_id = d.tenant_id AND e.id = d.endpoint_id
          LEFT JOIN outbox o ON o.tenant_id = d.tenant_id AND o.id = d.event_id
         WHERE d.tenant_id = $1 AND d.id = $3
           AND e.organization_id = $2 AND e.deleted_at IS NULL
        """,
        tenant_id,
        organization_id,
        delivery_id,
    )
    return read_row(DeliveryDetail, row)


async def list_attempts(connection: Connection, tenant_id: int, delivery_id: UUID) -> list[Attempt]:
    """Return the attempts of a delivery, in their order."""
    rows = await connection.fetch(
        f"""
        SELECT {columns_of(Attempt)} FROM webhook_attempts
         WHERE tenant_id = $1 AND delivery_id = $2 ORDER BY number
        """,
        tenant_id,
        delivery_id,
    )
    return read_rows(Attempt, rows)


async def insert_delivery(
    connection: Connection, tenant_id: int, now: datetime, delivery: NewDelivery
) -> None:
    """Have an event sent to one endpoint, whose queue is locked, at once."""
    await connection.execute(
        """
        INSERT INTO webhook_deliveries
            (tenant_id, id, endpoint_id, event_id, event_type, organization_id, event_created_at,
             data, replay_of, status, next_attempt_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', $10, $10)
        """,
        tenant_id,
        *delivery._replace(data=dict(delivery.data)),
        now,
    )
    await make_due(connection, tenant_id, now, delivery.endpoint_id)


async def make_due(
    connection: Connection, tenant_id: int, now: datetime, endpoint_id: UUID
) -> None:
    """Let the sender look at once for what is due of an endpoint, whose queue is locked."""
    await connection.execute(
        """
        UPDATE webhook_queues SET next_due_at = least(next_due_at, $3)
         WHERE tenant_id = $1 AND endpoint_id = $2
        """,
        tenant_id,
        endpoint_id,
        now,
    )
