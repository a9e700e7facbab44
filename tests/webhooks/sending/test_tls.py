"""Receivers by https: certificates are verified for the name, and a bad one is a sentence."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

import pytest
from tests.webhooks.sending.certificates import DAY, NOW, Authority
from tests.webhooks.sending.hostile import says_nothing
from tests.webhooks.sending.receivers import (
    OK,
    Visit,
    answering,
    client,
    on_both_loops,
    open_files,
    receiver,
    until,
)

from partner_api.webhooks.sending import client as client_module
from partner_api.webhooks.sending import failures
from partner_api.webhooks.sending.stream import Stream

if TYPE_CHECKING:
    from pathlib import Path

NAME = "hooks.localhost"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """One that the machine trusts."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    return made


async def sent(tls: ssl.SSLContext, name: str = NAME) -> tuple[int | None, str | None]:
    """Send a request to a receiver with this certificate; return its status and the error."""
    async with receiver(answering(OK), tls) as receiving, client("127.0.0.1") as sender:
        answer = await sender.send(f"https://{name}:{receiving.port}/hook", {}, b"{}")
        if answer.status is None and receiving.connections:
            await receiving.all_gone()
    return answer.status, answer.error


@on_both_loops
async def test_a_certificate_for_the_name_is_asked_for_by_it(authority: Authority) -> None:
    asked: list[str | None] = []
    tls = authority.server(NAME)
    tls.sni_callback = lambda _socket, name, _context: asked.append(name)
    async with receiver(answering(OK), tls) as receiving, client("127.0.0.1") as sender:
        for _ in range(3):
            answer = await sender.send(f"https://{NAME}:{receiving.port}/hook", {}, b"x" * 262144)
            assert answer[:3] == (200, None, b"ok")
        assert receiving.connections == 1
    assert asked == [NAME]


@on_both_loops
async def test_certificates_that_are_not_valid(authority: Authority, tmp_path: Path) -> None:
    assert await sent(authority.server("other.localhost")) == (
        None,
        f"The TLS certificate is not valid for the name {NAME}.",
    )
    assert await sent(authority.server(NAME, until=NOW - DAY)) == (
        None,
        "The TLS certificate is not valid (certificate has expired).",
    )
    unknown = "The TLS certificate is from no authority that is trusted"
    status, error = await sent(Authority(tmp_path, "Nobody").server(NAME))
    assert status is None
    assert error is not None
    assert error.startswith(unknown)


@on_both_loops
async def test_tls_before_1_2_is_not_spoken(authority: Authority) -> None:
    tls = authority.server(NAME)
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        tls.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning):
        tls.maximum_version = ssl.TLSVersion.TLSv1_1
    # The server has nothing to say to such a client, and goes.
    assert await sent(tls) == (None, "The connection was closed in the TLS handshake.")


@on_both_loops
async def test_a_receiver_that_speaks_no_tls(authority: Authority) -> None:
    async def greets(visit: Visit) -> None:
        await visit.send(b"220 mail.example ESMTP\r\n")
        await visit.silence()

    async def answers_in_the_clear(visit: Visit) -> None:
        await visit.reader.read(1)
        await visit.send(OK)
        await visit.silence()

    async def hangs_up(visit: Visit) -> None:
        await visit.reader.read(1)
        visit.reset()

    sentences = set()
    for behave in (greets, answers_in_the_clear, hangs_up):
        async with receiver(behave) as receiving, client("127.0.0.1") as sender:
            answer = await sender.send(f"https://{NAME}:{receiving.port}/", {}, b"{}")
            assert answer.status is None
            await receiving.all_gone()
            sentences.add(str(answer.error))
    for sentence in sentences:
        assert "TLS" in sentence


@on_both_loops
async def test_a_handshake_that_never_ends_leaves_nothing_open(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def behave(visit: Visit) -> None:
        await visit.silence()

    for module in (client_module, failures):
        monkeypatch.setattr(module, "WEBHOOK_SECONDS", 0.3)
    async with receiver(behave) as receiving, client("127.0.0.1") as sender:
        url = f"https://{NAME}:{receiving.port}/"
        await sender.send(url, {}, b"{}")
        files = open_files() + 1
        answers = await asyncio.gather(*[sender.send(url, {}, b"{}") for _ in range(8)])
        late = (None, "There was no end of the TLS handshake within 0.3 s.")
        assert [answer[:2] for answer in answers] == [late] * 8
        await receiving.all_gone()
        await until(lambda: open_files() <= files)


async def test_what_came_in_the_clear_is_no_part_of_what_comes_encrypted() -> None:
    async with receiver(says_nothing) as receiving:
        _, stream = await asyncio.get_running_loop().create_connection(
            lambda: Stream(failures.Progress()), "127.0.0.1", receiving.port
        )
        stream.data_received(OK)
        with pytest.raises(failures.SendFailure, match="does not speak TLS"):
            await stream.start_tls(ssl.create_default_context(), NAME)
        stream.close()
