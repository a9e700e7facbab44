"""The routes of content: what jobs have made, and the files of it."""

from __future__ import annotations

from partner_api.content import store
from partner_api.content.access import require_asset, require_container, require_page
from partner_api.content.schemas import Content, ContentQuery, content_of
from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import BareId, ContainerId, ProjectId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.edge.wire.reply import Reply
from partner_api.storage import StoredFile

routes = Routes("Generation")


@routes.read(
    "/v1/projects/{projectId}/content",
    sdk="content.list",
    access=requires("content:read"),
    errors=["NOT_FOUND"],
)
async def list_content(
    request: ApiRequest, project_id: ProjectId, query: ContentQuery
) -> Page[Content]:
    """List content.

    What the jobs of a project make or have made, newest first.
    """
    async with request.connection() as connection:
        containers = await require_page(
            request,
            connection,
            project_id,
            store.ContentFilter(query.status, query.format, query.since, query.until),
            before=read_cursor(request, store.ContentPosition),
            limit=query.limit + 1,
        )
        made = [container.id for container in containers if container.status == "completed"]
        assets = await store.list_assets(connection, request.caller.tenant_id, made) if made else {}
    return page(
        request,
        query,
        containers,
        item=lambda container: content_of(container, assets.get(container.id, ())),
        position=lambda container: store.ContentPosition(container.created_at, container.id),
    )


@routes.read(
    "/v1/content/{containerId}",
    sdk="content.retrieve",
    access=requires("content:read"),
    errors=["NOT_FOUND"],
)
async def read_content(request: ApiRequest, container_id: ContainerId) -> Content:
    """Read content.

    What one job makes: its state, what was asked for, and the files when it is completed.
    """
    async with request.connection() as connection:
        container = await require_container(request, connection, container_id)
        assets = await store.list_assets(connection, request.caller.tenant_id, [container_id])
    return content_of(container, assets[container_id])


@routes.read(
    "/v1/content/{containerId}/assets/{assetId}",
    sdk="content.assets.retrieve_url",
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
    async with request.connection() as connection:
        asset = await require_asset(request, connection, container_id, asset_id)
    file = StoredFile(asset.storage_key, asset.size_bytes, asset.sha256)
    url = await request.services.storage.url(file, asset.mime_type, request.now)
    return Reply(302, b"", {"Location": url, "Cache-Control": "private, no-store"})
