"""Finding content of the caller's organization, or 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.content import store
from partner_api.errors import not_found

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest


async def require_page(
    request: ApiRequest,
    connection: Connection,
    project_id: UUID,
    wanted: store.ContentFilter,
    *,
    before: store.ContentPosition | None,
    limit: int,
) -> list[store.Container]:
    """Return a page of the containers of a project of the caller's; see ``store.list_containers``.

    Raises:
        ApiError: NOT_FOUND, when the project is not the organization's.
    """
    caller = request.caller
    containers = await store.list_containers(
        connection,
        caller.tenant_id,
        caller.organization_id,
        project_id,
        wanted,
        before=before,
        limit=limit,
    )
    if containers is None:
        raise not_found()
    return containers


async def require_container(
    request: ApiRequest, connection: Connection, container_id: UUID
) -> store.Container:
    """Return a container of the caller's.

    Raises:
        ApiError: NOT_FOUND.
    """
    caller = request.caller
    container = await store.find_container(
        connection, caller.tenant_id, caller.organization_id, container_id
    )
    if container is None:
        raise not_found()
    return container


async def require_asset(
    request: ApiRequest, connection: Connection, container_id: UUID, asset_id: UUID
) -> store.Asset:
    """Return a file in a container of the caller's.

    Raises:
        ApiError: NOT_FOUND.
    """
    caller = request.caller
    asset = await store.find_asset(
        connection, caller.tenant_id, caller.organization_id, container_id, asset_id
    )
    if asset is None:
        raise not_found()
    return asset
