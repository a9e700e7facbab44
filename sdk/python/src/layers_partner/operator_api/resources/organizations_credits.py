# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.organizations.credits`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal, Unpack

    from layers_partner.operator_api.resources.organizations_credits_events import (
        AsyncOrganizationsCreditsEventsRawResource,
        AsyncOrganizationsCreditsEventsResource,
        OrganizationsCreditsEventsRawResource,
        OrganizationsCreditsEventsResource,
    )
    from layers_partner.operator_api.resources.organizations_credits_reservations import (
        AsyncOrganizationsCreditsReservationsRawResource,
        AsyncOrganizationsCreditsReservationsResource,
        OrganizationsCreditsReservationsRawResource,
        OrganizationsCreditsReservationsResource,
    )
    from layers_partner.operator_api.types import Credits, PostedCredits
    from layers_partner.options import NotGiven, OperatorRequestOptions

_ADJUST = Operation(
    "organizations.credits.adjust", "POST", "/ops/v1/organizations/{orgId}/credits/adjustment"
)
_GRANT = Operation(
    "organizations.credits.grant", "POST", "/ops/v1/organizations/{orgId}/credits/grant"
)
_PURCHASE = Operation(
    "organizations.credits.purchase", "POST", "/ops/v1/organizations/{orgId}/credits/purchase"
)
_REFUND = Operation(
    "organizations.credits.refund", "POST", "/ops/v1/organizations/{orgId}/credits/refund"
)
_RETRIEVE = Operation(
    "organizations.credits.retrieve", "GET", "/ops/v1/organizations/{orgId}/credits"
)


class OrganizationsCreditsResource(Resource):
    """Methods of `operator.organizations.credits`."""

    @cached_property
    def events(self) -> OrganizationsCreditsEventsResource:
        """`operator.organizations.credits.events`.

        Has `list`, `retrieve`.
        """
        from layers_partner.operator_api.resources.organizations_credits_events import (
            OrganizationsCreditsEventsResource,
        )

        return OrganizationsCreditsEventsResource(self._client)

    @cached_property
    def reservations(self) -> OrganizationsCreditsReservationsResource:
        """`operator.organizations.credits.reservations`.

        Has `list`.
        """
        from layers_partner.operator_api.resources.organizations_credits_reservations import (
            OrganizationsCreditsReservationsResource,
        )

        return OrganizationsCreditsReservationsResource(self._client)

    @cached_property
    def with_raw_response(self) -> OrganizationsCreditsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return OrganizationsCreditsRawResource(self)

    def adjust(
        self,
        org_id: str,
        *,
        credits: int,
        description: str,
        metadata: Mapping[str, str] | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PostedCredits:
        """Adjust credits.

        Corrects prepaid credits, down at most by what no work in flight may need.

        `POST /ops/v1/organizations/{orgId}/credits/adjustment`, with the role `finance`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            credits: Negative takes credits. Not 0.
            description: The partner sees it. At most 500 characters. Example: `Corrects the grant
                of 1 June`.
            metadata: Your own keys and values: at most 50 keys of 40 characters, values of 500, 16
                KiB in all.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A posting, and the wallet after it.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PostedCredits = self._client._call(
            _ADJUST,
            {"orgId": org_id},
            body={"credits": credits, "description": description, "metadata": metadata},
            options=options,
        )
        return answer

    def grant(
        self,
        org_id: str,
        *,
        credits: int,
        description: str | NotGiven | None = NOT_GIVEN,
        metadata: Mapping[str, str] | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PostedCredits:
        """Grant credits.

        A repetition with the same `Idempotency-Key` answers the first grant, however much later.

        `POST /ops/v1/organizations/{orgId}/credits/grant`, with the role `finance`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            credits: How many to add. At least 1.
            description: The partner sees it. At most 500 characters.
            metadata: Your own keys and values: at most 50 keys of 40 characters, values of 500, 16
                KiB in all.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A posting, and the wallet after it.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PostedCredits = self._client._call(
            _GRANT,
            {"orgId": org_id},
            body={"credits": credits, "description": description, "metadata": metadata},
            options=options,
        )
        return answer

    def purchase(
        self,
        org_id: str,
        *,
        credits: int,
        description: str | NotGiven | None = NOT_GIVEN,
        metadata: Mapping[str, str] | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PostedCredits:
        """Record purchased credits.

        A repetition with the same `Idempotency-Key` answers the first purchase, however much later:
        a payment that is reported twice is credited once.

        `POST /ops/v1/organizations/{orgId}/credits/purchase`, with the role `finance`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            credits: How many to add. At least 1.
            description: The partner sees it. At most 500 characters.
            metadata: Your own keys and values: at most 50 keys of 40 characters, values of 500, 16
                KiB in all.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A posting, and the wallet after it.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PostedCredits = self._client._call(
            _PURCHASE,
            {"orgId": org_id},
            body={"credits": credits, "description": description, "metadata": metadata},
            options=options,
        )
        return answer

    def refund(
        self,
        org_id: str,
        *,
        job_id: str,
        credits: int,
        description: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PostedCredits:
        """Refund credits.

        Gives back to prepaid what a job was charged; all refunds of a job are at most its charge.

        `POST /ops/v1/organizations/{orgId}/credits/refund`, with the role `finance`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            credits: With earlier refunds of the job, at most its charge. At least 1.
            description: The partner sees it. At most 500 characters.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A posting, and the wallet after it.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PostedCredits = self._client._call(
            _REFUND,
            {"orgId": org_id},
            body={"jobId": job_id, "credits": credits, "description": description},
            options=options,
        )
        return answer

    def retrieve(
        self,
        org_id: str,
        *,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Credits:
        """Read an organization's wallet.

        As its partner sees it, in either environment, also while it is suspended or archived.

        `GET /ops/v1/organizations/{orgId}/credits`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            env: Which of its two ledgers. Default: `live`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A wallet. Decide on `available` whether its organization may start new work.

        Raises:
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Credits = self._client._call(
            _RETRIEVE, {"orgId": org_id}, query={"env": env}, options=options
        )
        return answer


class OrganizationsCreditsRawResource:
    """Methods of `operator.organizations.credits` that return whole responses."""

    def __init__(self, resource: OrganizationsCreditsResource) -> None:
        self._resource = resource
        self.adjust = raw(resource.adjust)
        self.grant = raw(resource.grant)
        self.purchase = raw(resource.purchase)
        self.refund = raw(resource.refund)
        self.retrieve = raw(resource.retrieve)

    @cached_property
    def events(self) -> OrganizationsCreditsEventsRawResource:
        """`operator.organizations.credits.events`, whose methods return whole responses."""
        return self._resource.events.with_raw_response

    @cached_property
    def reservations(self) -> OrganizationsCreditsReservationsRawResource:
        """`operator.organizations.credits.reservations`, whose methods return whole responses."""
        return self._resource.reservations.with_raw_response


class AsyncOrganizationsCreditsResource(AsyncResource):
    """Methods of `operator.organizations.credits`."""

    @cached_property
    def events(self) -> AsyncOrganizationsCreditsEventsResource:
        """`operator.organizations.credits.events`.

        Has `list`, `retrieve`.
        """
        from layers_partner.operator_api.resources.organizations_credits_events import (
            AsyncOrganizationsCreditsEventsResource,
        )

        return AsyncOrganizationsCreditsEventsResource(self._client)

    @cached_property
    def reservations(self) -> AsyncOrganizationsCreditsReservationsResource:
        """`operator.organizations.credits.reservations`.

        Has `list`.
        """
        from layers_partner.operator_api.resources.organizations_credits_reservations import (
            AsyncOrganizationsCreditsReservationsResource,
        )

        return AsyncOrganizationsCreditsReservationsResource(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncOrganizationsCreditsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncOrganizationsCreditsRawResource(self)

    async def adjust(
        self,
        org_id: str,
        *,
        credits: int,
        description: str,
        metadata: Mapping[str, str] | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PostedCredits:
        """Adjust credits.

        Corrects prepaid credits, down at most by what no work in flight may need.

        `POST /ops/v1/organizations/{orgId}/credits/adjustment`, with the role `finance`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            credits: Negative takes credits. Not 0.
            description: The partner sees it. At most 500 characters. Example: `Corrects the grant
                of 1 June`.
            metadata: Your own keys and values: at most 50 keys of 40 characters, values of 500, 16
                KiB in all.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A posting, and the wallet after it.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PostedCredits = await self._client._call(
            _ADJUST,
            {"orgId": org_id},
            body={"credits": credits, "description": description, "metadata": metadata},
            options=options,
        )
        return answer

    async def grant(
        self,
        org_id: str,
        *,
        credits: int,
        description: str | NotGiven | None = NOT_GIVEN,
        metadata: Mapping[str, str] | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PostedCredits:
        """Grant credits.

        A repetition with the same `Idempotency-Key` answers the first grant, however much later.

        `POST /ops/v1/organizations/{orgId}/credits/grant`, with the role `finance`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            credits: How many to add. At least 1.
            description: The partner sees it. At most 500 characters.
            metadata: Your own keys and values: at most 50 keys of 40 characters, values of 500, 16
                KiB in all.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A posting, and the wallet after it.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PostedCredits = await self._client._call(
            _GRANT,
            {"orgId": org_id},
            body={"credits": credits, "description": description, "metadata": metadata},
            options=options,
        )
        return answer

    async def purchase(
        self,
        org_id: str,
        *,
        credits: int,
        description: str | NotGiven | None = NOT_GIVEN,
        metadata: Mapping[str, str] | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PostedCredits:
        """Record purchased credits.

        A repetition with the same `Idempotency-Key` answers the first purchase, however much later:
        a payment that is reported twice is credited once.

        `POST /ops/v1/organizations/{orgId}/credits/purchase`, with the role `finance`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            credits: How many to add. At least 1.
            description: The partner sees it. At most 500 characters.
            metadata: Your own keys and values: at most 50 keys of 40 characters, values of 500, 16
                KiB in all.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A posting, and the wallet after it.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PostedCredits = await self._client._call(
            _PURCHASE,
            {"orgId": org_id},
            body={"credits": credits, "description": description, "metadata": metadata},
            options=options,
        )
        return answer

    async def refund(
        self,
        org_id: str,
        *,
        job_id: str,
        credits: int,
        description: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PostedCredits:
        """Refund credits.

        Gives back to prepaid what a job was charged; all refunds of a job are at most its charge.

        `POST /ops/v1/organizations/{orgId}/credits/refund`, with the role `finance`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            credits: With earlier refunds of the job, at most its charge. At least 1.
            description: The partner sees it. At most 500 characters.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A posting, and the wallet after it.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PostedCredits = await self._client._call(
            _REFUND,
            {"orgId": org_id},
            body={"jobId": job_id, "credits": credits, "description": description},
            options=options,
        )
        return answer

    async def retrieve(
        self,
        org_id: str,
        *,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Credits:
        """Read an organization's wallet.

        As its partner sees it, in either environment, also while it is suspended or archived.

        `GET /ops/v1/organizations/{orgId}/credits`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            env: Which of its two ledgers. Default: `live`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A wallet. Decide on `available` whether its organization may start new work.

        Raises:
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Credits = await self._client._call(
            _RETRIEVE, {"orgId": org_id}, query={"env": env}, options=options
        )
        return answer


class AsyncOrganizationsCreditsRawResource:
    """Methods of `operator.organizations.credits` that return whole responses."""

    def __init__(self, resource: AsyncOrganizationsCreditsResource) -> None:
        self._resource = resource
        self.adjust = async_raw(resource.adjust)
        self.grant = async_raw(resource.grant)
        self.purchase = async_raw(resource.purchase)
        self.refund = async_raw(resource.refund)
        self.retrieve = async_raw(resource.retrieve)

    @cached_property
    def events(self) -> AsyncOrganizationsCreditsEventsRawResource:
        """`operator.organizations.credits.events`, whose methods return whole responses."""
        return self._resource.events.with_raw_response

    @cached_property
    def reservations(self) -> AsyncOrganizationsCreditsReservationsRawResource:
        """`operator.organizations.credits.reservations`, whose methods return whole responses."""
        return self._resource.reservations.with_raw_response
