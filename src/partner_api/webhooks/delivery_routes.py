"""Deliveries of webhooks: tests, what became of each, and sending what did not arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.clock import format_milliseconds
from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.records import RecordedTransaction
from partner_api.edge.identity.scopes import requires
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import BareId
from partner_api.edge.wire.pagination import Page
from partner_api.edge.wire.reply import Reply
from partner_api.ids import format_id, new_ulid, new_uuid7
from partner_api.webhooks import delivery_service
from partner_api.webhooks import delivery_store as store
from partner_api.webhooks.access import (
    lock_active_endpoint,
    organization_in_reach,
    require_delivery,
    require_endpoint,
    require_reach,
)
from partner_api.webhooks.delivery_schemas import (
    DeliveriesQuery,
    EndpointTest,
    Recovered,
    Recovery,
    Replayed,
    SentTest,
    WebhookDelivery,
    WebhookDeliveryDetail,
    delivery_detail_of,
)
from partner_api.webhooks.service import audit_endpoint

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

routes = Routes("Webhooks")
_TEST_TYPE = "test.ping"
_GREETING = {"message": "This is a test of your webhook endpoint."}
_FOR_CHILDREN = "The endpoint is `all_children`, and the key lacks the scope `org:admin`."


@routes.write(
    "POST",
    "/v1/webhook-endpoints/{endpointId}/test",
    sdk="webhook_endpoints.test",
    access=requires("webhooks:write"),
    runs=Runs.DEFERRED,
    errors=["NOT_FOUND", "CONFLICT"],
    shown=Shown(
        see=["webhook_deliveries.retrieve"],
        when={
            "FORBIDDEN_SCOPE": _FOR_CHILDREN,
            "CONFLICT": "The endpoint is paused, as `details.status` says.",
        },
    ),
)
async def test_endpoint(
    request: ApiRequest, endpoint_id: BareId, body: EndpointTest, transaction: RecordedTransaction
) -> Reply[SentTest]:
    """Test a webhook endpoint.

    Sends it a `test.ping`, whatever events it asks for. What came of it is in the delivery.
    """

    async def send(connection: Connection) -> SentTest:
        endpoint = await lock_active_endpoint(request, connection, endpoint_id)
        delivery = store.NewDelivery(
            new_uuid7(request.now),
            endpoint_id,
            new_ulid(request.now),
            _TEST_TYPE,
            endpoint.organization_id,
            request.now,
            _GREETING if body.payload is None else body.payload,
            None,
        )
        await store.insert_delivery(connection, request.caller.tenant_id, request.now, delivery)
        event_id = format_id("evt", delivery.event_id)
        await audit_endpoint(
            request, connection, "webhook_endpoint.tested", endpoint, eventId=event_id
        )
        return SentTest(
            event_id=event_id,
            delivery_id=str(delivery.id),
            scheduled_at=format_milliseconds(request.now),
        )

    reply = await transaction.run(send)
    request.services.bell.ring("deliveries")
    return reply


@routes.write(
    "POST",
    "/v1/webhook-endpoints/{endpointId}/recover",
    sdk="webhook_endpoints.recover",
    access=requires("webhooks:write"),
    runs=Runs.DEFERRED,
    errors=["NOT_FOUND", "CONFLICT"],
    shown=Shown(
        request={"since": "2026-06-01T00:00:00.000Z"},
        see=["webhook_endpoints.deliveries.list", "events.list"],
        when={
            "FORBIDDEN_SCOPE": _FOR_CHILDREN,
            "CONFLICT": "The endpoint is paused, as `details.status` says.",
        },
    ),
)
async def recover_deliveries(
    request: ApiRequest, endpoint_id: BareId, body: Recovery, transaction: RecordedTransaction
) -> Reply[Recovered]:
    """Send again what a webhook endpoint has missed.

    Each event of that time whose delivery was abandoned gets a new delivery, with the id that the
    event has; those that wait for their next try are due at once. The oldest come first. One request
    recovers up to 10,000: with `hasMore`, send another one.
    """

    async def recover(connection: Connection) -> Recovered:
        delivery_service.check_recovery(request, body)
        endpoint = await lock_active_endpoint(request, connection, endpoint_id)
        return await delivery_service.recover(
            request, connection, request.caller.tenant_id, endpoint, body
        )

    reply = await transaction.run(recover)
    request.services.bell.ring("deliveries")
    return reply


@routes.read(
    "/v1/webhook-endpoints/{endpointId}/deliveries",
    sdk="webhook_endpoints.deliveries.list",
    access=requires("webhooks:read"),
    errors=["NOT_FOUND"],
    shown=Shown(
        see=["webhook_deliveries.retrieve", "webhook_endpoints.recover"],
        when={"FORBIDDEN_SCOPE": _FOR_CHILDREN},
    ),
)
async def list_deliveries(
    request: ApiRequest, endpoint_id: BareId, query: DeliveriesQuery
) -> Page[WebhookDelivery]:
    """List the deliveries of a webhook endpoint.

    Newest first. They are kept for 30 days. With a filter a page may have few items, or none, and
    others follow: go on while there is a `nextCursor`.
    """
    async with request.connection() as connection:
        endpoint = await require_endpoint(request, connection, endpoint_id)
        require_reach(request, endpoint.scope)
        return await delivery_service.list_deliveries(
            request,
            connection,
            query,
            endpoint,
            tenant_id=request.caller.tenant_id,
            organization_id=organization_in_reach(request),
        )


@routes.read(
    "/v1/webhook-deliveries/{deliveryId}",
    sdk="webhook_deliveries.retrieve",
    access=requires("webhooks:read"),
    errors=["NOT_FOUND"],
    shown=Shown(when={"FORBIDDEN_SCOPE": _FOR_CHILDREN}),
)
async def read_delivery(request: ApiRequest, delivery_id: BareId) -> WebhookDeliveryDetail:
    """Read a delivery.

    With what is sent, and what each attempt came to.
    """
    async with request.connection() as connection:
        delivery = await require_delivery(request, connection, delivery_id)
        attempts = await store.list_attempts(connection, request.caller.tenant_id, delivery_id)
    return delivery_detail_of(delivery, attempts)


@routes.write(
    "POST",
    "/v1/webhook-deliveries/{deliveryId}/replay",
    sdk="webhook_deliveries.replay",
    access=requires("webhooks:write"),
    runs=Runs.DEFERRED,
    errors=["NOT_FOUND", "CONFLICT"],
    shown=Shown(
        see=["webhook_endpoints.recover"],
        when={
            "FORBIDDEN_SCOPE": _FOR_CHILDREN,
            "CONFLICT": "The delivery has not ended yet, or its endpoint is paused, as `details.status` says; or its "
            "event is no longer kept, or the endpoint does not get it any more, as `details.reason` says.",
        },
    ),
)
async def replay_delivery(
    request: ApiRequest, delivery_id: BareId, transaction: RecordedTransaction
) -> Reply[Replayed]:
    """Replay a delivery.

    Sends its data again in a new delivery, as an event with an id of its own and `replayOf`; the
    original stays as it is. To send again what did not arrive, under the same event id, recover it.
    """

    async def replay(connection: Connection) -> Replayed:
        found = await require_delivery(request, connection, delivery_id)
        endpoint = await lock_active_endpoint(request, connection, found.endpoint_id)
        # What the sender has reported meanwhile is there now.
        original = await require_delivery(request, connection, delivery_id)
        return await delivery_service.replay(
            request, connection, request.caller.tenant_id, endpoint, original
        )

    reply = await transaction.run(replay)
    request.services.bell.ring("deliveries")
    return reply
