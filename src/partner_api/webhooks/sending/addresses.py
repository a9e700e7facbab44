"""Where webhooks may go: what a URL has to be, and the addresses that its name may stand for."""

from __future__ import annotations

import asyncio
import re
import socket
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final, NamedTuple

import httpcore2
import idna

from partner_api.time_limits import WEBHOOK_CHECK_SECONDS
from partner_api.webhooks.sending.lookups import Lookups, NotFound, lookups_of_this_loop
from partner_api.webhooks.sending.ranges import Address, is_loopback, is_refused

if TYPE_CHECKING:
    from collections.abc import Hashable

LONGEST_URL: Final = 2048
_PORTS: Final = frozenset({443, 8443})
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_URL: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<target>[^#]*)(?P<fragment>#.*)?",
    re.DOTALL,
)
_AUTHORITY: Final = re.compile(
    r"(?P<host>\[[^\[\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{0,5}))?", re.DOTALL
)
_TARGET: Final = re.compile(r"[!$-;=?-\[\]_a-z~]*")
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# What resolvers take for a number, and therefore for an address, if the last part of a name is one.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST_NAME: Final = 253
_MOST_ADDRESSES: Final = 4


class UnusableUrl(ValueError):
    """Nothing is sent to this URL; ``str()`` is a sentence that says why."""


class Unresolvable(Exception):
    """A name stands for no address; ``str()`` is a sentence."""


class RefusedAddress(Exception):
    """An address that nothing is sent to, or a name of one; ``str()`` is a sentence."""


class Destination(NamedTuple):
    """A URL that a request can be sent to."""

    scheme: str
    host: str
    """A name in ASCII and lower case without the dot at its end, or an address without brackets."""
    port: int
    host_header: str
    url: httpcore2.URL
    is_local: bool
    """It is this machine, which development mode allows."""


def check_url(url: str, *, development: bool) -> str | None:
    """Return what is wrong with the URL of an endpoint, as a sentence; None if nothing is.

    An address in the URL is checked; what a name stands for is not, see ``check_destination``.
    """
    try:
        read_url(url, development=development)
    except UnusableUrl as error:
        return str(error)
    return None


async def check_destination(
    url: str, *, development: bool, lookups: Lookups | None = None
) -> str | None:
    """Return what is wrong with a URL, and with what its name stands for now; None if nothing is.

    A name that stands for nothing, or is not found in time, is no fault: it may be there when something is sent. Where
    there is a proxy, which looks names up itself, ``check_url`` is all that can be done.
    """
    try:
        destination = read_url(url, development=development)
        async with asyncio.timeout(WEBHOOK_CHECK_SECONDS):
            await resolve(
                destination.host, destination.port, development=development, lookups=lookups
            )
    except (UnusableUrl, RefusedAddress) as error:
        return str(error)
    except (TimeoutError, Unresolvable):
        return None
    return None


@lru_cache(1024)
def read_url(url: str, *, development: bool) -> Destination:
    """Read the URL of an endpoint.

    Raises:
        UnusableUrl: nothing can or may be sent there.
    """
    if len(url) > LONGEST_URL:
        raise UnusableUrl(f"The URL is longer than {LONGEST_URL} characters.")
    parts = _URL.fullmatch(url)
    if parts is None:
        raise UnusableUrl("The URL must be a whole one, such as https://example.com/hook.")
    scheme = parts["scheme"].lower()
    if scheme not in _DEFAULT_PORTS:
        raise UnusableUrl("The URL must begin with https://.")
    if parts["fragment"] is not None:
        raise UnusableUrl("The URL must end before the #: what follows it is never sent.")
    if "@" in parts["authority"]:
        raise UnusableUrl("The URL must have no user and password in it.")
    authority = _AUTHORITY.fullmatch(parts["authority"])
    if authority is None:
        raise UnusableUrl("The URL must have a name, or an address, and then a port or nothing.")
    if not _TARGET.fullmatch(parts["target"]):
        raise UnusableUrl(
            "The path and query of the URL must be written in ASCII: other characters as %XX."
        )
    host = _host(authority["host"])
    is_local = development and is_local_host(host)
    port = int(authority["port"] or _DEFAULT_PORTS[scheme])
    _check_port(scheme, port, is_local=is_local, development=development)
    if not is_local:
        _check_literal(host)
    target = parts["target"] if parts["target"].startswith("/") else f"/{parts['target']}"
    bracketed = f"[{host}]" if ":" in host else host
    header = bracketed if port == _DEFAULT_PORTS[scheme] else f"{bracketed}:{port}"
    sent = httpcore2.URL(scheme=scheme, host=bracketed, port=port, target=target)
    return Destination(scheme, host, port, header, sent, is_local)


async def resolve(
    host: str,
    port: int,
    *,
    development: bool,
    lookups: Lookups | None = None,
    whose: Hashable = None,
) -> list[Address]:
    """Return the addresses of a destination in the order to try them, every one of them checked.

    Args:
        host: as ``Destination`` has it.
        port: to connect to.
        development: whether names of this machine may stand for it.
        lookups: what to look the name up with; that of the running loop, unless it is given.
        whose: as ``Lookups.addresses`` has it.

    Raises:
        Unresolvable: there is none.
        RefusedAddress: nothing is sent to one of them, so nothing is sent to any.
    """
    is_local = development and is_local_host(host)
    literal = literal_address(host)
    if literal is not None:
        found: list[Address] = [literal]
    else:
        try:
            found = await (lookups or lookups_of_this_loop()).addresses(host, port, whose)
        except NotFound as error:
            raise Unresolvable(
                f"The name {host} does not resolve{' at the moment' * error.may_pass}."
            ) from None
    for address in found:
        if is_local and is_loopback(address):
            continue
        if is_local or is_refused(address) is not None:
            raise RefusedAddress(_refusal(host, literal))
    return _in_turn(found)


def is_local_host(host: str) -> bool:
    """Return whether a host is this machine by its very name: localhost, or a loopback address."""
    literal = literal_address(host)
    if literal is not None:
        return is_loopback(literal)
    return host == "localhost" or host.endswith(".localhost")


def literal_address(host: str) -> Address | None:
    """Return the address that a host is; None of a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _host(written: str) -> str:
    """Return a host as ``Destination`` has it."""
    if written.startswith("["):
        try:
            address = IPv6Address(written[1:-1])
        except ValueError:
            raise UnusableUrl("What the URL has in brackets is no IPv6 address.") from None
        if address.scope_id is not None:
            raise UnusableUrl("The address in the URL must have no zone (%…).")
        return str(address)
    name = _ascii_name(written).removesuffix(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _number(name)
    if len(name) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, labels)):
        raise UnusableUrl("The host of the URL is no name of the Internet.")
    if len(labels) == 1 and name != "localhost":
        raise UnusableUrl("The host of the URL must be a full name, such as hooks.example.com.")
    return name


def _ascii_name(written: str) -> str:
    """Return the name that resolvers are asked for: in lower case, and what is not ASCII as Punycode."""
    if written.isascii():
        return written.lower()
    try:
        return idna.encode(written, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise UnusableUrl("The host of the URL is no name of the Internet.") from None


def _number(name: str) -> str:
    """Return an IPv4 address that is written as it should be; refuse the forms that resolvers take too.

    One program reads 010.0.0.1 as 10.0.0.1 and another one as 8.0.0.1.
    """
    try:
        return str(IPv4Address(name))
    except ValueError:
        pass
    try:
        address = IPv4Address(socket.inet_aton(name))
    except (OSError, ValueError):
        raise UnusableUrl("The host of the URL is no name and no address.") from None
    raise UnusableUrl(
        _refusal(name, address)
        if is_refused(address)
        else f"The address in the URL must be written as {address}."
    )


def _check_port(scheme: str, port: int, *, is_local: bool, development: bool) -> None:
    if is_local:
        if not 0 < port < 65_536:
            raise UnusableUrl("The port of the URL must be 1 to 65535.")
        return
    if scheme != "https":
        local = ", or with http:// for this machine" if development else ""
        raise UnusableUrl(f"The URL must begin with https://{local}.")
    if port not in _PORTS:
        raise UnusableUrl("The port of the URL must be 443 or 8443.")


def _check_literal(host: str) -> None:
    literal = literal_address(host)
    if literal is not None and is_refused(literal) is not None:
        raise UnusableUrl(_refusal(host, literal))
    if is_local_host(host):
        raise UnusableUrl(f"The name {host} is that of this machine.")


def _refusal(host: str, literal: Address | None) -> str:
    """Say that an address is refused; of a name, nothing that tells what is inside a network."""
    if literal is None:
        return f"The name {host} resolves to an address that is not public."
    return f"The address {host} is not public ({is_refused(literal)})."


def _in_turn(found: list[Address]) -> list[Address]:
    """Return the few addresses to try, of both families in turn: a machine may be able to use only one of them."""
    first = [one for one in found if one.version == found[0].version]
    other = [one for one in found if one.version != found[0].version]
    mixed = [one for pair in zip(first, other, strict=False) for one in pair]
    rest = first[len(other) :] or other[len(first) :]
    return [*mixed, *rest][:_MOST_ADDRESSES]
