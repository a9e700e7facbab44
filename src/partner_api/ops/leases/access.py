"""Finding the lease that an operator names, or 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.edge.idempotency.records import require_found
from partner_api.errors import not_found
from partner_api.leases import listed_store, operator_store

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest


async def require_tenant(
    request: ApiRequest, connection: Connection, social_account_id: UUID
) -> int:
    """Return the tenant of a live lease.

    Raises:
        ApiError: NOT_FOUND; before that IDEMPOTENCY_CONFLICT, if the request's key was used for
            another lease.
    """
    return await require_found(
        request, connection, await operator_store.find_tenant(connection, social_account_id)
    )


async def require_lease(
    request: ApiRequest, connection: Connection, social_account_id: UUID
) -> tuple[int, listed_store.LeaseWithPayments]:
    """Return the tenant of a live lease, and the lease.

    Raises:
        ApiError: NOT_FOUND.
    """
    found = await listed_store.find_lease(connection, request.now, social_account_id)
    if found is None:
        raise not_found()
    return found
