"""Connections to receivers, kept for the next request: not many, not idle for long, and not for long at all.

A connection goes on to the address that was checked when it was opened. As none gets old, a name that has come to stand
for another address is soon looked up again.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import httpcore2

from partner_api.time_limits import WEBHOOK_CONNECTION_SECONDS, WEBHOOK_IDLE_SECONDS
from partner_api.webhooks.sending.network import Network

if TYPE_CHECKING:
    import ssl
    from collections.abc import Hashable
    from typing import TypeAlias

    from partner_api.webhooks.sending.addresses import Destination
    from partner_api.webhooks.sending.lookups import Lookups

    Place: TypeAlias = tuple[str, str, int]

MOST_IDLE: Final = 512


class Connection:
    """One connection, and what is known of it.

    Args:
        place: scheme, host and port.
        http: httpcore2's side of it.
        network: ours.
    """

    def __init__(
        self, place: Place, http: httpcore2.AsyncConnectionInterface, network: Network
    ) -> None:
        self.place = place
        self.http = http
        self.network = network
        self.is_used = False
        """It has brought an answer before."""
        self._opened_at = time.monotonic()

    def is_good(self) -> bool:
        """Return whether it can take another request."""
        age = time.monotonic() - self._opened_at
        is_open = self.http.is_idle() and not self.http.has_expired()
        return is_open and age < WEBHOOK_CONNECTION_SECONDS


class Connections:
    """All connections of a client.

    Args:
        lookups: of names.
        ssl_context: how certificates are checked.
        development: whether this machine may be a receiver.
        proxy: what others are reached through, ``http://user:password@host:port``.
    """

    def __init__(
        self, lookups: Lookups, ssl_context: ssl.SSLContext, *, development: bool, proxy: str | None
    ) -> None:
        self._lookups = lookups
        self._ssl_context = ssl_context
        self._development = development
        self._proxy = None if proxy is None else _proxy(proxy)
        self._idle: dict[Place, list[Connection]] = {}
        self._idle_count = 0
        self._timer: asyncio.TimerHandle | None = None
        self._is_closed = False

    def take(self, destination: Destination, whose: Hashable, *, fresh: bool = False) -> Connection:
        """Return a connection for one request; it is opened by sending. Give it back, whatever becomes of it.

        Args:
            destination: of the request.
            whose: the request is, as ``Lookups.addresses`` has it.
            fresh: none that was used before.
        """
        place = destination.scheme, destination.host, destination.port
        idle = [] if fresh else self._idle.get(place, [])
        while idle:
            connection = idle.pop()
            self._idle_count -= 1
            if not idle:
                del self._idle[place]
            if connection.is_good():
                return connection
            connection.network.close()
        return self._new(destination, place, whose)

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for the next request if it is good for one, else close it."""
        if self._is_closed or self._idle_count >= MOST_IDLE or not connection.is_good():
            connection.network.close()
            return
        connection.is_used = True
        self._idle.setdefault(connection.place, []).append(connection)
        self._idle_count += 1
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(
                WEBHOOK_IDLE_SECONDS, self._close_old
            )

    def close(self) -> None:
        """Close all that are idle; those in use are closed when they are given back."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        for idle in self._idle.values():
            for connection in idle:
                connection.network.close()
        self._idle.clear()
        self._idle_count = 0

    def _close_old(self) -> None:
        """Close what nobody has asked for, and look again while there is any."""
        for place, idle in list(self._idle.items()):
            for connection in idle:
                if not connection.is_good():
                    connection.network.close()
            good = [connection for connection in idle if connection.is_good()]
            self._idle_count -= len(idle) - len(good)
            if good:
                self._idle[place] = good
            else:
                del self._idle[place]
        self._timer = None
        if self._idle:
            self._timer = asyncio.get_running_loop().call_later(
                WEBHOOK_IDLE_SECONDS, self._close_old
            )

    def _new(self, destination: Destination, place: Place, whose: Hashable) -> Connection:
        is_proxied = self._proxy is not None and not destination.is_local
        network = Network(
            self._lookups, development=self._development, is_to_proxy=is_proxied, whose=whose
        )
        origin = destination.url.origin
        http: httpcore2.AsyncConnectionInterface
        if self._proxy is not None and is_proxied:
            url, login = self._proxy
            http = httpcore2.AsyncHTTPProxy(
                url,
                login,
                ssl_context=self._ssl_context,
                keepalive_expiry=WEBHOOK_IDLE_SECONDS,
                network_backend=network,
            ).create_connection(origin)
        else:
            http = httpcore2.AsyncHTTPConnection(
                origin,
                ssl_context=self._ssl_context,
                keepalive_expiry=WEBHOOK_IDLE_SECONDS,
                network_backend=network,
            )
        return Connection(place, http, network)


def _proxy(text: str) -> tuple[httpcore2.URL, tuple[bytes, bytes] | None]:
    """Read the URL of the proxy, as the settings have checked it."""
    parts = urlsplit(text)
    url = httpcore2.URL(scheme="http", host=parts.hostname or "", port=parts.port or 80, target="/")
    if parts.username is None:
        return url, None
    return url, (unquote(parts.username).encode(), unquote(parts.password or "").encode())
