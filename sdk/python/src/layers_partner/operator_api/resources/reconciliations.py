# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.reconciliations`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.operator_api.types import FullCheck, FullCheckDetail
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_CREATE = Operation("reconciliations.create", "POST", "/ops/v1/reconciliations")
_LIST = Operation("reconciliations.list", "GET", "/ops/v1/reconciliations")
_RETRIEVE = Operation(
    "reconciliations.retrieve", "GET", "/ops/v1/reconciliations/{reconciliationId}"
)


class ReconciliationsResource(Resource):
    """Methods of `operator.reconciliations`."""

    @cached_property
    def with_raw_response(self) -> ReconciliationsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return ReconciliationsRawResource(self)

    def create(self, **options: Unpack[OperatorRequestOptions]) -> FullCheck:
        """Ask for a full check of the books.

        A worker does it, in about ninety seconds for a million events; read it by its `id` until
        its `status` is `finished`. While one that was asked for has not finished, this is that one.

        `POST /ops/v1/reconciliations`, with the role `finance`.

        Args:
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A full check of the books, without what it found.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: FullCheck = self._client._call(_CREATE, {}, options=options)
        return answer

    def list(
        self,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[FullCheck]:
        """List full checks of the books.

        The one that finished last comes first; before it, on the first page, one that was asked for
        and is not finished.

        `GET /ops/v1/reconciliations`, with the role `viewer`.

        Args:
            limit: Checks on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: a full check of the
            books, without what it found.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST, {}, query={"limit": limit, "cursor": cursor}, options=options
        )

    def retrieve(
        self, reconciliation_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> FullCheckDetail:
        """Read a full check of the books.

        With the first 1,000 differences that it found.

        `GET /ops/v1/reconciliations/{reconciliationId}`, with the role `viewer`.

        Args:
            reconciliation_id: Id of the reconciliation. Example:
                `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A full check of the books, and what it found.

        Raises:
            NotFoundError: `reconciliation_id` names nothing that exists.
        """
        answer: FullCheckDetail = self._client._call(
            _RETRIEVE, {"reconciliationId": reconciliation_id}, options=options
        )
        return answer


class ReconciliationsRawResource:
    """Methods of `operator.reconciliations` that return whole responses."""

    def __init__(self, resource: ReconciliationsResource) -> None:
        self._resource = resource
        self.create = raw(resource.create)
        self.list = raw(resource.list)
        self.retrieve = raw(resource.retrieve)


class AsyncReconciliationsResource(AsyncResource):
    """Methods of `operator.reconciliations`."""

    @cached_property
    def with_raw_response(self) -> AsyncReconciliationsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncReconciliationsRawResource(self)

    async def create(self, **options: Unpack[OperatorRequestOptions]) -> FullCheck:
        """Ask for a full check of the books.

        A worker does it, in about ninety seconds for a million events; read it by its `id` until
        its `status` is `finished`. While one that was asked for has not finished, this is that one.

        `POST /ops/v1/reconciliations`, with the role `finance`.

        Args:
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A full check of the books, without what it found.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: FullCheck = await self._client._call(_CREATE, {}, options=options)
        return answer

    def list(
        self,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[FullCheck]:
        """List full checks of the books.

        The one that finished last comes first; before it, on the first page, one that was asked for
        and is not finished.

        `GET /ops/v1/reconciliations`, with the role `viewer`.

        Args:
            limit: Checks on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: a
            full check of the books, without what it found.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST, {}, query={"limit": limit, "cursor": cursor}, options=options
        )

    async def retrieve(
        self, reconciliation_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> FullCheckDetail:
        """Read a full check of the books.

        With the first 1,000 differences that it found.

        `GET /ops/v1/reconciliations/{reconciliationId}`, with the role `viewer`.

        Args:
            reconciliation_id: Id of the reconciliation. Example:
                `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A full check of the books, and what it found.

        Raises:
            NotFoundError: `reconciliation_id` names nothing that exists.
        """
        answer: FullCheckDetail = await self._client._call(
            _RETRIEVE, {"reconciliationId": reconciliation_id}, options=options
        )
        return answer


class AsyncReconciliationsRawResource:
    """Methods of `operator.reconciliations` that return whole responses."""

    def __init__(self, resource: AsyncReconciliationsResource) -> None:
        self._resource = resource
        self.create = async_raw(resource.create)
        self.list = async_raw(resource.list)
        self.retrieve = async_raw(resource.retrieve)
