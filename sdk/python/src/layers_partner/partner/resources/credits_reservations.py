# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.credits.reservations`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.options import NotGiven, RequestOptions
    from layers_partner.pages import AsyncPages, Page
    from layers_partner.partner.types import Reservation

_LIST = Operation("credits.reservations.list", "GET", "/v1/credits/reservations")


class CreditsReservationsResource(Resource):
    """Methods of `layers.credits.reservations`."""

    @cached_property
    def with_raw_response(self) -> CreditsReservationsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return CreditsReservationsRawResource(self)

    def list(
        self,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Page[Reservation]:
        """List what is reserved in your wallet.

        The jobs that hold credits, newest first. Together they hold `reservedCredits` of your
        wallet: what is missing between `balance` and `available`.

        `GET /v1/credits/reservations`.

        Args:
            limit: Reservations on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: credits that a job holds
            until it ends.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST, {}, query={"limit": limit, "cursor": cursor}, options=options
        )


class CreditsReservationsRawResource:
    """Methods of `layers.credits.reservations` that return whole responses."""

    def __init__(self, resource: CreditsReservationsResource) -> None:
        self._resource = resource
        self.list = raw(resource.list)


class AsyncCreditsReservationsResource(AsyncResource):
    """Methods of `layers.credits.reservations`."""

    @cached_property
    def with_raw_response(self) -> AsyncCreditsReservationsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncCreditsReservationsRawResource(self)

    def list(
        self,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> AsyncPages[Reservation]:
        """List what is reserved in your wallet.

        The jobs that hold credits, newest first. Together they hold `reservedCredits` of your
        wallet: what is missing between `balance` and `available`.

        `GET /v1/credits/reservations`.

        Args:
            limit: Reservations on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item:
            credits that a job holds until it ends.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST, {}, query={"limit": limit, "cursor": cursor}, options=options
        )


class AsyncCreditsReservationsRawResource:
    """Methods of `layers.credits.reservations` that return whole responses."""

    def __init__(self, resource: AsyncCreditsReservationsResource) -> None:
        self._resource = resource
        self.list = async_raw(resource.list)
