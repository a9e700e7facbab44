# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.webhook_endpoints`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Literal, Unpack

    from layers_partner.operator_api.resources.webhook_endpoints_deliveries import (
        AsyncWebhookEndpointsDeliveriesRawResource,
        AsyncWebhookEndpointsDeliveriesResource,
        WebhookEndpointsDeliveriesRawResource,
        WebhookEndpointsDeliveriesResource,
    )
    from layers_partner.operator_api.types import OpsWebhookEndpoint, Recovered
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_LIST = Operation("webhook_endpoints.list", "GET", "/ops/v1/webhook-endpoints")
_RECOVER = Operation(
    "webhook_endpoints.recover", "POST", "/ops/v1/webhook-endpoints/{endpointId}/recover"
)
_RETRIEVE = Operation("webhook_endpoints.retrieve", "GET", "/ops/v1/webhook-endpoints/{endpointId}")
_UNPAUSE = Operation(
    "webhook_endpoints.unpause", "POST", "/ops/v1/webhook-endpoints/{endpointId}/unpause"
)


class WebhookEndpointsResource(Resource):
    """Methods of `operator.webhook_endpoints`."""

    @cached_property
    def deliveries(self) -> WebhookEndpointsDeliveriesResource:
        """`operator.webhook_endpoints.deliveries`.

        Has `list`, `replay`, `retrieve`.
        """
        from layers_partner.operator_api.resources.webhook_endpoints_deliveries import (
            WebhookEndpointsDeliveriesResource,
        )

        return WebhookEndpointsDeliveriesResource(self._client)

    @cached_property
    def with_raw_response(self) -> WebhookEndpointsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return WebhookEndpointsRawResource(self)

    def list(
        self,
        *,
        organization_id: str | NotGiven = NOT_GIVEN,
        status: Literal["active", "auto_paused", "paused"]
        | str
        | Sequence[Literal["active", "auto_paused", "paused"] | str]
        | NotGiven = NOT_GIVEN,
        failing: bool | NotGiven = NOT_GIVEN,
        sort: Literal["createdAt", "failingSince"] | str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[OpsWebhookEndpoint]:
        """List webhook endpoints.

        Those of all partners, of both environments, newest first. With a filter a page may have few
        items, or none, and others follow: go on while there is a `nextCursor`.

        `GET /ops/v1/webhook-endpoints`, with the role `viewer`.

        Args:
            organization_id: Only of this one; a child's are its own. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            status: Only these; a list for several.
            failing: `true`: only those whose last attempt failed.
            sort: `createdAt`: newest first. `failingSince`: only those that fail, the longest
                failing first. Default: `createdAt`.
            limit: Endpoints on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: a webhook endpoint, whose
            it is, and what waits to be sent to it.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "organizationId": organization_id,
                "status": status,
                "failing": failing,
                "sort": sort,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def recover(
        self,
        endpoint_id: str,
        *,
        since: str | datetime,
        until: str | datetime | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Recovered:
        """Send again what a webhook endpoint has missed.

        As its partner can: each event of that time whose delivery was abandoned gets a new
        delivery, and those that wait for their next try are due at once. One request recovers up to
        10,000: with `hasMore`, send another one.

        `POST /ops/v1/webhook-endpoints/{endpointId}/recover`, with the role `operator`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            since: Events from this instant on, at most 30 days back. Example:
                `2026-06-01T00:00:00.000Z`.
            until: Events up to this instant, inclusive; else up to now. Example:
                `2026-06-01T00:00:00.000Z`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What is being sent again.

        Raises:
            ConflictError: The endpoint is paused, as `status` says, or its organization is not
                active, as `reason` says.
            NotFoundError: `endpoint_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Recovered = self._client._call(
            _RECOVER,
            {"endpointId": endpoint_id},
            body={"since": since, "until": until},
            options=options,
        )
        return answer

    def retrieve(
        self, endpoint_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> OpsWebhookEndpoint:
        """Read a webhook endpoint.

        Whose it is, why the server paused it, what waits to be sent to it, and its last error.

        `GET /ops/v1/webhook-endpoints/{endpointId}`, with the role `viewer`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A webhook endpoint, whose it is, and what waits to be sent to it.

        Raises:
            NotFoundError: `endpoint_id` names nothing that exists.
        """
        answer: OpsWebhookEndpoint = self._client._call(
            _RETRIEVE, {"endpointId": endpoint_id}, options=options
        )
        return answer

    def unpause(
        self, endpoint_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> OpsWebhookEndpoint:
        """Unpause a webhook endpoint.

        One that the server has paused is active again, and its failures count from none. What was
        abandoned meanwhile comes when its partner recovers it. One that its partner paused is 409.

        `POST /ops/v1/webhook-endpoints/{endpointId}/unpause`, with the role `operator`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A webhook endpoint, whose it is, and what waits to be sent to it.

        Raises:
            ConflictError: Its partner has paused it, as `status` says.
            NotFoundError: `endpoint_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OpsWebhookEndpoint = self._client._call(
            _UNPAUSE, {"endpointId": endpoint_id}, options=options
        )
        return answer


class WebhookEndpointsRawResource:
    """Methods of `operator.webhook_endpoints` that return whole responses."""

    def __init__(self, resource: WebhookEndpointsResource) -> None:
        self._resource = resource
        self.list = raw(resource.list)
        self.recover = raw(resource.recover)
        self.retrieve = raw(resource.retrieve)
        self.unpause = raw(resource.unpause)

    @cached_property
    def deliveries(self) -> WebhookEndpointsDeliveriesRawResource:
        """`operator.webhook_endpoints.deliveries`, whose methods return whole responses."""
        return self._resource.deliveries.with_raw_response


class AsyncWebhookEndpointsResource(AsyncResource):
    """Methods of `operator.webhook_endpoints`."""

    @cached_property
    def deliveries(self) -> AsyncWebhookEndpointsDeliveriesResource:
        """`operator.webhook_endpoints.deliveries`.

        Has `list`, `replay`, `retrieve`.
        """
        from layers_partner.operator_api.resources.webhook_endpoints_deliveries import (
            AsyncWebhookEndpointsDeliveriesResource,
        )

        return AsyncWebhookEndpointsDeliveriesResource(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncWebhookEndpointsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncWebhookEndpointsRawResource(self)

    def list(
        self,
        *,
        organization_id: str | NotGiven = NOT_GIVEN,
        status: Literal["active", "auto_paused", "paused"]
        | str
        | Sequence[Literal["active", "auto_paused", "paused"] | str]
        | NotGiven = NOT_GIVEN,
        failing: bool | NotGiven = NOT_GIVEN,
        sort: Literal["createdAt", "failingSince"] | str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[OpsWebhookEndpoint]:
        """List webhook endpoints.

        Those of all partners, of both environments, newest first. With a filter a page may have few
        items, or none, and others follow: go on while there is a `nextCursor`.

        `GET /ops/v1/webhook-endpoints`, with the role `viewer`.

        Args:
            organization_id: Only of this one; a child's are its own. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            status: Only these; a list for several.
            failing: `true`: only those whose last attempt failed.
            sort: `createdAt`: newest first. `failingSince`: only those that fail, the longest
                failing first. Default: `createdAt`.
            limit: Endpoints on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: a
            webhook endpoint, whose it is, and what waits to be sent to it.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "organizationId": organization_id,
                "status": status,
                "failing": failing,
                "sort": sort,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    async def recover(
        self,
        endpoint_id: str,
        *,
        since: str | datetime,
        until: str | datetime | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Recovered:
        """Send again what a webhook endpoint has missed.

        As its partner can: each event of that time whose delivery was abandoned gets a new
        delivery, and those that wait for their next try are due at once. One request recovers up to
        10,000: with `hasMore`, send another one.

        `POST /ops/v1/webhook-endpoints/{endpointId}/recover`, with the role `operator`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            since: Events from this instant on, at most 30 days back. Example:
                `2026-06-01T00:00:00.000Z`.
            until: Events up to this instant, inclusive; else up to now. Example:
                `2026-06-01T00:00:00.000Z`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What is being sent again.

        Raises:
            ConflictError: The endpoint is paused, as `status` says, or its organization is not
                active, as `reason` says.
            NotFoundError: `endpoint_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Recovered = await self._client._call(
            _RECOVER,
            {"endpointId": endpoint_id},
            body={"since": since, "until": until},
            options=options,
        )
        return answer

    async def retrieve(
        self, endpoint_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> OpsWebhookEndpoint:
        """Read a webhook endpoint.

        Whose it is, why the server paused it, what waits to be sent to it, and its last error.

        `GET /ops/v1/webhook-endpoints/{endpointId}`, with the role `viewer`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A webhook endpoint, whose it is, and what waits to be sent to it.

        Raises:
            NotFoundError: `endpoint_id` names nothing that exists.
        """
        answer: OpsWebhookEndpoint = await self._client._call(
            _RETRIEVE, {"endpointId": endpoint_id}, options=options
        )
        return answer

    async def unpause(
        self, endpoint_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> OpsWebhookEndpoint:
        """Unpause a webhook endpoint.

        One that the server has paused is active again, and its failures count from none. What was
        abandoned meanwhile comes when its partner recovers it. One that its partner paused is 409.

        `POST /ops/v1/webhook-endpoints/{endpointId}/unpause`, with the role `operator`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A webhook endpoint, whose it is, and what waits to be sent to it.

        Raises:
            ConflictError: Its partner has paused it, as `status` says.
            NotFoundError: `endpoint_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OpsWebhookEndpoint = await self._client._call(
            _UNPAUSE, {"endpointId": endpoint_id}, options=options
        )
        return answer


class AsyncWebhookEndpointsRawResource:
    """Methods of `operator.webhook_endpoints` that return whole responses."""

    def __init__(self, resource: AsyncWebhookEndpointsResource) -> None:
        self._resource = resource
        self.list = async_raw(resource.list)
        self.recover = async_raw(resource.recover)
        self.retrieve = async_raw(resource.retrieve)
        self.unpause = async_raw(resource.unpause)

    @cached_property
    def deliveries(self) -> AsyncWebhookEndpointsDeliveriesRawResource:
        """`operator.webhook_endpoints.deliveries`, whose methods return whole responses."""
        return self._resource.deliveries.with_raw_response
