# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.wallet`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.options import RequestOptions
    from layers_partner.partner.resources.wallet_events import (
        AsyncWalletEventsRawResource,
        AsyncWalletEventsResource,
        WalletEventsRawResource,
        WalletEventsResource,
    )
    from layers_partner.partner.types import CashWallet

_RETRIEVE = Operation("wallet.retrieve", "GET", "/v1/wallet")


class WalletResource(Resource):
    """Methods of `layers.wallet`."""

    @cached_property
    def events(self) -> WalletEventsResource:
        """`layers.wallet.events`.

        Has `list`, `verify`.
        """
        from layers_partner.partner.resources.wallet_events import WalletEventsResource

        return WalletEventsResource(self._client)

    @cached_property
    def with_raw_response(self) -> WalletRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return WalletRawResource(self)

    def retrieve(self, **options: Unpack[RequestOptions]) -> CashWallet:
        """Read your cash wallet.

        The balance from which your leases and those of your children are paid, and how far it
        reaches. Only a partner has one: a child's key gets 404.

        `GET /v1/wallet`, with the scope `leased:write`.

        Args:
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A partner's cash, from which its leases are paid.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: CashWallet = self._client._call(_RETRIEVE, {}, options=options)
        return answer


class WalletRawResource:
    """Methods of `layers.wallet` that return whole responses."""

    def __init__(self, resource: WalletResource) -> None:
        self._resource = resource
        self.retrieve = raw(resource.retrieve)

    @cached_property
    def events(self) -> WalletEventsRawResource:
        """`layers.wallet.events`, whose methods return whole responses."""
        return self._resource.events.with_raw_response


class AsyncWalletResource(AsyncResource):
    """Methods of `layers.wallet`."""

    @cached_property
    def events(self) -> AsyncWalletEventsResource:
        """`layers.wallet.events`.

        Has `list`, `verify`.
        """
        from layers_partner.partner.resources.wallet_events import AsyncWalletEventsResource

        return AsyncWalletEventsResource(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncWalletRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncWalletRawResource(self)

    async def retrieve(self, **options: Unpack[RequestOptions]) -> CashWallet:
        """Read your cash wallet.

        The balance from which your leases and those of your children are paid, and how far it
        reaches. Only a partner has one: a child's key gets 404.

        `GET /v1/wallet`, with the scope `leased:write`.

        Args:
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A partner's cash, from which its leases are paid.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: CashWallet = await self._client._call(_RETRIEVE, {}, options=options)
        return answer


class AsyncWalletRawResource:
    """Methods of `layers.wallet` that return whole responses."""

    def __init__(self, resource: AsyncWalletResource) -> None:
        self._resource = resource
        self.retrieve = async_raw(resource.retrieve)

    @cached_property
    def events(self) -> AsyncWalletEventsRawResource:
        """`layers.wallet.events`, whose methods return whole responses."""
        return self._resource.events.with_raw_response
