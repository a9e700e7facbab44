"""Webhook endpoints and what was sent to them; sending it again is the one thing that the portal does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import htpy as h

from partner_api.console.components.code import json_code
from partner_api.console.components.deliveries import DELIVERY_FILTERS
from partner_api.console.components.form import form
from partner_api.console.components.table import Column, listing, table
from partner_api.console.components.text import badge, facts, identifier, instant, other, section
from partner_api.console.declare import Done, Pages, View
from partner_api.errors import not_found
from partner_api.portal.session import PREFIX
from partner_api.webhooks import delivery_routes as deliveries
from partner_api.webhooks import endpoint_routes as endpoints
from partner_api.webhooks.delivery_schemas import (
    DeliveryAttempt,
    WebhookDelivery,
    WebhookDeliveryDetail,
)
from partner_api.webhooks.endpoint_schemas import WebhookEndpoint

if TYPE_CHECKING:
    from partner_api.portal.visit import PortalVisit

pages = Pages()
PLACE: Final = "Webhooks"
_LIST: Final = f"{PREFIX}/webhooks"
_FOR_CHILDREN: Final = (
    "It is sent the events of other organizations too, so what was sent to it is not shown here."
)
_UNDER_WAY: Final = ("pending", "delivering")


@pages.page("/webhooks")
async def list_endpoints(visit: PortalVisit) -> View:
    """Show where events are sent."""
    return View(
        title="Webhooks",
        place=PLACE,
        body=await listing(
            visit,
            endpoints.list_endpoints,
            _ENDPOINT_COLUMNS,
            name="endpoints",
            href=lambda one: f"{_LIST}/{one.id}",
            empty="No endpoint is set up, so no events are sent.",
        ),
    )


@pages.page("/webhooks/{endpointId}")
async def show_endpoint(visit: PortalVisit, endpoint_id: str) -> View:
    """Show an endpoint, and what was sent to it."""
    endpoint = await visit.ask(endpoints.read_endpoint, endpoint_id=endpoint_id)
    shown: h.Node = h.p(".notice")[_FOR_CHILDREN]
    if endpoint.scope == "own":
        shown = await listing(
            visit,
            deliveries.list_deliveries,
            _DELIVERY_COLUMNS,
            name="deliveries",
            href=lambda one: f"{_LIST}/{endpoint_id}/deliveries/{one.id}",
            filters=DELIVERY_FILTERS,
            empty="Nothing was sent that has these. Clear the filters to see all of the last 30 days.",
            endpoint_id=endpoint_id,
        )
    return View(
        title=_place(endpoint.url),
        place=PLACE,
        trail=((PLACE, _LIST),),
        body=[
            facts(
                ("Status", badge(endpoint.status)),
                ("For", other(endpoint.description)),
                ("Last success", instant(endpoint.last_success_at)),
                ("Last failure", instant(endpoint.last_failure_at)),
                ("Failures in a row", f"{endpoint.consecutive_failure_count:,}"),
            ),
            h.h2["Deliveries"],
            shown,
        ],
    )


@pages.page("/webhooks/{endpointId}/deliveries/{deliveryId}")
async def show_delivery(visit: PortalVisit, endpoint_id: str, delivery_id: str) -> View:
    """Show a delivery, its attempts, and what was sent."""
    endpoint = await visit.ask(endpoints.read_endpoint, endpoint_id=endpoint_id)
    delivery = await _read(visit, endpoint_id, delivery_id)
    return View(
        title=delivery.event_type,
        place=PLACE,
        trail=((PLACE, _LIST), (_place(endpoint.url), f"{_LIST}/{endpoint_id}")),
        live_seconds=10 if delivery.status in _UNDER_WAY else None,
        body=[
            facts(
                ("Status", badge(delivery.status)),
                ("Event", identifier(delivery.event_id)),
                ("Created", instant(delivery.created_at)),
                ("Delivered", instant(delivery.delivered_at)),
                ("Next try", instant(delivery.next_retry_at)),
                ("Given up", instant(delivery.abandoned_at)),
            ),
            h.p["Given up because: ", (delivery.abandoned_reason or "").replace("_", " "), "."]
            if delivery.abandoned_reason
            else None,
            _replay(visit, endpoint, delivery),
            section("Attempts", table(_ATTEMPT_COLUMNS, delivery.attempts, empty="None yet.")),
            section("What is sent", _payload(delivery)),
        ],
    )


@pages.action(
    "/webhooks/{endpointId}/deliveries/{deliveryId}/replay",
    shows=show_delivery,
    does=(deliveries.replay_delivery,),
)
async def replay(visit: PortalVisit, endpoint_id: str, delivery_id: str) -> Done:
    """Send a delivery again, as an event of its own."""
    await _read(visit, endpoint_id, delivery_id)
    again = await visit.do(deliveries.replay_delivery, delivery_id=delivery_id)
    return Done(
        f"{_LIST}/{endpoint_id}/deliveries/{again.replay_delivery_id}",
        "It is sent again. This is the new delivery.",
    )


async def _read(visit: PortalVisit, endpoint_id: str, delivery_id: str) -> WebhookDeliveryDetail:
    """Return a delivery of an endpoint.

    Raises:
        ApiError: NOT_FOUND: it is of another endpoint; what the route refuses.
    """
    delivery = await visit.ask(deliveries.read_delivery, delivery_id=delivery_id)
    if delivery.endpoint_id != endpoint_id:
        raise not_found()
    return delivery


def _replay(
    visit: PortalVisit, endpoint: WebhookEndpoint, delivery: WebhookDeliveryDetail
) -> h.Node:
    if not visit.may(deliveries.replay_delivery):
        return None
    if delivery.status in _UNDER_WAY or delivery.payload is None:
        return None
    if endpoint.status != "active":
        return h.p(".quiet")["The endpoint is paused, so nothing can be sent to it again."]
    return form(
        visit,
        "replay",
        f"{_LIST}/{endpoint.id}/deliveries/{delivery.id}/replay",
        [],
        submit="Send it again",
        above=h.p(".quiet")[
            "The same data, as an event with a new id. The receiver has to be ready for that."
        ],
    )


def _payload(delivery: WebhookDeliveryDetail) -> h.Node:
    if delivery.payload is None:
        return h.p(".empty")["The event is more than 30 days old and no longer kept."]
    return json_code("What is sent", delivery.payload, id="payload")


def _place(url: str) -> str:
    """Return where an endpoint is, without its query: that may have a secret in it."""
    parts = urlsplit(url)
    host = (parts.netloc or "").rpartition("@")[2]
    return f"{host}{parts.path}"


_ENDPOINT_COLUMNS: Final = [
    Column[WebhookEndpoint](
        "Endpoint", lambda one: other(_place(one.url)), lambda one: _place(one.url)
    ),
    Column[WebhookEndpoint]("Status", lambda one: badge(one.status), lambda one: one.status),
    Column[WebhookEndpoint]("For", lambda one: other(one.description), lambda one: one.description),
    Column[WebhookEndpoint](
        "Last success", lambda one: instant(one.last_success_at), lambda one: one.last_success_at
    ),
    Column[WebhookEndpoint](
        "Failures in a row",
        lambda one: f"{one.consecutive_failure_count:,}",
        lambda one: one.consecutive_failure_count,
        number=True,
    ),
]
_DELIVERY_COLUMNS: Final = [
    Column[WebhookDelivery]("Event", lambda one: one.event_type, lambda one: one.event_type),
    Column[WebhookDelivery]("Status", lambda one: badge(one.status), lambda one: one.status),
    Column[WebhookDelivery](
        "Created", lambda one: instant(one.created_at), lambda one: one.created_at
    ),
    Column[WebhookDelivery](
        "Attempts", lambda one: str(one.attempts), lambda one: one.attempts, number=True
    ),
    Column[WebhookDelivery](
        "Last answer",
        lambda one: str(one.last_response_status or "—"),
        lambda one: one.last_response_status,
        number=True,
    ),
    Column[WebhookDelivery](
        "What went wrong",
        lambda one: other(one.last_error_message),
        lambda one: one.last_error_message,
    ),
]
_ATTEMPT_COLUMNS: Final = [
    Column[DeliveryAttempt]("At", lambda one: instant(one.at), lambda one: one.at),
    Column[DeliveryAttempt](
        "Answer",
        lambda one: str(one.status) if one.status is not None else "none",
        lambda one: one.status,
        number=True,
    ),
    Column[DeliveryAttempt](
        "Took", lambda one: f"{one.duration_ms:,} ms", lambda one: one.duration_ms, number=True
    ),
    Column[DeliveryAttempt]("What went wrong", lambda one: other(one.error), lambda one: one.error),
    Column[DeliveryAttempt]("What was answered", lambda one: other(one.body), lambda one: one.body),
]
