"""What the URL of an endpoint may be, and what its name may stand for."""

from __future__ import annotations

import socket
import threading
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest

from partner_api.webhooks.sending import addresses
from partner_api.webhooks.sending.addresses import (
    RefusedAddress,
    Unresolvable,
    check_destination,
    check_url,
    read_url,
    resolve,
)
from partner_api.webhooks.sending.lookups import Lookups

if TYPE_CHECKING:
    from collections.abc import Callable


def answering(*found: str) -> Lookups:
    return Lookups(lambda _name, _port: list(found))


def failing(error: Exception) -> Lookups:
    def ask(_name: str, _port: int) -> list[str]:
        raise error

    return Lookups(ask)


@pytest.mark.parametrize(
    ("url", "host", "port", "host_header", "target"),
    [
        ("https://example.com", "example.com", 443, "example.com", "/"),
        ("HTTPS://Hooks.EXAMPLE.com/A?b=C", "hooks.example.com", 443, "hooks.example.com", "/A?b=C"),
        ("https://example.com:443/", "example.com", 443, "example.com", "/"),
        ("https://example.com:/", "example.com", 443, "example.com", "/"),
        ("https://example.com:8443/h", "example.com", 8443, "example.com:8443", "/h"),
        ("https://example.com?x=https://a@b:1/", "example.com", 443, "example.com", "/?x=https://a@b:1/"),
        ("https://example.com./h", "example.com", 443, "example.com", "/h"),
        ("https://bücher.example/", "xn--bcher-kva.example", 443, "xn--bcher-kva.example", "/"),
        ("https://BÜCHER.example/", "xn--bcher-kva.example", 443, "xn--bcher-kva.example", "/"),
        ("https://例え.テスト/", "xn--r8jz45g.xn--zckzah", 443, "xn--r8jz45g.xn--zckzah", "/"),
        ("https://faß.example/", "xn--fa-hia.example", 443, "xn--fa-hia.example", "/"),
        ("https://\uff45\uff58\uff41\uff4dple.com/", "example.com", 443, "example.com", "/"),
        ("https://a_b.example.com/", "a_b.example.com", 443, "a_b.example.com", "/"),
        ("https://1.1.1.1/", "1.1.1.1", 443, "1.1.1.1", "/"),
        ("https://[2606:4700:0::1111]/", "2606:4700::1111", 443, "[2606:4700::1111]", "/"),
        ("https://[2606:4700::1111]:8443/", "2606:4700::1111", 8443, "[2606:4700::1111]:8443", "/"),
        ("https://example.com/a%20b?c=%C3%A9&d=[1]~!$'()*+,;:@", "example.com", 443, "example.com",
         "/a%20b?c=%C3%A9&d=[1]~!$'()*+,;:@"),
    ],
)  # fmt: skip
def test_usable_urls(url: str, host: str, port: int, host_header: str, target: str) -> None:
    found = read_url(url, development=False)
    assert (found.host, found.port, found.host_header) == (host, port, host_header)
    assert found.url.target == target.encode()
    assert found.url.host == (f"[{host}]" if ":" in host else host).encode()
    assert not found.is_local
    assert check_url(url, development=True) is None


@pytest.mark.parametrize(
    ("url", "because"),
    [
        ("", "whole one"),
        ("example.com/hook", "whole one"),
        ("//example.com/hook", "whole one"),
        ("https:example.com", "whole one"),
        ("https:///hook", "name of the Internet"),
        (" https://example.com", "whole one"),
        ("http://example.com/", "begin with https://"),
        ("ftp://example.com/", "begin with https://"),
        ("file:///etc/passwd", "begin with https://"),
        ("https://example.com/#a", "before the #"),
        ("https://example.com#@127.0.0.1/", "before the #"),
        ("https://user@example.com/", "no user and password"),
        ("https://user:pw@example.com/", "no user and password"),
        ("https://example.com@127.0.0.1/", "no user and password"),
        ("https://127.0.0.1\\@example.com/", "no user and password"),
        ("https://example.com\\.127.0.0.1/", "no name and no address"),
        ("https://example.com:80/", "443 or 8443"),
        ("https://example.com:0/", "443 or 8443"),
        ("https://example.com:22/", "443 or 8443"),
        ("https://example.com:99999/", "443 or 8443"),
        ("https://example.com:443:443/", "and then a port"),
        ("https://example.com:٤٤٣/", "and then a port"),
        ("https://example.com:+443/", "and then a port"),
        ("https://localhost/", "this machine"),
        ("https://LOCALHOST./", "this machine"),
        ("https://a.b.localhost:8443/", "this machine"),
        ("https://intranet/", "full name"),
        ("https://com./", "full name"),
        ("https://a..example.com/", "name of the Internet"),
        ("https://.example.com/", "name of the Internet"),
        ("https://example.com../", "name of the Internet"),
        ("https://-a.example.com/", "name of the Internet"),
        ("https://a b.example.com/", "name of the Internet"),
        ("https://exa%6dple.com/", "name of the Internet"),
        ("https://example.com\r\nHost: a/", "and then a port"),
        ("https://example.com\r\n.a/", "name of the Internet"),
        ("https://example.com\0.a/", "name of the Internet"),
        (f"https://{'a' * 64}.example.com/", "name of the Internet"),
        (f"https://{'a.' * 126}com/", "name of the Internet"),
        ("https://☃☃.\u200d/", "name of the Internet"),
        ("https://a\u0338\u00ad.\ud800/", "name of the Internet"),
        ("https://1.2.3.4.5/", "no name and no address"),
        ("https://256.256.256.256/", "no name and no address"),
        ("https://4294967296/", "no name and no address"),
        ("https://example.0x/", "no name and no address"),
        ("https://127.0.0.1/", "127.0.0.1 is not public (loopback)"),
        ("https://127.0.0.1.:443/", "127.0.0.1 is not public (loopback)"),
        ("https://2130706433/", "2130706433 is not public (loopback)"),
        ("https://0x7f.1/", "0x7f.1 is not public (loopback)"),
        ("https://010.8.8.8/", "must be written as 8.8.8.8"),
        ("https://[::1]/", "::1 is not public (loopback)"),
        ("https://[::ffff:8.8.8.8]/", "is not public (an IPv4 address in IPv6 (mapped))"),
        ("https://[fe80::1%25eth0]/", "no zone"),
        ("https://[2606:4700::1111%1]/", "no zone"),
        ("https://[v1.x]/", "no IPv6 address"),
        ("https://[1.1.1.1]/", "no IPv6 address"),
        ("https://[]/", "no IPv6 address"),
        ("https://[::1/", "a name, or an address"),
        ("https://example.com/é", "%XX"),
        ("https://example.com/a b", "%XX"),
        ("https://example.com/a\r\nX: y", "%XX"),
        ("https://example.com/?a=\0", "%XX"),
        (f"https://example.com/{'a' * 2048}", "longer than 2048"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("development", [False, True])
def test_unusable_urls(url: str, because: str, development: bool) -> None:
    is_local = development and because in {
        "this machine",
        "127.0.0.1 is not public (loopback)",
        "::1 is not public (loopback)",
    }
    sentence = check_url(url, development=development)
    if is_local:
        assert sentence is None
    else:
        assert sentence is not None
        assert because in sentence
        assert sentence.endswith(".")
        assert len(sentence) <= 500


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:3000/hook",
        "http://localhost",
        "https://localhost:1",
        "http://hooks.localhost:65535/",
        "http://127.0.0.1:3000/",
        "http://127.255.255.254:3000/",
        "http://[::1]:3000/",
    ],
)
def test_development_mode_lets_this_machine_be_a_receiver(url: str) -> None:
    assert read_url(url, development=True).is_local
    assert check_url(url, development=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com:3000/",
        "https://example.com:3000/",
        "http://10.0.0.1:3000/",
        "http://0.0.0.0:3000/",
        "http://[::]:3000/",
        "http://[::ffff:127.0.0.1]:3000/",
        "http://127.1:3000/",
        "http://localhost:0/",
        "http://localhost:65536/",
        "http://localhost.example.com/",
        "http://user@localhost:3000/",
    ],
)
def test_development_mode_loosens_nothing_else(url: str) -> None:
    assert check_url(url, development=True)


async def test_a_name_with_one_bad_address_is_refused_and_nothing_of_it_is_told() -> None:
    lookups = answering("1.1.1.1", "10.1.2.3", "8.8.8.8")
    with pytest.raises(
        RefusedAddress, match=r"The name a\.example resolves to an address that is not public\."
    ):
        await resolve("a.example", 443, development=False, lookups=lookups)
    with pytest.raises(RefusedAddress):
        await resolve("a.example", 443, development=True, lookups=answering("127.0.0.1"))


async def test_this_machine_by_its_name_is_nothing_but_this_machine() -> None:
    for bad in (["127.0.0.1", "1.1.1.1"], ["1.1.1.1"], ["::ffff:127.0.0.1"], ["0.0.0.0"]):
        with pytest.raises(RefusedAddress):
            await resolve("localhost", 80, development=True, lookups=answering(*bad))
    found = await resolve("localhost", 80, development=True, lookups=answering("::1", "127.0.0.1"))
    assert [str(address) for address in found] == ["::1", "127.0.0.1"]


async def test_a_few_addresses_of_both_families_are_tried_in_turn() -> None:
    sixes = [f"2606:4700::{number}" for number in range(1, 9)]
    lookups = answering(*sixes, "1.1.1.1")
    found = await resolve("a.example", 443, development=False, lookups=lookups)
    assert [str(address) for address in found] == [sixes[0], "1.1.1.1", sixes[1], sixes[2]]
    many = [f"1.1.{number >> 8}.{number & 255}" for number in range(5000)]
    assert len(await resolve("a.example", 443, development=False, lookups=answering(*many))) == 4
    with pytest.raises(RefusedAddress):
        await resolve("a.example", 443, development=False, lookups=answering(*many, "::1"))


@pytest.mark.parametrize(
    ("lookups", "sentence"),
    [
        (answering, "The name a.example does not resolve."),
        (lambda: failing(socket.gaierror(socket.EAI_NONAME, "")), "The name a.example does not resolve."),
        (lambda: failing(socket.gaierror(socket.EAI_AGAIN, "")), "The name a.example does not resolve at the moment."),
        (lambda: failing(UnicodeError()), "The name a.example does not resolve."),
        (lambda: failing(ValueError()), "The name a.example does not resolve."),
    ],
)  # fmt: skip
async def test_names_that_stand_for_nothing(lookups: Callable[[], Lookups], sentence: str) -> None:
    with pytest.raises(Unresolvable) as caught:
        await resolve("a.example", 443, development=False, lookups=lookups())
    assert str(caught.value) == sentence


async def test_an_endpoint_may_have_a_name_that_does_not_resolve_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def check(url: str, lookups: Lookups) -> str | None:
        return await check_destination(url, development=False, lookups=lookups)

    assert await check("https://a.example/", answering("1.1.1.1")) is None
    assert (
        await check("https://a.example/", failing(socket.gaierror(socket.EAI_NONAME, ""))) is None
    )
    refused = await check("https://a.example/", answering("1.1.1.1", "127.0.0.1"))
    assert refused == "The name a.example resolves to an address that is not public."
    assert await check("https://a.example:1/", answering("1.1.1.1"))
    monkeypatch.setattr(addresses, "WEBHOOK_CHECK_SECONDS", 0.01)
    over = threading.Event()
    try:
        assert await check("https://a.example/", Lookups(lambda *_: [str(over.wait(60))])) is None
    finally:
        over.set()


async def test_an_address_needs_no_lookup() -> None:
    lookups = failing(AssertionError())
    assert await resolve("1.1.1.1", 443, development=False, lookups=lookups) == [
        ip_address("1.1.1.1")
    ]
    with pytest.raises(RefusedAddress, match="private network"):
        await resolve("10.0.0.1", 443, development=True, lookups=lookups)
