"""An address in every form that resolvers accept, and inside the addresses of IPv6 that lead to it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partner_api.webhooks.sending.ranges import Address


def forms_of_ipv4(address: IPv4Address) -> Iterator[str]:
    """Write an address as resolvers take it in the place of a name."""
    bits = int(address)
    a, b, c, d = address.packed
    yield from (str(address), f"{address}.", str(bits), f"{bits}.", hex(bits), f"0{bits:o}")
    yield from (f"{a}.{bits & 0xFFFFFF}", f"{a}.{b}.{bits & 0xFFFF}", f"0X{a:X}.{b:#x}.{c}.0{d:o}")
    yield from (f"{a:#x}.{bits & 0xFFFFFF:#x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}")
    yield str(address).translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)})
    yield str(address).replace(".", "\u3002")
    for wrapped in ipv6_around(address):
        yield from forms_of_ipv6(wrapped)


def ipv6_around(address: IPv4Address) -> Iterator[IPv6Address]:
    """Put an address into those of IPv6 that packets to it may have."""
    bits = int(address)
    for prefix in ("::", "::ffff:0:0", "::ffff:0:0:0", "64:ff9b::"):
        yield IPv6Address(int(IPv6Address(prefix)) | bits)
    yield IPv6Address(int(IPv6Address("2002::")) | bits << 80 | 1)
    public = int(IPv4Address("8.8.8.8"))
    teredo = int(IPv6Address("2001::"))
    yield IPv6Address(teredo | public << 64 | bits ^ 0xFFFF_FFFF)
    yield IPv6Address(teredo | bits << 64 | public ^ 0xFFFF_FFFF)


def forms_of_ipv6(address: IPv6Address) -> Iterator[str]:
    last = IPv4Address(int(address) & 0xFFFF_FFFF)
    high = address.exploded.rsplit(":", 2)[0]
    for form in (address.compressed, address.exploded, address.exploded.upper(), f"{high}:{last}"):
        yield f"[{form}]"


def forms(address: Address) -> Iterator[str]:
    return forms_of_ipv4(address) if isinstance(address, IPv4Address) else forms_of_ipv6(address)
