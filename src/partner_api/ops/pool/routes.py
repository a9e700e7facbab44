"""The pool of warmed accounts: adding them, alone or in a file, listing and changing them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
from msgspec import UnsetType

from partner_api.account_pool import store
from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.records import OPERATOR_TENANT
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.request.uploads import UploadRule
from partner_api.edge.wire.fields import PoolAccountId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.errors import ApiError
from partner_api.ids import format_id, new_uuid7
from partner_api.ops.pool.access import lock_account
from partner_api.ops.pool.schemas import (
    ImportQuery,
    NewPoolAccount,
    PoolAccount,
    PoolAccountPatch,
    PoolAccountsQuery,
    PoolImport,
    pool_account_of,
)
from partner_api.ops.pool.service import CSV, NDJSON, PoolImporter

if TYPE_CHECKING:
    from partner_api.database.connection import Connection
    from partner_api.edge.request.uploads import Upload

routes = Routes("Operator: pool")
_MAX_IMPORT_BYTES = 64 * 1024 * 1024


@routes.write(
    "POST",
    "/ops/v1/pool/accounts",
    sdk="pool_accounts.create",
    access=requires_role("operator"),
    runs=Runs.TRANSACTION,
    status=201,
    errors=["CONFLICT"],
)
async def add_pool_account(
    request: ApiRequest, body: NewPoolAccount, connection: Connection
) -> PoolAccount:
    """Add a pool account.

    It is available immediately. A handle that the pool has already is 409.
    """
    try:
        async with connection.transaction():
            account = await store.insert_account(
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
        details={"poolAccountId": format_id("pool", account.id), "handle": body.handle},
    )
    return pool_account_of(account)


@routes.read("/ops/v1/pool/accounts", sdk="pool_accounts.list", access=requires_role("viewer"))
async def list_pool_accounts(request: ApiRequest, query: PoolAccountsQuery) -> Page[PoolAccount]:
    """List pool accounts.

    Newest first.
    """
    async with request.connection() as connection:
        accounts = await store.list_accounts(
            connection,
            statuses=query.status,
            platforms=query.platform,
            verticals=query.vertical,
            languages=query.language,
            geo=query.geo,
            min_followers=query.min_followers,
            max_followers=query.max_followers,
            max_monthly_price_cents=query.max_monthly_price_cents,
            search=query.search,
            before=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
    return page(request, query, accounts, item=pool_account_of, position=lambda account: account.id)


@routes.write(
    "PATCH",
    "/ops/v1/pool/accounts/{poolAccountId}",
    sdk="pool_accounts.update",
    shown=Shown(request={"monthlyPriceCents": 18000}),
    access=requires_role("operator"),
    runs=Runs.TRANSACTION,
    errors=["NOT_FOUND", "CONFLICT"],
)
async def change_pool_account(
    request: ApiRequest,
    pool_account_id: PoolAccountId,
    body: PoolAccountPatch,
    connection: Connection,
) -> PoolAccount:
    """Change a pool account.

    What is left out stays. A new price holds for later leases. A retired account is not leased again
    until it is `available`. The status of an account that is leased cannot be changed: 409.
    """
    before = await lock_account(connection, pool_account_id)
    if before.lease_id is not None and not isinstance(body.status, UnsetType):
        raise ApiError(
            "CONFLICT",
            "This account is leased. Recall it first, or wait until its lease ends.",
            {"status": "leased", "socialAccountId": format_id("sa", before.lease_id)},
        )
    changes = body.changes()
    account = await store.update_account(connection, request.now, pool_account_id, changes)
    await write_audit(
        connection,
        request.now,
        OPERATOR_TENANT,
        None,
        "pool_account.updated",
        audit_argument(request),
        details={
            "poolAccountId": format_id("pool", pool_account_id),
            "fields": sorted(changes),
            "before": {name: getattr(before, name) for name in sorted(changes)},
            "after": {name: getattr(account, name) for name in sorted(changes)},
        },
    )
    return pool_account_of(account)


@routes.write(
    "POST",
    "/ops/v1/pool/accounts/import",
    sdk="pool_accounts.import_file",
    access=requires_role("operator"),
    runs=Runs.TRANSACTION,
    errors=["CONFLICT"],
    uploads=UploadRule((CSV, NDJSON), _MAX_IMPORT_BYTES),
)
async def import_pool_accounts(
    request: ApiRequest, query: ImportQuery, upload: Upload, connection: Connection
) -> PoolImport:
    """Import pool accounts.

    A file of at most 64 MiB and 1,000,000 lines with one account on each line, as `application/x-ndjson` or `text/csv`.
    A line of NDJSON is the body with which one account is added. The first line of a CSV names the
    columns, as the fields are named there: `handle` (with or without an @ before it), `followers`,
    `vertical`, `language` and `geo` (countries with spaces between them), and if you like
    `monthlyPriceCents`, `avatarUrl` and `platform`. Lines with a problem are listed and the others
    added; with `allOrNothing` none is, when there is a problem. A handle that the pool or an earlier
    line has is a problem. While another import is running: 409.
    """
    if not await store.begin_import(connection):
        raise ApiError("CONFLICT", "Another import is running. Try again when it has ended.")
    result = await PoolImporter(connection, request.now).run(
        upload, all_or_nothing=query.all_or_nothing
    )
    await write_audit(
        connection,
        request.now,
        OPERATOR_TENANT,
        None,
        "pool_account.imported",
        audit_argument(request),
        details={"lines": result.lines, "added": result.added, "rejected": result.rejected},
    )
    return result
