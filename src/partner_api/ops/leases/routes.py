"""Leases of all partners: listing them, changing their prices, recalling accounts."""

from __future__ import annotations

from uuid import UUID

from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.money import money
from partner_api.edge.idempotency.records import idempotency_argument, shape_or_whole
from partner_api.edge.identity.audit import audit_argument
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import SocialAccountId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.edge.wire.reply import Reply
from partner_api.leases import operator_store, store
from partner_api.ops.leases.access import require_tenant
from partner_api.ops.leases.schemas import (
    LeasePatch,
    LeasesQuery,
    OpsLease,
    Recall,
    changed_lease_of,
    ops_lease_of,
)
from partner_api.organizations.operator_store import find_organization

routes = Routes("Operator: leases")
_changed = shape_or_whole(changed_lease_of, OpsLease)


@routes.read("/ops/v1/leases", sdk="leases.list", access=requires_role("viewer"))
async def list_leases(request: ApiRequest, query: LeasesQuery) -> Page[OpsLease]:
    """List leases.

    Those of all partners, newest first, assigned and ended.
    """
    async with request.connection() as connection:
        tenant_id: int | None = None
        if query.organization_id is not None:
            organization = await find_organization(connection, query.organization_id)
            if organization is None:
                return Page([], None)
            tenant_id = organization.tenant_id
        leases = await operator_store.list_leases(
            connection,
            request.now,
            tenant_id=tenant_id,
            organization_id=query.organization_id,
            statuses=query.status,
            billing_status=query.billing_status,
            due_before=query.due_before,
            before=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
    return page(
        request, query, leases, item=ops_lease_of, position=lambda lease: lease.social_account_id
    )


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
