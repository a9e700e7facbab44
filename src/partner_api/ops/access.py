"""Finding the tenant of the organization that an operator names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.edge.idempotency.records import reject_reused_key
from partner_api.errors import not_found
from partner_api.organizations.store import find_organization

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest


async def require_tenant(request: ApiRequest, connection: Connection, organization_id: UUID) -> int:
    """Return the tenant of a live organization.

    Raises:
        ApiError: NOT_FOUND; before that IDEMPOTENCY_CONFLICT, if the request's key was used for
            another organization.
    """
    row = await find_organization(connection, organization_id)
    if row is None:
        await reject_reused_key(request, connection)
        raise not_found()
    tenant_id: int = row["tenant_id"]
    return tenant_id
