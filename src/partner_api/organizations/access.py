"""Finding the children of the caller's organization, or 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.edge.identity.acting import check_status
from partner_api.errors import not_found
from partner_api.organizations import store

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest


async def require_child(
    request: ApiRequest, connection: Connection, organization_id: UUID
) -> store.Organization:
    """Return a direct child of the caller's organization.

    Raises:
        ApiError: NOT_FOUND.
    """
    caller = request.caller
    child = await store.find_child(
        connection, caller.tenant_id, caller.organization_id, organization_id
    )
    if child is None:
        raise not_found()
    return child


async def lock_child(
    request: ApiRequest,
    connection: Connection,
    organization_id: UUID,
    *,
    allowed_through_status: store.OrganizationStatus,
) -> store.Organization:
    """Lock a direct child of the caller's organization, so that it is not archived meanwhile.

    Args:
        request: of an API key.
        connection: in a transaction.
        organization_id: the child.
        allowed_through_status: the last of active, suspended, archived in which the route works.

    Raises:
        ApiError: NOT_FOUND; KILL_SWITCH: its status does not allow it.
    """
    caller = request.caller
    child = await store.lock_child(
        connection, caller.tenant_id, caller.organization_id, organization_id
    )
    if child is None:
        raise not_found()
    check_status(child.status, allowed_through_status)
    return child
