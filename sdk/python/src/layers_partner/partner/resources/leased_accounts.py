# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.leased_accounts`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal, Unpack

    from layers_partner.options import NotGiven, RequestOptions
    from layers_partner.pages import AsyncPages, Page
    from layers_partner.partner.resources.leased_accounts_requests import (
        AsyncLeasedAccountsRequestsRawResource,
        AsyncLeasedAccountsRequestsResource,
        LeasedAccountsRequestsRawResource,
        LeasedAccountsRequestsResource,
    )
    from layers_partner.partner.types import LeasedAccount, ReleasedAccount

_LIST = Operation("leased_accounts.list", "GET", "/v1/projects/{projectId}/leased-accounts")
_LIST_ALL = Operation("leased_accounts.list_all", "GET", "/v1/leased-accounts")
_RELEASE = Operation("leased_accounts.release", "DELETE", "/v1/leased-accounts/{socialAccountId}")


class LeasedAccountsResource(Resource):
    """Methods of `layers.leased_accounts`."""

    @cached_property
    def requests(self) -> LeasedAccountsRequestsResource:
        """`layers.leased_accounts.requests`.

        Has `create`, `list`, `retrieve`.
        """
        from layers_partner.partner.resources.leased_accounts_requests import (
            LeasedAccountsRequestsResource,
        )

        return LeasedAccountsRequestsResource(self._client)

    @cached_property
    def with_raw_response(self) -> LeasedAccountsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return LeasedAccountsRawResource(self)

    def list(
        self,
        project_id: str,
        *,
        status: Literal["assigned", "disconnected"]
        | str
        | Sequence[Literal["assigned", "disconnected"] | str]
        | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Page[LeasedAccount]:
        """List leased accounts.

        The accounts that the operator has assigned to a project, with billing and renewal. This is
        the source of truth for what you are paying for and when the next monthly renewal hits. They
        come in the order of assignment; the sum of `monthlyPriceCents` over the assigned accounts
        is what a month costs. An account is in the list from the moment it is assigned.

        `GET /v1/projects/{projectId}/leased-accounts`, with the scope `leased:write`.

        Args:
            project_id: The project whose leased accounts you want. `prj_` and a UUID, or the bare
                UUID. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            status: Only leases of this status; a list for several. Default: `assigned` only.
            limit: Accounts on a page. From 1 to 1,000. Default: 1,000.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: an account leased to a
            project: what it costs, and when it is charged next.

        Raises:
            NotFoundError: `project_id` is not in your organization.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"projectId": project_id},
            query={"status": status, "limit": limit, "cursor": cursor},
            options=options,
        )

    def list_all(
        self,
        *,
        status: Literal["assigned", "disconnected"]
        | str
        | Sequence[Literal["assigned", "disconnected"] | str]
        | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        billing_status: Literal["current", "past_due"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Page[LeasedAccount]:
        """List the leased accounts of all projects.

        Those of your own projects, in the order of assignment, as `GET
        /v1/projects/{projectId}/leased-accounts` has them for one. With `billingStatus=past_due`
        these are the accounts that will be lost if their month is not paid.

        `GET /v1/leased-accounts`, with the scope `leased:write`.

        Args:
            status: Only leases of this status; a list for several. Default: `assigned` only.
            limit: Accounts on a page. From 1 to 1,000. Default: 1,000.
            cursor: `nextCursor` of the page before; with the same filters as there.
            billing_status: Only those that are paid, or past due.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: an account leased to a
            project: what it costs, and when it is charged next.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST_ALL,
            {},
            query={
                "status": status,
                "limit": limit,
                "cursor": cursor,
                "billingStatus": billing_status,
            },
            options=options,
        )

    def release(
        self,
        social_account_id: str,
        *,
        reason: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> ReleasedAccount:
        """Release a leased account.

        The lease ends now and the account goes back to the operator. The month that is paid is not
        refunded, and months that have begun are charged first. An account that is not leased to
        you, or no longer, is 404.

        `DELETE /v1/leased-accounts/{socialAccountId}`, with the scope `leased:write`.

        Args:
            social_account_id: Id of the social account. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            reason: For the audit log. At most 1,024 characters.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A leased account that was given back.

        Raises:
            NotFoundError: `social_account_id` does not exist, or this key cannot see it; the two
                look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: ReleasedAccount = self._client._call(
            _RELEASE,
            {"socialAccountId": social_account_id},
            body={"reason": reason},
            options=options,
        )
        return answer


class LeasedAccountsRawResource:
    """Methods of `layers.leased_accounts` that return whole responses."""

    def __init__(self, resource: LeasedAccountsResource) -> None:
        self._resource = resource
        self.list = raw(resource.list)
        self.list_all = raw(resource.list_all)
        self.release = raw(resource.release)

    @cached_property
    def requests(self) -> LeasedAccountsRequestsRawResource:
        """`layers.leased_accounts.requests`, whose methods return whole responses."""
        return self._resource.requests.with_raw_response


class AsyncLeasedAccountsResource(AsyncResource):
    """Methods of `layers.leased_accounts`."""

    @cached_property
    def requests(self) -> AsyncLeasedAccountsRequestsResource:
        """`layers.leased_accounts.requests`.

        Has `create`, `list`, `retrieve`.
        """
        from layers_partner.partner.resources.leased_accounts_requests import (
            AsyncLeasedAccountsRequestsResource,
        )

        return AsyncLeasedAccountsRequestsResource(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncLeasedAccountsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncLeasedAccountsRawResource(self)

    def list(
        self,
        project_id: str,
        *,
        status: Literal["assigned", "disconnected"]
        | str
        | Sequence[Literal["assigned", "disconnected"] | str]
        | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> AsyncPages[LeasedAccount]:
        """List leased accounts.

        The accounts that the operator has assigned to a project, with billing and renewal. This is
        the source of truth for what you are paying for and when the next monthly renewal hits. They
        come in the order of assignment; the sum of `monthlyPriceCents` over the assigned accounts
        is what a month costs. An account is in the list from the moment it is assigned.

        `GET /v1/projects/{projectId}/leased-accounts`, with the scope `leased:write`.

        Args:
            project_id: The project whose leased accounts you want. `prj_` and a UUID, or the bare
                UUID. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            status: Only leases of this status; a list for several. Default: `assigned` only.
            limit: Accounts on a page. From 1 to 1,000. Default: 1,000.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: an
            account leased to a project: what it costs, and when it is charged next.

        Raises:
            NotFoundError: `project_id` is not in your organization.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"projectId": project_id},
            query={"status": status, "limit": limit, "cursor": cursor},
            options=options,
        )

    def list_all(
        self,
        *,
        status: Literal["assigned", "disconnected"]
        | str
        | Sequence[Literal["assigned", "disconnected"] | str]
        | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        billing_status: Literal["current", "past_due"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> AsyncPages[LeasedAccount]:
        """List the leased accounts of all projects.

        Those of your own projects, in the order of assignment, as `GET
        /v1/projects/{projectId}/leased-accounts` has them for one. With `billingStatus=past_due`
        these are the accounts that will be lost if their month is not paid.

        `GET /v1/leased-accounts`, with the scope `leased:write`.

        Args:
            status: Only leases of this status; a list for several. Default: `assigned` only.
            limit: Accounts on a page. From 1 to 1,000. Default: 1,000.
            cursor: `nextCursor` of the page before; with the same filters as there.
            billing_status: Only those that are paid, or past due.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: an
            account leased to a project: what it costs, and when it is charged next.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST_ALL,
            {},
            query={
                "status": status,
                "limit": limit,
                "cursor": cursor,
                "billingStatus": billing_status,
            },
            options=options,
        )

    async def release(
        self,
        social_account_id: str,
        *,
        reason: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> ReleasedAccount:
        """Release a leased account.

        The lease ends now and the account goes back to the operator. The month that is paid is not
        refunded, and months that have begun are charged first. An account that is not leased to
        you, or no longer, is 404.

        `DELETE /v1/leased-accounts/{socialAccountId}`, with the scope `leased:write`.

        Args:
            social_account_id: Id of the social account. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            reason: For the audit log. At most 1,024 characters.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A leased account that was given back.

        Raises:
            NotFoundError: `social_account_id` does not exist, or this key cannot see it; the two
                look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: ReleasedAccount = await self._client._call(
            _RELEASE,
            {"socialAccountId": social_account_id},
            body={"reason": reason},
            options=options,
        )
        return answer


class AsyncLeasedAccountsRawResource:
    """Methods of `layers.leased_accounts` that return whole responses."""

    def __init__(self, resource: AsyncLeasedAccountsResource) -> None:
        self._resource = resource
        self.list = async_raw(resource.list)
        self.list_all = async_raw(resource.list_all)
        self.release = async_raw(resource.release)

    @cached_property
    def requests(self) -> AsyncLeasedAccountsRequestsRawResource:
        """`layers.leased_accounts.requests`, whose methods return whole responses."""
        return self._resource.requests.with_raw_response
