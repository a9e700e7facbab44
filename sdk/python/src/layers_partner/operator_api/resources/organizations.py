# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
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
        AsyncOrganizationsApiKeysRawResource,
        AsyncOrganizationsApiKeysResource,
        OrganizationsApiKeysRawResource,
        OrganizationsApiKeysResource,
    )
    from layers_partner.operator_api.resources.organizations_cash import (
        AsyncOrganizationsCashRawResource,
        AsyncOrganizationsCashResource,
        OrganizationsCashRawResource,
        OrganizationsCashResource,
    )
    from layers_partner.operator_api.resources.organizations_credits import (
        AsyncOrganizationsCreditsRawResource,
        AsyncOrganizationsCreditsResource,
        OrganizationsCreditsRawResource,
        OrganizationsCreditsResource,
    )
    from layers_partner.operator_api.resources.organizations_projects import (
        AsyncOrganizationsProjectsRawResource,
        AsyncOrganizationsProjectsResource,
        OrganizationsProjectsRawResource,
        OrganizationsProjectsResource,
    )
    from layers_partner.operator_api.resources.organizations_subscription import (
        AsyncOrganizationsSubscriptionRawResource,
        AsyncOrganizationsSubscriptionResource,
        OrganizationsSubscriptionRawResource,
        OrganizationsSubscriptionResource,
    )
    from layers_partner.operator_api.types import (
        FormatPrices,
        OpsOrganization,
        OpsOrganizationDetail,
    )
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_CREATE = Operation("organizations.create", "POST", "/ops/v1/organizations")
_LIST = Operation("organizations.list", "GET", "/ops/v1/organizations")
_RETRIEVE = Operation("organizations.retrieve", "GET", "/ops/v1/organizations/{orgId}")
_UPDATE = Operation("organizations.update", "PATCH", "/ops/v1/organizations/{orgId}")


class OrganizationsResource(Resource):
    """Methods of `operator.organizations`."""

    @cached_property
    def api_keys(self) -> OrganizationsApiKeysResource:
        """`operator.organizations.api_keys`.

        Has `create`, `list`, `unkill`.
        """
        from layers_partner.operator_api.resources.organizations_api_keys import (
            OrganizationsApiKeysResource,
        )

        return OrganizationsApiKeysResource(self._client)

    @cached_property
    def cash(self) -> OrganizationsCashResource:
        """`operator.organizations.cash`.

        Has `adjust`, `refund`, `retrieve`, `top_up`, `events`.
        """
        from layers_partner.operator_api.resources.organizations_cash import (
            OrganizationsCashResource,
        )

        return OrganizationsCashResource(self._client)

    @cached_property
    def credits(self) -> OrganizationsCreditsResource:
        """`operator.organizations.credits`.

        Has `adjust`, `grant`, `purchase`, `refund`, `retrieve`, `events`, `reservations`.
        """
        from layers_partner.operator_api.resources.organizations_credits import (
            OrganizationsCreditsResource,
        )

        return OrganizationsCreditsResource(self._client)

    @cached_property
    def projects(self) -> OrganizationsProjectsResource:
        """`operator.organizations.projects`.

        Has `list`.
        """
        from layers_partner.operator_api.resources.organizations_projects import (
            OrganizationsProjectsResource,
        )

        return OrganizationsProjectsResource(self._client)

    @cached_property
    def subscription(self) -> OrganizationsSubscriptionResource:
        """`operator.organizations.subscription`.

        Has `update`.
        """
        from layers_partner.operator_api.resources.organizations_subscription import (
            OrganizationsSubscriptionResource,
        )

        return OrganizationsSubscriptionResource(self._client)

    @cached_property
    def with_raw_response(self) -> OrganizationsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return OrganizationsRawResource(self)

    def create(
        self,
        *,
        name: str,
        billing_email: str | NotGiven | None = NOT_GIVEN,
        metadata: Mapping[str, str] | NotGiven = NOT_GIVEN,
        rate_limit_tier: Literal["internal", "partner", "pilot", "sandbox", "standard"]
        | str
        | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> OpsOrganization:
        """Onboard a partner.

        It becomes an organization with empty wallets, in the live and the test environment.

        `POST /ops/v1/organizations`, with the role `operator`.

        Args:
            name: As people know it. At most 128 characters. Example: `Corner Coffee`.
            billing_email: One address, without a name around it. At most 254 characters. Example:
                `billing@example.com`.
            metadata: Your own keys and values: at most 50 keys of 40 characters, values of 500, 16
                KiB in all.
            rate_limit_tier: How many requests its keys may send. Default: `standard`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An organization with what only the operator decides.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
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
        partners_only: bool | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[OpsOrganization]:
        """List organizations.

        All partners and their children, newest first.

        `GET /ops/v1/organizations`, with the role `viewer`.

        Args:
            search: A part of the name, whatever its case. At most 128 characters.
            status: Only these; a list for several.
            parent_organization_id: Only the children of this partner. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            partners_only: `true`: no children.
            limit: Organizations on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: an organization with what
            only the operator decides.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "search": search,
                "status": status,
                "parentOrganizationId": parent_organization_id,
                "partnersOnly": partners_only,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def retrieve(
        self,
        org_id: str,
        *,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> OpsOrganizationDetail:
        """Read an organization.

        With its wallets, its keys and what it has, in one environment.

        `GET /ops/v1/organizations/{orgId}`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            env: A partner has wallets and counts of its own in each; a child is in one. Default:
                `live`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An organization with its wallets and counts.

        Raises:
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OpsOrganizationDetail = self._client._call(
            _RETRIEVE, {"orgId": org_id}, query={"env": env}, options=options
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
        **options: Unpack[OperatorRequestOptions],
    ) -> OpsOrganization:
        """Change an organization.

        `status: "suspended"` on a partner is the kill switch: from the next request on, its keys
        and those of all its children get 503, in both environments. An archived child is 409.

        `PATCH /ops/v1/organizations/{orgId}`, with the role `operator`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            rate_limit_tier: How many requests its keys may send.
            format_prices: Upper bounds of what one piece of content costs; what is left out stays
                as it is.
            status: Suspending a partner stops its keys and those of all its children.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An organization with what only the operator decides.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
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


class OrganizationsRawResource:
    """Methods of `operator.organizations` that return whole responses."""

    def __init__(self, resource: OrganizationsResource) -> None:
        self._resource = resource
        self.create = raw(resource.create)
        self.list = raw(resource.list)
        self.retrieve = raw(resource.retrieve)
        self.update = raw(resource.update)

    @cached_property
    def api_keys(self) -> OrganizationsApiKeysRawResource:
        """`operator.organizations.api_keys`, whose methods return whole responses."""
        return self._resource.api_keys.with_raw_response

    @cached_property
    def cash(self) -> OrganizationsCashRawResource:
        """`operator.organizations.cash`, whose methods return whole responses."""
        return self._resource.cash.with_raw_response

    @cached_property
    def credits(self) -> OrganizationsCreditsRawResource:
        """`operator.organizations.credits`, whose methods return whole responses."""
        return self._resource.credits.with_raw_response

    @cached_property
    def projects(self) -> OrganizationsProjectsRawResource:
        """`operator.organizations.projects`, whose methods return whole responses."""
        return self._resource.projects.with_raw_response

    @cached_property
    def subscription(self) -> OrganizationsSubscriptionRawResource:
        """`operator.organizations.subscription`, whose methods return whole responses."""
        return self._resource.subscription.with_raw_response


class AsyncOrganizationsResource(AsyncResource):
    """Methods of `operator.organizations`."""

    @cached_property
    def api_keys(self) -> AsyncOrganizationsApiKeysResource:
        """`operator.organizations.api_keys`.

        Has `create`, `list`, `unkill`.
        """
        from layers_partner.operator_api.resources.organizations_api_keys import (
            AsyncOrganizationsApiKeysResource,
        )

        return AsyncOrganizationsApiKeysResource(self._client)

    @cached_property
    def cash(self) -> AsyncOrganizationsCashResource:
        """`operator.organizations.cash`.

        Has `adjust`, `refund`, `retrieve`, `top_up`, `events`.
        """
        from layers_partner.operator_api.resources.organizations_cash import (
            AsyncOrganizationsCashResource,
        )

        return AsyncOrganizationsCashResource(self._client)

    @cached_property
    def credits(self) -> AsyncOrganizationsCreditsResource:
        """`operator.organizations.credits`.

        Has `adjust`, `grant`, `purchase`, `refund`, `retrieve`, `events`, `reservations`.
        """
        from layers_partner.operator_api.resources.organizations_credits import (
            AsyncOrganizationsCreditsResource,
        )

        return AsyncOrganizationsCreditsResource(self._client)

    @cached_property
    def projects(self) -> AsyncOrganizationsProjectsResource:
        """`operator.organizations.projects`.

        Has `list`.
        """
        from layers_partner.operator_api.resources.organizations_projects import (
            AsyncOrganizationsProjectsResource,
        )

        return AsyncOrganizationsProjectsResource(self._client)

    @cached_property
    def subscription(self) -> AsyncOrganizationsSubscriptionResource:
        """`operator.organizations.subscription`.

        Has `update`.
        """
        from layers_partner.operator_api.resources.organizations_subscription import (
            AsyncOrganizationsSubscriptionResource,
        )

        return AsyncOrganizationsSubscriptionResource(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncOrganizationsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncOrganizationsRawResource(self)

    async def create(
        self,
        *,
        name: str,
        billing_email: str | NotGiven | None = NOT_GIVEN,
        metadata: Mapping[str, str] | NotGiven = NOT_GIVEN,
        rate_limit_tier: Literal["internal", "partner", "pilot", "sandbox", "standard"]
        | str
        | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> OpsOrganization:
        """Onboard a partner.

        It becomes an organization with empty wallets, in the live and the test environment.

        `POST /ops/v1/organizations`, with the role `operator`.

        Args:
            name: As people know it. At most 128 characters. Example: `Corner Coffee`.
            billing_email: One address, without a name around it. At most 254 characters. Example:
                `billing@example.com`.
            metadata: Your own keys and values: at most 50 keys of 40 characters, values of 500, 16
                KiB in all.
            rate_limit_tier: How many requests its keys may send. Default: `standard`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An organization with what only the operator decides.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
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
        partners_only: bool | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[OpsOrganization]:
        """List organizations.

        All partners and their children, newest first.

        `GET /ops/v1/organizations`, with the role `viewer`.

        Args:
            search: A part of the name, whatever its case. At most 128 characters.
            status: Only these; a list for several.
            parent_organization_id: Only the children of this partner. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            partners_only: `true`: no children.
            limit: Organizations on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: an
            organization with what only the operator decides.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "search": search,
                "status": status,
                "parentOrganizationId": parent_organization_id,
                "partnersOnly": partners_only,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    async def retrieve(
        self,
        org_id: str,
        *,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> OpsOrganizationDetail:
        """Read an organization.

        With its wallets, its keys and what it has, in one environment.

        `GET /ops/v1/organizations/{orgId}`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            env: A partner has wallets and counts of its own in each; a child is in one. Default:
                `live`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An organization with its wallets and counts.

        Raises:
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OpsOrganizationDetail = await self._client._call(
            _RETRIEVE, {"orgId": org_id}, query={"env": env}, options=options
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
        **options: Unpack[OperatorRequestOptions],
    ) -> OpsOrganization:
        """Change an organization.

        `status: "suspended"` on a partner is the kill switch: from the next request on, its keys
        and those of all its children get 503, in both environments. An archived child is 409.

        `PATCH /ops/v1/organizations/{orgId}`, with the role `operator`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            rate_limit_tier: How many requests its keys may send.
            format_prices: Upper bounds of what one piece of content costs; what is left out stays
                as it is.
            status: Suspending a partner stops its keys and those of all its children.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An organization with what only the operator decides.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
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


class AsyncOrganizationsRawResource:
    """Methods of `operator.organizations` that return whole responses."""

    def __init__(self, resource: AsyncOrganizationsResource) -> None:
        self._resource = resource
        self.create = async_raw(resource.create)
        self.list = async_raw(resource.list)
        self.retrieve = async_raw(resource.retrieve)
        self.update = async_raw(resource.update)

    @cached_property
    def api_keys(self) -> AsyncOrganizationsApiKeysRawResource:
        """`operator.organizations.api_keys`, whose methods return whole responses."""
        return self._resource.api_keys.with_raw_response

    @cached_property
    def cash(self) -> AsyncOrganizationsCashRawResource:
        """`operator.organizations.cash`, whose methods return whole responses."""
        return self._resource.cash.with_raw_response

    @cached_property
    def credits(self) -> AsyncOrganizationsCreditsRawResource:
        """`operator.organizations.credits`, whose methods return whole responses."""
        return self._resource.credits.with_raw_response

    @cached_property
    def projects(self) -> AsyncOrganizationsProjectsRawResource:
        """`operator.organizations.projects`, whose methods return whole responses."""
        return self._resource.projects.with_raw_response

    @cached_property
    def subscription(self) -> AsyncOrganizationsSubscriptionRawResource:
        """`operator.organizations.subscription`, whose methods return whole responses."""
        return self._resource.subscription.with_raw_response
