"""Checks of the books: the last one, all of them, asking for one, and checking one organization."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.records import OPERATOR_TENANT, RecordedTransaction
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import BareId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.edge.wire.reply import Reply
from partner_api.errors import ApiError, not_found
from partner_api.ids import new_uuid7
from partner_api.ops.access import require_organization
from partner_api.ops.reconciliation.schemas import (
    BooksCheck,
    FullCheck,
    FullCheckDetail,
    ReconciliationQuery,
    ReconciliationsQuery,
    books_check_of,
    full_check_detail_of,
    full_check_of,
    requested_detail_of,
)
from partner_api.reconciliation import record_store
from partner_api.reconciliation.rules import Scope
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

# Where one that is not finished stands in the list: before all others.
_NOT_FINISHED = datetime(9999, 12, 31, tzinfo=UTC)
routes = Routes("Operator: reconciliation")


@routes.read(
    "/ops/v1/reconciliation",
    sdk="reconciliation.retrieve",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def read_reconciliation(request: ApiRequest, query: ReconciliationQuery) -> BooksCheck:
    """Check the books.

    The last full check, one of which is made every day: whether all balances are the sums of their
    rows, and all the other rules of the ledgers hold. With `organizationId`, that organization is
    checked now. 404 before the first full check has finished.
    """
    async with request.connection() as connection:
        if query.organization_id is not None:
            organization = await require_organization(connection, query.organization_id)
            scope = Scope(organization.tenant_id, query.organization_id)
            return books_check_of(await reconcile(connection, request.now, scope))
        result = await record_store.last_reconciliation(connection)
    if result is None:
        raise ApiError(
            "NOT_FOUND",
            "No full check has finished yet. Try again in a minute, or name an organizationId.",
        )
    return books_check_of(result)


@routes.read("/ops/v1/reconciliations", sdk="reconciliations.list", access=requires_role("viewer"))
async def list_reconciliations(request: ApiRequest, query: ReconciliationsQuery) -> Page[FullCheck]:
    """List full checks of the books.

    The one that finished last comes first; before it, on the first page, one that was asked for and
    is not finished.
    """
    before = read_cursor(request, tuple[datetime, UUID])
    async with request.connection() as connection:
        requested = None if before else await record_store.find_request(connection)
        finished = await record_store.list_reconciliations(connection, before, query.limit + 1)
    checks: list[record_store.CheckRequest | record_store.RecordedCheck] = [*finished]
    if requested is not None:
        checks.insert(0, requested)
    return page(
        request,
        query,
        checks,
        item=full_check_of,
        position=_position,
    )


@routes.read(
    "/ops/v1/reconciliations/{reconciliationId}",
    sdk="reconciliations.retrieve",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def read_full_check(request: ApiRequest, reconciliation_id: BareId) -> FullCheckDetail:
    """Read a full check of the books.

    With the first 1,000 differences that it found.
    """
    async with request.connection() as connection:
        requested = await record_store.find_request(connection)
        result = await record_store.find_reconciliation(connection, reconciliation_id)
    if result is not None:
        return full_check_detail_of(str(reconciliation_id), result)
    if requested is not None and requested.id == reconciliation_id:
        return requested_detail_of(requested)
    raise not_found()


@routes.write(
    "POST",
    "/ops/v1/reconciliations",
    sdk="reconciliations.create",
    access=requires_role("finance"),
    runs=Runs.DEFERRED,
    status=201,
)
async def request_reconciliation(
    request: ApiRequest, transaction: RecordedTransaction
) -> Reply[FullCheck]:
    """Ask for a full check of the books.

    A worker does it, in about ninety seconds for a million events; read it by its `id` until its
    `status` is `finished`. While one that was asked for has not finished, this is that one.
    """

    async def ask(connection: Connection) -> FullCheck:
        asked = await record_store.request_check(connection, new_uuid7(request.now), request.now)
        await write_audit(
            connection,
            request.now,
            OPERATOR_TENANT,
            None,
            "reconciliation.requested",
            audit_argument(request),
            details={"reconciliationId": str(asked.id)},
        )
        return full_check_of(asked)

    reply = await transaction.run(ask)
    request.services.bell.ring("books")
    return reply


def _position(
    check: record_store.CheckRequest | record_store.RecordedCheck,
) -> tuple[datetime, UUID]:
    if isinstance(check, record_store.CheckRequest):
        return _NOT_FINISHED, check.id
    return check.finished_at, check.id
