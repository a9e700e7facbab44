# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.credits`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.options import RequestOptions
    from layers_partner.partner.resources.credits_events import (
        AsyncCreditsEventsRawResource,
        AsyncCreditsEventsResource,
        CreditsEventsRawResource,
        CreditsEventsResource,
    )
    from layers_partner.partner.resources.credits_reservations import (
        AsyncCreditsReservationsRawResource,
        AsyncCreditsReservationsResource,
        CreditsReservationsRawResource,
        CreditsReservationsResource,
    )
    from layers_partner.partner.types import Credits

_RETRIEVE = Operation("credits.retrieve", "GET", "/v1/credits")


class CreditsResource(Resource):
    """Methods of `layers.credits`."""

    @cached_property
    def events(self) -> CreditsEventsResource:
        """`layers.credits.events`.

        Has `list`, `verify`.
        """
        from layers_partner.partner.resources.credits_events import CreditsEventsResource

        return CreditsEventsResource(self._client)

    @cached_property
    def reservations(self) -> CreditsReservationsResource:
        """`layers.credits.reservations`.

        Has `list`.
        """
        from layers_partner.partner.resources.credits_reservations import (
            CreditsReservationsResource,
        )

        return CreditsReservationsResource(self._client)

    @cached_property
    def with_raw_response(self) -> CreditsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return CreditsRawResource(self)

    def retrieve(self, **options: Unpack[RequestOptions]) -> Credits:
        """Read your wallet.

        Decide whether new work may start on `available`: it is what remains of `balance` when the
        credits reserved for work in flight are taken off.

        `GET /v1/credits`.

        Args:
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A wallet. Decide on `available` whether its organization may start new work.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Credits = self._client._call(_RETRIEVE, {}, options=options)
        return answer


class CreditsRawResource:
    """Methods of `layers.credits` that return whole responses."""

    def __init__(self, resource: CreditsResource) -> None:
        self._resource = resource
        self.retrieve = raw(resource.retrieve)

    @cached_property
    def events(self) -> CreditsEventsRawResource:
        """`layers.credits.events`, whose methods return whole responses."""
        return self._resource.events.with_raw_response

    @cached_property
    def reservations(self) -> CreditsReservationsRawResource:
        """`layers.credits.reservations`, whose methods return whole responses."""
        return self._resource.reservations.with_raw_response


class AsyncCreditsResource(AsyncResource):
    """Methods of `layers.credits`."""

    @cached_property
    def events(self) -> AsyncCreditsEventsResource:
        """`layers.credits.events`.

        Has `list`, `verify`.
        """
        from layers_partner.partner.resources.credits_events import AsyncCreditsEventsResource

        return AsyncCreditsEventsResource(self._client)

    @cached_property
    def reservations(self) -> AsyncCreditsReservationsResource:
        """`layers.credits.reservations`.

        Has `list`.
        """
        from layers_partner.partner.resources.credits_reservations import (
            AsyncCreditsReservationsResource,
        )

        return AsyncCreditsReservationsResource(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncCreditsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncCreditsRawResource(self)

    async def retrieve(self, **options: Unpack[RequestOptions]) -> Credits:
        """Read your wallet.

        Decide whether new work may start on `available`: it is what remains of `balance` when the
        credits reserved for work in flight are taken off.

        `GET /v1/credits`.

        Args:
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A wallet. Decide on `available` whether its organization may start new work.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Credits = await self._client._call(_RETRIEVE, {}, options=options)
        return answer


class AsyncCreditsRawResource:
    """Methods of `layers.credits` that return whole responses."""

    def __init__(self, resource: AsyncCreditsResource) -> None:
        self._resource = resource
        self.retrieve = async_raw(resource.retrieve)

    @cached_property
    def events(self) -> AsyncCreditsEventsRawResource:
        """`layers.credits.events`, whose methods return whole responses."""
        return self._resource.events.with_raw_response

    @cached_property
    def reservations(self) -> AsyncCreditsReservationsRawResource:
        """`layers.credits.reservations`, whose methods return whole responses."""
        return self._resource.reservations.with_raw_response
