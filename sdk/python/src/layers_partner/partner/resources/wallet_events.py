# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.wallet.events`."""

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
    from layers_partner.partner.types import CashEvent, LedgerHead

_LIST = Operation("wallet.events.list", "GET", "/v1/wallet/events")
_VERIFY = Operation("wallet.events.verify", "GET", "/v1/wallet/events/verify")


class WalletEventsResource(Resource):
    """Methods of `layers.wallet.events`."""

    @cached_property
    def with_raw_response(self) -> WalletEventsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return WalletEventsRawResource(self)

    def list(
        self,
        *,
        event_type: Literal["adjustment", "lease_charge", "lease_renewal", "refund", "topup"]
        | str
        | Sequence[Literal["adjustment", "lease_charge", "lease_renewal", "refund", "topup"] | str]
        | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Page[CashEvent]:
        """List your cash ledger.

        Every movement of cash, newest first. They sum to the balance.

        `GET /v1/wallet/events`, with the scope `leased:write`.

        Args:
            event_type: Only these; a list for several.
            limit: Events on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: one movement of cash, in
            US cents. The events of a wallet sum to its balance.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={"eventType": event_type, "limit": limit, "cursor": cursor},
            options=options,
        )

    def verify(self, **options: Unpack[RequestOptions]) -> LedgerHead:
        """Verify your cash ledger.

        Its newest hash and how many events lead up to it, as of the ledger of credits.

        `GET /v1/wallet/events/verify`, with the scope `leased:write`.

        Args:
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            How far a ledger reaches. With its events it shows whether any of them was changed or is
            missing.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: LedgerHead = self._client._call(_VERIFY, {}, options=options)
        return answer


class WalletEventsRawResource:
    """Methods of `layers.wallet.events` that return whole responses."""

    def __init__(self, resource: WalletEventsResource) -> None:
        self._resource = resource
        self.list = raw(resource.list)
        self.verify = raw(resource.verify)


class AsyncWalletEventsResource(AsyncResource):
    """Methods of `layers.wallet.events`."""

    @cached_property
    def with_raw_response(self) -> AsyncWalletEventsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncWalletEventsRawResource(self)

    def list(
        self,
        *,
        event_type: Literal["adjustment", "lease_charge", "lease_renewal", "refund", "topup"]
        | str
        | Sequence[Literal["adjustment", "lease_charge", "lease_renewal", "refund", "topup"] | str]
        | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> AsyncPages[CashEvent]:
        """List your cash ledger.

        Every movement of cash, newest first. They sum to the balance.

        `GET /v1/wallet/events`, with the scope `leased:write`.

        Args:
            event_type: Only these; a list for several.
            limit: Events on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: one
            movement of cash, in US cents. The events of a wallet sum to its balance.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={"eventType": event_type, "limit": limit, "cursor": cursor},
            options=options,
        )

    async def verify(self, **options: Unpack[RequestOptions]) -> LedgerHead:
        """Verify your cash ledger.

        Its newest hash and how many events lead up to it, as of the ledger of credits.

        `GET /v1/wallet/events/verify`, with the scope `leased:write`.

        Args:
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            How far a ledger reaches. With its events it shows whether any of them was changed or is
            missing.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: LedgerHead = await self._client._call(_VERIFY, {}, options=options)
        return answer


class AsyncWalletEventsRawResource:
    """Methods of `layers.wallet.events` that return whole responses."""

    def __init__(self, resource: AsyncWalletEventsResource) -> None:
        self._resource = resource
        self.list = async_raw(resource.list)
        self.verify = async_raw(resource.verify)
