"""Projects: creating, listing, changing and archiving them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
from msgspec.structs import asdict

from partner_api.clock import format_milliseconds
from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.scopes import requires
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import ProjectId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.errors import ApiError
from partner_api.ids import format_id, new_uuid7
from partner_api.projects import store
from partner_api.projects.access import require_project
from partner_api.projects.schemas import (
    ArchivedProject,
    NewProject,
    Project,
    ProjectPatch,
    ProjectsQuery,
    project_of,
)

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

routes = Routes("Projects")


@routes.write(
    "POST",
    "/v1/projects",
    sdk="projects.create",
    access=requires("projects:write"),
    runs=Runs.TRANSACTION,
    status=201,
    errors=["CONFLICT"],
)
async def create_project(request: ApiRequest, body: NewProject, connection: Connection) -> Project:
    """Create a project.

    A `customerExternalId` that another of your projects has is 409.
    """
    try:
        async with connection.transaction():
            project = await store.create_project(
                connection,
                request.caller.tenant_id,
                request.now,
                project_id=new_uuid7(request.now),
                organization_id=request.caller.organization_id,
                fields=asdict(body),
            )
    except asyncpg.UniqueViolationError:
        raise _taken(body.customer_external_id) from None
    await _audit(request, connection, "project.created", project.id, {"name": project.name})
    return project_of(project)


@routes.read("/v1/projects", sdk="projects.list", access=requires("projects:read"))
async def list_projects(request: ApiRequest, query: ProjectsQuery) -> Page[Project]:
    """List projects.

    Newest first.
    """
    async with request.connection() as connection:
        projects = await store.list_projects(
            connection,
            request.caller.tenant_id,
            request.caller.organization_id,
            statuses=query.status,
            search=query.search,
            customer_external_ids=query.customer_external_id,
            before=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
    return page(request, query, projects, item=project_of, position=lambda project: project.id)


@routes.read(
    "/v1/projects/{projectId}",
    sdk="projects.retrieve",
    access=requires("projects:read"),
    errors=["NOT_FOUND"],
)
async def read_project(request: ApiRequest, project_id: ProjectId) -> Project:
    """Read a project."""
    async with request.connection() as connection:
        return project_of(await require_project(request, connection, project_id))


@routes.write(
    "PATCH",
    "/v1/projects/{projectId}",
    sdk="projects.update",
    shown=Shown(request={"name": "Summer launch"}),
    access=requires("projects:write"),
    runs=Runs.TRANSACTION,
    errors=["NOT_FOUND", "CONFLICT"],
)
async def change_project(
    request: ApiRequest, project_id: ProjectId, body: ProjectPatch, connection: Connection
) -> Project:
    """Change a project.

    What is left out stays. `status: "active"` restores an archived project.
    """
    project = await require_project(request, connection, project_id, lock=True)
    changes = body.changes()
    if "status" in changes:
        # The first archiving keeps its date.
        archived_at = project.archived_at or max(request.now, project.updated_at)
        changes["archived_at"] = archived_at if changes["status"] == "archived" else None
    try:
        async with connection.transaction():
            project = await store.update_project(
                connection, request.caller.tenant_id, request.now, project_id, changes
            )
    except asyncpg.UniqueViolationError:
        raise _taken(changes["customer_external_id"]) from None
    await _audit(request, connection, "project.updated", project_id, {"fields": sorted(changes)})
    return project_of(project)


@routes.write(
    "DELETE",
    "/v1/projects/{projectId}",
    sdk="projects.archive",
    access=requires("projects:write"),
    runs=Runs.TRANSACTION,
    errors=["NOT_FOUND"],
)
async def archive_project(
    request: ApiRequest, project_id: ProjectId, connection: Connection
) -> ArchivedProject:
    """Archive a project.

    It starts no more jobs and publishes no more posts. Its leases go on and renew until they are
    released, hence their count. A PATCH with `status: "active"` restores it.
    """
    tenant_id = request.caller.tenant_id
    project = await require_project(request, connection, project_id, lock=True)
    archived_at = project.archived_at or max(request.now, project.updated_at)
    if project.status == "active":
        project = await store.update_project(
            connection,
            tenant_id,
            request.now,
            project_id,
            {"status": "archived", "archived_at": archived_at},
        )
        await _audit(request, connection, "project.archived", project_id, {})
    return ArchivedProject(
        id=format_id("prj", project_id),
        status=project.status,
        archived_at=format_milliseconds(archived_at),
        canceled_scheduled_posts=0,
        active_leased_accounts=await store.count_assigned_leases(connection, tenant_id, project_id),
    )


async def _audit(
    request: ApiRequest,
    connection: Connection,
    event_type: str,
    project_id: UUID,
    details: dict[str, Any],
) -> None:
    await write_audit(
        connection,
        request.now,
        request.caller.tenant_id,
        request.caller.organization_id,
        event_type,
        audit_argument(request),
        project_id=project_id,
        details=details,
    )


def _taken(customer_external_id: str | None) -> ApiError:
    return ApiError(
        "CONFLICT",
        "Another project has this customerExternalId. Use that project, or another id.",
        {"customerExternalId": customer_external_id},
    )
