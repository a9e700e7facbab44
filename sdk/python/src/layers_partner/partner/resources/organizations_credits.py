# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.organizations.credits`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from layers_partner.options import NotGiven, RequestOptions
    from layers_partner.partner.resources.organizations_credits_events import (
        AsyncOrganizationsCreditsEventsRawResource,
        AsyncOrganizationsCreditsEventsResource,
        OrganizationsCreditsEventsRawResource,
        OrganizationsCreditsEventsResource,
    )
    from layers_partner.partner.types import Allocation, Credits

_ALLOCATE = Operation(
    "organizations.credits.allocate", "POST", "/v1/organizations/{orgId}/credits/allocate"
)
_RETRIEVE = Operation("organizations.credits.retrieve", "GET", "/v1/organizations/{orgId}/credits")


class OrganizationsCreditsResource(Resource):
    """Methods of `layers.organizations.credits`."""

    @cached_property
    def events(self) -> OrganizationsCreditsEventsResource:
        """`layers.organizations.credits.events`.

        Has `list`, `verify`.
        """
        from layers_partner.partner.resources.organizations_credits_events import (
            OrganizationsCreditsEventsResource,
        )

        return OrganizationsCreditsEventsResource(self._client)

    @cached_property
    def with_raw_response(self) -> OrganizationsCreditsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return OrganizationsCreditsRawResource(self)

    def allocate(
        self,
        org_id: str,
        *,
        credits: int,
        description: str | NotGiven | None = NOT_GIVEN,
        metadata: Mapping[str, str] | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Allocation:
        """Allocate credits to a child.

        Moves prepaid credits from your wallet to the child's, at most what is both prepaid and
        available. A repetition with the same `Idempotency-Key` answers the first transfer, however
        much later: a key moves credits once.

        `POST /v1/organizations/{orgId}/credits/allocate`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            credits: How many to move. At least 1.
            description: Both ledgers show it. At most 500 characters.
            metadata: Your own keys and values: at most 50 keys of 40 characters, values of 500, 16
                KiB in all.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A transfer of prepaid credits, and the child's wallet right after it.

        Raises:
            BillingExhaustedError: Less is prepaid and not reserved than should move: `reason` is
                `insufficient_prepaid`.
            NotFoundError: `org_id` is not a direct child of your organization.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Allocation = self._client._call(
            _ALLOCATE,
            {"orgId": org_id},
            body={"credits": credits, "description": description, "metadata": metadata},
            options=options,
        )
        return answer

    def retrieve(self, org_id: str, **options: Unpack[RequestOptions]) -> Credits:
        """Read a child's wallet.

        How much funding a customer of yours has left: both the gross balance and what it can spend
        now. Call it with your own key, the parent's, with `org:admin`. The shape is that of your
        own wallet (`GET /v1/credits`), with the same balances and the same estimates, but of the
        child that the path names. An organization that is not a direct child of yours is 404,
        whether it exists or not; a child that is suspended or archived is 503.

        `GET /v1/organizations/{orgId}/credits`, with the scope `org:admin`.

        Args:
            org_id: The child organization whose wallet you want. Must be a direct child of yours,
                otherwise 404. `org_` and a UUID, or the bare UUID. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A wallet. Decide on `available` whether its organization may start new work.

        Raises:
            NotFoundError: `org_id` is not a direct child of your organization. A stranger's
                organization looks the same as a missing one.
            ValidationError: Malformed `org_id`.
        """
        answer: Credits = self._client._call(_RETRIEVE, {"orgId": org_id}, options=options)
        return answer


class OrganizationsCreditsRawResource:
    """Methods of `layers.organizations.credits` that return whole responses."""

    def __init__(self, resource: OrganizationsCreditsResource) -> None:
        self._resource = resource
        self.allocate = raw(resource.allocate)
        self.retrieve = raw(resource.retrieve)

    @cached_property
    def events(self) -> OrganizationsCreditsEventsRawResource:
        """`layers.organizations.credits.events`, whose methods return whole responses."""
        return self._resource.events.with_raw_response


class AsyncOrganizationsCreditsResource(AsyncResource):
    """Methods of `layers.organizations.credits`."""

    @cached_property
    def events(self) -> AsyncOrganizationsCreditsEventsResource:
        """`layers.organizations.credits.events`.

        Has `list`, `verify`.
        """
        from layers_partner.partner.resources.organizations_credits_events import (
            AsyncOrganizationsCreditsEventsResource,
        )

        return AsyncOrganizationsCreditsEventsResource(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncOrganizationsCreditsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncOrganizationsCreditsRawResource(self)

    async def allocate(
        self,
        org_id: str,
        *,
        credits: int,
        description: str | NotGiven | None = NOT_GIVEN,
        metadata: Mapping[str, str] | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Allocation:
        """Allocate credits to a child.

        Moves prepaid credits from your wallet to the child's, at most what is both prepaid and
        available. A repetition with the same `Idempotency-Key` answers the first transfer, however
        much later: a key moves credits once.

        `POST /v1/organizations/{orgId}/credits/allocate`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            credits: How many to move. At least 1.
            description: Both ledgers show it. At most 500 characters.
            metadata: Your own keys and values: at most 50 keys of 40 characters, values of 500, 16
                KiB in all.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A transfer of prepaid credits, and the child's wallet right after it.

        Raises:
            BillingExhaustedError: Less is prepaid and not reserved than should move: `reason` is
                `insufficient_prepaid`.
            NotFoundError: `org_id` is not a direct child of your organization.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Allocation = await self._client._call(
            _ALLOCATE,
            {"orgId": org_id},
            body={"credits": credits, "description": description, "metadata": metadata},
            options=options,
        )
        return answer

    async def retrieve(self, org_id: str, **options: Unpack[RequestOptions]) -> Credits:
        """Read a child's wallet.

        How much funding a customer of yours has left: both the gross balance and what it can spend
        now. Call it with your own key, the parent's, with `org:admin`. The shape is that of your
        own wallet (`GET /v1/credits`), with the same balances and the same estimates, but of the
        child that the path names. An organization that is not a direct child of yours is 404,
        whether it exists or not; a child that is suspended or archived is 503.

        `GET /v1/organizations/{orgId}/credits`, with the scope `org:admin`.

        Args:
            org_id: The child organization whose wallet you want. Must be a direct child of yours,
                otherwise 404. `org_` and a UUID, or the bare UUID. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A wallet. Decide on `available` whether its organization may start new work.

        Raises:
            NotFoundError: `org_id` is not a direct child of your organization. A stranger's
                organization looks the same as a missing one.
            ValidationError: Malformed `org_id`.
        """
        answer: Credits = await self._client._call(_RETRIEVE, {"orgId": org_id}, options=options)
        return answer


class AsyncOrganizationsCreditsRawResource:
    """Methods of `layers.organizations.credits` that return whole responses."""

    def __init__(self, resource: AsyncOrganizationsCreditsResource) -> None:
        self._resource = resource
        self.allocate = async_raw(resource.allocate)
        self.retrieve = async_raw(resource.retrieve)

    @cached_property
    def events(self) -> AsyncOrganizationsCreditsEventsRawResource:
        """`layers.organizations.credits.events`, whose methods return whole responses."""
        return self._resource.events.with_raw_response
