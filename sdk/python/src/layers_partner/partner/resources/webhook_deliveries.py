# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.webhook_deliveries`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.options import RequestOptions
    from layers_partner.partner.types import Replayed, WebhookDeliveryDetail

_REPLAY = Operation(
    "webhook_deliveries.replay", "POST", "/v1/webhook-deliveries/{deliveryId}/replay"
)
_RETRIEVE = Operation("webhook_deliveries.retrieve", "GET", "/v1/webhook-deliveries/{deliveryId}")


class WebhookDeliveriesResource(Resource):
    """Methods of `layers.webhook_deliveries`."""

    @cached_property
    def with_raw_response(self) -> WebhookDeliveriesRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return WebhookDeliveriesRawResource(self)

    def replay(self, delivery_id: str, **options: Unpack[RequestOptions]) -> Replayed:
        """Replay a delivery.

        Sends its data again in a new delivery, as an event with an id of its own and `replayOf`;
        the original stays as it is. To send again what did not arrive, under the same event id,
        recover it.

        `POST /v1/webhook-deliveries/{deliveryId}/replay`, with the scope `webhooks:write`.

        Args:
            delivery_id: Id of the delivery. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A replay that is on its way.

        Raises:
            ConflictError: The delivery has not ended yet, or its endpoint is paused, as `status`
                says; or its event is no longer kept, or the endpoint does not get it any more, as
                `reason` says.
            NotFoundError: `delivery_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Replayed = self._client._call(_REPLAY, {"deliveryId": delivery_id}, options=options)
        return answer

    def retrieve(
        self, delivery_id: str, **options: Unpack[RequestOptions]
    ) -> WebhookDeliveryDetail:
        """Read a delivery.

        With what is sent, and what each attempt came to.

        `GET /v1/webhook-deliveries/{deliveryId}`, with the scope `webhooks:read`.

        Args:
            delivery_id: Id of the delivery. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A delivery with what is sent, and its attempts.

        Raises:
            NotFoundError: `delivery_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: WebhookDeliveryDetail = self._client._call(
            _RETRIEVE, {"deliveryId": delivery_id}, options=options
        )
        return answer


class WebhookDeliveriesRawResource:
    """Methods of `layers.webhook_deliveries` that return whole responses."""

    def __init__(self, resource: WebhookDeliveriesResource) -> None:
        self._resource = resource
        self.replay = raw(resource.replay)
        self.retrieve = raw(resource.retrieve)


class AsyncWebhookDeliveriesResource(AsyncResource):
    """Methods of `layers.webhook_deliveries`."""

    @cached_property
    def with_raw_response(self) -> AsyncWebhookDeliveriesRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncWebhookDeliveriesRawResource(self)

    async def replay(self, delivery_id: str, **options: Unpack[RequestOptions]) -> Replayed:
        """Replay a delivery.

        Sends its data again in a new delivery, as an event with an id of its own and `replayOf`;
        the original stays as it is. To send again what did not arrive, under the same event id,
        recover it.

        `POST /v1/webhook-deliveries/{deliveryId}/replay`, with the scope `webhooks:write`.

        Args:
            delivery_id: Id of the delivery. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A replay that is on its way.

        Raises:
            ConflictError: The delivery has not ended yet, or its endpoint is paused, as `status`
                says; or its event is no longer kept, or the endpoint does not get it any more, as
                `reason` says.
            NotFoundError: `delivery_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Replayed = await self._client._call(
            _REPLAY, {"deliveryId": delivery_id}, options=options
        )
        return answer

    async def retrieve(
        self, delivery_id: str, **options: Unpack[RequestOptions]
    ) -> WebhookDeliveryDetail:
        """Read a delivery.

        With what is sent, and what each attempt came to.

        `GET /v1/webhook-deliveries/{deliveryId}`, with the scope `webhooks:read`.

        Args:
            delivery_id: Id of the delivery. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A delivery with what is sent, and its attempts.

        Raises:
            NotFoundError: `delivery_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: WebhookDeliveryDetail = await self._client._call(
            _RETRIEVE, {"deliveryId": delivery_id}, options=options
        )
        return answer


class AsyncWebhookDeliveriesRawResource:
    """Methods of `layers.webhook_deliveries` that return whole responses."""

    def __init__(self, resource: AsyncWebhookDeliveriesResource) -> None:
        self._resource = resource
        self.replay = async_raw(resource.replay)
        self.retrieve = async_raw(resource.retrieve)
