"""Leases of all partners: listing them, their months and history, changing their prices, recalling accounts."""

from __future__ import annotations

from uuid import UUID

from partner_api.audit import history_store
from partner_api.audit.store import AuditPosition
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.money import money
from partner_api.edge.idempotency.records import idempotency_argument, shape_or_whole
from partner_api.edge.identity.audit import audit_argument
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import SocialAccountId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.edge.wire.reply import Reply
from partner_api.ids import format_id
from partner_api.leases import listed_store, store
from partner_api.ops.leases.access import require_lease, require_tenant
from partner_api.ops.leases.schemas import (
    LeaseEvent,
    LeaseHistoryQuery,
    LeaseMonth,
    LeaseMonthsQuery,
    LeasePatch,
    LeasesQuery,
    LeaseWithPayments,
    ListedLease,
    OpsLease,
    Recall,
    changed_lease_of,
    lease_event_of,
    lease_month_of,
    lease_with_payments_of,
    listed_lease_of,
)
from partner_api.organizations.operator_store import find_organization

routes = Routes("Operator: leases")
_changed = shape_or_whole(changed_lease_of, OpsLease)


@routes.read("/ops/v1/leases", sdk="leases.list", access=requires_role("viewer"))
async def list_leases(request: ApiRequest, query: LeasesQuery) -> Page[ListedLease]:
    """List leases.

    Those of all partners, newest first, assigned and ended.
    """
    async with request.connection() as connection:
        tenant_id: int | None = None
        for whose in (query.organization_id, query.partner_id):
            if whose is None:
                continue
            organization = await find_organization(connection, whose)
            is_child = organization is not None and organization.parent_id is not None
            if organization is None or (whose is query.partner_id and is_child):
                return Page([], None)
            if tenant_id not in (None, organization.tenant_id):
                return Page([], None)
            tenant_id = organization.tenant_id
        leases = await listed_store.list_leases(
            connection,
            request.now,
            tenant_id=tenant_id,
            organization_id=query.organization_id,
            statuses=query.status,
            billing_status=query.billing_status,
            due_before=query.due_before,
            handle=query.handle,
            before=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
    return page(
        request, query, leases, item=listed_lease_of, position=lambda lease: lease.social_account_id
    )


@routes.read(
    "/ops/v1/leases/{socialAccountId}",
    sdk="leases.retrieve",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def read_lease(request: ApiRequest, social_account_id: SocialAccountId) -> LeaseWithPayments:
    """Read a lease.

    With whose it is, what it has brought, and what happens next if it is past due.
    """
    async with request.connection() as connection:
        _, lease = await require_lease(request, connection, social_account_id)
    return lease_with_payments_of(lease)


@routes.read(
    "/ops/v1/leases/{socialAccountId}/months",
    sdk="leases.months",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def list_lease_months(
    request: ApiRequest, social_account_id: SocialAccountId, query: LeaseMonthsQuery
) -> Page[LeaseMonth]:
    """List the months of a lease.

    Those that were charged or tried, newest first, each with its price, what was refunded of it, and the
    row of the cash ledger that paid it.
    """
    async with request.connection() as connection:
        tenant_id, _ = await require_lease(request, connection, social_account_id)
        months = await listed_store.list_months(
            connection,
            tenant_id,
            social_account_id,
            before=read_cursor(request, int),
            limit=query.limit + 1,
        )
    return page(
        request, query, months, item=lease_month_of, position=lambda month: month.lease_month
    )


@routes.read(
    "/ops/v1/leases/{socialAccountId}/history",
    sdk="leases.history",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def list_lease_history(
    request: ApiRequest, social_account_id: SocialAccountId, query: LeaseHistoryQuery
) -> Page[LeaseEvent]:
    """List what happened to a lease.

    Its assignment, changes of its price, refunds and its end, as the audit log has them, newest first.
    """
    async with request.connection() as connection:
        tenant_id, _ = await require_lease(request, connection, social_account_id)
        events = await history_store.list_lease_history(
            connection,
            tenant_id,
            format_id("sa", social_account_id),
            before=read_cursor(request, AuditPosition),
            limit=query.limit + 1,
        )
    return page(request, query, events, item=lease_event_of, position=history_store.position_of)


@routes.write(
    "PATCH",
    "/ops/v1/leases/{socialAccountId}",
    sdk="leases.update",
    access=requires_role("operator"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND", "CONFLICT"],
    replays=_changed,
)
async def change_lease(
    request: ApiRequest, social_account_id: SocialAccountId, body: LeasePatch
) -> Reply[OpsLease]:
    """Change the price of a lease.

    The new price holds from the next renewal on. A month that has begun keeps its price, even if it
    is paid late. A lease that is over is 409.
    """
    item = store.PriceItem(
        social_account_id,
        body.monthly_price_cents,
        audit_argument(request),
        idempotency_argument(request),
    )
    return await money(
        request,
        store.set_price,
        item,
        _changed,
        tenant=lambda connection: require_tenant(request, connection, social_account_id),
    )


@routes.write(
    "POST",
    "/ops/v1/leases/{socialAccountId}/recall",
    sdk="leases.recall",
    access=requires_role("operator"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND", "CONFLICT"],
    replays=_changed,
)
async def recall_lease(
    request: ApiRequest, social_account_id: SocialAccountId, body: Recall
) -> Reply[OpsLease]:
    """Recall a leased account.

    The lease ends now, and the account is available again. Nothing more is charged for it, and
    nothing is refunded automatically. A lease that is over is 409.
    """
    item = store.DisconnectItem(
        social_account_id,
        None,
        "recalled_by_operator",
        body.note,
        audit_argument(request),
        idempotency_argument(request),
    )
    return await money(
        request,
        store.disconnect,
        item,
        _changed,
        tenant=lambda connection: require_tenant(request, connection, social_account_id),
    )
