"""The routes of the operator's postings to credit wallets, and of subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from partner_api.credits import store
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.money import money
from partner_api.edge.idempotency.records import idempotency_argument
from partner_api.edge.identity.audit import audit_argument
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import OrganizationId
from partner_api.edge.wire.reply import Reply
from partner_api.ops.access import require_tenant
from partner_api.ops.credits.schemas import (
    CreditAdjustment,
    CreditRefund,
    NewCredits,
    NewSubscription,
    PostedCredits,
    SetSubscription,
    posted_credits_of,
    set_subscription_of,
)

if TYPE_CHECKING:
    from uuid import UUID

routes = Routes("Operator: credits")


@routes.write(
    "POST",
    "/ops/v1/organizations/{orgId}/credits/grant",
    sdk="organizations.credits.grant",
    access=requires_role("finance"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND", "CONFLICT"],
    idempotency_required=True,
)
async def grant_credits(
    request: ApiRequest, org_id: OrganizationId, body: NewCredits
) -> Reply[PostedCredits]:
    """Grant credits.

    A repetition with the same `Idempotency-Key` answers the first grant, however much later.
    """
    return await _post(
        request, org_id, "grant", body.credits, body.description, metadata=body.metadata
    )


@routes.write(
    "POST",
    "/ops/v1/organizations/{orgId}/credits/purchase",
    sdk="organizations.credits.purchase",
    access=requires_role("finance"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND", "CONFLICT"],
    idempotency_required=True,
)
async def record_purchase(
    request: ApiRequest, org_id: OrganizationId, body: NewCredits
) -> Reply[PostedCredits]:
    """Record purchased credits.

    A repetition with the same `Idempotency-Key` answers the first purchase, however much later: a
    payment that is reported twice is credited once.
    """
    return await _post(
        request, org_id, "purchase", body.credits, body.description, metadata=body.metadata
    )


@routes.write(
    "POST",
    "/ops/v1/organizations/{orgId}/credits/adjustment",
    sdk="organizations.credits.adjust",
    access=requires_role("finance"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND", "CONFLICT", "BILLING_EXHAUSTED"],
    idempotency_required=True,
)
async def adjust_credits(
    request: ApiRequest, org_id: OrganizationId, body: CreditAdjustment
) -> Reply[PostedCredits]:
    """Adjust credits.

    Corrects prepaid credits, down at most by what no work in flight may need.
    """
    return await _post(
        request, org_id, "adjustment", body.credits, body.description, metadata=body.metadata
    )


@routes.write(
    "POST",
    "/ops/v1/organizations/{orgId}/credits/refund",
    sdk="organizations.credits.refund",
    access=requires_role("finance"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND", "CONFLICT"],
    idempotency_required=True,
)
async def refund_credits(
    request: ApiRequest, org_id: OrganizationId, body: CreditRefund
) -> Reply[PostedCredits]:
    """Refund credits.

    Gives back to prepaid what a job was charged; all refunds of a job are at most its charge.
    """
    return await _post(
        request, org_id, "refund", body.credits, body.description, job_id=body.job_id
    )


@routes.write(
    "PUT",
    "/ops/v1/organizations/{orgId}/subscription",
    sdk="organizations.subscription.update",
    access=requires_role("finance"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND", "CONFLICT"],
)
async def set_subscription(
    request: ApiRequest, org_id: OrganizationId, body: NewSubscription
) -> Reply[SetSubscription]:
    """Set a subscription.

    More included credits apply at once, as far as they exceed the highest allotment this period
    has granted; fewer from the next period. Moving the start ends the current period now.
    """
    item = store.SubscriptionSetting(
        org_id,
        body.tier,
        body.included_credits,
        body.billing_status,
        None if body.started_at is None else body.started_at.date(),
        audit_argument(request),
        idempotency_argument(request),
    )
    return await money(
        request,
        store.set_subscriptions,
        item,
        set_subscription_of,
        tenant=lambda connection: require_tenant(request, connection, org_id),
    )


async def _post(
    request: ApiRequest,
    organization_id: UUID,
    event_type: Literal["grant", "purchase", "adjustment", "refund"],
    credits: int,
    description: str | None,
    *,
    metadata: dict[str, str] | None = None,
    job_id: UUID | None = None,
) -> Reply[PostedCredits]:
    item = store.CreditPosting(
        organization_id,
        event_type,
        credits,
        job_id,
        description,
        metadata or {},
        audit_argument(request),
        idempotency_argument(request),
    )
    return await money(
        request,
        store.post,
        item,
        posted_credits_of,
        tenant=lambda connection: require_tenant(request, connection, organization_id),
    )
