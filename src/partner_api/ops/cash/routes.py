"""The routes of the operator's postings to the cash wallets of partners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from partner_api.cash import store
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.money import money
from partner_api.edge.idempotency.records import idempotency_argument, shape_or_whole
from partner_api.edge.identity.audit import audit_argument
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import OrganizationId
from partner_api.edge.wire.reply import Reply
from partner_api.leases.access import charge_what_is_due
from partner_api.ops.access import require_tenant
from partner_api.ops.cash.schemas import (
    CashAdjustment,
    CashRefund,
    CashTopup,
    PostedCash,
    posted_cash_of,
)

if TYPE_CHECKING:
    from uuid import UUID

routes = Routes("Operator: cash")
_refunded = shape_or_whole(posted_cash_of, PostedCash)


@routes.write(
    "POST",
    "/ops/v1/organizations/{orgId}/cash/topup",
    sdk="organizations.cash.top_up",
    access=requires_role("finance"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND"],
    idempotency_required=True,
)
async def top_up_cash(
    request: ApiRequest, org_id: OrganizationId, body: CashTopup
) -> Reply[PostedCash]:
    """Top up cash.

    Records money that a partner has paid in. A child has no cash wallet: 404. A repetition with the
    same `Idempotency-Key` answers the first top-up, however much later: a payment that is reported
    twice comes in once.
    """
    return await _post(
        request, org_id, "topup", body.amount_cents, body.description, body.reference
    )


@routes.write(
    "POST",
    "/ops/v1/organizations/{orgId}/cash/adjustment",
    sdk="organizations.cash.adjust",
    access=requires_role("finance"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND", "BILLING_EXHAUSTED"],
    idempotency_required=True,
)
async def adjust_cash(
    request: ApiRequest, org_id: OrganizationId, body: CashAdjustment
) -> Reply[PostedCash]:
    """Adjust cash.

    Corrects a partner's cash wallet, never below zero.
    """
    return await _post(
        request, org_id, "adjustment", body.amount_cents, body.description, body.reference
    )


@routes.write(
    "POST",
    "/ops/v1/organizations/{orgId}/cash/refund",
    sdk="organizations.cash.refund",
    access=requires_role("finance"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND", "CONFLICT"],
    idempotency_required=True,
    replays=_refunded,
)
async def refund_cash(
    request: ApiRequest, org_id: OrganizationId, body: CashRefund
) -> Reply[PostedCash]:
    """Refund a month of a lease.

    To the partner that paid for it, also when the lease is a child's or is over. All refunds of a
    month are at most what it was charged: more is 409.
    """
    item = store.RefundItem(
        org_id,
        body.social_account_id,
        body.lease_month,
        body.amount_cents,
        body.description,
        audit_argument(request),
        idempotency_argument(request),
    )
    return await money(
        request,
        store.refund,
        item,
        _refunded,
        tenant=lambda connection: require_tenant(request, connection, org_id),
    )


async def _post(
    request: ApiRequest,
    organization_id: UUID,
    event_type: Literal["topup", "adjustment"],
    amount_cents: int,
    description: str,
    reference: str | None,
) -> Reply[PostedCash]:
    async with request.connection(writes=False) as connection:
        tenant_id = await require_tenant(request, connection, organization_id)
    if amount_cents < 0:
        # What came due before is paid before.
        await charge_what_is_due(request.services.pool, tenant_id, request.now)
    item = store.CashPosting(
        organization_id,
        event_type,
        amount_cents,
        description,
        reference,
        audit_argument(request),
        idempotency_argument(request),
    )
    reply = await money(request, store.post, item, posted_cash_of, tenant=tenant_id)
    if event_type == "topup":
        # The top-up itself has paid what waited, up to a bound; a worker goes on from there.
        request.services.bell.ring("cash")
    return reply
