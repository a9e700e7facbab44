# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.webhook_endpoints.deliveries`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal, Unpack

    from layers_partner.operator_api.types import Replayed, WebhookDelivery, WebhookDeliveryDetail
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_LIST = Operation(
    "webhook_endpoints.deliveries.list", "GET", "/ops/v1/webhook-endpoints/{endpointId}/deliveries"
)
_REPLAY = Operation(
    "webhook_endpoints.deliveries.replay",
    "POST",
    "/ops/v1/webhook-endpoints/{endpointId}/deliveries/{deliveryId}/replay",
)
_RETRIEVE = Operation(
    "webhook_endpoints.deliveries.retrieve",
    "GET",
    "/ops/v1/webhook-endpoints/{endpointId}/deliveries/{deliveryId}",
)


class WebhookEndpointsDeliveriesResource(Resource):
    """Methods of `operator.webhook_endpoints.deliveries`."""

    @cached_property
    def with_raw_response(self) -> WebhookEndpointsDeliveriesRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return WebhookEndpointsDeliveriesRawResource(self)

    def list(
        self,
        endpoint_id: str,
        *,
        event_type: Literal[
            "api_key.killed",
            "content.generated",
            "credits.allocated",
            "credits.low",
            "job.canceled",
            "job.completed",
            "job.failed",
            "lease_request.assigned",
            "lease_request.rejected",
            "leased_account.disconnected",
            "leased_account.past_due",
            "leased_account.renewed",
            "organization.archived",
            "organization.resumed",
            "organization.suspended",
            "post.canceled",
            "post.failed",
            "post.published",
            "post.scheduled",
            "social_account.connected",
            "social_account.revoked",
            "test.ping",
            "webhook_endpoint.auto_paused",
        ]
        | str
        | Sequence[
            Literal[
                "api_key.killed",
                "content.generated",
                "credits.allocated",
                "credits.low",
                "job.canceled",
                "job.completed",
                "job.failed",
                "lease_request.assigned",
                "lease_request.rejected",
                "leased_account.disconnected",
                "leased_account.past_due",
                "leased_account.renewed",
                "organization.archived",
                "organization.resumed",
                "organization.suspended",
                "post.canceled",
                "post.failed",
                "post.published",
                "post.scheduled",
                "social_account.connected",
                "social_account.revoked",
                "test.ping",
                "webhook_endpoint.auto_paused",
            ]
            | str
        ]
        | NotGiven = NOT_GIVEN,
        status: Literal["abandoned", "delivered", "delivering", "failed", "pending"]
        | str
        | Sequence[Literal["abandoned", "delivered", "delivering", "failed", "pending"] | str]
        | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[WebhookDelivery]:
        """List the deliveries of a webhook endpoint.

        As its partner can, newest first. With a filter a page may have few items, or none, and
        others follow: go on while there is a `nextCursor`.

        `GET /ops/v1/webhook-endpoints/{endpointId}/deliveries`, with the role `viewer`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            event_type: Only these; a list for several.
            status: Only these; a list for several.
            limit: Deliveries on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: an event on its way to an
            endpoint, and how far it is.

        Raises:
            NotFoundError: `endpoint_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"endpointId": endpoint_id},
            query={"eventType": event_type, "status": status, "limit": limit, "cursor": cursor},
            options=options,
        )

    def replay(
        self, endpoint_id: str, delivery_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> Replayed:
        """Replay a delivery.

        As its partner can: its data is sent again, as an event with an id of its own.

        `POST /ops/v1/webhook-endpoints/{endpointId}/deliveries/{deliveryId}/replay`, with the role
        `operator`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            delivery_id: Id of the delivery. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A replay that is on its way.

        Raises:
            ConflictError: The delivery has not ended yet, or its endpoint is paused, as `status`
                says; or its organization is not active, its event is no longer kept, or the
                endpoint does not get it any more, as `reason` says.
            NotFoundError: `endpoint_id` or `delivery_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Replayed = self._client._call(
            _REPLAY, {"endpointId": endpoint_id, "deliveryId": delivery_id}, options=options
        )
        return answer

    def retrieve(
        self, endpoint_id: str, delivery_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> WebhookDeliveryDetail:
        """Read a delivery.

        With what is sent, and what each attempt came to.

        `GET /ops/v1/webhook-endpoints/{endpointId}/deliveries/{deliveryId}`, with the role
        `viewer`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            delivery_id: Id of the delivery. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A delivery with what is sent, and its attempts.

        Raises:
            NotFoundError: `endpoint_id` or `delivery_id` names nothing that exists.
        """
        answer: WebhookDeliveryDetail = self._client._call(
            _RETRIEVE, {"endpointId": endpoint_id, "deliveryId": delivery_id}, options=options
        )
        return answer


class WebhookEndpointsDeliveriesRawResource:
    """Methods of `operator.webhook_endpoints.deliveries` that return whole responses."""

    def __init__(self, resource: WebhookEndpointsDeliveriesResource) -> None:
        self._resource = resource
        self.list = raw(resource.list)
        self.replay = raw(resource.replay)
        self.retrieve = raw(resource.retrieve)


class AsyncWebhookEndpointsDeliveriesResource(AsyncResource):
    """Methods of `operator.webhook_endpoints.deliveries`."""

    @cached_property
    def with_raw_response(self) -> AsyncWebhookEndpointsDeliveriesRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncWebhookEndpointsDeliveriesRawResource(self)

    def list(
        self,
        endpoint_id: str,
        *,
        event_type: Literal[
            "api_key.killed",
            "content.generated",
            "credits.allocated",
            "credits.low",
            "job.canceled",
            "job.completed",
            "job.failed",
            "lease_request.assigned",
            "lease_request.rejected",
            "leased_account.disconnected",
            "leased_account.past_due",
            "leased_account.renewed",
            "organization.archived",
            "organization.resumed",
            "organization.suspended",
            "post.canceled",
            "post.failed",
            "post.published",
            "post.scheduled",
            "social_account.connected",
            "social_account.revoked",
            "test.ping",
            "webhook_endpoint.auto_paused",
        ]
        | str
        | Sequence[
            Literal[
                "api_key.killed",
                "content.generated",
                "credits.allocated",
                "credits.low",
                "job.canceled",
                "job.completed",
                "job.failed",
                "lease_request.assigned",
                "lease_request.rejected",
                "leased_account.disconnected",
                "leased_account.past_due",
                "leased_account.renewed",
                "organization.archived",
                "organization.resumed",
                "organization.suspended",
                "post.canceled",
                "post.failed",
                "post.published",
                "post.scheduled",
                "social_account.connected",
                "social_account.revoked",
                "test.ping",
                "webhook_endpoint.auto_paused",
            ]
            | str
        ]
        | NotGiven = NOT_GIVEN,
        status: Literal["abandoned", "delivered", "delivering", "failed", "pending"]
        | str
        | Sequence[Literal["abandoned", "delivered", "delivering", "failed", "pending"] | str]
        | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[WebhookDelivery]:
        """List the deliveries of a webhook endpoint.

        As its partner can, newest first. With a filter a page may have few items, or none, and
        others follow: go on while there is a `nextCursor`.

        `GET /ops/v1/webhook-endpoints/{endpointId}/deliveries`, with the role `viewer`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            event_type: Only these; a list for several.
            status: Only these; a list for several.
            limit: Deliveries on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: an
            event on its way to an endpoint, and how far it is.

        Raises:
            NotFoundError: `endpoint_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"endpointId": endpoint_id},
            query={"eventType": event_type, "status": status, "limit": limit, "cursor": cursor},
            options=options,
        )

    async def replay(
        self, endpoint_id: str, delivery_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> Replayed:
        """Replay a delivery.

        As its partner can: its data is sent again, as an event with an id of its own.

        `POST /ops/v1/webhook-endpoints/{endpointId}/deliveries/{deliveryId}/replay`, with the role
        `operator`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            delivery_id: Id of the delivery. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A replay that is on its way.

        Raises:
            ConflictError: The delivery has not ended yet, or its endpoint is paused, as `status`
                says; or its organization is not active, its event is no longer kept, or the
                endpoint does not get it any more, as `reason` says.
            NotFoundError: `endpoint_id` or `delivery_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Replayed = await self._client._call(
            _REPLAY, {"endpointId": endpoint_id, "deliveryId": delivery_id}, options=options
        )
        return answer

    async def retrieve(
        self, endpoint_id: str, delivery_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> WebhookDeliveryDetail:
        """Read a delivery.

        With what is sent, and what each attempt came to.

        `GET /ops/v1/webhook-endpoints/{endpointId}/deliveries/{deliveryId}`, with the role
        `viewer`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            delivery_id: Id of the delivery. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A delivery with what is sent, and its attempts.

        Raises:
            NotFoundError: `endpoint_id` or `delivery_id` names nothing that exists.
        """
        answer: WebhookDeliveryDetail = await self._client._call(
            _RETRIEVE, {"endpointId": endpoint_id, "deliveryId": delivery_id}, options=options
        )
        return answer


class AsyncWebhookEndpointsDeliveriesRawResource:
    """Methods of `operator.webhook_endpoints.deliveries` that return whole responses."""

    def __init__(self, resource: AsyncWebhookEndpointsDeliveriesResource) -> None:
        self._resource = resource
        self.list = async_raw(resource.list)
        self.replay = async_raw(resource.replay)
        self.retrieve = async_raw(resource.retrieve)
