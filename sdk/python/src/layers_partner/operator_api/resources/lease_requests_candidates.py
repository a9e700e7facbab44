# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.lease_requests.candidates`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.operator_api.types import Candidate
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_LIST = Operation(
    "lease_requests.candidates.list", "GET", "/ops/v1/lease-requests/{leaseRequestId}/candidates"
)


class LeaseRequestsCandidatesResource(Resource):
    """Methods of `operator.lease_requests.candidates`."""

    @cached_property
    def with_raw_response(self) -> LeaseRequestsCandidatesRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return LeaseRequestsCandidatesRawResource(self)

    def list(
        self,
        lease_request_id: str,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[Candidate]:
        """List candidates for a lease request.

        All available accounts, those that fit the niche best first, each with its points. There are
        50 for the vertical (up to 40 for one that shares words with it), 25 for the language (20
        for another form of it), 15 for the share of the countries that the audience has, and 10 for
        a million followers, fewer by their logarithm. What the niche does not ask for gives
        everyone its points. Of two with the same score, the one with more followers is first.

        `GET /ops/v1/lease-requests/{leaseRequestId}/candidates`, with the role `viewer`.

        Args:
            lease_request_id: Id of the lease request. Example: `lreq_01K0EJRPVYF888RF9FDTD4P705`.
            limit: Candidates on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: an available account, and
            how well it fits.

        Raises:
            NotFoundError: `lease_request_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"leaseRequestId": lease_request_id},
            query={"limit": limit, "cursor": cursor},
            options=options,
        )


class LeaseRequestsCandidatesRawResource:
    """Methods of `operator.lease_requests.candidates` that return whole responses."""

    def __init__(self, resource: LeaseRequestsCandidatesResource) -> None:
        self._resource = resource
        self.list = raw(resource.list)


class AsyncLeaseRequestsCandidatesResource(AsyncResource):
    """Methods of `operator.lease_requests.candidates`."""

    @cached_property
    def with_raw_response(self) -> AsyncLeaseRequestsCandidatesRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncLeaseRequestsCandidatesRawResource(self)

    def list(
        self,
        lease_request_id: str,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[Candidate]:
        """List candidates for a lease request.

        All available accounts, those that fit the niche best first, each with its points. There are
        50 for the vertical (up to 40 for one that shares words with it), 25 for the language (20
        for another form of it), 15 for the share of the countries that the audience has, and 10 for
        a million followers, fewer by their logarithm. What the niche does not ask for gives
        everyone its points. Of two with the same score, the one with more followers is first.

        `GET /ops/v1/lease-requests/{leaseRequestId}/candidates`, with the role `viewer`.

        Args:
            lease_request_id: Id of the lease request. Example: `lreq_01K0EJRPVYF888RF9FDTD4P705`.
            limit: Candidates on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: an
            available account, and how well it fits.

        Raises:
            NotFoundError: `lease_request_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"leaseRequestId": lease_request_id},
            query={"limit": limit, "cursor": cursor},
            options=options,
        )


class AsyncLeaseRequestsCandidatesRawResource:
    """Methods of `operator.lease_requests.candidates` that return whole responses."""

    def __init__(self, resource: AsyncLeaseRequestsCandidatesResource) -> None:
        self._resource = resource
        self.list = async_raw(resource.list)
