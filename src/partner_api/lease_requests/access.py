"""Finding the lease requests of the caller's projects, or 404."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.edge.wire.pagination import read_cursor
from partner_api.errors import not_found
from partner_api.ids import MalformedId, parse_id
from partner_api.lease_requests import store

if TYPE_CHECKING:
    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest
    from partner_api.lease_requests.schemas import LeaseRequestsQuery


async def require_request(
    request: ApiRequest, connection: Connection, project_id: UUID, name: str
) -> store.LeaseRequest:
    """Return a request of a project of the caller's, by its ``lreq_`` id or the partner's own name for it.

    Raises:
        ApiError: NOT_FOUND.
    """
    try:
        request_id = parse_id("lreq", name)
    except MalformedId:
        request_id = None
    found = await store.find_request(
        connection,
        request.caller.tenant_id,
        request.caller.organization_id,
        project_id,
        request_id=request_id,
        partner_request_id=name,
    )
    if found is None:
        raise not_found()
    return found


async def require_requests(
    request: ApiRequest, connection: Connection, project_id: UUID, query: LeaseRequestsQuery
) -> list[store.LeaseRequest]:
    """Return the page that is asked for of the requests of a project of the caller's, and one more.

    Raises:
        ApiError: NOT_FOUND, the project.
    """
    found = await store.list_requests(
        connection,
        request.caller.tenant_id,
        request.caller.organization_id,
        project_id,
        statuses=query.status,
        before=read_cursor(request, UUID),
        limit=query.limit + 1,
    )
    if found is None:
        raise not_found()
    return found
