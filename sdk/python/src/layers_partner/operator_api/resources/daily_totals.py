# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.daily_totals`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.operator_api.types import DayTotals
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_LIST = Operation("daily_totals.list", "GET", "/ops/v1/daily-totals")


class DailyTotalsResource(Resource):
    """Methods of `operator.daily_totals`."""

    @cached_property
    def with_raw_response(self) -> DailyTotalsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return DailyTotalsRawResource(self)

    def list(
        self,
        *,
        organization_id: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[DayTotals]:
        """List daily totals.

        What all partners and their children used, bought and paid on each day in UTC, today first,
        back to the first day that has anything; days without anything are zeros. Test environments
        are not in it. Workers count the ledgers about every thirty seconds, each row once: today's
        totals are so old, and `isComplete` says which days will not change any more.

        `GET /ops/v1/daily-totals`, with the role `viewer`.

        Args:
            organization_id: Only of this partner, with its children. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Days on a page. From 1 to 366. Default: 30.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: what the ledgers come to
            on a day, from midnight to midnight in UTC.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={"organizationId": organization_id, "limit": limit, "cursor": cursor},
            options=options,
        )


class DailyTotalsRawResource:
    """Methods of `operator.daily_totals` that return whole responses."""

    def __init__(self, resource: DailyTotalsResource) -> None:
        self._resource = resource
        self.list = raw(resource.list)


class AsyncDailyTotalsResource(AsyncResource):
    """Methods of `operator.daily_totals`."""

    @cached_property
    def with_raw_response(self) -> AsyncDailyTotalsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncDailyTotalsRawResource(self)

    def list(
        self,
        *,
        organization_id: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[DayTotals]:
        """List daily totals.

        What all partners and their children used, bought and paid on each day in UTC, today first,
        back to the first day that has anything; days without anything are zeros. Test environments
        are not in it. Workers count the ledgers about every thirty seconds, each row once: today's
        totals are so old, and `isComplete` says which days will not change any more.

        `GET /ops/v1/daily-totals`, with the role `viewer`.

        Args:
            organization_id: Only of this partner, with its children. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Days on a page. From 1 to 366. Default: 30.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: what
            the ledgers come to on a day, from midnight to midnight in UTC.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={"organizationId": organization_id, "limit": limit, "cursor": cursor},
            options=options,
        )


class AsyncDailyTotalsRawResource:
    """Methods of `operator.daily_totals` that return whole responses."""

    def __init__(self, resource: AsyncDailyTotalsResource) -> None:
        self._resource = resource
        self.list = async_raw(resource.list)
