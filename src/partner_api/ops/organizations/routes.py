"""Onboarding partners, and looking organizations up."""

from __future__ import annotations

from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from partner_api.credits.access import require_wallet
from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.money import money
from partner_api.edge.idempotency.records import idempotency_argument, shape_or_whole
from partner_api.edge.identity.audit import audit_argument
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import OrganizationId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.edge.wire.reply import Reply
from partner_api.errors import Issue, invalid
from partner_api.ops.access import require_organization
from partner_api.ops.organizations.schemas import (
    NewPartner,
    OpsOrganization,
    OpsOrganizationDetail,
    OpsOrganizationPatch,
    OrganizationQuery,
    OrganizationsQuery,
    changed_ops_organization_of,
    ops_organization_detail_of,
    ops_organization_of,
)
from partner_api.organizations import operator_store
from partner_api.organizations.service import onboard_partner

routes = Routes("Operator: organizations")
_changed = shape_or_whole(changed_ops_organization_of, OpsOrganization)


@routes.write(
    "POST",
    "/ops/v1/organizations",
    sdk="organizations.create",
    access=requires_role("operator"),
    runs=Runs.MONEY,
    status=201,
)
async def create_partner(request: ApiRequest, body: NewPartner) -> Reply[OpsOrganization]:
    """Onboard a partner.

    It becomes an organization with empty wallets, in the live and the test environment.
    """

    async def onboard(tenant_id: int, item: operator_store.Onboarding) -> Reply[OpsOrganization]:
        return await money(request, operator_store.onboard, item, _changed, tenant=tenant_id)

    _, reply = await onboard_partner(
        onboard,
        request.now,
        name=body.name,
        billing_email=body.billing_email,
        metadata=body.metadata,
        rate_limit_tier=body.rate_limit_tier,
        caller=audit_argument(request),
        idempotency=idempotency_argument(request),
    )
    return reply


@routes.read("/ops/v1/organizations", sdk="organizations.list", access=requires_role("viewer"))
async def list_organizations(
    request: ApiRequest, query: OrganizationsQuery
) -> Page[OpsOrganization]:
    """List organizations.

    All partners and their children, newest first.
    """
    async with request.connection() as connection:
        organizations = await operator_store.list_organizations(
            connection,
            search=query.search,
            statuses=query.status,
            parent_id=query.parent_organization_id,
            partners_only=query.partners_only,
            before=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
    return page(
        request,
        query,
        organizations,
        item=ops_organization_of,
        position=lambda organization: organization.id,
    )


@routes.read(
    "/ops/v1/organizations/{orgId}",
    sdk="organizations.retrieve",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def read_organization(
    request: ApiRequest, org_id: OrganizationId, query: OrganizationQuery
) -> OpsOrganizationDetail:
    """Read an organization.

    With its wallets, its keys and what it has, in one environment.
    """
    async with request.connection() as connection:
        organization = await require_organization(connection, org_id, query.env)
        contents = await operator_store.count_contents(
            connection, organization.tenant_id, org_id, request.now
        )
    wallet = await require_wallet(request, org_id, tenant_id=organization.tenant_id)
    return ops_organization_detail_of(organization, contents, wallet)


@routes.write(
    "PATCH",
    "/ops/v1/organizations/{orgId}",
    sdk="organizations.update",
    shown=Shown(request={"rateLimitTier": "partner"}),
    access=requires_role("operator"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND", "CONFLICT"],
)
async def change_organization(
    request: ApiRequest, org_id: OrganizationId, body: OpsOrganizationPatch
) -> Reply[OpsOrganization]:
    """Change an organization.

    `status: "suspended"` on a partner is the kill switch: from the next request on, its keys and
    those of all its children get 503, in both environments. An archived child is 409.
    """
    async with request.connection(writes=False) as connection:
        organization = await require_organization(connection, org_id)
        # A partner is the same in both environments; a child is another in the test environment.
        tenant_ids = (
            await operator_store.list_tenants(connection, org_id)
            if organization.parent_id is None
            else [organization.tenant_id]
        )
    changes_terms = body.rate_limit_tier is not UNSET or body.format_prices is not UNSET
    if organization.parent_id is not None and changes_terms:
        raise invalid([Issue("", "A child has the tier and the prices of its partner")])
    item = operator_store.Change(
        tenant_ids,
        org_id,
        None if isinstance(body.status, UnsetType) else body.status,
        None if isinstance(body.rate_limit_tier, UnsetType) else body.rate_limit_tier,
        (
            None
            if isinstance(body.format_prices, UnsetType)
            else msgspec.to_builtins(body.format_prices)
        ),
        msgspec.to_builtins(body) if changes_terms else None,
        audit_argument(request),
        idempotency_argument(request),
    )
    return await money(
        request, operator_store.change, item, _changed, tenant=organization.tenant_id
    )
