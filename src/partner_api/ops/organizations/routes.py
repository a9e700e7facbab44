"""Onboarding partners, and looking organizations up."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from partner_api.cash.store import read_balance
from partner_api.credits.access import require_wallet
from partner_api.database.tenants import hold_tenant
from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import OrganizationId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.errors import Issue, invalid
from partner_api.ops.access import require_organization
from partner_api.ops.organizations.schemas import (
    NewPartner,
    OpsOrganization,
    OpsOrganizationDetail,
    OpsOrganizationPatch,
    OrganizationsQuery,
    ops_organization_detail_of,
    ops_organization_of,
)
from partner_api.organizations import operator_store, store
from partner_api.organizations.service import onboard_partner
from partner_api.refusals import refusal

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

routes = Routes("Operator: organizations")


@routes.write(
    "POST",
    "/ops/v1/organizations",
    sdk="organizations.create",
    access=requires_role("operator"),
    runs=Runs.TRANSACTION,
    status=201,
)
async def create_partner(
    request: ApiRequest, body: NewPartner, connection: Connection
) -> OpsOrganization:
    """Onboard a partner.

    It becomes an organization with empty wallets, in the live and the test environment.
    """
    partner = await onboard_partner(
        connection,
        request.now,
        name=body.name,
        billing_email=body.billing_email,
        metadata=body.metadata,
        rate_limit_tier=body.rate_limit_tier,
        caller=audit_argument(request),
    )
    return ops_organization_of(await require_organization(connection, partner.organization_id))


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
async def read_organization(request: ApiRequest, org_id: OrganizationId) -> OpsOrganizationDetail:
    """Read an organization.

    With its wallets and counts.
    """
    async with request.connection() as connection:
        organization = await require_organization(connection, org_id)
        counts = await store.count_contents(connection, organization.tenant_id, org_id)
        balance_cents = await read_balance(connection, organization.tenant_id, org_id)
    wallet = await require_wallet(request, org_id, tenant_id=organization.tenant_id)
    return ops_organization_detail_of(organization, counts, wallet, balance_cents)


@routes.write(
    "PATCH",
    "/ops/v1/organizations/{orgId}",
    sdk="organizations.update",
    shown=Shown(request={"rateLimitTier": "partner"}),
    access=requires_role("operator"),
    runs=Runs.TRANSACTION,
    errors=["NOT_FOUND", "CONFLICT"],
)
async def change_organization(
    request: ApiRequest,
    org_id: OrganizationId,
    body: OpsOrganizationPatch,
    connection: Connection,
) -> OpsOrganization:
    """Change an organization.

    `status: "suspended"` on a partner is the kill switch: from the next request on, its keys and
    those of all its children get 503, in both environments. An archived child is 409.
    """
    organization = await require_organization(connection, org_id)
    if organization.parent_id is not None and (
        body.rate_limit_tier is not UNSET or body.format_prices is not UNSET
    ):
        raise invalid([Issue("", "A child has the tier and the prices of its partner")])
    # A partner is the same in both environments; a child is another in the test environment.
    tenant_ids = (
        await operator_store.list_tenants(connection, org_id)
        if organization.parent_id is None
        else [organization.tenant_id]
    )
    if not isinstance(body.status, UnsetType):
        for tenant_id in tenant_ids:
            (outcome,) = await store.set_status(
                connection,
                tenant_id,
                request.now,
                # The record is that of the whole change, in this transaction.
                [store.StatusItem(org_id, None, body.status, audit_argument(request), None)],
            )
            if outcome.code is not None:
                raise refusal(outcome.code, outcome.facts)
    if body.rate_limit_tier is not UNSET or body.format_prices is not UNSET:
        for tenant_id in tenant_ids:
            await hold_tenant(connection, tenant_id)
            await operator_store.update_terms(
                connection,
                tenant_id,
                request.now,
                org_id,
                rate_limit_tier=(
                    None if isinstance(body.rate_limit_tier, UnsetType) else body.rate_limit_tier
                ),
                format_prices=(
                    {}
                    if isinstance(body.format_prices, UnsetType)
                    else msgspec.to_builtins(body.format_prices)
                ),
            )
        await write_audit(
            connection,
            request.now,
            organization.tenant_id,
            org_id,
            "organization.terms_updated",
            audit_argument(request),
            details=msgspec.to_builtins(body),
        )
    return ops_organization_of(await require_organization(connection, org_id))
