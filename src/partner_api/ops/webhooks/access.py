"""Finding the endpoint or the delivery that an operator names, or 404; locking an endpoint for a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.database.tenants import hold_tenant
from partner_api.errors import not_found
from partner_api.webhooks import delivery_store, endpoint_store, operator_store

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection


async def require_endpoint(
    connection: Connection, endpoint_id: UUID
) -> operator_store.OperatedEndpoint:
    """Return an endpoint of any partner, in either environment.

    Raises:
        ApiError: NOT_FOUND, also if it is deleted.
    """
    endpoint = await operator_store.find_endpoint(connection, endpoint_id)
    if endpoint is None:
        raise not_found()
    return endpoint


async def lock_endpoint(
    connection: Connection, endpoint_id: UUID
) -> operator_store.OperatedEndpoint:
    """As ``require_endpoint``, and lock it against changes and the sender's reports.

    Raises:
        ApiError: NOT_FOUND.
    """
    endpoint = await require_endpoint(connection, endpoint_id)
    await hold_tenant(connection, endpoint.tenant_id)
    await endpoint_store.lock_queue(
        connection, endpoint.tenant_id, endpoint.organization_id, endpoint_id
    )
    # As it is now that nobody else changes it.
    return await require_endpoint(connection, endpoint_id)


async def require_delivery(
    connection: Connection, endpoint: operator_store.OperatedEndpoint, delivery_id: UUID
) -> delivery_store.DeliveryDetail:
    """Return a delivery of an endpoint, with what is sent.

    Raises:
        ApiError: NOT_FOUND, also if it is another endpoint's.
    """
    delivery = await delivery_store.find_delivery(
        connection, endpoint.tenant_id, endpoint.organization_id, delivery_id
    )
    if delivery is None or delivery.endpoint_id != endpoint.id:
        raise not_found()
    return delivery
