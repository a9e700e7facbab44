# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.organizations.credit_config`."""

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
    from layers_partner.partner.types import CreditConfigAnswer

_RETRIEVE = Operation(
    "organizations.credit_config.retrieve", "GET", "/v1/organizations/{orgId}/credit-config"
)
_UPDATE = Operation(
    "organizations.credit_config.update", "PATCH", "/v1/organizations/{orgId}/credit-config"
)


class OrganizationsCreditConfigResource(Resource):
    """Methods of `layers.organizations.credit_config`."""

    @cached_property
    def with_raw_response(self) -> OrganizationsCreditConfigRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return OrganizationsCreditConfigRawResource(self)

    def retrieve(self, org_id: str, **options: Unpack[RequestOptions]) -> CreditConfigAnswer:
        """Read a child's credit configuration.

        Its spending cap and automatic refill.

        `GET /v1/organizations/{orgId}/credit-config`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A child's configuration, and its wallet.

        Raises:
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: CreditConfigAnswer = self._client._call(
            _RETRIEVE, {"orgId": org_id}, options=options
        )
        return answer

    def update(
        self,
        org_id: str,
        *,
        monthly_credit_cap: int | NotGiven | None = NOT_GIVEN,
        refill_threshold: int | NotGiven | None = NOT_GIVEN,
        refill_amount: int | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> CreditConfigAnswer:
        """Change a child's credit configuration.

        A number sets, null clears, what is left out stays. `refill_threshold` and `refill_amount`
        have to be both set or both null afterwards; set, they switch automatic refill on.

        `PATCH /v1/organizations/{orgId}/credit-config`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            monthly_credit_cap: The most that may be used and reserved in a period; null is no cap.
            refill_threshold: A start that would leave less than this available refills first.
            refill_amount: How much a refill moves. At least 1.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A child's configuration, and its wallet.

        Raises:
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: CreditConfigAnswer = self._client._call(
            _UPDATE,
            {"orgId": org_id},
            body={
                "monthlyCreditCap": monthly_credit_cap,
                "refillThreshold": refill_threshold,
                "refillAmount": refill_amount,
            },
            options=options,
        )
        return answer


class OrganizationsCreditConfigRawResource:
    """Methods of `layers.organizations.credit_config` that return whole responses."""

    def __init__(self, resource: OrganizationsCreditConfigResource) -> None:
        self._resource = resource
        self.retrieve = raw(resource.retrieve)
        self.update = raw(resource.update)


class AsyncOrganizationsCreditConfigResource(AsyncResource):
    """Methods of `layers.organizations.credit_config`."""

    @cached_property
    def with_raw_response(self) -> AsyncOrganizationsCreditConfigRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncOrganizationsCreditConfigRawResource(self)

    async def retrieve(self, org_id: str, **options: Unpack[RequestOptions]) -> CreditConfigAnswer:
        """Read a child's credit configuration.

        Its spending cap and automatic refill.

        `GET /v1/organizations/{orgId}/credit-config`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A child's configuration, and its wallet.

        Raises:
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: CreditConfigAnswer = await self._client._call(
            _RETRIEVE, {"orgId": org_id}, options=options
        )
        return answer

    async def update(
        self,
        org_id: str,
        *,
        monthly_credit_cap: int | NotGiven | None = NOT_GIVEN,
        refill_threshold: int | NotGiven | None = NOT_GIVEN,
        refill_amount: int | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> CreditConfigAnswer:
        """Change a child's credit configuration.

        A number sets, null clears, what is left out stays. `refill_threshold` and `refill_amount`
        have to be both set or both null afterwards; set, they switch automatic refill on.

        `PATCH /v1/organizations/{orgId}/credit-config`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            monthly_credit_cap: The most that may be used and reserved in a period; null is no cap.
            refill_threshold: A start that would leave less than this available refills first.
            refill_amount: How much a refill moves. At least 1.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A child's configuration, and its wallet.

        Raises:
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: CreditConfigAnswer = await self._client._call(
            _UPDATE,
            {"orgId": org_id},
            body={
                "monthlyCreditCap": monthly_credit_cap,
                "refillThreshold": refill_threshold,
                "refillAmount": refill_amount,
            },
            options=options,
        )
        return answer


class AsyncOrganizationsCreditConfigRawResource:
    """Methods of `layers.organizations.credit_config` that return whole responses."""

    def __init__(self, resource: AsyncOrganizationsCreditConfigResource) -> None:
        self._resource = resource
        self.retrieve = async_raw(resource.retrieve)
        self.update = async_raw(resource.update)
