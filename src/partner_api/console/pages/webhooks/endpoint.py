"""A webhook endpoint: how sending to it goes, what was sent, and sending again what it has missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.code import json_code
from partner_api.console.components.deliveries import DELIVERY_FILTERS
from partner_api.console.components.form import Field, form
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import (
    badge,
    elapsed,
    facts,
    identifier,
    instant,
    other,
    section,
)
from partner_api.console.declare import Done, Pages, View
from partner_api.console.pages.webhooks import lists
from partner_api.ops.webhooks import routes as webhooks
from partner_api.webhooks.delivery_schemas import WebhookDelivery

if TYPE_CHECKING:
    from partner_api.console.visit import Visit
    from partner_api.ops.webhooks.schemas import OpsWebhookEndpoint

pages = Pages()
_LIVE_SECONDS: Final = 15
_PAUSED: Final = {
    "failures": "after 20 failures in a row over an hour",
    "gone": "because it answered 410 Gone",
}
ABANDONED: Final = {
    "attempts_exhausted": "8 attempts failed",
    "endpoint_gone": "the endpoint answered 410 Gone",
    "endpoint_paused": "its partner had paused the endpoint",
    "endpoint_auto_paused": "the server had paused the endpoint",
    "organization_suspended": "the organization was suspended",
    "organization_archived": "the organization was archived",
    "event_expired": "the event was more than 30 days old",
    "out_of_scope": "the endpoint does not get events of children any more",
}


def what_went_wrong(delivery: WebhookDelivery) -> h.Node:
    """Return why a delivery has not arrived."""
    if delivery.abandoned_reason is not None:
        return f"Given up: {ABANDONED[delivery.abandoned_reason]}"
    if delivery.status == "delivered" or delivery.last_error_message is None:
        return None
    return other(delivery.last_error_message)


_COLUMNS: Final = [
    Column[WebhookDelivery](
        "Created", lambda one: instant(one.created_at), lambda one: one.created_at
    ),
    Column[WebhookDelivery]("Event", lambda one: one.event_type, lambda one: one.event_type),
    Column[WebhookDelivery]("Status", lambda one: badge(one.status), lambda one: one.status),
    Column[WebhookDelivery](
        "Attempts", lambda one: one.attempts, lambda one: one.attempts, number=True
    ),
    Column[WebhookDelivery](
        "Answer",
        lambda one: one.last_response_status,
        lambda one: one.last_response_status,
        number=True,
    ),
    Column[WebhookDelivery]("What went wrong", what_went_wrong, lambda one: one.last_error_message),
    Column[WebhookDelivery](
        "Next attempt",
        lambda one: instant(one.next_retry_at) if one.next_retry_at else None,
        lambda one: one.next_retry_at,
    ),
    Column[WebhookDelivery](
        "Event id", lambda one: identifier(one.event_id), lambda one: one.event_id
    ),
]


@pages.page("/webhooks/{endpointId}")
async def show_endpoint(visit: Visit, endpoint_id: str) -> View:
    """Show one webhook endpoint with its deliveries."""
    found = await visit.ask(webhooks.read_webhook_endpoint, endpoint_id=endpoint_id)
    sent = await listing(
        visit,
        webhooks.list_webhook_deliveries,
        _COLUMNS,
        name="deliveries",
        filters=DELIVERY_FILTERS,
        href=lambda one: f"{lists.LIST}/{endpoint_id}/deliveries/{one.id}",
        empty="Nothing is like this here. An older page may have some: follow the link, if there is one.",
        label="Deliveries",
        endpoint_id=endpoint_id,
    )
    return View(
        title="Webhook endpoint",
        place=lists.PLACE,
        trail=((lists.PLACE, lists.LIST),),
        live_seconds=_LIVE_SECONDS,
        body=[
            _banner(found),
            _facts(visit, found),
            _unpause(visit, found),
            _recover(visit, found),
            section("Deliveries, newest first", sent, id="deliveries"),
            section("Its partner's notes", json_code("Metadata", found.metadata, id="metadata"))
            if found.metadata
            else None,
        ],
    )


@pages.action(
    "/webhooks/{endpointId}/unpause",
    shows=show_endpoint,
    does=(webhooks.unpause_webhook_endpoint,),
)
async def unpause(visit: Visit, endpoint_id: str) -> Done:
    """Send to an endpoint again that the server has paused."""
    await visit.do(webhooks.unpause_webhook_endpoint, endpoint_id=endpoint_id)
    return Done(
        f"{lists.LIST}/{endpoint_id}",
        "The endpoint is active again. Recover it to send what it has missed.",
    )


@pages.action(
    "/webhooks/{endpointId}/recover",
    shows=show_endpoint,
    does=(webhooks.recover_webhook_endpoint,),
)
async def recover(visit: Visit, endpoint_id: str) -> Done:
    """Send again what an endpoint has missed."""
    done = await visit.do(
        webhooks.recover_webhook_endpoint,
        {"since": visit.field("since"), "until": visit.optional("until")},
        endpoint_id=endpoint_id,
    )
    more = " There are more: recover again." if done.has_more else ""
    return Done(
        f"{lists.LIST}/{endpoint_id}", f"{done.deliveries:,} deliveries are on their way.{more}"
    )


def _banner(found: OpsWebhookEndpoint) -> h.Node:
    if found.organization_status != "active":
        return h.p(".error")[
            f"Its organization, or the partner of that, is {found.organization_status}: nothing is sent, and what "
            "happens is recorded as given up."
        ]
    if found.status == "auto_paused":
        return h.p(".error")[
            f"The server has paused it {_PAUSED[found.paused_reason or 'failures']}. Nothing is sent to it."
        ]
    if found.status == "paused":
        return h.p(".notice")[
            "Its partner has paused it, and alone can make it active again. Nothing is sent to it."
        ]
    return None


def _facts(visit: Visit, found: OpsWebhookEndpoint) -> h.Node:
    now = visit.request.now
    error = found.last_error
    return facts(
        ("Address", other(found.url)),
        ("Status", badge(found.status)),
        (
            "Organization",
            h.a(href=f"/console/organizations/{found.organization_id}")[
                other(found.organization_name)
            ],
        ),
        ("Environment", found.env),
        ("Failures in a row", f"{found.consecutive_failure_count:,}"),
        (
            "Failing since",
            [instant(found.failing_since), f" ({elapsed(found.failing_since, now)})"]
            if found.failing_since
            else instant(None),
        ),
        ("Waiting", lists.waiting_of(found)),
        (
            "Oldest waiting",
            [instant(found.oldest_waiting_at), f" ({elapsed(found.oldest_waiting_at, now)})"]
            if found.oldest_waiting_at
            else instant(None),
        ),
        ("Last error", [lists.error_of(found), " ", instant(error.at)] if error else instant(None)),
        ("Last success", instant(found.last_success_at)),
        ("Last failure", instant(found.last_failure_at)),
        ("Events", ", ".join(found.events)),
        ("Of whom", "itself and all its children" if found.scope == "all_children" else "itself"),
        ("Project", identifier(found.project_id)),
        ("Description", other(found.description)),
        ("Created", instant(found.created_at)),
        ("Changed", instant(found.updated_at)),
        ("Id", identifier(found.id)),
    )


def _unpause(visit: Visit, found: OpsWebhookEndpoint) -> h.Node:
    if found.status != "auto_paused":
        return None
    shown = form(
        visit,
        "unpause",
        f"{lists.LIST}/{found.id}/unpause",
        [],
        submit="Unpause",
        above=h.p[
            "New events are sent again, and failures count from none. What was given up meanwhile comes when it is "
            "recovered."
        ],
        does=webhooks.unpause_webhook_endpoint,
    )
    return section("Unpause", shown) if shown is not None else None


def _recover(visit: Visit, found: OpsWebhookEndpoint) -> h.Node:
    if found.status != "active" or found.organization_status != "active":
        return None
    shown = form(
        visit,
        "recover",
        f"{lists.LIST}/{found.id}/recover",
        [
            Field(
                "since",
                "Events since (UTC)",
                value=found.failing_since or found.last_success_at or found.created_at,
                required=True,
                hint="Such as 2026-06-01T00:00:00Z, at most 30 days ago.",
                attributes={"maxlength": "32"},
            ),
            Field(
                "until",
                "Until (UTC)",
                hint="Up to now, if it is empty.",
                attributes={"maxlength": "32"},
            ),
        ],
        submit="Send again what it has missed",
        above=h.p[
            "Each event of that time that was given up is sent again under its own id, the oldest first, and what "
            "waits for its next attempt is sent at once: up to 10,000."
        ],
        does=webhooks.recover_webhook_endpoint,
    )
    return section("Recover", shown) if shown is not None else None
