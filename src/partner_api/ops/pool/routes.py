"""The pool of warmed accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
from litestar import Router

from partner_api.edge.audit import audit_argument, write_audit
from partner_api.edge.idempotency import OPERATOR_TENANT
from partner_api.edge.pagination import Page, page, read_cursor
from partner_api.edge.request import ApiRequest
from partner_api.edge.routing import read, write
from partner_api.edge.scopes import requires_role
from partner_api.errors import ApiError
from partner_api.ids import format_id, new_uuid7
from partner_api.leasing import pool
from partner_api.ops.pool.schemas import (
    NewPoolAccount,
    PoolAccount,
    PoolAccountsQuery,
    pool_account_of,
)

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

_TAG = "Operator: pool"


@write(
    "POST",
    "/ops/v1/pool/accounts",
    access=requires_role("operator"),
    tag=_TAG,
    status=201,
    errors=["CONFLICT"],
)
async def add_pool_account(
    request: ApiRequest, body: NewPoolAccount, connection: Connection
) -> PoolAccount:
    """Add a pool account.

    It is available at once. A handle that the pool has already is 409.
    """
    try:
        async with connection.transaction():
            row = await pool.insert_account(
                connection,
                request.now,
                account_id=new_uuid7(request.now),
                platform=body.platform,
                handle=body.handle,
                followers=body.followers,
                vertical=body.vertical,
                language=body.language,
                geo=body.geo,
                monthly_price_cents=body.monthly_price_cents,
                avatar_url=body.avatar_url,
            )
    except asyncpg.UniqueViolationError:
        raise ApiError(
            "CONFLICT",
            f"The pool already has {body.handle!r}. Change that account instead.",
            {"platform": body.platform, "handle": body.handle},
        ) from None
    await write_audit(
        connection,
        request.now,
        OPERATOR_TENANT,
        None,
        "pool_account.added",
        audit_argument(request),
        details={"poolAccountId": format_id("pool", row["id"]), "handle": body.handle},
    )
    return pool_account_of(row)


@read("/ops/v1/pool/accounts", access=requires_role("viewer"), tag=_TAG)
async def list_pool_accounts(request: ApiRequest, query: PoolAccountsQuery) -> Page[PoolAccount]:
    """List pool accounts.

    Newest first.
    """
    async with request.services.pool.acquire() as connection:
        rows = await pool.list_accounts(
            connection,
            statuses=query.status,
            vertical=query.vertical,
            language=query.language,
            search=query.search,
            before=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
    return page(request, query, rows, item=pool_account_of, position=lambda row: row["id"])


router = Router("", route_handlers=[add_pool_account, list_pool_accounts])
