# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.credits.events`."""

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

    from layers_partner.options import NotGiven, RequestOptions
    from layers_partner.pages import AsyncPages, Page
    from layers_partner.partner.types import CreditEvent, LedgerHead

_LIST = Operation("credits.events.list", "GET", "/v1/credits/events")
_VERIFY = Operation("credits.events.verify", "GET", "/v1/credits/events/verify")


class CreditsEventsResource(Resource):
    """Methods of `layers.credits.events`."""

    @cached_property
    def with_raw_response(self) -> CreditsEventsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return CreditsEventsRawResource(self)

    def list(
        self,
        *,
        project_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        event_type: Literal["adjustment", "allocation", "grant", "purchase", "refund", "usage"]
        | str
        | Sequence[
            Literal["adjustment", "allocation", "grant", "purchase", "refund", "usage"] | str
        ]
        | NotGiven = NOT_GIVEN,
        since: str | datetime | NotGiven = NOT_GIVEN,
        until: str | datetime | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Page[CreditEvent]:
        """List your ledger.

        Every movement of credits, in the order in which it committed, newest first. The events of a
        wallet sum to its balance.

        `GET /v1/credits/events`.

        Args:
            project_id: Only of these; a list for several. Example:
                `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            event_type: Only these; a list for several.
            since: From this instant on. Example: `2026-06-01T00:00:00.000Z`.
            until: Up to this instant, inclusive. Example: `2026-06-01T00:00:00.000Z`.
            limit: Events on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: one movement of credits.
            The events of a wallet sum to its balance.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "projectId": project_id,
                "eventType": event_type,
                "since": since,
                "until": until,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def verify(self, **options: Unpack[RequestOptions]) -> LedgerHead:
        """Verify your ledger.

        Its newest hash and how many events lead up to it. Every event has a `hash` of its content
        and of the hash before it: with these two numbers and the events you can check that none was
        changed, inserted or left out. Keep what you have checked, and the next check goes on from
        there.

        `GET /v1/credits/events/verify`.

        Args:
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            How far a ledger reaches. With its events it shows whether any of them was changed or is
            missing.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: LedgerHead = self._client._call(_VERIFY, {}, options=options)
        return answer


class CreditsEventsRawResource:
    """Methods of `layers.credits.events` that return whole responses."""

    def __init__(self, resource: CreditsEventsResource) -> None:
        self._resource = resource
        self.list = raw(resource.list)
        self.verify = raw(resource.verify)


class AsyncCreditsEventsResource(AsyncResource):
    """Methods of `layers.credits.events`."""

    @cached_property
    def with_raw_response(self) -> AsyncCreditsEventsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncCreditsEventsRawResource(self)

    def list(
        self,
        *,
        project_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        event_type: Literal["adjustment", "allocation", "grant", "purchase", "refund", "usage"]
        | str
        | Sequence[
            Literal["adjustment", "allocation", "grant", "purchase", "refund", "usage"] | str
        ]
        | NotGiven = NOT_GIVEN,
        since: str | datetime | NotGiven = NOT_GIVEN,
        until: str | datetime | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> AsyncPages[CreditEvent]:
        """List your ledger.

        Every movement of credits, in the order in which it committed, newest first. The events of a
        wallet sum to its balance.

        `GET /v1/credits/events`.

        Args:
            project_id: Only of these; a list for several. Example:
                `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            event_type: Only these; a list for several.
            since: From this instant on. Example: `2026-06-01T00:00:00.000Z`.
            until: Up to this instant, inclusive. Example: `2026-06-01T00:00:00.000Z`.
            limit: Events on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: one
            movement of credits. The events of a wallet sum to its balance.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "projectId": project_id,
                "eventType": event_type,
                "since": since,
                "until": until,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    async def verify(self, **options: Unpack[RequestOptions]) -> LedgerHead:
        """Verify your ledger.

        Its newest hash and how many events lead up to it. Every event has a `hash` of its content
        and of the hash before it: with these two numbers and the events you can check that none was
        changed, inserted or left out. Keep what you have checked, and the next check goes on from
        there.

        `GET /v1/credits/events/verify`.

        Args:
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            How far a ledger reaches. With its events it shows whether any of them was changed or is
            missing.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: LedgerHead = await self._client._call(_VERIFY, {}, options=options)
        return answer


class AsyncCreditsEventsRawResource:
    """Methods of `layers.credits.events` that return whole responses."""

    def __init__(self, resource: AsyncCreditsEventsResource) -> None:
        self._resource = resource
        self.list = async_raw(resource.list)
        self.verify = async_raw(resource.verify)
