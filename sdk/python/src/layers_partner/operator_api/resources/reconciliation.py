# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.reconciliation`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.operator_api.types import BooksCheck
    from layers_partner.options import NotGiven, OperatorRequestOptions

_RETRIEVE = Operation("reconciliation.retrieve", "GET", "/ops/v1/reconciliation")


class ReconciliationResource(Resource):
    """Methods of `operator.reconciliation`."""

    @cached_property
    def with_raw_response(self) -> ReconciliationRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return ReconciliationRawResource(self)

    def retrieve(
        self,
        *,
        organization_id: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> BooksCheck:
        """Check the books.

        The last full check, one of which is made every day: whether all balances are the sums of
        their rows, and all the other rules of the ledgers hold. With `organization_id`, that
        organization is checked now. 404 before the first full check has finished.

        `GET /ops/v1/reconciliation`, with the role `viewer`.

        Args:
            organization_id: Check this organization now, instead of reading the last full check.
                Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A finished check of the books.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: BooksCheck = self._client._call(
            _RETRIEVE, {}, query={"organizationId": organization_id}, options=options
        )
        return answer


class ReconciliationRawResource:
    """Methods of `operator.reconciliation` that return whole responses."""

    def __init__(self, resource: ReconciliationResource) -> None:
        self._resource = resource
        self.retrieve = raw(resource.retrieve)


class AsyncReconciliationResource(AsyncResource):
    """Methods of `operator.reconciliation`."""

    @cached_property
    def with_raw_response(self) -> AsyncReconciliationRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncReconciliationRawResource(self)

    async def retrieve(
        self,
        *,
        organization_id: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> BooksCheck:
        """Check the books.

        The last full check, one of which is made every day: whether all balances are the sums of
        their rows, and all the other rules of the ledgers hold. With `organization_id`, that
        organization is checked now. 404 before the first full check has finished.

        `GET /ops/v1/reconciliation`, with the role `viewer`.

        Args:
            organization_id: Check this organization now, instead of reading the last full check.
                Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A finished check of the books.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: BooksCheck = await self._client._call(
            _RETRIEVE, {}, query={"organizationId": organization_id}, options=options
        )
        return answer


class AsyncReconciliationRawResource:
    """Methods of `operator.reconciliation` that return whole responses."""

    def __init__(self, resource: AsyncReconciliationResource) -> None:
        self._resource = resource
        self.retrieve = async_raw(resource.retrieve)
