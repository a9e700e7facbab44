"""The addresses that nothing is sent to: the table of ranges, and what is hidden inside others.

From IANA's registries of special-purpose addresses, and what is no part of them but not of the Internet either. The
standard library's ``is_global`` will not do: it lets multicast, NAT64, 6to4 and relays pass.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

# Each with what its addresses are. An address is what the first range that has it says.
_RANGES: Final[tuple[tuple[str, str], ...]] = (
    ("0.0.0.0/8", "this network"),
    ("10.0.0.0/8", "a private network"),
    ("100.64.0.0/10", "the inside of a provider's network"),
    ("127.0.0.0/8", "loopback"),
    ("168.63.129.16/32", "a service of the cloud inside its machines"),
    ("169.254.0.0/16", "link-local"),
    ("172.16.0.0/12", "a private network"),
    ("192.0.0.0/24", "protocol assignments"),
    ("192.0.2.0/24", "documentation"),
    ("192.31.196.0/24", "AS112"),
    ("192.52.193.0/24", "multicast tunnels (AMT)"),
    ("192.88.99.0/24", "6to4 relays"),
    ("192.168.0.0/16", "a private network"),
    ("192.175.48.0/24", "AS112"),
    ("198.18.0.0/15", "benchmarks"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("::/96", "an IPv4 address in IPv6 (compatible)"),
    ("::ffff:0:0/96", "an IPv4 address in IPv6 (mapped)"),
    ("::ffff:0:0:0/96", "an IPv4 address in IPv6 (translated)"),
    ("64:ff9b::/96", "an IPv4 address in IPv6 (NAT64)"),
    ("64:ff9b:1::/48", "NAT64 inside a network"),
    ("100::/64", "discarded"),
    ("100:0:0:1::/64", "a prefix for no addresses"),
    ("2001::/32", "Teredo"),
    ("2001:1::/32", "protocol anycast"),
    ("2001:2::/48", "benchmarks"),
    ("2001:3::/32", "multicast tunnels (AMT)"),
    ("2001:4:112::/48", "AS112"),
    ("2001:10::/28", "ORCHID"),
    ("2001:20::/28", "ORCHIDv2"),
    ("2001:30::/28", "tags of drones (DRIP)"),
    ("2001::/23", "protocol assignments"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("2620:4f:8000::/48", "AS112"),
    ("3ffe::/16", "the former 6bone"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "segment routing (SRv6)"),
    ("fc00::/7", "a private network"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
    # Only 2000::/3 is given out.
    ("::/3", "reserved"),
    ("4000::/2", "reserved"),
    ("8000::/1", "reserved"),
)
REFUSED_RANGES: Final[tuple[tuple[Network, str], ...]] = tuple(
    (ip_network(written), what) for written, what in _RANGES
)
LOOPBACK: Final[tuple[Network, ...]] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))

# Where an IPv4 address stands in the last 32 bits.
_IN_THE_LAST_BITS: Final = tuple(
    IPv6Network(written)
    for written in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")
)
_6TO4: Final = IPv6Network("2002::/16")
_TEREDO: Final = IPv6Network("2001::/32")
_LAST_32_BITS: Final = 0xFFFF_FFFF


def is_loopback(address: Address) -> bool:
    """Return whether this is an address of this machine, plainly written."""
    return any(address in network for network in LOOPBACK)


@lru_cache(1024)
def is_refused(address: Address) -> str | None:
    """Return what an address is that nothing is sent to, such as "link-local"; None of a public one.

    Of an IPv6 address that an IPv4 address stands in, what that is comes first.
    """
    what = next((what for network, what in REFUSED_RANGES if address in network), None)
    inner = (is_refused(one) for one in addresses_inside(address))
    return next(filter(None, inner), what)


def addresses_inside(address: Address) -> tuple[IPv4Address, ...]:
    """Return the IPv4 addresses that packets to an IPv6 address may end up at."""
    if isinstance(address, IPv4Address) or address.is_unspecified or address.is_loopback:
        return ()
    bits = int(address)
    if any(address in network for network in _IN_THE_LAST_BITS):
        return (IPv4Address(bits & _LAST_32_BITS),)
    if address in _6TO4:
        return (IPv4Address(bits >> 80 & _LAST_32_BITS),)
    if address in _TEREDO:
        # The server, and the client behind it with every bit turned.
        server, client = bits >> 64 & _LAST_32_BITS, ~bits & _LAST_32_BITS
        return IPv4Address(client), IPv4Address(server)
    return ()
