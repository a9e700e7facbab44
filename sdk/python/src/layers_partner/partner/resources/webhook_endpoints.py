# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.webhook_endpoints`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any, Literal, Unpack

    from layers_partner.options import NotGiven, RequestOptions
    from layers_partner.pages import AsyncPages, Page
    from layers_partner.partner.resources.webhook_endpoints_deliveries import (
        AsyncWebhookEndpointsDeliveriesRawResource,
        AsyncWebhookEndpointsDeliveriesResource,
        WebhookEndpointsDeliveriesRawResource,
        WebhookEndpointsDeliveriesResource,
    )
    from layers_partner.partner.types import (
        DeletedEndpoint,
        EndpointWithSecret,
        Recovered,
        RotatedSecret,
        SentTest,
        WebhookEndpoint,
    )

_CREATE = Operation("webhook_endpoints.create", "POST", "/v1/webhook-endpoints")
_DELETE = Operation("webhook_endpoints.delete", "DELETE", "/v1/webhook-endpoints/{endpointId}")
_LIST = Operation("webhook_endpoints.list", "GET", "/v1/webhook-endpoints")
_RECOVER = Operation(
    "webhook_endpoints.recover", "POST", "/v1/webhook-endpoints/{endpointId}/recover"
)
_RETRIEVE = Operation("webhook_endpoints.retrieve", "GET", "/v1/webhook-endpoints/{endpointId}")
_ROTATE_SECRET = Operation(
    "webhook_endpoints.rotate_secret", "POST", "/v1/webhook-endpoints/{endpointId}/rotate-secret"
)
_TEST = Operation("webhook_endpoints.test", "POST", "/v1/webhook-endpoints/{endpointId}/test")
_UPDATE = Operation("webhook_endpoints.update", "PATCH", "/v1/webhook-endpoints/{endpointId}")


class WebhookEndpointsResource(Resource):
    """Methods of `layers.webhook_endpoints`."""

    @cached_property
    def deliveries(self) -> WebhookEndpointsDeliveriesResource:
        """`layers.webhook_endpoints.deliveries`.

        Has `list`.
        """
        from layers_partner.partner.resources.webhook_endpoints_deliveries import (
            WebhookEndpointsDeliveriesResource,
        )

        return WebhookEndpointsDeliveriesResource(self._client)

    @cached_property
    def with_raw_response(self) -> WebhookEndpointsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return WebhookEndpointsRawResource(self)

    def create(
        self,
        *,
        url: str,
        events: Sequence[
            Literal[
                "*",
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
        ],
        description: str | NotGiven | None = NOT_GIVEN,
        project_id: str | NotGiven | None = NOT_GIVEN,
        metadata: Mapping[str, str] | NotGiven = NOT_GIVEN,
        scope: Literal["all_children", "own"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> EndpointWithSecret:
        """Create a webhook endpoint.

        The events that it asks for are sent to it from now on, each signed with the secret that
        this answer shows, once. The host of `url` is looked up: an address that is not routable
        from anywhere is 422, a name that does not resolve yet is accepted.

        `POST /v1/webhook-endpoints`, with the scope `webhooks:write`.

        Args:
            url: Where events are sent: `https`, port 443 or 8443, an address that is routable from
                anywhere. In development mode also `http` to this machine. At most 2,048 characters.
                Example: `https://hooks.example.com/layers`.
            events: Types of events that are sent, or `["*"]` alone for all, also those of later
                releases. At most 50 of them.
            description: Your own words on what it is for. At most 500 characters.
            project_id: Only events whose `data.projectId` is this. Example:
                `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            metadata: Your own keys and values: at most 50 keys of 40 characters, values of 500, 16
                KiB in all.
            scope: `all_children`: events of each of your children too; only a key with `org:admin`
                may choose that, and change such an endpoint or read its deliveries. Default: `own`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A new endpoint. This is the only time that its signing secret is shown.

        Raises:
            ConflictError: There are 20 endpoints already, as `limit` says.
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: EndpointWithSecret = self._client._call(
            _CREATE,
            {},
            body={
                "url": url,
                "events": events,
                "description": description,
                "projectId": project_id,
                "metadata": metadata,
                "scope": scope,
            },
            options=options,
        )
        return answer

    def delete(self, endpoint_id: str, **options: Unpack[RequestOptions]) -> DeletedEndpoint:
        """Delete a webhook endpoint.

        Nothing more is sent to it, not even what waits for its next try, and its deliveries go with
        it.

        `DELETE /v1/webhook-endpoints/{endpointId}`, with the scope `webhooks:write`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An endpoint that was deleted.

        Raises:
            NotFoundError: `endpoint_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: DeletedEndpoint = self._client._call(
            _DELETE, {"endpointId": endpoint_id}, options=options
        )
        return answer

    def list(
        self,
        *,
        project_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        status: Literal["active", "auto_paused", "paused"]
        | str
        | Sequence[Literal["active", "auto_paused", "paused"] | str]
        | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Page[WebhookEndpoint]:
        """List webhook endpoints.

        Newest first, without their secrets.

        `GET /v1/webhook-endpoints`, with the scope `webhooks:read`.

        Args:
            project_id: Only of these; a list for several. Example:
                `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            status: Only these; a list for several.
            limit: Endpoints on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: where events are sent.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={"projectId": project_id, "status": status, "limit": limit, "cursor": cursor},
            options=options,
        )

    def recover(
        self,
        endpoint_id: str,
        *,
        since: str | datetime,
        until: str | datetime | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Recovered:
        """Send again what a webhook endpoint has missed.

        Each event of that time whose delivery was abandoned gets a new delivery, with the id that
        the event has; those that wait for their next try are due at once. The oldest come first.
        One request recovers up to 10,000: with `hasMore`, send another one.

        `POST /v1/webhook-endpoints/{endpointId}/recover`, with the scope `webhooks:write`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            since: Events from this instant on, at most 30 days back. Example:
                `2026-06-01T00:00:00.000Z`.
            until: Events up to this instant, inclusive; else up to now. Example:
                `2026-06-01T00:00:00.000Z`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What is being sent again.

        Raises:
            ConflictError: The endpoint is paused, as `status` says.
            NotFoundError: `endpoint_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Recovered = self._client._call(
            _RECOVER,
            {"endpointId": endpoint_id},
            body={"since": since, "until": until},
            options=options,
        )
        return answer

    def retrieve(self, endpoint_id: str, **options: Unpack[RequestOptions]) -> WebhookEndpoint:
        """Read a webhook endpoint.

        `GET /v1/webhook-endpoints/{endpointId}`, with the scope `webhooks:read`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Where events are sent.

        Raises:
            NotFoundError: `endpoint_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: WebhookEndpoint = self._client._call(
            _RETRIEVE, {"endpointId": endpoint_id}, options=options
        )
        return answer

    def rotate_secret(self, endpoint_id: str, **options: Unpack[RequestOptions]) -> RotatedSecret:
        """Rotate the signing secret of a webhook endpoint.

        For 24 hours requests are signed with both the new secret and the previous one, so that a
        receiver can change over meanwhile. Rotated again within that time, the newest two sign: the
        one before them ends at once.

        `POST /v1/webhook-endpoints/{endpointId}/rotate-secret`, with the scope `webhooks:write`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A new signing secret, which is shown this once.

        Raises:
            NotFoundError: `endpoint_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: RotatedSecret = self._client._call(
            _ROTATE_SECRET, {"endpointId": endpoint_id}, options=options
        )
        return answer

    def test(
        self,
        endpoint_id: str,
        *,
        payload: Mapping[str, Any] | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> SentTest:
        """Test a webhook endpoint.

        Sends it a `test.ping`, whatever events it asks for. What came of it is in the delivery.

        `POST /v1/webhook-endpoints/{endpointId}/test`, with the scope `webhooks:write`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            payload: Becomes `data` of the event: any JSON object of at most 16 KiB. Without it, a
                greeting.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A test that is on its way.

        Raises:
            ConflictError: The endpoint is paused, as `status` says.
            NotFoundError: `endpoint_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: SentTest = self._client._call(
            _TEST, {"endpointId": endpoint_id}, body={"payload": payload}, options=options
        )
        return answer

    def update(
        self,
        endpoint_id: str,
        *,
        url: str | NotGiven = NOT_GIVEN,
        events: Sequence[
            Literal[
                "*",
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
        description: str | NotGiven | None = NOT_GIVEN,
        metadata: Mapping[str, str] | NotGiven | None = NOT_GIVEN,
        status: Literal["active", "paused"] | str | NotGiven = NOT_GIVEN,
        scope: Literal["all_children", "own"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> WebhookEndpoint:
        """Change a webhook endpoint.

        What is left out stays. `events` replaces the list; metadata merges key by key. `status:
        "active"` sends again what comes from now on, and counts failures from none; what was
        abandoned meanwhile comes with a recovery. A new `url` is checked as at creation.

        `PATCH /v1/webhook-endpoints/{endpointId}`, with the scope `webhooks:write`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            url: Where events are sent: `https`, port 443 or 8443, an address that is routable from
                anywhere. In development mode also `http` to this machine. At most 2,048 characters.
                Example: `https://hooks.example.com/layers`.
            events: Types of events that are sent, or `["*"]` alone for all, also those of later
                releases. At most 50 of them.
            description: Your own words on what it is for. At most 500 characters. Example: `Credits
                for June`.
            metadata: Merges key by key: an empty value removes its key, `null` removes all. At most
                100 keys in one change.
            status: `paused`: its events are recorded as abandoned, and can be recovered. `active`
                sends again, and counts failures from none.
            scope: `all_children`: events of each of your children too; only a key with `org:admin`
                may choose that, and change such an endpoint or read its deliveries.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Where events are sent.

        Raises:
            NotFoundError: `endpoint_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: WebhookEndpoint = self._client._call(
            _UPDATE,
            {"endpointId": endpoint_id},
            body={
                "url": url,
                "events": events,
                "description": description,
                "metadata": metadata,
                "status": status,
                "scope": scope,
            },
            options=options,
        )
        return answer


class WebhookEndpointsRawResource:
    """Methods of `layers.webhook_endpoints` that return whole responses."""

    def __init__(self, resource: WebhookEndpointsResource) -> None:
        self._resource = resource
        self.create = raw(resource.create)
        self.delete = raw(resource.delete)
        self.list = raw(resource.list)
        self.recover = raw(resource.recover)
        self.retrieve = raw(resource.retrieve)
        self.rotate_secret = raw(resource.rotate_secret)
        self.test = raw(resource.test)
        self.update = raw(resource.update)

    @cached_property
    def deliveries(self) -> WebhookEndpointsDeliveriesRawResource:
        """`layers.webhook_endpoints.deliveries`, whose methods return whole responses."""
        return self._resource.deliveries.with_raw_response


class AsyncWebhookEndpointsResource(AsyncResource):
    """Methods of `layers.webhook_endpoints`."""

    @cached_property
    def deliveries(self) -> AsyncWebhookEndpointsDeliveriesResource:
        """`layers.webhook_endpoints.deliveries`.

        Has `list`.
        """
        from layers_partner.partner.resources.webhook_endpoints_deliveries import (
            AsyncWebhookEndpointsDeliveriesResource,
        )

        return AsyncWebhookEndpointsDeliveriesResource(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncWebhookEndpointsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncWebhookEndpointsRawResource(self)

    async def create(
        self,
        *,
        url: str,
        events: Sequence[
            Literal[
                "*",
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
        ],
        description: str | NotGiven | None = NOT_GIVEN,
        project_id: str | NotGiven | None = NOT_GIVEN,
        metadata: Mapping[str, str] | NotGiven = NOT_GIVEN,
        scope: Literal["all_children", "own"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> EndpointWithSecret:
        """Create a webhook endpoint.

        The events that it asks for are sent to it from now on, each signed with the secret that
        this answer shows, once. The host of `url` is looked up: an address that is not routable
        from anywhere is 422, a name that does not resolve yet is accepted.

        `POST /v1/webhook-endpoints`, with the scope `webhooks:write`.

        Args:
            url: Where events are sent: `https`, port 443 or 8443, an address that is routable from
                anywhere. In development mode also `http` to this machine. At most 2,048 characters.
                Example: `https://hooks.example.com/layers`.
            events: Types of events that are sent, or `["*"]` alone for all, also those of later
                releases. At most 50 of them.
            description: Your own words on what it is for. At most 500 characters.
            project_id: Only events whose `data.projectId` is this. Example:
                `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            metadata: Your own keys and values: at most 50 keys of 40 characters, values of 500, 16
                KiB in all.
            scope: `all_children`: events of each of your children too; only a key with `org:admin`
                may choose that, and change such an endpoint or read its deliveries. Default: `own`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A new endpoint. This is the only time that its signing secret is shown.

        Raises:
            ConflictError: There are 20 endpoints already, as `limit` says.
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: EndpointWithSecret = await self._client._call(
            _CREATE,
            {},
            body={
                "url": url,
                "events": events,
                "description": description,
                "projectId": project_id,
                "metadata": metadata,
                "scope": scope,
            },
            options=options,
        )
        return answer

    async def delete(self, endpoint_id: str, **options: Unpack[RequestOptions]) -> DeletedEndpoint:
        """Delete a webhook endpoint.

        Nothing more is sent to it, not even what waits for its next try, and its deliveries go with
        it.

        `DELETE /v1/webhook-endpoints/{endpointId}`, with the scope `webhooks:write`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An endpoint that was deleted.

        Raises:
            NotFoundError: `endpoint_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: DeletedEndpoint = await self._client._call(
            _DELETE, {"endpointId": endpoint_id}, options=options
        )
        return answer

    def list(
        self,
        *,
        project_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        status: Literal["active", "auto_paused", "paused"]
        | str
        | Sequence[Literal["active", "auto_paused", "paused"] | str]
        | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> AsyncPages[WebhookEndpoint]:
        """List webhook endpoints.

        Newest first, without their secrets.

        `GET /v1/webhook-endpoints`, with the scope `webhooks:read`.

        Args:
            project_id: Only of these; a list for several. Example:
                `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            status: Only these; a list for several.
            limit: Endpoints on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: where
            events are sent.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={"projectId": project_id, "status": status, "limit": limit, "cursor": cursor},
            options=options,
        )

    async def recover(
        self,
        endpoint_id: str,
        *,
        since: str | datetime,
        until: str | datetime | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Recovered:
        """Send again what a webhook endpoint has missed.

        Each event of that time whose delivery was abandoned gets a new delivery, with the id that
        the event has; those that wait for their next try are due at once. The oldest come first.
        One request recovers up to 10,000: with `hasMore`, send another one.

        `POST /v1/webhook-endpoints/{endpointId}/recover`, with the scope `webhooks:write`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            since: Events from this instant on, at most 30 days back. Example:
                `2026-06-01T00:00:00.000Z`.
            until: Events up to this instant, inclusive; else up to now. Example:
                `2026-06-01T00:00:00.000Z`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What is being sent again.

        Raises:
            ConflictError: The endpoint is paused, as `status` says.
            NotFoundError: `endpoint_id` does not exist, or this key cannot see it; the two look the
                same.
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
        self, endpoint_id: str, **options: Unpack[RequestOptions]
    ) -> WebhookEndpoint:
        """Read a webhook endpoint.

        `GET /v1/webhook-endpoints/{endpointId}`, with the scope `webhooks:read`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Where events are sent.

        Raises:
            NotFoundError: `endpoint_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: WebhookEndpoint = await self._client._call(
            _RETRIEVE, {"endpointId": endpoint_id}, options=options
        )
        return answer

    async def rotate_secret(
        self, endpoint_id: str, **options: Unpack[RequestOptions]
    ) -> RotatedSecret:
        """Rotate the signing secret of a webhook endpoint.

        For 24 hours requests are signed with both the new secret and the previous one, so that a
        receiver can change over meanwhile. Rotated again within that time, the newest two sign: the
        one before them ends at once.

        `POST /v1/webhook-endpoints/{endpointId}/rotate-secret`, with the scope `webhooks:write`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A new signing secret, which is shown this once.

        Raises:
            NotFoundError: `endpoint_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: RotatedSecret = await self._client._call(
            _ROTATE_SECRET, {"endpointId": endpoint_id}, options=options
        )
        return answer

    async def test(
        self,
        endpoint_id: str,
        *,
        payload: Mapping[str, Any] | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> SentTest:
        """Test a webhook endpoint.

        Sends it a `test.ping`, whatever events it asks for. What came of it is in the delivery.

        `POST /v1/webhook-endpoints/{endpointId}/test`, with the scope `webhooks:write`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            payload: Becomes `data` of the event: any JSON object of at most 16 KiB. Without it, a
                greeting.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A test that is on its way.

        Raises:
            ConflictError: The endpoint is paused, as `status` says.
            NotFoundError: `endpoint_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: SentTest = await self._client._call(
            _TEST, {"endpointId": endpoint_id}, body={"payload": payload}, options=options
        )
        return answer

    async def update(
        self,
        endpoint_id: str,
        *,
        url: str | NotGiven = NOT_GIVEN,
        events: Sequence[
            Literal[
                "*",
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
        description: str | NotGiven | None = NOT_GIVEN,
        metadata: Mapping[str, str] | NotGiven | None = NOT_GIVEN,
        status: Literal["active", "paused"] | str | NotGiven = NOT_GIVEN,
        scope: Literal["all_children", "own"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> WebhookEndpoint:
        """Change a webhook endpoint.

        What is left out stays. `events` replaces the list; metadata merges key by key. `status:
        "active"` sends again what comes from now on, and counts failures from none; what was
        abandoned meanwhile comes with a recovery. A new `url` is checked as at creation.

        `PATCH /v1/webhook-endpoints/{endpointId}`, with the scope `webhooks:write`.

        Args:
            endpoint_id: Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            url: Where events are sent: `https`, port 443 or 8443, an address that is routable from
                anywhere. In development mode also `http` to this machine. At most 2,048 characters.
                Example: `https://hooks.example.com/layers`.
            events: Types of events that are sent, or `["*"]` alone for all, also those of later
                releases. At most 50 of them.
            description: Your own words on what it is for. At most 500 characters. Example: `Credits
                for June`.
            metadata: Merges key by key: an empty value removes its key, `null` removes all. At most
                100 keys in one change.
            status: `paused`: its events are recorded as abandoned, and can be recovered. `active`
                sends again, and counts failures from none.
            scope: `all_children`: events of each of your children too; only a key with `org:admin`
                may choose that, and change such an endpoint or read its deliveries.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Where events are sent.

        Raises:
            NotFoundError: `endpoint_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: WebhookEndpoint = await self._client._call(
            _UPDATE,
            {"endpointId": endpoint_id},
            body={
                "url": url,
                "events": events,
                "description": description,
                "metadata": metadata,
                "status": status,
                "scope": scope,
            },
            options=options,
        )
        return answer


class AsyncWebhookEndpointsRawResource:
    """Methods of `layers.webhook_endpoints` that return whole responses."""

    def __init__(self, resource: AsyncWebhookEndpointsResource) -> None:
        self._resource = resource
        self.create = async_raw(resource.create)
        self.delete = async_raw(resource.delete)
        self.list = async_raw(resource.list)
        self.recover = async_raw(resource.recover)
        self.retrieve = async_raw(resource.retrieve)
        self.rotate_secret = async_raw(resource.rotate_secret)
        self.test = async_raw(resource.test)
        self.update = async_raw(resource.update)

    @cached_property
    def deliveries(self) -> AsyncWebhookEndpointsDeliveriesRawResource:
        """`layers.webhook_endpoints.deliveries`, whose methods return whole responses."""
        return self._resource.deliveries.with_raw_response
