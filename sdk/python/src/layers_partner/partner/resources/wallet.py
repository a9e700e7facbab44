# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
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
        AsyncWalletEvents,
        AsyncWalletEventsRaw,
        WalletEvents,
        WalletEventsRaw,
    )
    from layers_partner.partner.types import CashWallet

_RETRIEVE = Operation("wallet.retrieve", "GET", "/v1/wallet")


class Wallet(Resource):
    """Methods of `layers.wallet`."""

    @cached_property
    def events(self) -> WalletEvents:
        """`layers.wallet.events`: `list`, `verify`."""
        from layers_partner.partner.resources.wallet_events import WalletEvents

        return WalletEvents(self._client)

    @cached_property
    def with_raw_response(self) -> WalletRaw:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return WalletRaw(self)

    def retrieve(self, **options: Unpack[RequestOptions]) -> CashWallet:
        """Read your cash wallet.

        The balance from which your leases and those of your children are paid, and how far it
        reaches. Only a partner has one: a child's key gets 404.

        `GET /v1/wallet`, with the scope `leased:write`.

        Args:
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A partner's cash, from which its leases are paid.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; details.issues names every problem.
        """
        answer: CashWallet = self._client._call(_RETRIEVE, {}, options=options)
        return answer


class WalletRaw:
    """Methods of `layers.wallet` that return whole responses."""

    def __init__(self, resource: Wallet) -> None:
        self._resource = resource
        self.retrieve = raw(resource.retrieve)

    @cached_property
    def events(self) -> WalletEventsRaw:
        """`layers.wallet.events`, whose methods return whole responses."""
        return self._resource.events.with_raw_response


class AsyncWallet(AsyncResource):
    """Methods of `layers.wallet`."""

    @cached_property
    def events(self) -> AsyncWalletEvents:
        """`layers.wallet.events`: `list`, `verify`."""
        from layers_partner.partner.resources.wallet_events import AsyncWalletEvents

        return AsyncWalletEvents(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncWalletRaw:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncWalletRaw(self)

    async def retrieve(self, **options: Unpack[RequestOptions]) -> CashWallet:
        """Read your cash wallet.

        The balance from which your leases and those of your children are paid, and how far it
        reaches. Only a partner has one: a child's key gets 404.

        `GET /v1/wallet`, with the scope `leased:write`.

        Args:
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A partner's cash, from which its leases are paid.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; details.issues names every problem.
        """
        answer: CashWallet = await self._client._call(_RETRIEVE, {}, options=options)
        return answer


class AsyncWalletRaw:
    """Methods of `layers.wallet` that return whole responses."""

    def __init__(self, resource: AsyncWallet) -> None:
        self._resource = resource
        self.retrieve = async_raw(resource.retrieve)

    @cached_property
    def events(self) -> AsyncWalletEventsRaw:
        """`layers.wallet.events`, whose methods return whole responses."""
        return self._resource.events.with_raw_response
