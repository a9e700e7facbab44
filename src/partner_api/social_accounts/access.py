"""Finding the social accounts of the caller's projects, or 404."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.edge.wire.pagination import read_cursor
from partner_api.errors import not_found
from partner_api.social_accounts import store

if TYPE_CHECKING:
    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest
    from partner_api.social_accounts.schemas import SocialAccountsQuery


async def require_page(
    request: ApiRequest, connection: Connection, project_id: UUID, query: SocialAccountsQuery
) -> list[store.SocialAccount]:
    """Return a page of the accounts of a project of the caller's, and one more.

    The project is looked for in the statement that reads the accounts, to save a round trip.

    Raises:
        ApiError: NOT_FOUND: the organization has no such project.
    """
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
    return accounts


async def require_social_account(
    request: ApiRequest, connection: Connection, social_account_id: UUID
) -> store.SocialAccount:
    """Lock an account of one of the caller's projects until the transaction ends.

    Raises:
        ApiError: NOT_FOUND.
    """
    caller = request.caller
    account = await store.lock_social_account(
        connection, caller.tenant_id, caller.organization_id, social_account_id
    )
    if account is None:
        raise not_found()
    return account
