"""What an organization has: children, projects, leases and webhook endpoints, a page each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, get_args

import htpy as h

from partner_api.console.components.filters import one_of
from partner_api.console.components.form import Field
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import badge, cents, identifier, instant, other
from partner_api.console.declare import Pages
from partner_api.console.pages.organizations.frame import address, organization_view
from partner_api.console.pages.organizations.lists import (
    CREATED,
    EMAIL,
    ID,
    NAME,
    NAME_FILTER,
    STATUS,
    STATUSES,
)
from partner_api.leases.store import LeaseBillingStatus, LeaseStatus
from partner_api.ops.leases import routes as leases
from partner_api.ops.leases.schemas import ListedLease
from partner_api.ops.organizations import routes as organizations
from partner_api.ops.projects import routes as projects
from partner_api.ops.webhooks import routes as webhooks
from partner_api.ops.webhooks.schemas import OpsWebhookEndpoint
from partner_api.projects.schemas import Project
from partner_api.projects.store import ProjectStatus
from partner_api.webhooks.endpoint_store import EndpointStatus

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from partner_api.console.declare import View
    from partner_api.console.visit import Visit

pages = Pages()
_ENV_FILTER: Final = Field("env", "Environment", "select", options=[("", "live"), ("test", "test")])


@pages.page("/organizations/{orgId}/children")
async def show_children(visit: Visit, org_id: str) -> View:
    """Show the children of a partner."""
    return await _page_of(
        visit,
        org_id,
        "children",
        listing(
            visit,
            organizations.list_organizations,
            [NAME, STATUS, EMAIL, CREATED, ID],
            name="children",
            query={"parentOrganizationId": org_id},
            filters=[NAME_FILTER, Field("status", "Status", "select", options=STATUSES)],
            href=lambda one: address(one.id),
            empty="No child is like this. Partners create their children themselves, with POST /v1/organizations.",
        ),
    )


@pages.page("/organizations/{orgId}/projects")
async def show_projects(visit: Visit, org_id: str) -> View:
    """Show the projects of an organization."""
    return await _page_of(
        visit,
        org_id,
        "projects",
        listing(
            visit,
            projects.list_organization_projects,
            _PROJECTS,
            name="projects",
            filters=[
                NAME_FILTER,
                one_of("status", "Status", get_args(ProjectStatus)),
                Field("customerExternalId", "The customer's id", attributes={"maxlength": "255"}),
                _ENV_FILTER,
            ],
            empty="No project is like this. An organization creates its projects itself, with POST /v1/projects.",
            org_id=org_id,
        ),
    )


@pages.page("/organizations/{orgId}/leases")
async def show_leases(visit: Visit, org_id: str) -> View:
    """Show the leases of an organization's projects."""
    return await _page_of(
        visit,
        org_id,
        "leases",
        listing(
            visit,
            leases.list_leases,
            _LEASES,
            name="leases",
            query={"organizationId": org_id},
            filters=[
                one_of("status", "Status", get_args(LeaseStatus)),
                one_of("billingStatus", "Billing", get_args(LeaseBillingStatus)),
            ],
            href=lambda one: f"/console/leases/{one.social_account_id}",
            empty="No lease is like this. Leases come from lease requests.",
        ),
        h.p[h.a(href=f"/console/lease-requests?organizationId={org_id}")["Its lease requests"]],
    )


@pages.page("/organizations/{orgId}/webhooks")
async def show_webhooks(visit: Visit, org_id: str) -> View:
    """Show the webhook endpoints of an organization, of both environments."""
    return await _page_of(
        visit,
        org_id,
        "webhooks",
        listing(
            visit,
            webhooks.list_webhook_endpoints,
            _ENDPOINTS,
            name="webhooks",
            query={"organizationId": org_id},
            filters=[
                one_of("status", "Status", get_args(EndpointStatus)),
                Field(
                    "failing",
                    "Which",
                    "select",
                    options=[("", "all"), ("true", "failing only")],
                ),
            ],
            href=lambda one: f"/console/webhooks/{one.id}",
            empty="No endpoint is like this. Partners create theirs themselves, with POST /v1/webhook-endpoints.",
        ),
    )


async def _page_of(
    visit: Visit,
    org_id: str,
    part: str,
    shown: Awaitable[h.Node],
    above: h.Node = None,
) -> View:
    """Return a page with a list, which is asked for while the organization is."""
    found, node = await asyncio.gather(
        visit.ask(organizations.read_organization, org_id=org_id), shown
    )
    return organization_view(visit, found, above, node, part=part)


def _error(endpoint: OpsWebhookEndpoint) -> str | None:
    error = endpoint.last_error
    if error is None:
        return None
    return error.message or f"It answered {error.status}"


_PROJECTS: Final = [
    Column[Project]("Name", lambda one: other(one.name), lambda one: one.name),
    Column[Project]("Status", lambda one: badge(one.status), lambda one: one.status),
    Column[Project](
        "The customer's id",
        lambda one: other(one.customer_external_id),
        lambda one: one.customer_external_id,
    ),
    Column[Project]("App", lambda one: other(one.app_name), lambda one: one.app_name),
    Column[Project]("Time zone", lambda one: one.timezone, lambda one: one.timezone),
    Column[Project]("Language", lambda one: one.primary_language, lambda one: one.primary_language),
    Column[Project]("Created", lambda one: instant(one.created_at), lambda one: one.created_at),
    Column[Project]("Id", lambda one: identifier(one.id), lambda one: one.id),
]
_LEASES: Final = [
    Column[ListedLease]("Handle", lambda one: other(one.handle), lambda one: one.handle),
    Column[ListedLease]("Status", lambda one: badge(one.status), lambda one: one.status),
    Column[ListedLease](
        "Billing", lambda one: badge(one.billing_status), lambda one: one.billing_status
    ),
    Column[ListedLease](
        "Past due since", lambda one: instant(one.past_due_since), lambda one: one.past_due_since
    ),
    Column[ListedLease](
        "Next renewal", lambda one: instant(one.next_renewal_at), lambda one: one.next_renewal_at
    ),
    Column[ListedLease](
        "A month",
        lambda one: cents(one.monthly_price_cents),
        lambda one: one.monthly_price_cents,
        number=True,
    ),
    Column[ListedLease](
        "Assigned", lambda one: instant(one.assigned_at), lambda one: one.assigned_at
    ),
    Column[ListedLease](
        "Id", lambda one: identifier(one.social_account_id), lambda one: one.social_account_id
    ),
]
_ENDPOINTS: Final = [
    Column[OpsWebhookEndpoint]("Address", lambda one: other(one.url), lambda one: one.url),
    Column[OpsWebhookEndpoint]("Status", lambda one: badge(one.status), lambda one: one.status),
    Column[OpsWebhookEndpoint]("Environment", lambda one: one.env, lambda one: one.env),
    Column[OpsWebhookEndpoint](
        "Failures in a row",
        lambda one: f"{one.consecutive_failure_count:,}",
        lambda one: one.consecutive_failure_count,
        number=True,
    ),
    Column[OpsWebhookEndpoint](
        "Waiting",
        lambda one: f"{one.waiting_deliveries:,}",
        lambda one: one.waiting_deliveries,
        number=True,
    ),
    Column[OpsWebhookEndpoint]("Last error", lambda one: other(_error(one)), _error),
    Column[OpsWebhookEndpoint](
        "Last success", lambda one: instant(one.last_success_at), lambda one: one.last_success_at
    ),
    Column[OpsWebhookEndpoint]("Id", lambda one: identifier(one.id), lambda one: one.id),
]
