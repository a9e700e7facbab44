"""Finding the lease request that an operator names, or 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.edge.idempotency.records import require_found
from partner_api.errors import not_found
from partner_api.lease_requests import operator_store

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest
    from partner_api.lease_requests.operator_store import QueuedRequest


async def require_request(connection: Connection, request_id: UUID) -> QueuedRequest:
    """Return a live lease request.

    Raises:
        ApiError: NOT_FOUND.
    """
    found = await operator_store.find_request(connection, request_id)
    if found is None:
        raise not_found()
    return found


async def require_tenant(request: ApiRequest, connection: Connection, request_id: UUID) -> int:
    """Return the tenant of a live lease request.

    Raises:
        ApiError: NOT_FOUND; before that IDEMPOTENCY_CONFLICT, if the request's key was used for
            another lease request.
    """
    return await require_found(
        request, connection, await operator_store.find_tenant(connection, request_id)
    )
