# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.organizations.cash`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Literal, Unpack

    from layers_partner.operator_api.resources.organizations_cash_events import (
        AsyncOrganizationsCashEventsRawResource,
        AsyncOrganizationsCashEventsResource,
        OrganizationsCashEventsRawResource,
        OrganizationsCashEventsResource,
    )
    from layers_partner.operator_api.types import CashWallet, PostedCash
    from layers_partner.options import NotGiven, OperatorRequestOptions

_ADJUST = Operation(
    "organizations.cash.adjust", "POST", "/ops/v1/organizations/{orgId}/cash/adjustment"
)
_REFUND = Operation(
    "organizations.cash.refund", "POST", "/ops/v1/organizations/{orgId}/cash/refund"
)
_RETRIEVE = Operation("organizations.cash.retrieve", "GET", "/ops/v1/organizations/{orgId}/cash")
_TOP_UP = Operation("organizations.cash.top_up", "POST", "/ops/v1/organizations/{orgId}/cash/topup")


class OrganizationsCashResource(Resource):
    """Methods of `operator.organizations.cash`."""

    @cached_property
    def events(self) -> OrganizationsCashEventsResource:
        """`operator.organizations.cash.events`.

        Has `list`, `retrieve`.
        """
        from layers_partner.operator_api.resources.organizations_cash_events import (
            OrganizationsCashEventsResource,
        )

        return OrganizationsCashEventsResource(self._client)

    @cached_property
    def with_raw_response(self) -> OrganizationsCashRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return OrganizationsCashRawResource(self)

    def adjust(
        self,
        org_id: str,
        *,
        amount_cents: int,
        description: str,
        reference: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PostedCash:
        """Adjust cash.

        Corrects a partner's cash wallet, never below zero.

        `POST /ops/v1/organizations/{orgId}/cash/adjustment`, with the role `finance`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            amount_cents: Negative takes money. Not 0.
            description: The partner sees it. At most 500 characters. Example: `Corrects the
                transfer of 1 June`.
            reference: Of the payment, such as an invoice. At most 255 characters.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A posting, and the wallet after it.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PostedCash = self._client._call(
            _ADJUST,
            {"orgId": org_id},
            body={"amountCents": amount_cents, "description": description, "reference": reference},
            options=options,
        )
        return answer

    def refund(
        self,
        org_id: str,
        *,
        social_account_id: str,
        lease_month: int,
        amount_cents: int,
        description: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PostedCash:
        """Refund a month of a lease.

        To the partner that paid for it, also when the lease is a child's or is over. All refunds of
        a month are at most what it was charged: more is 409.

        `POST /ops/v1/organizations/{orgId}/cash/refund`, with the role `finance`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            social_account_id: Id of the social account. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            lease_month: 0 is the first month. From 0 to 100,000.
            amount_cents: At most what the month was charged. At least 1.
            description: The partner sees it. At most 500 characters.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A posting, and the wallet after it.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PostedCash = self._client._call(
            _REFUND,
            {"orgId": org_id},
            body={
                "socialAccountId": social_account_id,
                "leaseMonth": lease_month,
                "amountCents": amount_cents,
                "description": description,
            },
            options=options,
        )
        return answer

    def retrieve(
        self,
        org_id: str,
        *,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> CashWallet:
        """Read a partner's cash wallet.

        As the partner sees it, with how far it reaches, in either environment. A child has none:
        404.

        `GET /ops/v1/organizations/{orgId}/cash`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            env: Which of its two ledgers. Default: `live`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A partner's cash, from which its leases are paid.

        Raises:
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: CashWallet = self._client._call(
            _RETRIEVE, {"orgId": org_id}, query={"env": env}, options=options
        )
        return answer

    def top_up(
        self,
        org_id: str,
        *,
        amount_cents: int,
        description: str,
        reference: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PostedCash:
        """Top up cash.

        Records money that a partner has paid in. A child has no cash wallet: 404. A repetition with
        the same `Idempotency-Key` answers the first top-up, however much later: a payment that is
        reported twice comes in once.

        `POST /ops/v1/organizations/{orgId}/cash/topup`, with the role `finance`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            amount_cents: What was paid in. At least 1.
            description: The partner sees it. At most 500 characters. Example: `Wire transfer of 1
                June`.
            reference: Of the payment, such as an invoice. At most 255 characters.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A posting, and the wallet after it.

        Raises:
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PostedCash = self._client._call(
            _TOP_UP,
            {"orgId": org_id},
            body={"amountCents": amount_cents, "description": description, "reference": reference},
            options=options,
        )
        return answer


class OrganizationsCashRawResource:
    """Methods of `operator.organizations.cash` that return whole responses."""

    def __init__(self, resource: OrganizationsCashResource) -> None:
        self._resource = resource
        self.adjust = raw(resource.adjust)
        self.refund = raw(resource.refund)
        self.retrieve = raw(resource.retrieve)
        self.top_up = raw(resource.top_up)

    @cached_property
    def events(self) -> OrganizationsCashEventsRawResource:
        """`operator.organizations.cash.events`, whose methods return whole responses."""
        return self._resource.events.with_raw_response


class AsyncOrganizationsCashResource(AsyncResource):
    """Methods of `operator.organizations.cash`."""

    @cached_property
    def events(self) -> AsyncOrganizationsCashEventsResource:
        """`operator.organizations.cash.events`.

        Has `list`, `retrieve`.
        """
        from layers_partner.operator_api.resources.organizations_cash_events import (
            AsyncOrganizationsCashEventsResource,
        )

        return AsyncOrganizationsCashEventsResource(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncOrganizationsCashRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncOrganizationsCashRawResource(self)

    async def adjust(
        self,
        org_id: str,
        *,
        amount_cents: int,
        description: str,
        reference: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PostedCash:
        """Adjust cash.

        Corrects a partner's cash wallet, never below zero.

        `POST /ops/v1/organizations/{orgId}/cash/adjustment`, with the role `finance`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            amount_cents: Negative takes money. Not 0.
            description: The partner sees it. At most 500 characters. Example: `Corrects the
                transfer of 1 June`.
            reference: Of the payment, such as an invoice. At most 255 characters.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A posting, and the wallet after it.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PostedCash = await self._client._call(
            _ADJUST,
            {"orgId": org_id},
            body={"amountCents": amount_cents, "description": description, "reference": reference},
            options=options,
        )
        return answer

    async def refund(
        self,
        org_id: str,
        *,
        social_account_id: str,
        lease_month: int,
        amount_cents: int,
        description: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PostedCash:
        """Refund a month of a lease.

        To the partner that paid for it, also when the lease is a child's or is over. All refunds of
        a month are at most what it was charged: more is 409.

        `POST /ops/v1/organizations/{orgId}/cash/refund`, with the role `finance`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            social_account_id: Id of the social account. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            lease_month: 0 is the first month. From 0 to 100,000.
            amount_cents: At most what the month was charged. At least 1.
            description: The partner sees it. At most 500 characters.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A posting, and the wallet after it.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PostedCash = await self._client._call(
            _REFUND,
            {"orgId": org_id},
            body={
                "socialAccountId": social_account_id,
                "leaseMonth": lease_month,
                "amountCents": amount_cents,
                "description": description,
            },
            options=options,
        )
        return answer

    async def retrieve(
        self,
        org_id: str,
        *,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> CashWallet:
        """Read a partner's cash wallet.

        As the partner sees it, with how far it reaches, in either environment. A child has none:
        404.

        `GET /ops/v1/organizations/{orgId}/cash`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            env: Which of its two ledgers. Default: `live`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A partner's cash, from which its leases are paid.

        Raises:
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: CashWallet = await self._client._call(
            _RETRIEVE, {"orgId": org_id}, query={"env": env}, options=options
        )
        return answer

    async def top_up(
        self,
        org_id: str,
        *,
        amount_cents: int,
        description: str,
        reference: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> PostedCash:
        """Top up cash.

        Records money that a partner has paid in. A child has no cash wallet: 404. A repetition with
        the same `Idempotency-Key` answers the first top-up, however much later: a payment that is
        reported twice comes in once.

        `POST /ops/v1/organizations/{orgId}/cash/topup`, with the role `finance`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            amount_cents: What was paid in. At least 1.
            description: The partner sees it. At most 500 characters. Example: `Wire transfer of 1
                June`.
            reference: Of the payment, such as an invoice. At most 255 characters.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A posting, and the wallet after it.

        Raises:
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PostedCash = await self._client._call(
            _TOP_UP,
            {"orgId": org_id},
            body={"amountCents": amount_cents, "description": description, "reference": reference},
            options=options,
        )
        return answer


class AsyncOrganizationsCashRawResource:
    """Methods of `operator.organizations.cash` that return whole responses."""

    def __init__(self, resource: AsyncOrganizationsCashResource) -> None:
        self._resource = resource
        self.adjust = async_raw(resource.adjust)
        self.refund = async_raw(resource.refund)
        self.retrieve = async_raw(resource.retrieve)
        self.top_up = async_raw(resource.top_up)

    @cached_property
    def events(self) -> AsyncOrganizationsCashEventsRawResource:
        """`operator.organizations.cash.events`, whose methods return whole responses."""
        return self._resource.events.with_raw_response
