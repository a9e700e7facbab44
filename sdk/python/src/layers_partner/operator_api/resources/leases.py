# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.leases`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Literal, Unpack

    from layers_partner.operator_api.types import (
        LeaseEvent,
        LeaseMonth,
        LeaseWithPayments,
        ListedLease,
        OpsLease,
    )
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_HISTORY = Operation("leases.history", "GET", "/ops/v1/leases/{socialAccountId}/history")
_LIST = Operation("leases.list", "GET", "/ops/v1/leases")
_MONTHS = Operation("leases.months", "GET", "/ops/v1/leases/{socialAccountId}/months")
_RECALL = Operation("leases.recall", "POST", "/ops/v1/leases/{socialAccountId}/recall")
_RETRIEVE = Operation("leases.retrieve", "GET", "/ops/v1/leases/{socialAccountId}")
_UPDATE = Operation("leases.update", "PATCH", "/ops/v1/leases/{socialAccountId}")


class LeasesResource(Resource):
    """Methods of `operator.leases`."""

    @cached_property
    def with_raw_response(self) -> LeasesRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return LeasesRawResource(self)

    def history(
        self,
        social_account_id: str,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[LeaseEvent]:
        """List what happened to a lease.

        Its assignment, changes of its price, refunds and its end, as the audit log has them, newest
        first.

        `GET /ops/v1/leases/{socialAccountId}/history`, with the role `viewer`.

        Args:
            social_account_id: Id of the social account. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Events on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: one thing that happened
            to a lease.

        Raises:
            NotFoundError: `social_account_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _HISTORY,
            {"socialAccountId": social_account_id},
            query={"limit": limit, "cursor": cursor},
            options=options,
        )

    def list(
        self,
        *,
        status: Literal["assigned", "disconnected"]
        | str
        | Sequence[Literal["assigned", "disconnected"] | str]
        | NotGiven = NOT_GIVEN,
        billing_status: Literal["current", "past_due"] | str | NotGiven = NOT_GIVEN,
        due_before: str | datetime | NotGiven = NOT_GIVEN,
        organization_id: str | NotGiven = NOT_GIVEN,
        partner_id: str | NotGiven = NOT_GIVEN,
        handle: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[ListedLease]:
        """List leases.

        Those of all partners, newest first, assigned and ended.

        `GET /ops/v1/leases`, with the role `viewer`.

        Args:
            status: Only these; a list for several.
            billing_status: Only assigned ones like this.
            due_before: Only assigned ones whose oldest unpaid month begins before this. Example:
                `2026-06-01T00:00:00.000Z`.
            organization_id: Only of this organization's projects. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            partner_id: Only of this partner's projects and those of its children. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            handle: Only of accounts with this handle, whole, without @. At most 64 characters.
            limit: Leases on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: a lease with whose it is,
            and what happens next.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "status": status,
                "billingStatus": billing_status,
                "dueBefore": due_before,
                "organizationId": organization_id,
                "partnerId": partner_id,
                "handle": handle,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def months(
        self,
        social_account_id: str,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[LeaseMonth]:
        """List the months of a lease.

        Those that were charged or tried, newest first, each with its price, what was refunded of
        it, and the row of the cash ledger that paid it.

        `GET /ops/v1/leases/{socialAccountId}/months`, with the role `viewer`.

        Args:
            social_account_id: Id of the social account. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Months on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: a month of a lease that
            was charged or tried.

        Raises:
            NotFoundError: `social_account_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _MONTHS,
            {"socialAccountId": social_account_id},
            query={"limit": limit, "cursor": cursor},
            options=options,
        )

    def recall(
        self,
        social_account_id: str,
        *,
        note: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> OpsLease:
        """Recall a leased account.

        The lease ends now, and the account is available again. Nothing more is charged for it, and
        nothing is refunded automatically. A lease that is over is 409.

        `POST /ops/v1/leases/{socialAccountId}/recall`, with the role `operator`.

        Args:
            social_account_id: Id of the social account. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            note: Kept on the lease. At most 1,024 characters.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A leased account, with its organization and pool account.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `social_account_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OpsLease = self._client._call(
            _RECALL, {"socialAccountId": social_account_id}, body={"note": note}, options=options
        )
        return answer

    def retrieve(
        self, social_account_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> LeaseWithPayments:
        """Read a lease.

        With whose it is, what it has brought, and what happens next if it is past due.

        `GET /ops/v1/leases/{socialAccountId}`, with the role `viewer`.

        Args:
            social_account_id: Id of the social account. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A lease with what it has brought.

        Raises:
            NotFoundError: `social_account_id` names nothing that exists.
        """
        answer: LeaseWithPayments = self._client._call(
            _RETRIEVE, {"socialAccountId": social_account_id}, options=options
        )
        return answer

    def update(
        self,
        social_account_id: str,
        *,
        monthly_price_cents: int,
        **options: Unpack[OperatorRequestOptions],
    ) -> OpsLease:
        """Change the price of a lease.

        The new price holds from the next renewal on. A month that has begun keeps its price, even
        if it is paid late. A lease that is over is 409.

        `PATCH /ops/v1/leases/{socialAccountId}`, with the role `operator`.

        Args:
            social_account_id: Id of the social account. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            monthly_price_cents: From the next renewal on.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A leased account, with its organization and pool account.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `social_account_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OpsLease = self._client._call(
            _UPDATE,
            {"socialAccountId": social_account_id},
            body={"monthlyPriceCents": monthly_price_cents},
            options=options,
        )
        return answer


class LeasesRawResource:
    """Methods of `operator.leases` that return whole responses."""

    def __init__(self, resource: LeasesResource) -> None:
        self._resource = resource
        self.history = raw(resource.history)
        self.list = raw(resource.list)
        self.months = raw(resource.months)
        self.recall = raw(resource.recall)
        self.retrieve = raw(resource.retrieve)
        self.update = raw(resource.update)


class AsyncLeasesResource(AsyncResource):
    """Methods of `operator.leases`."""

    @cached_property
    def with_raw_response(self) -> AsyncLeasesRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncLeasesRawResource(self)

    def history(
        self,
        social_account_id: str,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[LeaseEvent]:
        """List what happened to a lease.

        Its assignment, changes of its price, refunds and its end, as the audit log has them, newest
        first.

        `GET /ops/v1/leases/{socialAccountId}/history`, with the role `viewer`.

        Args:
            social_account_id: Id of the social account. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Events on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: one
            thing that happened to a lease.

        Raises:
            NotFoundError: `social_account_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _HISTORY,
            {"socialAccountId": social_account_id},
            query={"limit": limit, "cursor": cursor},
            options=options,
        )

    def list(
        self,
        *,
        status: Literal["assigned", "disconnected"]
        | str
        | Sequence[Literal["assigned", "disconnected"] | str]
        | NotGiven = NOT_GIVEN,
        billing_status: Literal["current", "past_due"] | str | NotGiven = NOT_GIVEN,
        due_before: str | datetime | NotGiven = NOT_GIVEN,
        organization_id: str | NotGiven = NOT_GIVEN,
        partner_id: str | NotGiven = NOT_GIVEN,
        handle: str | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[ListedLease]:
        """List leases.

        Those of all partners, newest first, assigned and ended.

        `GET /ops/v1/leases`, with the role `viewer`.

        Args:
            status: Only these; a list for several.
            billing_status: Only assigned ones like this.
            due_before: Only assigned ones whose oldest unpaid month begins before this. Example:
                `2026-06-01T00:00:00.000Z`.
            organization_id: Only of this organization's projects. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            partner_id: Only of this partner's projects and those of its children. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            handle: Only of accounts with this handle, whole, without @. At most 64 characters.
            limit: Leases on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: a
            lease with whose it is, and what happens next.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "status": status,
                "billingStatus": billing_status,
                "dueBefore": due_before,
                "organizationId": organization_id,
                "partnerId": partner_id,
                "handle": handle,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def months(
        self,
        social_account_id: str,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[LeaseMonth]:
        """List the months of a lease.

        Those that were charged or tried, newest first, each with its price, what was refunded of
        it, and the row of the cash ledger that paid it.

        `GET /ops/v1/leases/{socialAccountId}/months`, with the role `viewer`.

        Args:
            social_account_id: Id of the social account. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Months on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: a
            month of a lease that was charged or tried.

        Raises:
            NotFoundError: `social_account_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _MONTHS,
            {"socialAccountId": social_account_id},
            query={"limit": limit, "cursor": cursor},
            options=options,
        )

    async def recall(
        self,
        social_account_id: str,
        *,
        note: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> OpsLease:
        """Recall a leased account.

        The lease ends now, and the account is available again. Nothing more is charged for it, and
        nothing is refunded automatically. A lease that is over is 409.

        `POST /ops/v1/leases/{socialAccountId}/recall`, with the role `operator`.

        Args:
            social_account_id: Id of the social account. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            note: Kept on the lease. At most 1,024 characters.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A leased account, with its organization and pool account.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `social_account_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OpsLease = await self._client._call(
            _RECALL, {"socialAccountId": social_account_id}, body={"note": note}, options=options
        )
        return answer

    async def retrieve(
        self, social_account_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> LeaseWithPayments:
        """Read a lease.

        With whose it is, what it has brought, and what happens next if it is past due.

        `GET /ops/v1/leases/{socialAccountId}`, with the role `viewer`.

        Args:
            social_account_id: Id of the social account. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A lease with what it has brought.

        Raises:
            NotFoundError: `social_account_id` names nothing that exists.
        """
        answer: LeaseWithPayments = await self._client._call(
            _RETRIEVE, {"socialAccountId": social_account_id}, options=options
        )
        return answer

    async def update(
        self,
        social_account_id: str,
        *,
        monthly_price_cents: int,
        **options: Unpack[OperatorRequestOptions],
    ) -> OpsLease:
        """Change the price of a lease.

        The new price holds from the next renewal on. A month that has begun keeps its price, even
        if it is paid late. A lease that is over is 409.

        `PATCH /ops/v1/leases/{socialAccountId}`, with the role `operator`.

        Args:
            social_account_id: Id of the social account. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            monthly_price_cents: From the next renewal on.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A leased account, with its organization and pool account.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `social_account_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OpsLease = await self._client._call(
            _UPDATE,
            {"socialAccountId": social_account_id},
            body={"monthlyPriceCents": monthly_price_cents},
            options=options,
        )
        return answer


class AsyncLeasesRawResource:
    """Methods of `operator.leases` that return whole responses."""

    def __init__(self, resource: AsyncLeasesResource) -> None:
        self._resource = resource
        self.history = async_raw(resource.history)
        self.list = async_raw(resource.list)
        self.months = async_raw(resource.months)
        self.recall = async_raw(resource.recall)
        self.retrieve = async_raw(resource.retrieve)
        self.update = async_raw(resource.update)
