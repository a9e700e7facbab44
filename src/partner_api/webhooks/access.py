"""Finding the webhook endpoints and deliveries of the caller's organization, or 404; locking them for a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.edge.identity.scopes import ORG_ADMIN, covers, forbidden
from partner_api.errors import ApiError, not_found
from partner_api.webhooks import delivery_store, endpoint_store

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest

_NOT_ACTIVE = (
    "This endpoint is paused, so nothing is sent to it. Set its status to active, then ask again."
)


async def require_endpoint(
    request: ApiRequest, connection: Connection, endpoint_id: UUID
) -> endpoint_store.Endpoint:
    """Return an endpoint of the caller's organization.

    Raises:
        ApiError: NOT_FOUND.
    """
    caller = request.caller
    endpoint = await endpoint_store.find_endpoint(
        connection, caller.tenant_id, caller.organization_id, endpoint_id
    )
    if endpoint is None:
        raise not_found()
    return endpoint


async def lock_endpoint(
    request: ApiRequest, connection: Connection, endpoint_id: UUID
) -> endpoint_store.Endpoint:
    """Return an endpoint of the caller's organization, locked against changes and the sender's reports.

    Args:
        request: of an API key.
        connection: in a transaction.
        endpoint_id: the endpoint.

    Raises:
        ApiError: NOT_FOUND; FORBIDDEN_SCOPE: see ``require_reach``.
    """
    caller = request.caller
    await endpoint_store.lock_queue(
        connection, caller.tenant_id, caller.organization_id, endpoint_id
    )
    endpoint = await require_endpoint(request, connection, endpoint_id)
    require_reach(request, endpoint.scope)
    return endpoint


async def lock_active_endpoint(
    request: ApiRequest, connection: Connection, endpoint_id: UUID
) -> endpoint_store.Endpoint:
    """As ``lock_endpoint``, for what is to be sent now.

    Raises:
        ApiError: NOT_FOUND; FORBIDDEN_SCOPE; CONFLICT: it is paused, by whomever.
    """
    endpoint = await lock_endpoint(request, connection, endpoint_id)
    if endpoint.status != "active":
        raise ApiError("CONFLICT", _NOT_ACTIVE, {"status": endpoint.status})
    return endpoint


async def require_delivery(
    request: ApiRequest, connection: Connection, delivery_id: UUID
) -> delivery_store.DeliveryDetail:
    """Return a delivery of an endpoint of the caller's organization, with what was sent.

    Raises:
        ApiError: NOT_FOUND; FORBIDDEN_SCOPE: see ``require_reach``.
    """
    caller = request.caller
    delivery = await delivery_store.find_delivery(
        connection, caller.tenant_id, caller.organization_id, delivery_id
    )
    if delivery is None:
        raise not_found()
    require_reach(request, delivery.endpoint_scope)
    if delivery.organization_id != caller.organization_id:
        # Sent, or to be sent, when the endpoint still got the events of the children.
        require_reach(request, "all_children")
    return delivery


def organization_in_reach(request: ApiRequest) -> UUID | None:
    """Return whose events the key may read in deliveries; None: also those of the children.

    An endpoint whose scope was `all_children` before keeps its deliveries of that time.
    """
    caller = request.caller
    return None if covers(caller.scopes, ORG_ADMIN) else caller.organization_id


def require_reach(request: ApiRequest, scope: endpoint_store.EndpointScope) -> None:
    """Check that the key may have to do with an endpoint that gets, or is to get, events of this scope.

    Those of the children are for whoever may act inside them. A key that may not could otherwise have them sent to
    itself, or read them in the deliveries.

    Raises:
        ApiError: FORBIDDEN_SCOPE.
    """
    if scope == "all_children" and not covers(request.caller.scopes, ORG_ADMIN):
        raise forbidden(ORG_ADMIN)
