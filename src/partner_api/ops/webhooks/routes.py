"""The operator's routes for webhooks: endpoints of all partners, their deliveries, and sending again."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.records import RecordedTransaction
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import BareId
from partner_api.edge.wire.pagination import Page, page, page_of_look, read_cursor
from partner_api.edge.wire.reply import Reply
from partner_api.errors import ApiError
from partner_api.ops.webhooks.access import lock_endpoint, require_delivery, require_endpoint
from partner_api.ops.webhooks.schemas import (
    OpsEndpointsQuery,
    OpsWebhookEndpoint,
    ops_endpoint_of,
)
from partner_api.webhooks import (
    delivery_service,
    delivery_store,
    endpoint_store,
    operator_store,
)
from partner_api.webhooks.delivery_schemas import (
    DeliveriesQuery,
    Recovered,
    Recovery,
    Replayed,
    WebhookDelivery,
    WebhookDeliveryDetail,
    delivery_detail_of,
)

if TYPE_CHECKING:
    from partner_api.database.connection import Connection
    from partner_api.webhooks.operator_store import OperatedEndpoint

routes = Routes("Operator: webhooks")
_NOT_ACTIVE = (
    "This endpoint is paused, so nothing is sent to it. If the server paused it, unpause it first."
)
_NOT_SENT = (
    "The organization of this endpoint, or its partner, is {}, so nothing is sent to it and what is sent again would "
    "only be abandoned. Once it is active, recover what it has missed."
)
_PARTNER_S = (
    "Its partner has paused this endpoint. Ask it to set the status to active, once it is ready."
)


@routes.read(
    "/ops/v1/webhook-endpoints", sdk="webhook_endpoints.list", access=requires_role("viewer")
)
async def list_webhook_endpoints(
    request: ApiRequest, query: OpsEndpointsQuery
) -> Page[OpsWebhookEndpoint]:
    """List webhook endpoints.

    Those of all partners, of both environments, newest first. With a filter a page may have few
    items, or none, and others follow: go on while there is a `nextCursor`.
    """
    wanted = operator_store.EndpointFilter(query.organization_id, query.status, query.failing)
    async with request.connection() as connection:
        if query.sort == "failingSince":
            failing = await operator_store.list_failing(
                connection,
                wanted,
                after=read_cursor(request, operator_store.FailingPosition),
                limit=query.limit + 1,
            )
            return page(
                request,
                query,
                failing,
                item=ops_endpoint_of,
                position=operator_store.failing_position,
            )
        found = await operator_store.list_endpoints(
            connection, wanted, before=read_cursor(request, UUID), limit=query.limit
        )
    items = [ops_endpoint_of(endpoint) for endpoint in found.endpoints]
    return page_of_look(request, query, items, found.position)


@routes.read(
    "/ops/v1/webhook-endpoints/{endpointId}",
    sdk="webhook_endpoints.retrieve",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def read_webhook_endpoint(request: ApiRequest, endpoint_id: BareId) -> OpsWebhookEndpoint:
    """Read a webhook endpoint.

    Whose it is, why the server paused it, what waits to be sent to it, and its last error.
    """
    async with request.connection() as connection:
        return ops_endpoint_of(await require_endpoint(connection, endpoint_id))


@routes.write(
    "POST",
    "/ops/v1/webhook-endpoints/{endpointId}/unpause",
    sdk="webhook_endpoints.unpause",
    access=requires_role("operator"),
    runs=Runs.TRANSACTION,
    errors=["NOT_FOUND", "CONFLICT"],
    shown=Shown(when={"CONFLICT": "Its partner has paused it, as `details.status` says."}),
)
async def unpause_webhook_endpoint(
    request: ApiRequest, endpoint_id: BareId, connection: Connection
) -> OpsWebhookEndpoint:
    """Unpause a webhook endpoint.

    One that the server has paused is active again, and its failures count from none. What was
    abandoned meanwhile comes when its partner recovers it. One that its partner paused is 409.
    """
    endpoint = await lock_endpoint(connection, endpoint_id)
    if endpoint.status == "paused":
        raise ApiError("CONFLICT", _PARTNER_S, {"status": endpoint.status})
    if endpoint.status == "auto_paused":
        await endpoint_store.update_endpoint(
            connection,
            endpoint.tenant_id,
            request.now,
            endpoint_id,
            {"status": "active", "paused_reason": None},
        )
        await endpoint_store.forget_failures(connection, endpoint.tenant_id, endpoint_id)
        await write_audit(
            connection,
            request.now,
            endpoint.tenant_id,
            endpoint.organization_id,
            "webhook_endpoint.unpaused",
            audit_argument(request),
            project_id=endpoint.project_id,
            details={"endpointId": str(endpoint_id)},
        )
        endpoint = await require_endpoint(connection, endpoint_id)
    return ops_endpoint_of(endpoint)


@routes.read(
    "/ops/v1/webhook-endpoints/{endpointId}/deliveries",
    sdk="webhook_endpoints.deliveries.list",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def list_webhook_deliveries(
    request: ApiRequest, endpoint_id: BareId, query: DeliveriesQuery
) -> Page[WebhookDelivery]:
    """List the deliveries of a webhook endpoint.

    As its partner can, newest first. With a filter a page may have few items, or none, and others
    follow: go on while there is a `nextCursor`.
    """
    async with request.connection() as connection:
        endpoint = await require_endpoint(connection, endpoint_id)
        return await delivery_service.list_deliveries(
            request,
            connection,
            query,
            endpoint,
            tenant_id=endpoint.tenant_id,
            organization_id=None,
        )


@routes.read(
    "/ops/v1/webhook-endpoints/{endpointId}/deliveries/{deliveryId}",
    sdk="webhook_endpoints.deliveries.retrieve",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def read_webhook_delivery(
    request: ApiRequest, endpoint_id: BareId, delivery_id: BareId
) -> WebhookDeliveryDetail:
    """Read a delivery.

    With what is sent, and what each attempt came to.
    """
    async with request.connection() as connection:
        endpoint = await require_endpoint(connection, endpoint_id)
        delivery = await require_delivery(connection, endpoint, delivery_id)
        attempts = await delivery_store.list_attempts(connection, endpoint.tenant_id, delivery_id)
    return delivery_detail_of(delivery, attempts)


@routes.write(
    "POST",
    "/ops/v1/webhook-endpoints/{endpointId}/deliveries/{deliveryId}/replay",
    sdk="webhook_endpoints.deliveries.replay",
    access=requires_role("operator"),
    runs=Runs.DEFERRED,
    errors=["NOT_FOUND", "CONFLICT"],
    shown=Shown(
        when={
            "CONFLICT": "The delivery has not ended yet, or its endpoint is paused, as `details.status` says; or its "
            "organization is not active, its event is no longer kept, or the endpoint does not get it any more, as "
            "`details.reason` says."
        }
    ),
)
async def replay_webhook_delivery(
    request: ApiRequest,
    endpoint_id: BareId,
    delivery_id: BareId,
    transaction: RecordedTransaction,
) -> Reply[Replayed]:
    """Replay a delivery.

    As its partner can: its data is sent again, as an event with an id of its own.
    """

    async def replay(connection: Connection) -> Replayed:
        endpoint = await lock_endpoint(connection, endpoint_id)
        original = await require_delivery(connection, endpoint, delivery_id)
        _require_sent_to(endpoint)
        return await delivery_service.replay(
            request, connection, endpoint.tenant_id, endpoint, original
        )

    reply = await transaction.run(replay)
    request.services.bell.ring("deliveries")
    return reply


@routes.write(
    "POST",
    "/ops/v1/webhook-endpoints/{endpointId}/recover",
    sdk="webhook_endpoints.recover",
    access=requires_role("operator"),
    runs=Runs.DEFERRED,
    errors=["NOT_FOUND", "CONFLICT"],
    shown=Shown(
        request={"since": "2026-06-01T00:00:00.000Z"},
        see=["webhook_endpoints.deliveries.list"],
        when={
            "CONFLICT": "The endpoint is paused, as `details.status` says, or its organization is not active, as "
            "`details.reason` says."
        },
    ),
)
async def recover_webhook_endpoint(
    request: ApiRequest, endpoint_id: BareId, body: Recovery, transaction: RecordedTransaction
) -> Reply[Recovered]:
    """Send again what a webhook endpoint has missed.

    As its partner can: each event of that time whose delivery was abandoned gets a new delivery, and
    those that wait for their next try are due at once. One request recovers up to 10,000: with
    `hasMore`, send another one.
    """

    async def recover(connection: Connection) -> Recovered:
        delivery_service.check_recovery(request, body)
        endpoint = await lock_endpoint(connection, endpoint_id)
        _require_sent_to(endpoint)
        return await delivery_service.recover(
            request, connection, endpoint.tenant_id, endpoint, body
        )

    reply = await transaction.run(recover)
    request.services.bell.ring("deliveries")
    return reply


def _require_sent_to(endpoint: OperatedEndpoint) -> None:
    """Check that what is sent to an endpoint now is not abandoned at once.

    Raises:
        ApiError: CONFLICT.
    """
    if endpoint.organization_status != "active":
        raise ApiError(
            "CONFLICT",
            _NOT_SENT.format(endpoint.organization_status),
            {"reason": f"organization_{endpoint.organization_status}"},
        )
    if endpoint.status != "active":
        raise ApiError("CONFLICT", _NOT_ACTIVE, {"status": endpoint.status})
