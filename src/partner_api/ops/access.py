"""Finding the organization that an operator names, or 404."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from partner_api.edge.idempotency.records import require_found
from partner_api.errors import not_found
from partner_api.organizations import operator_store

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest


async def require_organization(
    connection: Connection, organization_id: UUID, env: Literal["live", "test"] = "live"
) -> operator_store.OrganizationWithTerms:
    """Return an organization of any partner.

    Raises:
        ApiError: NOT_FOUND.
    """
    organization = await operator_store.find_organization(connection, organization_id, env)
    if organization is None:
        raise not_found()
    return organization


async def require_partner(connection: Connection, partner_id: UUID) -> operator_store.Partner:
    """Return a partner.

    Raises:
        ApiError: NOT_FOUND, also for a child.
    """
    partner = await operator_store.find_partner(connection, partner_id)
    if partner is None:
        raise not_found()
    return partner


async def require_tenant(request: ApiRequest, connection: Connection, organization_id: UUID) -> int:
    """Return the tenant of a live organization.

    Raises:
        ApiError: NOT_FOUND; before that IDEMPOTENCY_CONFLICT, if the request's key was used for
            another organization.
    """
    organization = await operator_store.find_organization(connection, organization_id)
    return (await require_found(request, connection, organization)).tenant_id
