"""One account of the pool: what it is, who has leased it, and what happened to it."""

from __future__ import annotations

from uuid import UUID

from partner_api.audit.history_store import list_pool_account_history, position_of
from partner_api.audit.store import AuditPosition
from partner_api.edge.declare import Routes
from partner_api.edge.idempotency.records import OPERATOR_TENANT
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import PoolAccountId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.ids import format_id
from partner_api.leases.listed_store import list_leases_of_account
from partner_api.ops.pool.access import require_account
from partner_api.ops.pool.history_schemas import (
    AccountEvent,
    AccountHistoryQuery,
    AccountLease,
    AccountLeasesQuery,
    account_event_of,
    account_lease_of,
)
from partner_api.ops.pool.schemas import PoolAccount, pool_account_of

routes = Routes("Operator: pool")


@routes.read(
    "/ops/v1/pool/accounts/{poolAccountId}",
    sdk="pool_accounts.retrieve",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def read_pool_account(request: ApiRequest, pool_account_id: PoolAccountId) -> PoolAccount:
    """Read a pool account."""
    async with request.connection() as connection:
        return pool_account_of(await require_account(connection, pool_account_id))


@routes.read(
    "/ops/v1/pool/accounts/{poolAccountId}/leases",
    sdk="pool_accounts.leases",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def list_pool_account_leases(
    request: ApiRequest, pool_account_id: PoolAccountId, query: AccountLeasesQuery
) -> Page[AccountLease]:
    """List the leases of a pool account.

    All that it ever had, newest first: with whom, from when to when, why each ended, and what it has
    brought.
    """
    async with request.connection() as connection:
        account = await require_account(connection, pool_account_id)
        leases = await list_leases_of_account(
            connection,
            request.now,
            pool_account_id=account.id,
            handle=account.handle,
            before=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
    return page(
        request,
        query,
        leases,
        item=account_lease_of,
        position=lambda lease: lease.social_account_id,
    )


@routes.read(
    "/ops/v1/pool/accounts/{poolAccountId}/history",
    sdk="pool_accounts.history",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def list_pool_account_events(
    request: ApiRequest, pool_account_id: PoolAccountId, query: AccountHistoryQuery
) -> Page[AccountEvent]:
    """List what happened to a pool account.

    How it was added or imported, and each change with the values before and after, as the audit log has
    them, newest first.
    """
    async with request.connection() as connection:
        account = await require_account(connection, pool_account_id)
        events = await list_pool_account_history(
            connection,
            OPERATOR_TENANT,
            format_id("pool", account.id),
            account.created_at,
            before=read_cursor(request, AuditPosition),
            limit=query.limit + 1,
        )
    return page(request, query, events, item=account_event_of, position=position_of)
