"""The accounts that a project can publish to."""

from __future__ import annotations

from uuid import UUID

from litestar import Router

from partner_api.edge.fields import ProjectId
from partner_api.edge.pagination import Page, page, read_cursor
from partner_api.edge.request import ApiRequest
from partner_api.edge.routing import read
from partner_api.edge.scopes import requires
from partner_api.errors import not_found
from partner_api.social_accounts import store
from partner_api.social_accounts.schemas import (
    SocialAccount,
    SocialAccountsQuery,
    social_account_of,
)


@read(
    "/v1/projects/{projectId}/social-accounts",
    access=requires("social:read"),
    tag="Social accounts",
    errors=["NOT_FOUND"],
)
async def list_social_accounts(
    request: ApiRequest, project_id: ProjectId, query: SocialAccountsQuery
) -> Page[SocialAccount]:
    """List social accounts.

    The accounts that a project can publish to, newest first. A leased account is among them,
    `connected`, from the moment it is assigned, and `disconnected` from the moment its lease ends.
    """
    async with request.services.pool.acquire() as connection:
        accounts = await store.list_social_accounts(
            connection,
            request.caller.tenant_id,
            request.caller.organization_id,
            project_id,
            platforms=query.platform,
            statuses=query.status,
            leased=query.leased,
            before=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
    if accounts is None:
        raise not_found()
    return page(
        request, query, accounts, item=social_account_of, position=lambda account: account["id"]
    )


router = Router("", route_handlers=[list_social_accounts])
