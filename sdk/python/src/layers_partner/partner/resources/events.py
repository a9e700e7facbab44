# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.events`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.following import AsyncFollowingEvents, FollowingEvents
from layers_partner.options import NOT_GIVEN
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any, Literal, Unpack

    from layers_partner.options import NotGiven, RequestOptions
    from layers_partner.pages import AsyncPages, Page
    from layers_partner.partner.types import WebhookEvent

_CREATE_SAMPLE = Operation("events.create_sample", "POST", "/v1/events/samples")
_LIST = Operation("events.list", "GET", "/v1/events")


class EventsResource(FollowingEvents):
    """Methods of `layers.events`."""

    @cached_property
    def with_raw_response(self) -> EventsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return EventsRawResource(self)

    def create_sample(
        self,
        *,
        type: Literal[
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
            "social_account.connected",
            "social_account.revoked",
            "webhook_endpoint.auto_paused",
        ]
        | str,
        data: Mapping[str, Any] | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> WebhookEvent:
        """Create a sample event.

        In the test environment only: an event of this type, with the data of its example and what
        you send. It is in the feed and sent to endpoints like any other, but nothing has happened.
        Fields of the type must be as in real events; others are passed on.

        `POST /v1/events/samples`, with the scope `webhooks:write`.

        Args:
            type: What has not happened.
            data: Replaces fields of the type's example: any JSON object of at most 16 KiB. Send a
                `projectId` of yours for an endpoint that has one.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An event. What its `data` is follows from its `type`; new types are added over time.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: WebhookEvent = self._client._call(
            _CREATE_SAMPLE, {}, body={"type": type, "data": data}, options=options
        )
        return answer

    def list(
        self,
        *,
        type: Literal[
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
        since: str | datetime | NotGiven = NOT_GIVEN,
        scope: Literal["all_children", "own"] | str | NotGiven = NOT_GIVEN,
        wait: int | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Page[WebhookEvent]:
        """Follow the feed of events.

        Every event of the last 30 days, whether it was sent anywhere or not, in the order in which
        they became known, the oldest first. Without a cursor it begins with the oldest, or at
        `since`. With `wait` it answers as soon as there is an event, or empty after that time, or
        sooner when its place is needed or the server is about to stop. Replays and tests are not in
        it.

        `GET /v1/events`, with the scope `webhooks:read`.

        Args:
            type: Only these; a list for several.
            since: Only what happened then or later. Example: `2026-06-01T00:00:00.000Z`.
            scope: `all_children`: with the events of your children, for `org:admin`. Default:
                `own`.
            wait: Seconds to wait for an event if there is none yet. The answer comes with the first
                one. From 0 to 20.
            limit: Events on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: an event. What its `data`
            is follows from its `type`; new types are added over time.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A parameter is malformed; `issues` names every problem. Behind a cursor
                whose next events are no longer kept, go on from `oldestCursor`.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "type": type,
                "since": since,
                "scope": scope,
                "wait": wait,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )


class EventsRawResource:
    """Methods of `layers.events` that return whole responses."""

    def __init__(self, resource: EventsResource) -> None:
        self._resource = resource
        self.create_sample = raw(resource.create_sample)
        self.list = raw(resource.list)


class AsyncEventsResource(AsyncFollowingEvents):
    """Methods of `layers.events`."""

    @cached_property
    def with_raw_response(self) -> AsyncEventsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncEventsRawResource(self)

    async def create_sample(
        self,
        *,
        type: Literal[
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
            "social_account.connected",
            "social_account.revoked",
            "webhook_endpoint.auto_paused",
        ]
        | str,
        data: Mapping[str, Any] | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> WebhookEvent:
        """Create a sample event.

        In the test environment only: an event of this type, with the data of its example and what
        you send. It is in the feed and sent to endpoints like any other, but nothing has happened.
        Fields of the type must be as in real events; others are passed on.

        `POST /v1/events/samples`, with the scope `webhooks:write`.

        Args:
            type: What has not happened.
            data: Replaces fields of the type's example: any JSON object of at most 16 KiB. Send a
                `projectId` of yours for an endpoint that has one.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An event. What its `data` is follows from its `type`; new types are added over time.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: WebhookEvent = await self._client._call(
            _CREATE_SAMPLE, {}, body={"type": type, "data": data}, options=options
        )
        return answer

    def list(
        self,
        *,
        type: Literal[
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
        since: str | datetime | NotGiven = NOT_GIVEN,
        scope: Literal["all_children", "own"] | str | NotGiven = NOT_GIVEN,
        wait: int | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> AsyncPages[WebhookEvent]:
        """Follow the feed of events.

        Every event of the last 30 days, whether it was sent anywhere or not, in the order in which
        they became known, the oldest first. Without a cursor it begins with the oldest, or at
        `since`. With `wait` it answers as soon as there is an event, or empty after that time, or
        sooner when its place is needed or the server is about to stop. Replays and tests are not in
        it.

        `GET /v1/events`, with the scope `webhooks:read`.

        Args:
            type: Only these; a list for several.
            since: Only what happened then or later. Example: `2026-06-01T00:00:00.000Z`.
            scope: `all_children`: with the events of your children, for `org:admin`. Default:
                `own`.
            wait: Seconds to wait for an event if there is none yet. The answer comes with the first
                one. From 0 to 20.
            limit: Events on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: an
            event. What its `data` is follows from its `type`; new types are added over time.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A parameter is malformed; `issues` names every problem. Behind a cursor
                whose next events are no longer kept, go on from `oldestCursor`.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "type": type,
                "since": since,
                "scope": scope,
                "wait": wait,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )


class AsyncEventsRawResource:
    """Methods of `layers.events` that return whole responses."""

    def __init__(self, resource: AsyncEventsResource) -> None:
        self._resource = resource
        self.create_sample = async_raw(resource.create_sample)
        self.list = async_raw(resource.list)
