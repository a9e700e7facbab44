"""Which connections a process has, and which one has to go when there is no room for another."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, Protocol

from partner_api.edge.connections import numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partner_api.settings.table import Settings

CONNECTION: Final = "partner_api.connection"
"""Where the scope of a request has the connection that it came on."""

# Of all connections, this part is always there for clients that are not known yet: without it, one client with a key
# could hold every connection there is.
_RESERVED_PART: Final = 10
# Who has one address of an IPv6 network has them all.
_IPV6_NETWORK_BITS: Final = 64


class Connection(Protocol):
    """What the registry has to know of a connection."""

    address: str

    def evict(self) -> None:
        """Close it, which makes room for another one."""


class Connections:
    """The connections of one process; every operation takes the same time, however many there are.

    A connection is *known* once a request on it was authenticated, and *idle* while it has no request that anybody
    works on.

    Args:
        most: how many there may be in all; at most half of them unknown.
        most_of_address: how many unknown ones one address may have.
    """

    def __init__(self, most: int, most_of_address: int) -> None:
        self.most = most
        self._most_unknown = max(1, most // 2)
        self._reserved = max(1, most // _RESERVED_PART)
        self._most_of_address = most_of_address
        self._known: set[Connection] = set()
        self._unknown: set[Connection] = set()
        # The longest idle one comes first in each.
        self._idle_known: OrderedDict[Connection, None] = OrderedDict()
        self._idle_unknown: OrderedDict[Connection, None] = OrderedDict()
        self._addresses: dict[str, _Address] = {}

    @classmethod
    def of(cls, settings: Settings) -> Connections:
        """Create the registry of a process with these settings."""
        return cls(settings.max_connections, settings.max_connections_per_address)

    @property
    def known(self) -> int:
        """How many connections are known."""
        return len(self._known)

    @property
    def unknown(self) -> int:
        """How many connections are unknown."""
        return len(self._unknown)

    def admit(self, connection: Connection) -> bool:
        """Take in a new connection, idle and unknown, if there is room or some can be made.

        Another one may be evicted for it.
        """
        address = self._addresses.get(connection.address)
        victim: Connection | None = None
        if address is not None and address.count >= self._most_of_address:
            victim = next(iter(address.idle), None)
        elif self.unknown >= self._most_unknown:
            victim = next(iter(self._idle_unknown), None)
        elif self.unknown + self.known >= self.most:
            victim = self._dispensable()
        else:
            self._take_in(connection)
            return True
        if victim is None:
            return False
        self.forget(victim)
        victim.evict()
        self._take_in(connection)
        return True

    def idle(self, connection: Connection) -> None:
        """Note that nobody works on a request of it; if so already, it keeps its place in the queue."""
        if connection in self._known:
            self._idle_known.setdefault(connection)
        elif connection in self._unknown:
            self._idle_unknown.setdefault(connection)
            self._addresses[connection.address].idle.setdefault(connection)

    def busy(self, connection: Connection) -> None:
        """Note that somebody works on a request of it."""
        if connection in self._known:
            self._idle_known.pop(connection, None)
        elif connection in self._unknown:
            self._idle_unknown.pop(connection, None)
            self._addresses[connection.address].idle.pop(connection, None)

    def know(self, connection: Connection) -> None:
        """Note that a request on it, which is being worked on, was authenticated."""
        if connection in self._unknown:
            self._drop_unknown(connection)
            self._known.add(connection)
            numbers.count_known()

    def forget(self, connection: Connection) -> None:
        """Note that it is closed, or about to be."""
        if connection in self._known:
            self._known.discard(connection)
            self._idle_known.pop(connection, None)
            numbers.count_gone(known=True)
        elif connection in self._unknown:
            self._drop_unknown(connection)
            numbers.count_gone(known=False)

    def _dispensable(self) -> Connection | None:
        """Return which connection goes when all places are taken, more than half of them by known connections."""
        queues = [self._idle_unknown, self._idle_known]
        if self.unknown < self._reserved:
            queues.reverse()
        return next((connection for queue in queues for connection in queue), None)

    def _take_in(self, connection: Connection) -> None:
        self._unknown.add(connection)
        self._addresses.setdefault(connection.address, _Address()).count += 1
        self.idle(connection)
        numbers.count_opened()

    def _drop_unknown(self, connection: Connection) -> None:
        self.busy(connection)
        self._unknown.discard(connection)
        address = self._addresses[connection.address]
        address.count -= 1
        if not address.count:
            del self._addresses[connection.address]


class _Address:
    """The unknown connections of one address."""

    __slots__ = ("count", "idle")

    def __init__(self) -> None:
        self.count = 0
        self.idle: OrderedDict[Connection, None] = OrderedDict()


def mark_known(scope: Mapping[str, Any]) -> None:
    """Note that the request of this scope was authenticated, and so its connection is known from now on."""
    connection = scope.get(CONNECTION)
    if connection is not None:
        connection.mark_known()


def address_of(host: str) -> str:
    """Return what counts as one address: of IPv6 the network, and an IPv4 address in either form."""
    if ":" not in host:
        return host
    try:
        address = ipaddress.IPv6Address(host.partition("%")[0])
    except ValueError:
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, _IPV6_NETWORK_BITS), strict=False))
