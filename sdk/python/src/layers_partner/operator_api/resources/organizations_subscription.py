# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.organizations.subscription`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Literal, Unpack

    from layers_partner.operator_api.types import SetSubscription
    from layers_partner.options import NotGiven, OperatorRequestOptions

_UPDATE = Operation(
    "organizations.subscription.update", "PUT", "/ops/v1/organizations/{orgId}/subscription"
)


class OrganizationsSubscriptionResource(Resource):
    """Methods of `operator.organizations.subscription`."""

    @cached_property
    def with_raw_response(self) -> OrganizationsSubscriptionRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return OrganizationsSubscriptionRawResource(self)

    def update(
        self,
        org_id: str,
        *,
        tier: Literal["enterprise", "free", "pro", "scale", "starter"] | str,
        included_credits: int,
        billing_status: Literal["active", "canceled", "past_due"] | str,
        started_at: str | datetime | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> SetSubscription:
        """Set a subscription.

        More included credits apply at once, as far as they exceed the highest allotment this period
        has granted; fewer from the next period. Moving the start ends the current period now.

        `PUT /ops/v1/organizations/{orgId}/subscription`, with the role `finance`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            tier: What was bought.
            included_credits: What each period grants while billing is active.
            billing_status: Only `active` gets the allotment of each period.
            started_at: Cut to its day, the day of the month on which periods begin. Without it: as
                before, or today. Example: `2026-06-01T00:00:00.000Z`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A subscription as it is now, and the wallet after what it granted.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: SetSubscription = self._client._call(
            _UPDATE,
            {"orgId": org_id},
            body={
                "tier": tier,
                "includedCredits": included_credits,
                "billingStatus": billing_status,
                "startedAt": started_at,
            },
            options=options,
        )
        return answer


class OrganizationsSubscriptionRawResource:
    """Methods of `operator.organizations.subscription` that return whole responses."""

    def __init__(self, resource: OrganizationsSubscriptionResource) -> None:
        self._resource = resource
        self.update = raw(resource.update)


class AsyncOrganizationsSubscriptionResource(AsyncResource):
    """Methods of `operator.organizations.subscription`."""

    @cached_property
    def with_raw_response(self) -> AsyncOrganizationsSubscriptionRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncOrganizationsSubscriptionRawResource(self)

    async def update(
        self,
        org_id: str,
        *,
        tier: Literal["enterprise", "free", "pro", "scale", "starter"] | str,
        included_credits: int,
        billing_status: Literal["active", "canceled", "past_due"] | str,
        started_at: str | datetime | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> SetSubscription:
        """Set a subscription.

        More included credits apply at once, as far as they exceed the highest allotment this period
        has granted; fewer from the next period. Moving the start ends the current period now.

        `PUT /ops/v1/organizations/{orgId}/subscription`, with the role `finance`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            tier: What was bought.
            included_credits: What each period grants while billing is active.
            billing_status: Only `active` gets the allotment of each period.
            started_at: Cut to its day, the day of the month on which periods begin. Without it: as
                before, or today. Example: `2026-06-01T00:00:00.000Z`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A subscription as it is now, and the wallet after what it granted.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: SetSubscription = await self._client._call(
            _UPDATE,
            {"orgId": org_id},
            body={
                "tier": tier,
                "includedCredits": included_credits,
                "billingStatus": billing_status,
                "startedAt": started_at,
            },
            options=options,
        )
        return answer


class AsyncOrganizationsSubscriptionRawResource:
    """Methods of `operator.organizations.subscription` that return whole responses."""

    def __init__(self, resource: AsyncOrganizationsSubscriptionResource) -> None:
        self._resource = resource
        self.update = async_raw(resource.update)
