# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.leased_accounts.requests`."""

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
    from layers_partner.partner.types import LeaseRequest, NicheParam

_CREATE = Operation(
    "leased_accounts.requests.create", "POST", "/v1/projects/{projectId}/leased-accounts/request"
)
_LIST = Operation(
    "leased_accounts.requests.list", "GET", "/v1/projects/{projectId}/leased-accounts/requests"
)
_RETRIEVE = Operation(
    "leased_accounts.requests.retrieve",
    "GET",
    "/v1/projects/{projectId}/leased-accounts/requests/{requestId}",
)


class LeasedAccountsRequestsResource(Resource):
    """Methods of `layers.leased_accounts.requests`."""

    @cached_property
    def with_raw_response(self) -> LeasedAccountsRequestsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return LeasedAccountsRequestsRawResource(self)

    def create(
        self,
        project_id: str,
        *,
        count: int,
        niche: NicheParam,
        target: str | NotGiven | None = NOT_GIVEN,
        note: str | NotGiven | None = NOT_GIVEN,
        request_id: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> LeaseRequest:
        """Request leased accounts.

        Asks the operator for accounts that fit a niche. Nothing is charged yet: the first month of
        each account is charged when it is assigned.

        `POST /v1/projects/{projectId}/leased-accounts/request`, with the scope `leased:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            count: How many accounts. From 1 to 50.
            niche: What the accounts should be about, and for whom.
            target: What you want to achieve with them. At most 2,000 characters.
            note: For the operator. At most 2,000 characters.
            request_id: Your own name for the request; unique among your organization's. Example:
                `spring-launch`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A request for accounts and, once it is answered, its result.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: LeaseRequest = self._client._call(
            _CREATE,
            {"projectId": project_id},
            body={
                "projectId": project_id,
                "count": count,
                "niche": niche,
                "target": target,
                "note": note,
                "requestId": request_id,
            },
            options=options,
        )
        return answer

    def list(
        self,
        project_id: str,
        *,
        status: Literal["assigned", "partial", "rejected", "requested"]
        | str
        | Sequence[Literal["assigned", "partial", "rejected", "requested"] | str]
        | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Page[LeaseRequest]:
        """List lease requests.

        Newest first.

        `GET /v1/projects/{projectId}/leased-accounts/requests`, with the scope `leased:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            status: Only these; a list for several.
            limit: Requests on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: a request for accounts
            and, once it is answered, its result.

        Raises:
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"projectId": project_id},
            query={"status": status, "limit": limit, "cursor": cursor},
            options=options,
        )

    def retrieve(
        self, project_id: str, request_id: str, **options: Unpack[RequestOptions]
    ) -> LeaseRequest:
        """Read a lease request.

        By its `lreq_` id, or by the name that you gave it.

        `GET /v1/projects/{projectId}/leased-accounts/requests/{requestId}`, with the scope
        `leased:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            request_id: Id of the request.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A request for accounts and, once it is answered, its result.

        Raises:
            NotFoundError: `project_id` or `request_id` does not exist, or this key cannot see it;
                the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: LeaseRequest = self._client._call(
            _RETRIEVE, {"projectId": project_id, "requestId": request_id}, options=options
        )
        return answer


class LeasedAccountsRequestsRawResource:
    """Methods of `layers.leased_accounts.requests` that return whole responses."""

    def __init__(self, resource: LeasedAccountsRequestsResource) -> None:
        self._resource = resource
        self.create = raw(resource.create)
        self.list = raw(resource.list)
        self.retrieve = raw(resource.retrieve)


class AsyncLeasedAccountsRequestsResource(AsyncResource):
    """Methods of `layers.leased_accounts.requests`."""

    @cached_property
    def with_raw_response(self) -> AsyncLeasedAccountsRequestsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncLeasedAccountsRequestsRawResource(self)

    async def create(
        self,
        project_id: str,
        *,
        count: int,
        niche: NicheParam,
        target: str | NotGiven | None = NOT_GIVEN,
        note: str | NotGiven | None = NOT_GIVEN,
        request_id: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> LeaseRequest:
        """Request leased accounts.

        Asks the operator for accounts that fit a niche. Nothing is charged yet: the first month of
        each account is charged when it is assigned.

        `POST /v1/projects/{projectId}/leased-accounts/request`, with the scope `leased:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            count: How many accounts. From 1 to 50.
            niche: What the accounts should be about, and for whom.
            target: What you want to achieve with them. At most 2,000 characters.
            note: For the operator. At most 2,000 characters.
            request_id: Your own name for the request; unique among your organization's. Example:
                `spring-launch`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A request for accounts and, once it is answered, its result.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: LeaseRequest = await self._client._call(
            _CREATE,
            {"projectId": project_id},
            body={
                "projectId": project_id,
                "count": count,
                "niche": niche,
                "target": target,
                "note": note,
                "requestId": request_id,
            },
            options=options,
        )
        return answer

    def list(
        self,
        project_id: str,
        *,
        status: Literal["assigned", "partial", "rejected", "requested"]
        | str
        | Sequence[Literal["assigned", "partial", "rejected", "requested"] | str]
        | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> AsyncPages[LeaseRequest]:
        """List lease requests.

        Newest first.

        `GET /v1/projects/{projectId}/leased-accounts/requests`, with the scope `leased:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            status: Only these; a list for several.
            limit: Requests on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: a
            request for accounts and, once it is answered, its result.

        Raises:
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"projectId": project_id},
            query={"status": status, "limit": limit, "cursor": cursor},
            options=options,
        )

    async def retrieve(
        self, project_id: str, request_id: str, **options: Unpack[RequestOptions]
    ) -> LeaseRequest:
        """Read a lease request.

        By its `lreq_` id, or by the name that you gave it.

        `GET /v1/projects/{projectId}/leased-accounts/requests/{requestId}`, with the scope
        `leased:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            request_id: Id of the request.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A request for accounts and, once it is answered, its result.

        Raises:
            NotFoundError: `project_id` or `request_id` does not exist, or this key cannot see it;
                the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: LeaseRequest = await self._client._call(
            _RETRIEVE, {"projectId": project_id, "requestId": request_id}, options=options
        )
        return answer


class AsyncLeasedAccountsRequestsRawResource:
    """Methods of `layers.leased_accounts.requests` that return whole responses."""

    def __init__(self, resource: AsyncLeasedAccountsRequestsResource) -> None:
        self._resource = resource
        self.create = async_raw(resource.create)
        self.list = async_raw(resource.list)
        self.retrieve = async_raw(resource.retrieve)
