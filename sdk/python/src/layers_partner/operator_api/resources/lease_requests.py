# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.lease_requests`."""

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

    from layers_partner.operator_api.resources.lease_requests_candidates import (
        AsyncLeaseRequestsCandidatesRawResource,
        AsyncLeaseRequestsCandidatesResource,
        LeaseRequestsCandidatesRawResource,
        LeaseRequestsCandidatesResource,
    )
    from layers_partner.operator_api.types import OpenRequests, OpsLeaseRequest, QueuedLeaseRequest
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_FULFIL = Operation(
    "lease_requests.fulfil", "POST", "/ops/v1/lease-requests/{leaseRequestId}/fulfil"
)
_LIST = Operation("lease_requests.list", "GET", "/ops/v1/lease-requests")
_REJECT = Operation(
    "lease_requests.reject", "POST", "/ops/v1/lease-requests/{leaseRequestId}/reject"
)
_RETRIEVE = Operation("lease_requests.retrieve", "GET", "/ops/v1/lease-requests/{leaseRequestId}")
_SUMMARY = Operation("lease_requests.summary", "GET", "/ops/v1/lease-requests/summary")


class LeaseRequestsResource(Resource):
    """Methods of `operator.lease_requests`."""

    @cached_property
    def candidates(self) -> LeaseRequestsCandidatesResource:
        """`operator.lease_requests.candidates`.

        Has `list`.
        """
        from layers_partner.operator_api.resources.lease_requests_candidates import (
            LeaseRequestsCandidatesResource,
        )

        return LeaseRequestsCandidatesResource(self._client)

    @cached_property
    def with_raw_response(self) -> LeaseRequestsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return LeaseRequestsRawResource(self)

    def fulfil(
        self,
        lease_request_id: str,
        *,
        pool_account_ids: Sequence[str],
        note: str | NotGiven | None = NOT_GIVEN,
        monthly_price_cents: int | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> OpsLeaseRequest:
        """Fulfil a lease request.

        Assigns the accounts to the project and charges the first month of each to the partner's
        cash wallet, all or nothing: 402 when it does not cover them. As many as asked for make the
        request `assigned`, fewer `partial`; both are final. An account that is not available, a
        request that is answered, a project that is archived, or an organization that is not active,
        the partner included, is 409.

        `POST /ops/v1/lease-requests/{leaseRequestId}/fulfil`, with the role `operator`.

        Args:
            lease_request_id: Id of the lease request. Example: `lreq_01K0EJRPVYF888RF9FDTD4P705`.
            pool_account_ids: As many as the request asks for, or fewer: then it is `partial`. At
                most 50 of them. Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            note: For the partner. At most 2,000 characters.
            monthly_price_cents: Of each; without it, each has the price that the pool says.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A lease request, with its organization and what the partner wrote to the operator.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `lease_request_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OpsLeaseRequest = self._client._call(
            _FULFIL,
            {"leaseRequestId": lease_request_id},
            body={
                "poolAccountIds": pool_account_ids,
                "note": note,
                "monthlyPriceCents": monthly_price_cents,
            },
            options=options,
        )
        return answer

    def list(
        self,
        *,
        status: Literal["assigned", "partial", "rejected", "requested"]
        | str
        | Sequence[Literal["assigned", "partial", "rejected", "requested"] | str]
        | NotGiven = NOT_GIVEN,
        organization_id: str | NotGiven = NOT_GIVEN,
        after: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[QueuedLeaseRequest]:
        """List lease requests.

        Those of all partners, oldest first: the unanswered ones, unless `status` names others.

        `GET /ops/v1/lease-requests`, with the role `viewer`.

        Args:
            status: Only requests of this status; a list for several. Default: `requested` only.
            organization_id: Only of this organization's projects. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            after: Only requests that were made after this one. Example:
                `lreq_01K0EJRPVYF888RF9FDTD4P705`.
            limit: Requests on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: a lease request with the
            names of what it is for, and what its partner can pay with.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "status": status,
                "organizationId": organization_id,
                "after": after,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def reject(
        self, lease_request_id: str, *, note: str, **options: Unpack[OperatorRequestOptions]
    ) -> OpsLeaseRequest:
        """Reject a lease request.

        This is final; the note is for the partner. A request that is answered already is 409.

        `POST /ops/v1/lease-requests/{leaseRequestId}/reject`, with the role `operator`.

        Args:
            lease_request_id: Id of the lease request. Example: `lreq_01K0EJRPVYF888RF9FDTD4P705`.
            note: For the partner. At most 2,000 characters. Example: `No account fits at the
                moment`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A lease request, with its organization and what the partner wrote to the operator.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `lease_request_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OpsLeaseRequest = self._client._call(
            _REJECT, {"leaseRequestId": lease_request_id}, body={"note": note}, options=options
        )
        return answer

    def retrieve(
        self, lease_request_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> QueuedLeaseRequest:
        """Read a lease request.

        By its `lreq_…` id: a partner's own name for it may be another partner's too.

        `GET /ops/v1/lease-requests/{leaseRequestId}`, with the role `viewer`.

        Args:
            lease_request_id: Id of the lease request. Example: `lreq_01K0EJRPVYF888RF9FDTD4P705`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A lease request with the names of what it is for, and what its partner can pay with.

        Raises:
            NotFoundError: `lease_request_id` names nothing that exists.
        """
        answer: QueuedLeaseRequest = self._client._call(
            _RETRIEVE, {"leaseRequestId": lease_request_id}, options=options
        )
        return answer

    def summary(self, **options: Unpack[OperatorRequestOptions]) -> OpenRequests:
        """Count the open lease requests.

        Those of all partners that nobody has answered, by how long they have waited.

        `GET /ops/v1/lease-requests/summary`, with the role `viewer`.

        Args:
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            The lease requests that nobody has answered.
        """
        answer: OpenRequests = self._client._call(_SUMMARY, {}, options=options)
        return answer


class LeaseRequestsRawResource:
    """Methods of `operator.lease_requests` that return whole responses."""

    def __init__(self, resource: LeaseRequestsResource) -> None:
        self._resource = resource
        self.fulfil = raw(resource.fulfil)
        self.list = raw(resource.list)
        self.reject = raw(resource.reject)
        self.retrieve = raw(resource.retrieve)
        self.summary = raw(resource.summary)

    @cached_property
    def candidates(self) -> LeaseRequestsCandidatesRawResource:
        """`operator.lease_requests.candidates`, whose methods return whole responses."""
        return self._resource.candidates.with_raw_response


class AsyncLeaseRequestsResource(AsyncResource):
    """Methods of `operator.lease_requests`."""

    @cached_property
    def candidates(self) -> AsyncLeaseRequestsCandidatesResource:
        """`operator.lease_requests.candidates`.

        Has `list`.
        """
        from layers_partner.operator_api.resources.lease_requests_candidates import (
            AsyncLeaseRequestsCandidatesResource,
        )

        return AsyncLeaseRequestsCandidatesResource(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncLeaseRequestsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncLeaseRequestsRawResource(self)

    async def fulfil(
        self,
        lease_request_id: str,
        *,
        pool_account_ids: Sequence[str],
        note: str | NotGiven | None = NOT_GIVEN,
        monthly_price_cents: int | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> OpsLeaseRequest:
        """Fulfil a lease request.

        Assigns the accounts to the project and charges the first month of each to the partner's
        cash wallet, all or nothing: 402 when it does not cover them. As many as asked for make the
        request `assigned`, fewer `partial`; both are final. An account that is not available, a
        request that is answered, a project that is archived, or an organization that is not active,
        the partner included, is 409.

        `POST /ops/v1/lease-requests/{leaseRequestId}/fulfil`, with the role `operator`.

        Args:
            lease_request_id: Id of the lease request. Example: `lreq_01K0EJRPVYF888RF9FDTD4P705`.
            pool_account_ids: As many as the request asks for, or fewer: then it is `partial`. At
                most 50 of them. Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            note: For the partner. At most 2,000 characters.
            monthly_price_cents: Of each; without it, each has the price that the pool says.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A lease request, with its organization and what the partner wrote to the operator.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `lease_request_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OpsLeaseRequest = await self._client._call(
            _FULFIL,
            {"leaseRequestId": lease_request_id},
            body={
                "poolAccountIds": pool_account_ids,
                "note": note,
                "monthlyPriceCents": monthly_price_cents,
            },
            options=options,
        )
        return answer

    def list(
        self,
        *,
        status: Literal["assigned", "partial", "rejected", "requested"]
        | str
        | Sequence[Literal["assigned", "partial", "rejected", "requested"] | str]
        | NotGiven = NOT_GIVEN,
        organization_id: str | NotGiven = NOT_GIVEN,
        after: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[QueuedLeaseRequest]:
        """List lease requests.

        Those of all partners, oldest first: the unanswered ones, unless `status` names others.

        `GET /ops/v1/lease-requests`, with the role `viewer`.

        Args:
            status: Only requests of this status; a list for several. Default: `requested` only.
            organization_id: Only of this organization's projects. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            after: Only requests that were made after this one. Example:
                `lreq_01K0EJRPVYF888RF9FDTD4P705`.
            limit: Requests on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: a
            lease request with the names of what it is for, and what its partner can pay with.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "status": status,
                "organizationId": organization_id,
                "after": after,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    async def reject(
        self, lease_request_id: str, *, note: str, **options: Unpack[OperatorRequestOptions]
    ) -> OpsLeaseRequest:
        """Reject a lease request.

        This is final; the note is for the partner. A request that is answered already is 409.

        `POST /ops/v1/lease-requests/{leaseRequestId}/reject`, with the role `operator`.

        Args:
            lease_request_id: Id of the lease request. Example: `lreq_01K0EJRPVYF888RF9FDTD4P705`.
            note: For the partner. At most 2,000 characters. Example: `No account fits at the
                moment`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A lease request, with its organization and what the partner wrote to the operator.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `lease_request_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OpsLeaseRequest = await self._client._call(
            _REJECT, {"leaseRequestId": lease_request_id}, body={"note": note}, options=options
        )
        return answer

    async def retrieve(
        self, lease_request_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> QueuedLeaseRequest:
        """Read a lease request.

        By its `lreq_…` id: a partner's own name for it may be another partner's too.

        `GET /ops/v1/lease-requests/{leaseRequestId}`, with the role `viewer`.

        Args:
            lease_request_id: Id of the lease request. Example: `lreq_01K0EJRPVYF888RF9FDTD4P705`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A lease request with the names of what it is for, and what its partner can pay with.

        Raises:
            NotFoundError: `lease_request_id` names nothing that exists.
        """
        answer: QueuedLeaseRequest = await self._client._call(
            _RETRIEVE, {"leaseRequestId": lease_request_id}, options=options
        )
        return answer

    async def summary(self, **options: Unpack[OperatorRequestOptions]) -> OpenRequests:
        """Count the open lease requests.

        Those of all partners that nobody has answered, by how long they have waited.

        `GET /ops/v1/lease-requests/summary`, with the role `viewer`.

        Args:
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            The lease requests that nobody has answered.
        """
        answer: OpenRequests = await self._client._call(_SUMMARY, {}, options=options)
        return answer


class AsyncLeaseRequestsRawResource:
    """Methods of `operator.lease_requests` that return whole responses."""

    def __init__(self, resource: AsyncLeaseRequestsResource) -> None:
        self._resource = resource
        self.fulfil = async_raw(resource.fulfil)
        self.list = async_raw(resource.list)
        self.reject = async_raw(resource.reject)
        self.retrieve = async_raw(resource.retrieve)
        self.summary = async_raw(resource.summary)

    @cached_property
    def candidates(self) -> AsyncLeaseRequestsCandidatesRawResource:
        """`operator.lease_requests.candidates`, whose methods return whole responses."""
        return self._resource.candidates.with_raw_response
