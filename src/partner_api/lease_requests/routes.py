"""Lease requests: a partner asks, the operator answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg

from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.scopes import requires
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import ProjectId
from partner_api.edge.wire.pagination import Page, page
from partner_api.errors import ApiError, Issue, invalid
from partner_api.ids import format_id, new_ulid
from partner_api.lease_requests import store
from partner_api.lease_requests.access import require_request, require_requests
from partner_api.lease_requests.schemas import (
    LeaseRequest,
    LeaseRequestsQuery,
    NewLeaseRequest,
    Niche,
    lease_request_of,
)
from partner_api.projects.access import require_shared_project

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

routes = Routes("Leased accounts")

_EXAMPLE = LeaseRequest(
    id="lreq_01KPNGMXZ8RF0PZ5T9QXZ3W4T7",
    request_id="spring-launch",
    project_id="prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05",
    status="requested",
    count=2,
    niche=Niche(vertical="food_and_drink", audience="home baristas", language="en", geo=["US"]),
    target=None,
    note=None,
    submitted_at="2026-04-20T15:40:00Z",
    assigned_at=None,
    assigned_social_account_ids=[],
)


@routes.write(
    "POST",
    "/v1/projects/{projectId}/leased-accounts/request",
    sdk="leased_accounts.requests.create",
    access=requires("leased:write"),
    runs=Runs.TRANSACTION,
    status=201,
    errors=["NOT_FOUND", "CONFLICT"],
    examples=[_EXAMPLE],
)
async def request_accounts(
    request: ApiRequest, project_id: ProjectId, body: NewLeaseRequest, connection: Connection
) -> LeaseRequest:
    """Request leased accounts.

    Asks the operator for accounts that fit a niche. Nothing is charged yet: the first month of each
    account is charged when it is assigned.
    """
    if body.project_id != project_id:
        raise invalid([Issue("projectId", "Expected the project of the path")])
    caller = request.caller
    project = await require_shared_project(request, connection, project_id)
    if project.status == "archived":
        raise ApiError(
            "CONFLICT",
            'The project is archived. Restore it with PATCH status "active" first.',
            {"status": "archived"},
        )
    try:
        async with connection.transaction():
            submitted = await store.insert_request(
                connection,
                caller.tenant_id,
                request.now,
                request_id=new_ulid(request.now),
                organization_id=caller.organization_id,
                project_id=project_id,
                partner_request_id=body.request_id,
                count=body.count,
                vertical=body.niche.vertical,
                audience=body.niche.audience,
                language=body.niche.language,
                geo=body.niche.geo,
                target=body.target,
                note=body.note,
            )
    except asyncpg.UniqueViolationError:
        raise ApiError(
            "CONFLICT",
            "Another request of your organization has this requestId. Read that one, or use another id.",
            {"requestId": body.request_id},
        ) from None
    await write_audit(
        connection,
        request.now,
        caller.tenant_id,
        caller.organization_id,
        "lease_request.submitted",
        audit_argument(request),
        project_id=project_id,
        details={"requestId": format_id("lreq", submitted.id), "count": body.count},
    )
    return lease_request_of(submitted)


@routes.read(
    "/v1/projects/{projectId}/leased-accounts/requests",
    sdk="leased_accounts.requests.list",
    access=requires("leased:write"),
    errors=["NOT_FOUND"],
)
async def list_requests(
    request: ApiRequest, project_id: ProjectId, query: LeaseRequestsQuery
) -> Page[LeaseRequest]:
    """List lease requests.

    Newest first.
    """
    async with request.connection() as connection:
        found = await require_requests(request, connection, project_id, query)
    return page(request, query, found, item=lease_request_of, position=lambda one: one.id)


@routes.read(
    "/v1/projects/{projectId}/leased-accounts/requests/{requestId}",
    sdk="leased_accounts.requests.retrieve",
    shown=Shown(request={"requestId": "lreq_01K0EJRPVYF888RF9FDTD4P705"}),
    access=requires("leased:write"),
    errors=["NOT_FOUND"],
    examples=[_EXAMPLE],
)
async def read_request(request: ApiRequest, project_id: ProjectId, request_id: str) -> LeaseRequest:
    """Read a lease request.

    By its `lreq_` id, or by the name that you gave it.
    """
    async with request.connection() as connection:
        found = await require_request(request, connection, project_id, request_id)
    return lease_request_of(found)
