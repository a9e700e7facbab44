"""Nothing is sent to an address of a special range, however it is written; its public neighbours are sent to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

import pytest
from tests.webhooks.sending.address_forms import forms, forms_of_ipv4, ipv6_around

from partner_api.webhooks.sending.addresses import (
    RefusedAddress,
    check_url,
    resolve,
)
from partner_api.webhooks.sending.lookups import Lookups
from partner_api.webhooks.sending.ranges import REFUSED_RANGES, addresses_inside, is_refused

if TYPE_CHECKING:
    from partner_api.webhooks.sending.ranges import Address

# The first and the last address of each range, and which neighbour of them is public: before, after.
RANGES: Final = [
    ("0.0.0.0", "0.255.255.255", "after"),
    ("10.0.0.0", "10.255.255.255", "both"),
    ("100.64.0.0", "100.127.255.255", "both"),
    ("127.0.0.0", "127.255.255.255", "both"),
    ("168.63.129.16", "168.63.129.16", "both"),
    ("169.254.0.0", "169.254.255.255", "both"),
    ("172.16.0.0", "172.31.255.255", "both"),
    ("192.0.0.0", "192.0.0.255", "both"),
    ("192.0.2.0", "192.0.2.255", "both"),
    ("192.31.196.0", "192.31.196.255", "both"),
    ("192.52.193.0", "192.52.193.255", "both"),
    ("192.88.99.0", "192.88.99.255", "both"),
    ("192.168.0.0", "192.168.255.255", "both"),
    ("192.175.48.0", "192.175.48.255", "both"),
    ("198.18.0.0", "198.19.255.255", "both"),
    ("198.51.100.0", "198.51.100.255", "both"),
    ("203.0.113.0", "203.0.113.255", "both"),
    ("224.0.0.0", "239.255.255.255", "before"),
    ("240.0.0.0", "255.255.255.255", ""),
    ("::", "::", ""),
    ("::1", "::1", ""),
    ("::", "::ffff:ffff", ""),
    ("::ffff:0:0", "::ffff:ffff:ffff", ""),
    ("::ffff:0:0:0", "::ffff:0:ffff:ffff", ""),
    ("64:ff9b::", "64:ff9b::ffff:ffff", ""),
    ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", ""),
    ("100::", "100::ffff:ffff:ffff:ffff", ""),
    ("100:0:0:1::", "100::1:ffff:ffff:ffff:ffff", ""),
    ("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "after"),
    ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "before"),
    ("2001:1::", "2001:1:ffff:ffff:ffff:ffff:ffff:ffff", ""),
    ("2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", ""),
    ("2001:3::", "2001:3:ffff:ffff:ffff:ffff:ffff:ffff", ""),
    ("2001:4:112::", "2001:4:112:ffff:ffff:ffff:ffff:ffff", ""),
    ("2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", ""),
    ("2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", ""),
    ("2001:30::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", ""),
    ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "both"),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "both"),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "both"),
    ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", "both"),
    ("3ffe::", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "before"),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "after"),
    ("4000::", "7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "before"),
    ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
    ("8000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
    ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
    ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
    ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
    ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
]
# Where clouds tell machines their credentials, and others that nobody may forget.
WELL_KNOWN: Final = [
    *("169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254"),
    *("127.0.0.1", "::1", "0.0.0.0", "255.255.255.255", "fe80::1", "ff02::1"),
]


async def is_refused_by_name(address: Address) -> bool:
    """Return whether a name that stands for a public address and this one is refused."""
    lookups = Lookups(lambda _name, _port: ["8.8.8.8", str(address)])
    try:
        await resolve("hooks.example.com", 443, development=False, lookups=lookups)
    except RefusedAddress:
        return True
    return False


@pytest.mark.parametrize(("first", "last", "public"), RANGES)
async def test_the_ends_of_a_range_are_refused_and_public_neighbours_are_not(
    first: str, last: str, public: str
) -> None:
    ends = {ip_address(first), ip_address(last)}
    for address in ends:
        for form in forms(address):
            assert check_url(f"https://{form}/hook", development=False), form
            # Development mode lets nothing else pass but this machine.
            assert address.is_loopback or check_url(f"https://{form}:8443", development=True), form
        assert await is_refused_by_name(address), address
    for side, bits in (("before", int(min(ends)) - 1), ("after", int(max(ends)) + 1)):
        is_public = public in {side, "both"}
        if not 0 <= bits < 2 ** min(ends).max_prefixlen:
            assert not is_public
            continue
        neighbour = type(min(ends))(bits)
        assert (is_refused(neighbour) is None) == is_public, neighbour
        assert await is_refused_by_name(neighbour) != is_public
        assert (check_url(f"https://{next(forms(neighbour))}", development=False) is None) == (
            is_public
        )


@pytest.mark.parametrize("address", ["8.8.8.8", "1.2.3.4", "223.255.255.255"])
def test_a_public_address_is_written_in_one_way(address: str) -> None:
    plain, with_a_dot, *others = forms_of_ipv4(IPv4Address(address))
    assert check_url(f"https://{plain}/", development=False) is None
    assert check_url(f"https://{with_a_dot}/", development=False) is None
    for form in others:
        # Digits and dots of other scripts become ASCII before anything is looked at.
        is_usable = not form.isascii()
        assert (check_url(f"https://{form}/", development=False) is None) == is_usable, form


def test_the_table_has_these_ranges_and_no_others() -> None:
    assert {(str(network[0]), str(network[-1])) for network, _ in REFUSED_RANGES} == {
        (str(ip_address(first)), str(ip_address(last))) for first, last, _ in RANGES
    }


@pytest.mark.parametrize("address", WELL_KNOWN)
def test_well_known_addresses_are_refused(address: str) -> None:
    assert is_refused(ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "151.101.1.140", "2606:4700::1111", "2a00:1450:4001::200e"]
)
def test_addresses_of_the_internet_are_sent_to(address: str) -> None:
    assert is_refused(ip_address(address)) is None


@pytest.mark.parametrize("wrapped", list(ipv6_around(IPv4Address("10.1.2.3"))))
def test_an_address_inside_another_is_found(wrapped: IPv6Address) -> None:
    assert IPv4Address("10.1.2.3") in addresses_inside(wrapped)
    assert is_refused(wrapped) == "a private network"
