"""Listing the accounts that a project can publish to, and disconnecting one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import to_builtins

from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.scopes import requires
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import ProjectId, SocialAccountId
from partner_api.edge.wire.pagination import Page, page
from partner_api.errors import ApiError
from partner_api.events.store import write_event
from partner_api.ids import format_id
from partner_api.social_accounts import store
from partner_api.social_accounts.access import require_page, require_social_account
from partner_api.social_accounts.schemas import (
    RevokedAccount,
    SocialAccount,
    SocialAccountsQuery,
    revoked_account_data_of,
    revoked_account_of,
    social_account_of,
)

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

routes = Routes("Social accounts")


@routes.read(
    "/v1/projects/{projectId}/social-accounts",
    sdk="social_accounts.list",
    access=requires("social:read"),
    errors=["NOT_FOUND"],
)
async def list_social_accounts(
    request: ApiRequest, project_id: ProjectId, query: SocialAccountsQuery
) -> Page[SocialAccount]:
    """List social accounts.

    The accounts that a project can publish to, newest first. A leased account is among them,
    `connected`, from the moment it is assigned, and `disconnected` from the moment its lease ends.
    """
    async with request.connection() as connection:
        accounts = await require_page(request, connection, project_id, query)
    return page(
        request, query, accounts, item=social_account_of, position=lambda account: account.id
    )


@routes.write(
    "DELETE",
    "/v1/social-accounts/{socialAccountId}",
    sdk="social_accounts.revoke",
    access=requires("social:write"),
    runs=Runs.TRANSACTION,
    errors=["NOT_FOUND", "CONFLICT"],
)
async def revoke_social_account(
    request: ApiRequest, social_account_id: SocialAccountId, connection: Connection
) -> RevokedAccount:
    """Disconnect a social account.

    Nothing is published to it any more. A leased account is 409: release it instead.
    """
    caller = request.caller
    account = await require_social_account(request, connection, social_account_id)
    if account.leased:
        raise ApiError(
            "CONFLICT",
            "This account is leased. Release it instead.",
            {"releaseWith": "DELETE /v1/leased-accounts/:socialAccountId"},
        )
    if account.status != "disconnected":
        account = await store.revoke(connection, caller.tenant_id, request.now, social_account_id)
        await write_audit(
            connection,
            request.now,
            caller.tenant_id,
            caller.organization_id,
            "social_account.revoked",
            audit_argument(request),
            project_id=account.project_id,
            details={"socialAccountId": format_id("sa", social_account_id)},
        )
        await write_event(
            connection,
            caller.tenant_id,
            request.now,
            caller.organization_id,
            "social_account.revoked",
            to_builtins(revoked_account_data_of(account, caller.organization_id)),
        )
    return revoked_account_of(account)
