"""How connections to receivers are opened: to addresses that were checked, and to no others."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address
from socket import AF_INET, AF_INET6, AI_NUMERICHOST
from typing import TYPE_CHECKING, Any

import httpcore2

from partner_api.time_limits import WEBHOOK_ADDRESS_SECONDS
from partner_api.webhooks.sending.addresses import (
    RefusedAddress,
    Unresolvable,
    literal_address,
    resolve,
)
from partner_api.webhooks.sending.failures import Progress, SendFailure
from partner_api.webhooks.sending.lookups import NotFound
from partner_api.webhooks.sending.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from partner_api.webhooks.sending.lookups import Lookups
    from partner_api.webhooks.sending.ranges import Address


class Network(httpcore2.AsyncNetworkBackend):
    """Opens one connection, and knows how far it has come.

    Args:
        lookups: of names.
        development: whether this machine may be a receiver.
        is_to_proxy: the connection is to the operator's proxy, whose address is not checked.
        whose: the request is, as ``Lookups.addresses`` has it.
    """

    def __init__(
        self, lookups: Lookups, *, development: bool, is_to_proxy: bool, whose: Hashable
    ) -> None:
        self._lookups = lookups
        self._development = development
        self._is_to_proxy = is_to_proxy
        self._whose = whose
        self._stream: Stream | None = None
        self.progress = Progress()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address of a host that takes it, if all of them may be sent to.

        Raises:
            SendFailure: there is none.
        """
        bare = host.removeprefix("[").removesuffix("]")
        through_proxy = "connection through the server's proxy"
        self.progress.awaited = through_proxy if self._is_to_proxy else f"address of {bare}"
        addresses = await self._addresses(bare, port)
        if not self._is_to_proxy:
            self.progress.awaited = "connection"
        self._stream = await self._connect(addresses, port)
        if not self._is_to_proxy:
            self.progress.awaited = "answer"
        return self._stream

    def expect_body(self) -> None:
        """Let the rest of the answer come: its head has been read.

        Raises:
            NothingAnswered: as ``Stream.expect_body`` says.
        """
        if self._stream is not None:
            self._stream.expect_body()

    def close(self) -> None:
        """Close the connection at once, if it was opened."""
        if self._stream is not None:
            self._stream.close()

    async def _addresses(self, host: str, port: int) -> list[Address]:
        try:
            if not self._is_to_proxy:
                return await resolve(
                    host,
                    port,
                    development=self._development,
                    lookups=self._lookups,
                    whose=self._whose,
                )
            literal = literal_address(host)
            return [literal] if literal else await self._lookups.addresses(host, port)
        except (Unresolvable, RefusedAddress) as error:
            raise SendFailure(str(error)) from None
        except NotFound:
            raise SendFailure("The name of the server's proxy does not resolve.") from None

    async def _connect(self, addresses: list[Address], port: int) -> Stream:
        sentence = ""
        for position, address in enumerate(addresses, start=1):
            is_last = position == len(addresses)
            try:
                async with asyncio.timeout(None if is_last else WEBHOOK_ADDRESS_SECONDS):
                    return await self._open(address, port)
            except OSError as error:
                sentence = _connection_sentence(error)
        raise SendFailure(
            "The server's proxy cannot be reached." if self._is_to_proxy else sentence
        )

    async def _open(self, address: Address, port: int) -> Stream:
        _, stream = await asyncio.get_running_loop().create_connection(
            lambda: Stream(self.progress),
            str(address),
            port,
            family=AF_INET if isinstance(address, IPv4Address) else AF_INET6,
            flags=AI_NUMERICHOST,
        )
        return stream


def _connection_sentence(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "The connection was refused."
    if isinstance(error, TimeoutError):
        return "There was no connection: nobody answered at the address."
    return "There was no connection: the network cannot be reached."
