"""What generation has made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.content import store as content
from partner_api.content.schemas import Content, ContentQuery, content_of
from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import BareId, ContainerId, ProjectId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.edge.wire.reply import Reply
from partner_api.errors import not_found
from partner_api.jobs import store
from partner_api.storage import StoredFile

if TYPE_CHECKING:
    from uuid import UUID

routes = Routes("Generation")


@routes.read(
    "/v1/projects/{projectId}/content",
    access=requires("content:read"),
    errors=["NOT_FOUND"],
)
async def list_content(
    request: ApiRequest, project_id: ProjectId, query: ContentQuery
) -> Page[Content]:
    """List content.

    What the jobs of a project make or have made, newest first.
    """
    tenant_id = request.caller.tenant_id
    async with request.services.pool.acquire() as connection:
        rows = await content.list_containers(
            connection,
            tenant_id,
            request.caller.organization_id,
            project_id,
            content.ContentFilter(query.status, query.format, query.since, query.until),
            before=read_cursor(request, content.ContentPosition),
            limit=query.limit + 1,
        )
        if rows is None:
            raise not_found()
        made: list[UUID] = [row["id"] for row in rows if row["status"] == "completed"]
        assets = await store.list_assets(connection, tenant_id, made) if made else {}
    return page(
        request,
        query,
        rows,
        item=lambda row: content_of(row, assets.get(row["id"], ())),
        position=lambda row: content.ContentPosition(row["created_at"], row["id"]),
    )


@routes.read(
    "/v1/content/{containerId}",
    access=requires("content:read"),
    errors=["NOT_FOUND"],
)
async def read_content(request: ApiRequest, container_id: ContainerId) -> Content:
    """Read content.

    What one job makes: its state, what was asked for, and the files when it is completed.
    """
    tenant_id = request.caller.tenant_id
    async with request.services.pool.acquire() as connection:
        row = await content.find_container(
            connection, tenant_id, request.caller.organization_id, container_id
        )
        if row is None:
            raise not_found()
        assets = await store.list_assets(connection, tenant_id, [container_id])
    return content_of(row, assets[container_id])


@routes.read(
    "/v1/content/{containerId}/assets/{assetId}",
    access=requires("content:read"),
    status=302,
    errors=["NOT_FOUND"],
)
async def read_asset(
    request: ApiRequest, container_id: ContainerId, asset_id: BareId
) -> Reply[str]:
    """Read a file.

    Redirects to an address from which anyone can read the file for one hour, so do not follow it
    with your key. Ask here again for a new one.
    """
    async with request.services.pool.acquire() as connection:
        row = await content.find_asset(
            connection,
            request.caller.tenant_id,
            request.caller.organization_id,
            container_id,
            asset_id,
        )
    if row is None:
        raise not_found()
    file = StoredFile(row["storage_key"], row["size_bytes"], row["sha256"])
    url = await request.services.storage.url(file, row["mime_type"], request.now)
    return Reply(302, b"", {"Location": url, "Cache-Control": "private, no-store"})
