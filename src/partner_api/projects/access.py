"""Finding the caller's projects, or 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.errors import not_found
from partner_api.projects import store

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest


async def require_project(
    request: ApiRequest, connection: Connection, project_id: UUID, *, lock: bool = False
) -> store.Project:
    """Return a project of the caller's organization.

    Args:
        request: of an API key.
        connection: with ``lock``, in a transaction.
        project_id: the project.
        lock: whether to lock it until the transaction ends.

    Raises:
        ApiError: NOT_FOUND.
    """
    find = store.lock_project if lock else store.find_project
    caller = request.caller
    project = await find(connection, caller.tenant_id, caller.organization_id, project_id)
    if project is None:
        raise not_found()
    return project


async def require_shared_project(
    request: ApiRequest, connection: Connection, project_id: UUID
) -> store.Project:
    """Return a project of the caller's, kept from moving or being archived in the transaction.

    Raises:
        ApiError: NOT_FOUND.
    """
    caller = request.caller
    project = await store.share_project(
        connection, caller.tenant_id, caller.organization_id, project_id
    )
    if project is None:
        raise not_found()
    return project


async def lock_projects(
    request: ApiRequest, connection: Connection, project_ids: Collection[UUID]
) -> None:
    """Lock projects of the caller's organization, in id order, until the transaction ends.

    Raises:
        ApiError: NOT_FOUND: one of them is not the organization's.
    """
    caller = request.caller
    locked = await store.lock_projects(
        connection, caller.tenant_id, caller.organization_id, list(project_ids)
    )
    if locked != set(project_ids):
        raise not_found()
