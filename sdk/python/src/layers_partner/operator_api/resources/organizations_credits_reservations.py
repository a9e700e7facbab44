# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.organizations.credits.reservations`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Literal, Unpack

    from layers_partner.operator_api.types import CreditReservation
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_LIST = Operation(
    "organizations.credits.reservations.list",
    "GET",
    "/ops/v1/organizations/{orgId}/credits/reservations",
)


class OrganizationsCreditsReservationsResource(Resource):
    """Methods of `operator.organizations.credits.reservations`."""

    @cached_property
    def with_raw_response(self) -> OrganizationsCreditsReservationsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return OrganizationsCreditsReservationsRawResource(self)

    def list(
        self,
        org_id: str,
        *,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[CreditReservation]:
        """List an organization's open reservations.

        Which running jobs hold which credits of its wallet, the oldest first. They sum to its
        `reservedCredits`.

        `GET /ops/v1/organizations/{orgId}/credits/reservations`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            env: Which of its two ledgers. Default: `live`.
            limit: Reservations on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: credits that a job holds
            until it ends.

        Raises:
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"orgId": org_id},
            query={"env": env, "limit": limit, "cursor": cursor},
            options=options,
        )


class OrganizationsCreditsReservationsRawResource:
    """Methods of `operator.organizations.credits.reservations` that return whole responses."""

    def __init__(self, resource: OrganizationsCreditsReservationsResource) -> None:
        self._resource = resource
        self.list = raw(resource.list)


class AsyncOrganizationsCreditsReservationsResource(AsyncResource):
    """Methods of `operator.organizations.credits.reservations`."""

    @cached_property
    def with_raw_response(self) -> AsyncOrganizationsCreditsReservationsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncOrganizationsCreditsReservationsRawResource(self)

    def list(
        self,
        org_id: str,
        *,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[CreditReservation]:
        """List an organization's open reservations.

        Which running jobs hold which credits of its wallet, the oldest first. They sum to its
        `reservedCredits`.

        `GET /ops/v1/organizations/{orgId}/credits/reservations`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            env: Which of its two ledgers. Default: `live`.
            limit: Reservations on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item:
            credits that a job holds until it ends.

        Raises:
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"orgId": org_id},
            query={"env": env, "limit": limit, "cursor": cursor},
            options=options,
        )


class AsyncOrganizationsCreditsReservationsRawResource:
    """Methods of `operator.organizations.credits.reservations` that return whole responses."""

    def __init__(self, resource: AsyncOrganizationsCreditsReservationsResource) -> None:
        self._resource = resource
        self.list = async_raw(resource.list)
