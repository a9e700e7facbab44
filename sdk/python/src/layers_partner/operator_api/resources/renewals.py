# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.renewals`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Unpack

    from layers_partner.operator_api.types import (
        LeaseOfDay,
        PartnerDays,
        PartnerDryRun,
        PartnerPastDue,
        PartnerRenewals,
        RenewalDay,
        RenewalsCover,
    )
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_COVER = Operation("renewals.cover", "GET", "/ops/v1/renewals/cover")
_DAYS = Operation("renewals.days", "GET", "/ops/v1/renewals/days")
_DRY_RUN = Operation("renewals.dry_run", "GET", "/ops/v1/renewals/dry-run")
_LEASES = Operation("renewals.leases", "GET", "/ops/v1/renewals/leases")
_LIST = Operation("renewals.list", "GET", "/ops/v1/renewals")
_PARTNERS = Operation("renewals.partners", "GET", "/ops/v1/renewals/partners")
_PAST_DUE = Operation("renewals.past_due", "GET", "/ops/v1/renewals/past-due")


class RenewalsResource(Resource):
    """Methods of `operator.renewals`."""

    @cached_property
    def with_raw_response(self) -> RenewalsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return RenewalsRawResource(self)

    def cover(
        self,
        *,
        days: int | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> RenewalsCover:
        """Read how far partners' cash reaches.

        All partners with assigned leases are added up, if nothing is paid in and no lease ends.
        Those whose cash does not reach come first: they are to be called.

        `GET /ops/v1/renewals/cover`, with the role `viewer`.

        Args:
            days: Days from today on. From 1 to 62. Default: 30.
            limit: Partners in `items`. From 1 to 100. Default: 20.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What renewals will cost all partners, and whose cash does not reach.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: RenewalsCover = self._client._call(
            _COVER, {}, query={"days": days, "limit": limit}, options=options
        )
        return answer

    def days(
        self,
        *,
        since: str | NotGiven = NOT_GIVEN,
        days: int | NotGiven = NOT_GIVEN,
        organization_id: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[RenewalDay]:
        """List what falls due day by day.

        How many months of leases begin on each day, what they cost, and how many partners' cash
        does not reach to its end if nothing is paid in and no lease ends. All days are on one page;
        today begins now.

        `GET /ops/v1/renewals/days`, with the role `viewer`.

        Args:
            since: The first day, at most a year ahead. Without it, today, from now on. Example:
                `2026-05-20`.
            days: How many days. From 1 to 62. Default: 30.
            organization_id: Only of this partner, with its children. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: what falls due on a day,
            of all partners or of one.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _DAYS,
            {},
            query={"since": since, "days": days, "organizationId": organization_id},
            options=options,
        )

    def dry_run(
        self,
        *,
        until: str | datetime | NotGiven = NOT_GIVEN,
        organization_id: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[PartnerDryRun]:
        """Try sweeps of renewals.

        What a worker would do now with what is due, and with `until`, on each day until then: which
        leases would be paid, which would become past due, which would end. It is done and rolled
        back, so nothing changes. It stops after about 5,000 leases of a partner. A partner whose
        wallet a worker is charging at this moment is left out, and so is one whose wallet no worker
        can charge: the log says why.

        `GET /ops/v1/renewals/dry-run`, with the role `finance`.

        Args:
            until: Day by day until then, at most a year ahead, as if nothing were paid in and no
                lease released. Without it, now alone. Example: `2026-06-01T00:00:00.000Z`.
            organization_id: Only of this partner. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Partners on a page. From 1 to 10. Default: 5.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: what sweeps would do with
            a partner's leases.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _DRY_RUN,
            {},
            query={
                "until": until,
                "organizationId": organization_id,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def leases(
        self,
        *,
        date: str,
        organization_id: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[LeaseOfDay]:
        """List the leases of a day.

        The assigned leases of which a month begins on that day, in the order in which they are due;
        of today, those that are still to come.

        `GET /ops/v1/renewals/leases`, with the role `viewer`.

        Args:
            date: Today or later, at most a year ahead. Example: `2026-05-20`.
            organization_id: Only of this partner, with its children. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Leases on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: a lease of which a month
            begins on the day that was asked for.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LEASES,
            {},
            query={
                "date": date,
                "organizationId": organization_id,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def list(
        self,
        *,
        until: str | datetime | NotGiven = NOT_GIVEN,
        organization_id: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[PartnerRenewals]:
        """List what renewals will cost.

        For each partner with something to pay until then: how many months, how much, and how far
        its cash wallet reaches if nothing is paid in and no lease ends. The newest partners come
        first.

        `GET /ops/v1/renewals`, with the role `viewer`.

        Args:
            until: At most a year ahead. Without it, the next 30 days. Example:
                `2026-06-01T00:00:00.000Z`.
            organization_id: Only of this partner. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Partners on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: what the leases of a
            partner will cost its cash wallet.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "until": until,
                "organizationId": organization_id,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def partners(
        self,
        *,
        since: str | NotGiven = NOT_GIVEN,
        days: int | NotGiven = NOT_GIVEN,
        organization_id: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[PartnerDays]:
        """List what falls due by partner and day.

        For each partner with assigned leases its cash, what it owes before the first day, and each
        day on which something falls due, with whether its cash reaches to the end of that day. The
        newest partners come first.

        `GET /ops/v1/renewals/partners`, with the role `viewer`.

        Args:
            since: The first day, at most a year ahead. Without it, today, from now on. Example:
                `2026-05-20`.
            days: How many days. From 1 to 62. Default: 30.
            organization_id: Only of this partner, with its children. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Partners on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: what falls due of one
            partner's leases, day by day.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _PARTNERS,
            {},
            query={
                "since": since,
                "days": days,
                "organizationId": organization_id,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def past_due(
        self,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[PartnerPastDue]:
        """List partners with leases that are past due.

        The one whose first lease ends soonest comes first: until then a payment keeps it.

        `GET /ops/v1/renewals/past-due`, with the role `viewer`.

        Args:
            limit: Partners on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: a partner with leases
            that are past due, those of its children included.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _PAST_DUE, {}, query={"limit": limit, "cursor": cursor}, options=options
        )


class RenewalsRawResource:
    """Methods of `operator.renewals` that return whole responses."""

    def __init__(self, resource: RenewalsResource) -> None:
        self._resource = resource
        self.cover = raw(resource.cover)
        self.days = raw(resource.days)
        self.dry_run = raw(resource.dry_run)
        self.leases = raw(resource.leases)
        self.list = raw(resource.list)
        self.partners = raw(resource.partners)
        self.past_due = raw(resource.past_due)


class AsyncRenewalsResource(AsyncResource):
    """Methods of `operator.renewals`."""

    @cached_property
    def with_raw_response(self) -> AsyncRenewalsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncRenewalsRawResource(self)

    async def cover(
        self,
        *,
        days: int | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> RenewalsCover:
        """Read how far partners' cash reaches.

        All partners with assigned leases are added up, if nothing is paid in and no lease ends.
        Those whose cash does not reach come first: they are to be called.

        `GET /ops/v1/renewals/cover`, with the role `viewer`.

        Args:
            days: Days from today on. From 1 to 62. Default: 30.
            limit: Partners in `items`. From 1 to 100. Default: 20.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What renewals will cost all partners, and whose cash does not reach.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: RenewalsCover = await self._client._call(
            _COVER, {}, query={"days": days, "limit": limit}, options=options
        )
        return answer

    def days(
        self,
        *,
        since: str | NotGiven = NOT_GIVEN,
        days: int | NotGiven = NOT_GIVEN,
        organization_id: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[RenewalDay]:
        """List what falls due day by day.

        How many months of leases begin on each day, what they cost, and how many partners' cash
        does not reach to its end if nothing is paid in and no lease ends. All days are on one page;
        today begins now.

        `GET /ops/v1/renewals/days`, with the role `viewer`.

        Args:
            since: The first day, at most a year ahead. Without it, today, from now on. Example:
                `2026-05-20`.
            days: How many days. From 1 to 62. Default: 30.
            organization_id: Only of this partner, with its children. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: what
            falls due on a day, of all partners or of one.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _DAYS,
            {},
            query={"since": since, "days": days, "organizationId": organization_id},
            options=options,
        )

    def dry_run(
        self,
        *,
        until: str | datetime | NotGiven = NOT_GIVEN,
        organization_id: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[PartnerDryRun]:
        """Try sweeps of renewals.

        What a worker would do now with what is due, and with `until`, on each day until then: which
        leases would be paid, which would become past due, which would end. It is done and rolled
        back, so nothing changes. It stops after about 5,000 leases of a partner. A partner whose
        wallet a worker is charging at this moment is left out, and so is one whose wallet no worker
        can charge: the log says why.

        `GET /ops/v1/renewals/dry-run`, with the role `finance`.

        Args:
            until: Day by day until then, at most a year ahead, as if nothing were paid in and no
                lease released. Without it, now alone. Example: `2026-06-01T00:00:00.000Z`.
            organization_id: Only of this partner. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Partners on a page. From 1 to 10. Default: 5.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: what
            sweeps would do with a partner's leases.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _DRY_RUN,
            {},
            query={
                "until": until,
                "organizationId": organization_id,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def leases(
        self,
        *,
        date: str,
        organization_id: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[LeaseOfDay]:
        """List the leases of a day.

        The assigned leases of which a month begins on that day, in the order in which they are due;
        of today, those that are still to come.

        `GET /ops/v1/renewals/leases`, with the role `viewer`.

        Args:
            date: Today or later, at most a year ahead. Example: `2026-05-20`.
            organization_id: Only of this partner, with its children. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Leases on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: a
            lease of which a month begins on the day that was asked for.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LEASES,
            {},
            query={
                "date": date,
                "organizationId": organization_id,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def list(
        self,
        *,
        until: str | datetime | NotGiven = NOT_GIVEN,
        organization_id: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[PartnerRenewals]:
        """List what renewals will cost.

        For each partner with something to pay until then: how many months, how much, and how far
        its cash wallet reaches if nothing is paid in and no lease ends. The newest partners come
        first.

        `GET /ops/v1/renewals`, with the role `viewer`.

        Args:
            until: At most a year ahead. Without it, the next 30 days. Example:
                `2026-06-01T00:00:00.000Z`.
            organization_id: Only of this partner. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Partners on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: what
            the leases of a partner will cost its cash wallet.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "until": until,
                "organizationId": organization_id,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def partners(
        self,
        *,
        since: str | NotGiven = NOT_GIVEN,
        days: int | NotGiven = NOT_GIVEN,
        organization_id: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[PartnerDays]:
        """List what falls due by partner and day.

        For each partner with assigned leases its cash, what it owes before the first day, and each
        day on which something falls due, with whether its cash reaches to the end of that day. The
        newest partners come first.

        `GET /ops/v1/renewals/partners`, with the role `viewer`.

        Args:
            since: The first day, at most a year ahead. Without it, today, from now on. Example:
                `2026-05-20`.
            days: How many days. From 1 to 62. Default: 30.
            organization_id: Only of this partner, with its children. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Partners on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: what
            falls due of one partner's leases, day by day.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _PARTNERS,
            {},
            query={
                "since": since,
                "days": days,
                "organizationId": organization_id,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def past_due(
        self,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[PartnerPastDue]:
        """List partners with leases that are past due.

        The one whose first lease ends soonest comes first: until then a payment keeps it.

        `GET /ops/v1/renewals/past-due`, with the role `viewer`.

        Args:
            limit: Partners on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: a
            partner with leases that are past due, those of its children included.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _PAST_DUE, {}, query={"limit": limit, "cursor": cursor}, options=options
        )


class AsyncRenewalsRawResource:
    """Methods of `operator.renewals` that return whole responses."""

    def __init__(self, resource: AsyncRenewalsResource) -> None:
        self._resource = resource
        self.cover = async_raw(resource.cover)
        self.days = async_raw(resource.days)
        self.dry_run = async_raw(resource.dry_run)
        self.leases = async_raw(resource.leases)
        self.list = async_raw(resource.list)
        self.partners = async_raw(resource.partners)
        self.past_due = async_raw(resource.past_due)
