# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.organizations.cash.events`."""

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

    from layers_partner.operator_api.types import OpsCashEvent, OpsCashEventDetail
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_LIST = Operation(
    "organizations.cash.events.list", "GET", "/ops/v1/organizations/{orgId}/cash/events"
)
_RETRIEVE = Operation(
    "organizations.cash.events.retrieve",
    "GET",
    "/ops/v1/organizations/{orgId}/cash/events/{sequence}",
)


class OrganizationsCashEventsResource(Resource):
    """Methods of `operator.organizations.cash.events`."""

    @cached_property
    def with_raw_response(self) -> OrganizationsCashEventsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return OrganizationsCashEventsRawResource(self)

    def list(
        self,
        org_id: str,
        *,
        event_type: Literal["adjustment", "lease_charge", "lease_renewal", "refund", "topup"]
        | str
        | Sequence[Literal["adjustment", "lease_charge", "lease_renewal", "refund", "topup"] | str]
        | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        since: str | datetime | NotGiven = NOT_GIVEN,
        until: str | datetime | NotGiven = NOT_GIVEN,
        direction: Literal["in", "out"] | str | NotGiven = NOT_GIVEN,
        social_account_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[OpsCashEvent]:
        """List a partner's cash ledger.

        What the partner sees of it, newest first, with what each movement came from, who made it,
        and the `reference` of a payment. A child has no cash wallet: 404.

        `GET /ops/v1/organizations/{orgId}/cash/events`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            event_type: Only these; a list for several.
            limit: Events on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            since: From this instant on. Example: `2026-06-01T00:00:00.000Z`.
            until: Up to this instant, inclusive. Example: `2026-06-01T00:00:00.000Z`.
            direction: Only what came in, or what went out.
            social_account_id: Only of these leases; a list for several. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            env: Which of its two ledgers. Default: `live`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: a movement of cash as the
            partner sees it, with what it came from and who made it.

        Raises:
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"orgId": org_id},
            query={
                "eventType": event_type,
                "limit": limit,
                "cursor": cursor,
                "since": since,
                "until": until,
                "direction": direction,
                "socialAccountId": social_account_id,
                "env": env,
            },
            options=options,
        )

    def retrieve(
        self,
        org_id: str,
        sequence: int,
        *,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> OpsCashEventDetail:
        """Read one movement of cash.

        With what belongs with it: the months of its lease, how each was settled, and their refunds.

        `GET /ops/v1/organizations/{orgId}/cash/events/{sequence}`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            sequence: The sequence. At least 1.
            env: Which of its two ledgers. Default: `live`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            One movement of cash, and what belongs with it.

        Raises:
            NotFoundError: `org_id` or `sequence` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OpsCashEventDetail = self._client._call(
            _RETRIEVE, {"orgId": org_id, "sequence": sequence}, query={"env": env}, options=options
        )
        return answer


class OrganizationsCashEventsRawResource:
    """Methods of `operator.organizations.cash.events` that return whole responses."""

    def __init__(self, resource: OrganizationsCashEventsResource) -> None:
        self._resource = resource
        self.list = raw(resource.list)
        self.retrieve = raw(resource.retrieve)


class AsyncOrganizationsCashEventsResource(AsyncResource):
    """Methods of `operator.organizations.cash.events`."""

    @cached_property
    def with_raw_response(self) -> AsyncOrganizationsCashEventsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncOrganizationsCashEventsRawResource(self)

    def list(
        self,
        org_id: str,
        *,
        event_type: Literal["adjustment", "lease_charge", "lease_renewal", "refund", "topup"]
        | str
        | Sequence[Literal["adjustment", "lease_charge", "lease_renewal", "refund", "topup"] | str]
        | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        since: str | datetime | NotGiven = NOT_GIVEN,
        until: str | datetime | NotGiven = NOT_GIVEN,
        direction: Literal["in", "out"] | str | NotGiven = NOT_GIVEN,
        social_account_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[OpsCashEvent]:
        """List a partner's cash ledger.

        What the partner sees of it, newest first, with what each movement came from, who made it,
        and the `reference` of a payment. A child has no cash wallet: 404.

        `GET /ops/v1/organizations/{orgId}/cash/events`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            event_type: Only these; a list for several.
            limit: Events on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            since: From this instant on. Example: `2026-06-01T00:00:00.000Z`.
            until: Up to this instant, inclusive. Example: `2026-06-01T00:00:00.000Z`.
            direction: Only what came in, or what went out.
            social_account_id: Only of these leases; a list for several. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            env: Which of its two ledgers. Default: `live`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: a
            movement of cash as the partner sees it, with what it came from and who made it.

        Raises:
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"orgId": org_id},
            query={
                "eventType": event_type,
                "limit": limit,
                "cursor": cursor,
                "since": since,
                "until": until,
                "direction": direction,
                "socialAccountId": social_account_id,
                "env": env,
            },
            options=options,
        )

    async def retrieve(
        self,
        org_id: str,
        sequence: int,
        *,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> OpsCashEventDetail:
        """Read one movement of cash.

        With what belongs with it: the months of its lease, how each was settled, and their refunds.

        `GET /ops/v1/organizations/{orgId}/cash/events/{sequence}`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            sequence: The sequence. At least 1.
            env: Which of its two ledgers. Default: `live`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            One movement of cash, and what belongs with it.

        Raises:
            NotFoundError: `org_id` or `sequence` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OpsCashEventDetail = await self._client._call(
            _RETRIEVE, {"orgId": org_id, "sequence": sequence}, query={"env": env}, options=options
        )
        return answer


class AsyncOrganizationsCashEventsRawResource:
    """Methods of `operator.organizations.cash.events` that return whole responses."""

    def __init__(self, resource: AsyncOrganizationsCashEventsResource) -> None:
        self._resource = resource
        self.list = async_raw(resource.list)
        self.retrieve = async_raw(resource.retrieve)
