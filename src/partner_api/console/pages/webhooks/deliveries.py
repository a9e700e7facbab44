"""A delivery: what is sent, what each attempt came to, and sending it once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.code import json_code, text_code
from partner_api.console.components.form import form
from partner_api.console.components.text import badge, facts, identifier, instant, other, section
from partner_api.console.components.timeline import Moment, timeline
from partner_api.console.declare import Done, Pages, View
from partner_api.console.pages.webhooks import lists
from partner_api.console.pages.webhooks.endpoint import ABANDONED
from partner_api.ops.webhooks import routes as webhooks

if TYPE_CHECKING:
    from partner_api.console.visit import Visit
    from partner_api.ops.webhooks.schemas import OpsWebhookEndpoint
    from partner_api.webhooks.delivery_schemas import DeliveryAttempt, WebhookDeliveryDetail

pages = Pages()
_LIVE_SECONDS: Final = 5
_UNDER_WAY: Final = ("pending", "delivering", "failed")


@pages.page("/webhooks/{endpointId}/deliveries/{deliveryId}")
async def show_delivery(visit: Visit, endpoint_id: str, delivery_id: str) -> View:
    """Show one delivery with its attempts."""
    endpoint = await visit.ask(webhooks.read_webhook_endpoint, endpoint_id=endpoint_id)
    found = await visit.ask(
        webhooks.read_webhook_delivery, endpoint_id=endpoint_id, delivery_id=delivery_id
    )
    own = f"{lists.LIST}/{endpoint_id}"
    return View(
        title=f"Delivery of {found.event_type}",
        place=lists.PLACE,
        trail=((lists.PLACE, lists.LIST), ("Endpoint", own)),
        live_seconds=_LIVE_SECONDS if found.status in _UNDER_WAY else None,
        body=[
            _facts(found, own, endpoint),
            _replay(visit, found, endpoint),
            section(
                "Attempts",
                timeline(
                    [
                        _moment(number, one)
                        for number, one in reversed(list(enumerate(found.attempts, 1)))
                    ],
                    empty="It was not sent yet.",
                ),
                id="attempts",
            ),
            section(
                "What is sent",
                json_code("Payload", found.payload, id="payload")
                if found.payload is not None
                else h.p(".empty")["The event is more than 30 days old and no longer kept."],
            ),
        ],
    )


@pages.action(
    "/webhooks/{endpointId}/deliveries/{deliveryId}/replay",
    shows=show_delivery,
    does=(webhooks.replay_webhook_delivery,),
)
async def replay(visit: Visit, endpoint_id: str, delivery_id: str) -> Done:
    """Send what a delivery contains once more."""
    done = await visit.do(
        webhooks.replay_webhook_delivery, endpoint_id=endpoint_id, delivery_id=delivery_id
    )
    return Done(
        f"{lists.LIST}/{endpoint_id}/deliveries/{done.replay_delivery_id}",
        "This is the replay. It is on its way.",
    )


def _facts(found: WebhookDeliveryDetail, own: str, endpoint: OpsWebhookEndpoint) -> h.Node:
    replay_of = (found.payload and found.payload.replay_of) or None
    return facts(
        ("Status", badge(found.status)),
        (
            "Given up because",
            ABANDONED[found.abandoned_reason] if found.abandoned_reason else instant(None),
        ),
        ("Endpoint", h.a(href=own)[other(endpoint.url)]),
        (
            "Organization",
            h.a(href=f"/console/organizations/{endpoint.organization_id}")[
                other(endpoint.organization_name)
            ],
        ),
        ("Environment", endpoint.env),
        ("Attempts", f"{len(found.attempts)} of 8"),
        ("Next attempt", instant(found.next_retry_at)),
        ("Delivered", instant(found.delivered_at)),
        ("Given up", instant(found.abandoned_at)),
        ("Event id", identifier(found.event_id)),
        (
            "Replay of",
            identifier(replay_of, f"{own}/deliveries/{replay_of}" if replay_of else None),
        ),
        ("Created", instant(found.created_at)),
        ("Id", identifier(found.id)),
    )


def _moment(number: int, attempt: DeliveryAttempt) -> Moment:
    arrived = attempt.error is None and attempt.status is not None and attempt.status // 100 == 2
    answered = f"It answered {attempt.status}" if attempt.status is not None else "No answer"
    return Moment(
        attempt.at,
        [
            f"Attempt {number}: ",
            badge("delivered" if arrived else "failed"),
            f" {answered} after {attempt.duration_ms:,} ms.",
        ],
        [
            h.p[other(attempt.error)] if attempt.error else None,
            text_code("The first 2 kB of the answer", attempt.body, id=f"answer-{number}")
            if attempt.body
            else h.p["The answer had no text."]
            if attempt.status is not None
            else None,
        ],
    )


def _replay(visit: Visit, found: WebhookDeliveryDetail, endpoint: OpsWebhookEndpoint) -> h.Node:
    if found.status in ("pending", "delivering") or found.payload is None:
        return None
    if endpoint.status != "active" or endpoint.organization_status != "active":
        return h.p(".quiet")[
            "It can be replayed once something is sent to its endpoint again: ",
            h.a(href=f"{lists.LIST}/{endpoint.id}")["see the endpoint"],
            ".",
        ]
    shown = form(
        visit,
        "replay",
        f"{lists.LIST}/{endpoint.id}/deliveries/{found.id}/replay",
        [],
        submit="Replay",
        above=h.p[
            "Sends the same data once more, as an event with an id of its own that names this delivery. What did not "
            "arrive is better recovered: it then keeps its id."
        ],
        does=webhooks.replay_webhook_delivery,
    )
    return section("Replay", shown) if shown is not None else None
