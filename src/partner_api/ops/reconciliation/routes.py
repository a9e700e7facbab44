"""The route that reads the last check of the books, or checks one organization."""

from __future__ import annotations

from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.errors import ApiError
from partner_api.ops.access import require_organization
from partner_api.ops.reconciliation.schemas import (
    BooksCheck,
    ReconciliationQuery,
    books_check_of,
)
from partner_api.reconciliation.record_store import last_reconciliation
from partner_api.reconciliation.rules import Scope
from partner_api.reconciliation.run import reconcile

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
        result = await last_reconciliation(connection)
    if result is None:
        raise ApiError(
            "NOT_FOUND",
            "No full check has finished yet. Try again in a minute, or name an organizationId.",
        )
    return books_check_of(result)
