"""What is sent, what an answer says, and on which connection: names are looked up once for each, and checked."""

from __future__ import annotations

import asyncio
import email.utils
import time
from typing import TYPE_CHECKING

import pytest
from tests.webhooks.sending.receivers import (
    OK,
    PATIENCE_SECONDS,
    Visit,
    answering,
    client,
    on_both_loops,
    receiver,
    until,
)

from partner_api.webhooks.sending import client as client_module
from partner_api.webhooks.sending import connections, failures, network
from partner_api.webhooks.sending.client import Answer, WebhookClient
from partner_api.webhooks.sending.lookups import Lookups

if TYPE_CHECKING:
    from tests.webhooks.sending.receivers import Behaviour, Receiver

    from partner_api.webhooks.sending.stream import Stream

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


def keeping(made: list[tuple[str, bytes]], answer: bytes = OK) -> Behaviour:
    """Answer, and keep what was asked."""

    async def behave(visit: Visit) -> None:
        while True:
            made.append(await visit.request())
            await visit.send(answer)

    return behave


def named(receiving: Receiver, name: str = "hooks.localhost") -> str:
    return f"http://{name}:{receiving.port}/hook"


@on_both_loops
async def test_a_request_has_its_headers_and_its_body_and_nothing_else() -> None:
    made: list[tuple[str, bytes]] = []
    async with receiver(keeping(made)) as receiving, client("127.0.0.1") as sender:
        url = f"http://Hooks.LOCALHOST:{receiving.port}/hook?shop=7&x=%20"
        answer = await sender.send(url, {"X-Layers-Event-Id": "evt_1"}, b'{"a":1}')
        assert answer[:3] == (200, None, b"ok")
        assert 0 <= answer.duration_ms < PATIENCE_SECONDS * 1000
    ((head, body),) = made
    assert body == b'{"a":1}'
    assert head.splitlines()[:-1] == [
        "POST /hook?shop=7&x=%20 HTTP/1.1",
        f"Host: hooks.localhost:{receiving.port}",
        "User-Agent: Layers-Webhooks/1",
        "Content-Type: application/json",
        "Accept: */*",
        "Content-Length: 7",
        "X-Layers-Event-Id: evt_1",
    ]


@on_both_loops
async def test_a_redirect_to_this_machine_leads_nowhere() -> None:
    made: list[tuple[str, bytes]] = []
    async with receiver(keeping(made)) as inside:
        redirect = (
            f"HTTP/1.1 307 Go\r\nLocation: {inside.url}\r\nContent-Length: 0\r\n\r\n".encode()
        )
        async with receiver(answering(redirect)) as receiving, client() as sender:
            answer = await sender.send(receiving.url, {}, b"{}")
    assert answer[:2] == (307, "The answer was a redirect (307); redirects are not followed.")
    assert made == []
    assert inside.connections == 0


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (503, "120", 120),
        (429, "0", 0),
        (503, "604800", 86_400),
        (503, "9" * 60, 86_400),
        (503, "-1", None),
        (503, "1.5", None),
        (503, "soon", None),
        (503, "", None),
        (503, "\u0661", None),
        (503, "Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        (503, "Thu, 01 Jan 1970 00:00:00 GMT", 0),
        (503, "Thu, 01 Jan 1970 00:00:00 -2359", 0),
        (503, "1" * 10_000, None),
        (503, "Thu, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        (200, "Thu, 01 Jan 2026 99999999999999999999:00:00 GMT", None),
        (200, "Thu, 01 Jan 2026 00:00:00 +99999999999999999999", None),
        (200, None, None),
    ],
)
async def test_what_an_answer_asks_to_wait(
    status: int, header: str | None, seconds: int | None
) -> None:
    line = "" if header is None else f"Retry-After: {header}\r\n"
    head = f"HTTP/1.1 {status} X\r\n{line}Content-Length: 0\r\n\r\n".encode()
    async with receiver(answering(head)) as receiving, client() as sender:
        answer = await sender.send(receiving.url, {}, b"{}")
    assert (answer.status, answer.retry_after_seconds) == (status, seconds)


async def test_a_date_to_wait_for_is_one_of_the_machines_time() -> None:
    date = email.utils.formatdate(time.time() + 3600, usegmt=True)
    head = f"HTTP/1.1 503 X\r\nRetry-After: {date}\r\nContent-Length: 0\r\n\r\n".encode()
    async with receiver(answering(head)) as receiving, client() as sender:
        answer = await sender.send(receiving.url, {}, b"{}")
    assert 3500 < (answer.retry_after_seconds or 0) <= 3600


async def test_the_first_2048_bytes_of_a_body_are_kept() -> None:
    body = bytes(range(256)) * 16
    head = b"HTTP/1.1 500 No\r\nContent-Length: 4096\r\n\r\n"
    async with receiver(answering(head + body)) as receiving, client() as sender:
        for _ in range(2):
            answer = await sender.send(receiving.url, {}, b"{}")
            assert answer[:3] == (500, "The answer was 500.", body[:2048])
        assert receiving.connections == 1


@on_both_loops
async def test_connections_are_used_again_and_closed_when_nobody_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "WEBHOOK_IDLE_SECONDS", 0.2)
    async with receiver(answering(OK, NO_CONTENT)) as receiving, client() as sender:
        for status in (200, 204, 200):
            assert (await sender.send(receiving.url, {}, b"{}")).status == status
        assert receiving.connections == 1
        await asyncio.gather(*[sender.send(receiving.url, {}, b"{}") for _ in range(5)])
        assert receiving.connections <= 5
        await receiving.all_gone()
        assert (await sender.send(receiving.url, {}, b"{}")).status == 200


async def test_only_so_many_connections_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_IDLE", 2)
    async with receiver(answering(OK)) as receiving, client() as sender:
        await asyncio.gather(*[sender.send(receiving.url, {}, b"{}") for _ in range(6)])
        await until(lambda: receiving.open <= 2)


@on_both_loops
async def test_an_idle_connection_that_turns_out_to_be_closed_is_tried_again_at_once() -> None:
    requests: list[tuple[int, bytes]] = []

    async def behave(visit: Visit) -> None:
        _, body = await visit.request()
        requests.append((visit.number, body))
        await visit.send(OK)
        # It takes the next request, and goes without a word.
        _, body = await visit.request()
        requests.append((visit.number, body))

    async with receiver(behave) as receiving, client() as sender:
        for body in (b"first", b"second"):
            assert (await sender.send(receiving.url, {}, body))[:2] == (200, None)
    assert requests == [(1, b"first"), (1, b"second"), (2, b"second")]


@on_both_loops
async def test_there_is_one_second_try_and_none_of_a_new_connection() -> None:
    async def behave(visit: Visit) -> None:
        await visit.request()
        if visit.number == 1:
            await visit.send(OK)
            await visit.request()

    async with receiver(behave) as receiving, client() as sender:
        assert (await sender.send(receiving.url, {}, b"1")).status == 200
        gone = (None, "The connection was closed without an answer.")
        assert (await sender.send(receiving.url, {}, b"2"))[:2] == gone
        assert receiving.connections == 2
        assert (await sender.send(receiving.url, {}, b"3"))[:2] == gone
        assert receiving.connections == 3


@on_both_loops
async def test_nothing_is_sent_twice_when_an_answer_has_begun() -> None:
    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.send(OK)
        await visit.request()
        await visit.send(b"HTTP/1.1 2")

    async with receiver(behave) as receiving, client() as sender:
        assert (await sender.send(receiving.url, {}, b"1")).status == 200
        answer = await sender.send(receiving.url, {}, b"2")
        assert answer[:2] == (None, "The answer is not HTTP, or ended early.")
        assert receiving.connections == 1


@on_both_loops
async def test_a_connection_with_bytes_that_nobody_asked_for_is_not_used_again() -> None:
    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.send(OK + b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
        await visit.silence()

    async with receiver(behave) as receiving, client() as sender:
        for number in (1, 2, 3):
            assert (await sender.send(receiving.url, {}, b"{}")).status == 200
            assert receiving.connections == number


@on_both_loops
async def test_a_name_that_comes_to_stand_for_another_address_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    asked: list[str] = []

    def ask(name: str, _port: int) -> list[str]:
        asked.append(name)
        return answers[len(asked) - 1]

    sender = WebhookClient(development=True, proxy=None, lookups=Lookups(ask))
    async with receiver(answering(OK)) as receiving:
        # On the connection of the first request nothing is looked up: it goes where was checked.
        for _ in range(3):
            assert (await sender.send(named(receiving), {}, b"{}")).status == 200
        assert asked == ["hooks.localhost"]
        monkeypatch.setattr(connections, "WEBHOOK_CONNECTION_SECONDS", 0)
        answer = await sender.send(named(receiving), {}, b"{}")
        refused = "The name hooks.localhost resolves to an address that is not public."
        assert answer[:2] == (None, refused)
        assert (len(asked), receiving.connections) == (2, 1)
        await sender.aclose()


@pytest.mark.parametrize("addresses", [("127.0.0.1", "10.0.0.1"), ("::ffff:127.0.0.1",)])
async def test_one_bad_address_of_a_name_is_enough(addresses: tuple[str, ...]) -> None:
    async with receiver(answering(OK)) as receiving, client(*addresses) as sender:
        answer = await sender.send(named(receiving), {}, b"{}")
    assert answer.status is None
    assert answer.error == "The name hooks.localhost resolves to an address that is not public."
    assert receiving.connections == 0


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://127.0.0.1/", "https://localhost/"])
async def test_in_production_this_machine_is_no_receiver(url: str) -> None:
    async with client(development=False) as sender:
        answer = await sender.send(url, {}, b"{}")
    assert answer.status is None
    assert answer.error
    async with client("127.0.0.1", development=False) as sender:
        answer = await sender.send("https://hooks.example.com/", {}, b"{}")
    assert answer.error == "The name hooks.example.com resolves to an address that is not public."


@on_both_loops
async def test_another_address_is_tried_when_one_refuses_or_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with receiver(answering(OK)) as receiving:
        async with client("127.0.0.2", "127.0.0.1") as sender:
            assert (await sender.send(named(receiving), {}, b"{}")).status == 200
        opened = network.Network._open

        async def silent(self: network.Network, address: object, port: int) -> Stream:
            if str(address) == "127.0.0.2":
                await asyncio.sleep(PATIENCE_SECONDS)
            return await opened(self, address, port)  # type: ignore[arg-type]

        monkeypatch.setattr(network.Network, "_open", silent)
        monkeypatch.setattr(network, "WEBHOOK_ADDRESS_SECONDS", 0.05)
        async with client("127.0.0.2", "127.0.0.1") as sender:
            assert (await sender.send(named(receiving), {}, b"{}")).status == 200


async def test_nobody_listens() -> None:
    async with receiver(answering(OK)) as receiving:
        pass
    async with client() as sender:
        answer = await sender.send(receiving.url, {}, b"{}")
    assert answer == Answer(None, "The connection was refused.", b"", answer.duration_ms, None)


@pytest.mark.parametrize(
    ("waits", "sentence"),
    [
        ("resolve", "There was no address of hooks.localhost within 0.05 s."),
        ("_open", "There was no connection within 0.05 s."),
    ],
)
async def test_the_limit_is_over_all_and_says_what_took_long(
    waits: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait(*_: object, **__: object) -> None:
        await asyncio.sleep(PATIENCE_SECONDS)

    for module in (client_module, failures):
        monkeypatch.setattr(module, "WEBHOOK_SECONDS", 0.05)
    monkeypatch.setattr(network if waits == "resolve" else network.Network, waits, wait)
    async with client("127.0.0.1") as sender:
        assert (await sender.send("http://hooks.localhost:1/", {}, b"{}"))[:2] == (None, sentence)


async def test_what_nobody_thought_of_is_a_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(network.Network, "_open", fail)
    async with client("127.0.0.1") as sender:
        answer = await sender.send("http://hooks.localhost:1/", {}, b"{}")
        assert answer[:2] == (None, "The request could not be sent.")
        answer = await sender.send("http://hooks.localhost:1/", {"X": "a\r\nb: c"}, b"{}")
        assert answer[:2] == (None, "The request could not be sent.")
        answer = await sender.send("not a url", {}, b"{}")
        assert answer.error == "The URL must be a whole one, such as https://example.com/hook."


@on_both_loops
async def test_a_sender_that_is_cancelled_leaves_nothing_open() -> None:
    async def behave(visit: Visit) -> None:
        came.set()
        await visit.silence()

    came = asyncio.Event()
    async with receiver(behave) as receiving, client() as sender:
        sending = asyncio.create_task(sender.send(receiving.url, {}, b"{}"))
        await came.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await receiving.all_gone()


@on_both_loops
async def test_proxies_of_the_environment_are_nothing_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable in PROXIES:
        monkeypatch.setenv(variable, "http://127.0.0.1:1")
    async with receiver(answering(OK)) as receiving, client() as sender:
        assert (await sender.send(receiving.url, {}, b"{}")).status == 200
