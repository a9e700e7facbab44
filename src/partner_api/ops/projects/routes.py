"""The projects of an organization, as the operator sees them."""

from __future__ import annotations

from uuid import UUID

from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import OrganizationId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.ops.access import require_organization
from partner_api.ops.projects.schemas import OpsProjectsQuery
from partner_api.projects import store
from partner_api.projects.schemas import Project, project_of

routes = Routes("Operator: projects")


@routes.read(
    "/ops/v1/organizations/{orgId}/projects",
    sdk="organizations.projects.list",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def list_organization_projects(
    request: ApiRequest, org_id: OrganizationId, query: OpsProjectsQuery
) -> Page[Project]:
    """List an organization's projects.

    As it sees them itself, newest first. A child's are its own, not its partner's.
    """
    async with request.connection() as connection:
        organization = await require_organization(connection, org_id, query.env)
        projects = await store.list_projects(
            connection,
            organization.tenant_id,
            org_id,
            statuses=query.status,
            search=query.search,
            customer_external_ids=query.customer_external_id,
            before=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
    return page(request, query, projects, item=project_of, position=lambda project: project.id)
