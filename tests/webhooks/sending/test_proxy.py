"""Sending through the operator's proxy, which alone looks names up: what can be checked here still is."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING

import pytest
from tests.webhooks.sending.certificates import Authority
from tests.webhooks.sending.receivers import (
    OK,
    Visit,
    answering,
    client,
    on_both_loops,
    receiver,
)

from partner_api.webhooks.sending import client as client_module
from partner_api.webhooks.sending import failures

if TYPE_CHECKING:
    from pathlib import Path

    from tests.webhooks.sending.receivers import Behaviour

NAME = "hooks.example.com"


def proxying(port: int, asked: list[str]) -> Behaviour:
    """Connect whoever asks to a port of this machine, and keep what they asked."""

    async def behave(visit: Visit) -> None:
        asked.append((await visit.reader.readuntil(b"\r\n\r\n")).decode())
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await visit.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            await asyncio.gather(_copy(visit.reader, writer), _copy(reader, visit.writer))
        finally:
            writer.transport.abort()

    return behave


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.transport.abort()


@on_both_loops
async def test_requests_go_through_the_proxy_to_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    asked: list[str] = []
    names: list[str | None] = []
    tls = authority.server(NAME)
    tls.sni_callback = lambda _socket, name, _context: names.append(name)
    made: list[str] = []

    async def keep(visit: Visit) -> None:
        while True:
            made.append((await visit.request())[0])
            await visit.send(OK)

    async with (
        receiver(keep, tls) as receiving,
        receiver(proxying(receiving.port, asked)) as proxy,
        client(development=False, proxy=f"http://layers:p%40ss@127.0.0.1:{proxy.port}") as sender,
    ):
        for _ in range(3):
            answer = await sender.send(f"https://{NAME}/hook", {}, b"{}")
            assert answer[:3] == (200, None, b"ok")
        assert proxy.connections == 1
    (head,) = asked
    login = base64.b64encode(b"layers:p@ss").decode()
    assert head.startswith(f"CONNECT {NAME}:443 HTTP/1.1\r\nHost: {NAME}:443\r\n")
    assert f"Proxy-Authorization: Basic {login}\r\n" in head
    assert names == [NAME]
    assert len(made) == 3
    for request in made:
        assert f"\r\nHost: {NAME}\r\n" in request
        assert "Proxy-Authorization" not in request


@pytest.mark.parametrize("url", ["https://10.0.0.1/", "https://[::1]/", f"https://{NAME}:22/"])
async def test_addresses_and_ports_are_checked_before_the_proxy_is_asked(url: str) -> None:
    asked: list[str] = []
    async with receiver(proxying(1, asked)) as proxy:
        address = f"http://127.0.0.1:{proxy.port}"
        async with client(development=False, proxy=address) as sender:
            answer = await sender.send(url, {}, b"{}")
    assert answer.status is None
    assert answer.error
    assert (asked, proxy.connections) == ([], 0)


async def test_this_machine_is_reached_without_the_proxy() -> None:
    async with receiver(answering(OK)) as receiving, client(proxy="http://127.0.0.1:1") as sender:
        assert (await sender.send(receiving.url, {}, b"{}")).status == 200


@on_both_loops
async def test_a_proxy_that_does_not_help_is_not_the_receivers_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refuses(visit: Visit) -> None:
        await visit.reader.readuntil(b"\r\n\r\n")
        await visit.send(b"HTTP/1.1 502 10.9.8.7 is down\r\nContent-Length: 0\r\n\r\n")
        await visit.silence()

    async def is_silent(visit: Visit) -> None:
        await visit.silence()

    async def sentence(proxy: str) -> str | None:
        async with client(development=False, proxy=proxy) as sender:
            answer = await sender.send(f"https://{NAME}/", {}, b"{}")
        assert answer.status is None
        return answer.error

    async with receiver(refuses) as proxy:
        told = await sentence(f"http://127.0.0.1:{proxy.port}")
        assert told == "The server's proxy made no connection (502)."
    assert (
        await sentence(f"http://127.0.0.1:{proxy.port}") == "The server's proxy cannot be reached."
    )
    told = await sentence("http://proxy.invalid:3128")
    assert told == "The name of the server's proxy does not resolve."
    for module in (client_module, failures):
        monkeypatch.setattr(module, "WEBHOOK_SECONDS", 0.3)
    async with receiver(is_silent) as proxy:
        told = await sentence(f"http://127.0.0.1:{proxy.port}")
        assert told == "There was no connection through the server's proxy within 0.3 s."
        await proxy.all_gone()
