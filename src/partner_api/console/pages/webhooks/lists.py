"""Lists of webhook endpoints of all partners and both environments: those that fail first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import htpy as h

from partner_api.console.components.filters import filter_form, one_of
from partner_api.console.components.form import Field
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import badge, elapsed, instant, other, section
from partner_api.console.declare import Pages, View
from partner_api.ops.webhooks import routes as webhooks
from partner_api.ops.webhooks.schemas import OpsWebhookEndpoint
from partner_api.webhooks.endpoint_store import EndpointStatus
from partner_api.webhooks.operator_store import COUNTED

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.console.visit import Visit

pages = Pages()
PLACE: Final = "Webhooks"
LIST: Final = "/console/webhooks"
_LIVE_SECONDS: Final = 30
_FILTERS: Final = [
    Field("failing", "Failing", "select", options=[("", "all"), ("true", "only those that fail")]),
    one_of("status", "Status", get_args(EndpointStatus)),
    Field(
        "organizationId",
        "Organization",
        attributes={"placeholder": "org_…", "maxlength": "64"},
    ),
]


@pages.page("/webhooks")
async def show_endpoints(visit: Visit) -> View:
    """Show webhook endpoints: those that fail, then all; or those that are looked for."""
    columns = _columns(visit.request.now)
    if any(visit.parameter(one.name) for one in _FILTERS):
        body: h.Node = await listing(
            visit,
            webhooks.list_webhook_endpoints,
            columns,
            name="endpoints",
            filters=_FILTERS,
            href=address_of,
            empty="No endpoint is like this here. An older page may have some: follow the link, if there is one.",
            label="Webhook endpoints",
        )
    else:
        body = [
            filter_form(visit, _FILTERS),
            section(
                "Failing, the longest first",
                await listing(
                    visit,
                    webhooks.list_webhook_endpoints,
                    columns,
                    name="failing",
                    query={"sort": "failingSince"},
                    href=address_of,
                    empty="No endpoint fails.",
                    label="Webhook endpoints that fail",
                    cursor="failingCursor",
                ),
                id="failing",
            ),
            section(
                "All, newest first",
                await listing(
                    visit,
                    webhooks.list_webhook_endpoints,
                    columns,
                    name="endpoints",
                    query={"limit": 25},
                    href=address_of,
                    empty="There is no endpoint yet. Partners create theirs, with POST /v1/webhook-endpoints.",
                    label="All webhook endpoints",
                ),
                id="all",
            ),
        ]
    return View(title="Webhooks", place=PLACE, body=body, live_seconds=_LIVE_SECONDS)


def address_of(endpoint: OpsWebhookEndpoint) -> str:
    """Return the address of an endpoint's page."""
    return f"{LIST}/{endpoint.id}"


def error_of(endpoint: OpsWebhookEndpoint) -> h.Node:
    """Return how the last attempt failed, in a few words; nothing of an endpoint that does not fail."""
    error = endpoint.last_error
    if error is None:
        return None
    return other(error.message or f"It answered {error.status}.")


def waiting_of(endpoint: OpsWebhookEndpoint) -> str:
    """Write how much waits to be sent to an endpoint."""
    more = endpoint.waiting_deliveries >= COUNTED
    return f"{endpoint.waiting_deliveries:,}{' or more' if more else ''}"


def _columns(now: datetime) -> list[Column[OpsWebhookEndpoint]]:
    return [
        Column("Address", lambda one: other(one.url), lambda one: one.url),
        Column(
            "Status",
            lambda one: [badge(one.status), *_not_sent(one)],
            lambda one: one.status,
        ),
        Column(
            "Organization",
            lambda one: h.a(href=f"/console/organizations/{one.organization_id}")[
                other(one.organization_name)
            ],
            lambda one: one.organization_id,
        ),
        Column("Environment", lambda one: one.env, lambda one: one.env),
        Column(
            "Failures",
            lambda one: f"{one.consecutive_failure_count:,}",
            lambda one: one.consecutive_failure_count,
            number=True,
        ),
        Column(
            "Failing for",
            lambda one: elapsed(one.failing_since, now) if one.failing_since else None,
            lambda one: one.failing_since,
        ),
        Column("Last error", error_of, lambda one: one.last_error and one.last_error.message),
        Column("Waiting", waiting_of, lambda one: one.waiting_deliveries, number=True),
        Column(
            "Last success",
            lambda one: instant(one.last_success_at),
            lambda one: one.last_success_at,
        ),
    ]


def _not_sent(endpoint: OpsWebhookEndpoint) -> list[h.Node]:
    if endpoint.organization_status == "active":
        return []
    return [" ", badge(f"organization {endpoint.organization_status}", "bad")]
