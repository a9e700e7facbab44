"""Replaying a delivery: what its partner and the operator do alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.errors import ApiError
from partner_api.ids import new_ulid, new_uuid7
from partner_api.webhooks import delivery_store as store

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.connection import Connection

_UNDER_WAY = "This delivery has not ended yet, so there is nothing to replay. Wait until it was sent or has failed."
_EXPIRED = "The event of this delivery is more than 30 days old and no longer kept. It cannot be sent again."


async def replay(
    connection: Connection, tenant_id: int, now: datetime, original: store.DeliveryDetail
) -> store.NewDelivery:
    """Send the data of a delivery again in a new one, as an event of its own; return the new one.

    Args:
        connection: in a transaction that has locked the queue of the endpoint, which is active.
        tenant_id: of the endpoint.
        now: the time of the request.
        original: stays as it is.

    Raises:
        ApiError: CONFLICT: it has not ended yet, or its event is no longer kept.
    """
    if original.status in ("pending", "delivering"):
        raise ApiError("CONFLICT", _UNDER_WAY, {"status": original.status})
    if original.data is None:
        raise ApiError("CONFLICT", _EXPIRED, {"reason": "event_expired"})
    again = store.NewDelivery(
        new_uuid7(now),
        original.endpoint_id,
        new_ulid(now),
        original.event_type,
        original.organization_id,
        original.event_created_at,
        original.data,
        original.id,
    )
    await store.insert_delivery(connection, tenant_id, now, again)
    return again
