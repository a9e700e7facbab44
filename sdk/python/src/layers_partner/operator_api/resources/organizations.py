# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
"""Generated methods of `operator.organizations`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal, Unpack

    from layers_partner.operator_api.resources.organizations_api_keys import (
        AsyncOrganizationsApiKeys,
        AsyncOrganizationsApiKeysRaw,
        OrganizationsApiKeys,
        OrganizationsApiKeysRaw,
    )
    from layers_partner.operator_api.resources.organizations_cash import (
        AsyncOrganizationsCash,
        AsyncOrganizationsCashRaw,
        OrganizationsCash,
        OrganizationsCashRaw,
    )
    from layers_partner.operator_api.resources.organizations_credits import (
        AsyncOrganizationsCredits,
        AsyncOrganizationsCreditsRaw,
        OrganizationsCredits,
        OrganizationsCreditsRaw,
    )
    from layers_partner.operator_api.resources.organizations_subscription import (
        AsyncOrganizationsSubscription,
        AsyncOrganizationsSubscriptionRaw,
        OrganizationsSubscription,
        OrganizationsSubscriptionRaw,
    )
    from layers_partner.operator_api.types import (
        FormatPrices,
        OpsOrganization,
        OpsOrganizationDetail,
    )
    from layers_partner.options import NotGiven, RequestOptions
    from layers_partner.pages import AsyncPages, Page

_CREATE = Operation("organizations.create", "POST", "/ops/v1/organizations")
_LIST = Operation("organizations.list", "GET", "/ops/v1/organizations")
_RETRIEVE = Operation("organizations.retrieve", "GET", "/ops/v1/organizations/{orgId}")
_UPDATE = Operation("organizations.update", "PATCH", "/ops/v1/organizations/{orgId}")


class Organizations(Resource):
    """Methods of `operator.organizations`."""

    @cached_property
    def api_keys(self) -> OrganizationsApiKeys:
        """`operator.organizations.api_keys`: `create`, `list`, `unkill`."""
        from layers_partner.operator_api.resources.organizations_api_keys import (
            OrganizationsApiKeys,
        )

        return OrganizationsApiKeys(self._client)

    @cached_property
    def cash(self) -> OrganizationsCash:
        """`operator.organizations.cash`: `adjust`, `refund`, `top_up`, `events`."""
        from layers_partner.operator_api.resources.organizations_cash import OrganizationsCash

        return OrganizationsCash(self._client)

    @cached_property
    def credits(self) -> OrganizationsCredits:
        """`operator.organizations.credits`: `adjust`, `grant`, `purchase`, `refund`, `events`."""
        from layers_partner.operator_api.resources.organizations_credits import OrganizationsCredits

        return OrganizationsCredits(self._client)

    @cached_property
    def subscription(self) -> OrganizationsSubscription:
        """`operator.organizations.subscription`: `update`."""
        from layers_partner.operator_api.resources.organizations_subscription import (
            OrganizationsSubscription,
        )

        return OrganizationsSubscription(self._client)

    @cached_property
    def with_raw_response(self) -> OrganizationsRaw:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return OrganizationsRaw(self)

    def create(
        self,
        *,
        name: str,
        billing_email: str | None | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, str] | NotGiven = NOT_GIVEN,
        rate_limit_tier: Literal["internal", "partner", "pilot", "sandbox", "standard"]
        | str
        | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> OpsOrganization:
        """Onboard a partner.

        It becomes an organization with empty wallets, in the live and the test environment.

        `POST /ops/v1/organizations`, with the role `operator`.

        Args:
            name: At most 128 characters.
            billing_email: One address, without a name around it. At most 254 characters. Such as
                `billing@example.com`.
            metadata: Your own keys and values: at most 50 keys of 40 characters, values of 500, 16
                KiB in all.
            rate_limit_tier: Without it, `standard`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An organization with what only the operator decides.

        Raises:
            ValidationError: A part of the request is malformed; details.issues names every problem.
        """
        answer: OpsOrganization = self._client._call(
            _CREATE,
            {},
            body={
                "name": name,
                "billingEmail": billing_email,
                "metadata": metadata,
                "rateLimitTier": rate_limit_tier,
            },
            options=options,
        )
        return answer

    def list(
        self,
        *,
        search: str | NotGiven = NOT_GIVEN,
        status: Literal["active", "archived", "suspended"]
        | str
        | Sequence[Literal["active", "archived", "suspended"] | str]
        | NotGiven = NOT_GIVEN,
        parent_organization_id: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Page[OpsOrganization]:
        """List organizations.

        All partners and their children, newest first.

        `GET /ops/v1/organizations`, with the role `viewer`.

        Args:
            search: A part of the name, whatever its case. At most 128 characters.
            status: Only these; a list for several.
            parent_organization_id: Only the children of this partner. Such as
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Organizations on a page. From 1 to 100. Without it, 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of these; iterate over it for those of all pages. An organization with what only
            the operator decides.

        Raises:
            ValidationError: A part of the request is malformed; details.issues names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "search": search,
                "status": status,
                "parentOrganizationId": parent_organization_id,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def retrieve(self, org_id: str, **options: Unpack[RequestOptions]) -> OpsOrganizationDetail:
        """Read an organization.

        With its wallets and counts.

        `GET /ops/v1/organizations/{orgId}`, with the role `viewer`.

        Args:
            org_id: `org_` and a UUID, or the bare UUID. Such as
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An organization with its wallets and counts.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; details.issues names every problem.
        """
        answer: OpsOrganizationDetail = self._client._call(
            _RETRIEVE, {"orgId": org_id}, options=options
        )
        return answer

    def update(
        self,
        org_id: str,
        *,
        rate_limit_tier: Literal["internal", "partner", "pilot", "sandbox", "standard"]
        | str
        | NotGiven = NOT_GIVEN,
        format_prices: FormatPrices | NotGiven = NOT_GIVEN,
        status: Literal["active", "suspended"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> OpsOrganization:
        """Change an organization.

        `status: "suspended"` on a partner is the kill switch: from the next request on, its keys
        and those of all its children get 503, in both environments. An archived child is 409.

        `PATCH /ops/v1/organizations/{orgId}`, with the role `operator`.

        Args:
            org_id: `org_` and a UUID, or the bare UUID. Such as
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            rate_limit_tier: The rate limit tier.
            format_prices: Upper bounds of what one piece of content costs; what is left out stays
                as it is.
            status: Suspending a partner stops its keys and those of all its children.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An organization with what only the operator decides.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; details.issues names every problem.
        """
        answer: OpsOrganization = self._client._call(
            _UPDATE,
            {"orgId": org_id},
            body={
                "rateLimitTier": rate_limit_tier,
                "formatPrices": format_prices,
                "status": status,
            },
            options=options,
        )
        return answer


class OrganizationsRaw:
    """Methods of `operator.organizations` that return whole responses."""

    def __init__(self, resource: Organizations) -> None:
        self._resource = resource
        self.create = raw(resource.create)
        self.list = raw(resource.list)
        self.retrieve = raw(resource.retrieve)
        self.update = raw(resource.update)

    @cached_property
    def api_keys(self) -> OrganizationsApiKeysRaw:
        """`operator.organizations.api_keys`, whose methods return whole responses."""
        return self._resource.api_keys.with_raw_response

    @cached_property
    def cash(self) -> OrganizationsCashRaw:
        """`operator.organizations.cash`, whose methods return whole responses."""
        return self._resource.cash.with_raw_response

    @cached_property
    def credits(self) -> OrganizationsCreditsRaw:
        """`operator.organizations.credits`, whose methods return whole responses."""
        return self._resource.credits.with_raw_response

    @cached_property
    def subscription(self) -> OrganizationsSubscriptionRaw:
        """`operator.organizations.subscription`, whose methods return whole responses."""
        return self._resource.subscription.with_raw_response


class AsyncOrganizations(AsyncResource):
    """Methods of `operator.organizations`."""

    @cached_property
    def api_keys(self) -> AsyncOrganizationsApiKeys:
        """`operator.organizations.api_keys`: `create`, `list`, `unkill`."""
        from layers_partner.operator_api.resources.organizations_api_keys import (
            AsyncOrganizationsApiKeys,
        )

        return AsyncOrganizationsApiKeys(self._client)

    @cached_property
    def cash(self) -> AsyncOrganizationsCash:
        """`operator.organizations.cash`: `adjust`, `refund`, `top_up`, `events`."""
        from layers_partner.operator_api.resources.organizations_cash import AsyncOrganizationsCash

        return AsyncOrganizationsCash(self._client)

    @cached_property
    def credits(self) -> AsyncOrganizationsCredits:
        """`operator.organizations.credits`: `adjust`, `grant`, `purchase`, `refund`, `events`."""
        from layers_partner.operator_api.resources.organizations_credits import (
            AsyncOrganizationsCredits,
        )

        return AsyncOrganizationsCredits(self._client)

    @cached_property
    def subscription(self) -> AsyncOrganizationsSubscription:
        """`operator.organizations.subscription`: `update`."""
        from layers_partner.operator_api.resources.organizations_subscription import (
            AsyncOrganizationsSubscription,
        )

        return AsyncOrganizationsSubscription(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncOrganizationsRaw:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncOrganizationsRaw(self)

    async def create(
        self,
        *,
        name: str,
        billing_email: str | None | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, str] | NotGiven = NOT_GIVEN,
        rate_limit_tier: Literal["internal", "partner", "pilot", "sandbox", "standard"]
        | str
        | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> OpsOrganization:
        """Onboard a partner.

        It becomes an organization with empty wallets, in the live and the test environment.

        `POST /ops/v1/organizations`, with the role `operator`.

        Args:
            name: At most 128 characters.
            billing_email: One address, without a name around it. At most 254 characters. Such as
                `billing@example.com`.
            metadata: Your own keys and values: at most 50 keys of 40 characters, values of 500, 16
                KiB in all.
            rate_limit_tier: Without it, `standard`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An organization with what only the operator decides.

        Raises:
            ValidationError: A part of the request is malformed; details.issues names every problem.
        """
        answer: OpsOrganization = await self._client._call(
            _CREATE,
            {},
            body={
                "name": name,
                "billingEmail": billing_email,
                "metadata": metadata,
                "rateLimitTier": rate_limit_tier,
            },
            options=options,
        )
        return answer

    def list(
        self,
        *,
        search: str | NotGiven = NOT_GIVEN,
        status: Literal["active", "archived", "suspended"]
        | str
        | Sequence[Literal["active", "archived", "suspended"] | str]
        | NotGiven = NOT_GIVEN,
        parent_organization_id: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> AsyncPages[OpsOrganization]:
        """List organizations.

        All partners and their children, newest first.

        `GET /ops/v1/organizations`, with the role `viewer`.

        Args:
            search: A part of the name, whatever its case. At most 128 characters.
            status: Only these; a list for several.
            parent_organization_id: Only the children of this partner. Such as
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Organizations on a page. From 1 to 100. Without it, 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of these; iterate over it for those of all pages. An organization with what only
            the operator decides.

        Raises:
            ValidationError: A part of the request is malformed; details.issues names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "search": search,
                "status": status,
                "parentOrganizationId": parent_organization_id,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    async def retrieve(
        self, org_id: str, **options: Unpack[RequestOptions]
    ) -> OpsOrganizationDetail:
        """Read an organization.

        With its wallets and counts.

        `GET /ops/v1/organizations/{orgId}`, with the role `viewer`.

        Args:
            org_id: `org_` and a UUID, or the bare UUID. Such as
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An organization with its wallets and counts.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; details.issues names every problem.
        """
        answer: OpsOrganizationDetail = await self._client._call(
            _RETRIEVE, {"orgId": org_id}, options=options
        )
        return answer

    async def update(
        self,
        org_id: str,
        *,
        rate_limit_tier: Literal["internal", "partner", "pilot", "sandbox", "standard"]
        | str
        | NotGiven = NOT_GIVEN,
        format_prices: FormatPrices | NotGiven = NOT_GIVEN,
        status: Literal["active", "suspended"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> OpsOrganization:
        """Change an organization.

        `status: "suspended"` on a partner is the kill switch: from the next request on, its keys
        and those of all its children get 503, in both environments. An archived child is 409.

        `PATCH /ops/v1/organizations/{orgId}`, with the role `operator`.

        Args:
            org_id: `org_` and a UUID, or the bare UUID. Such as
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            rate_limit_tier: The rate limit tier.
            format_prices: Upper bounds of what one piece of content costs; what is left out stays
                as it is.
            status: Suspending a partner stops its keys and those of all its children.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An organization with what only the operator decides.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; details.issues names every problem.
        """
        answer: OpsOrganization = await self._client._call(
            _UPDATE,
            {"orgId": org_id},
            body={
                "rateLimitTier": rate_limit_tier,
                "formatPrices": format_prices,
                "status": status,
            },
            options=options,
        )
        return answer


class AsyncOrganizationsRaw:
    """Methods of `operator.organizations` that return whole responses."""

    def __init__(self, resource: AsyncOrganizations) -> None:
        self._resource = resource
        self.create = async_raw(resource.create)
        self.list = async_raw(resource.list)
        self.retrieve = async_raw(resource.retrieve)
        self.update = async_raw(resource.update)

    @cached_property
    def api_keys(self) -> AsyncOrganizationsApiKeysRaw:
        """`operator.organizations.api_keys`, whose methods return whole responses."""
        return self._resource.api_keys.with_raw_response

    @cached_property
    def cash(self) -> AsyncOrganizationsCashRaw:
        """`operator.organizations.cash`, whose methods return whole responses."""
        return self._resource.cash.with_raw_response

    @cached_property
    def credits(self) -> AsyncOrganizationsCreditsRaw:
        """`operator.organizations.credits`, whose methods return whole responses."""
        return self._resource.credits.with_raw_response

    @cached_property
    def subscription(self) -> AsyncOrganizationsSubscriptionRaw:
        """`operator.organizations.subscription`, whose methods return whole responses."""
        return self._resource.subscription.with_raw_response
