"""What receivers do at their worst, with the status and the error that each has to come to."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING, Final

from tests.webhooks.sending.receivers import OK, Visit

if TYPE_CHECKING:
    from tests.webhooks.sending.receivers import Behaviour

NO_ANSWER: Final = "There was no answer within 0.5 s."


def sending(*parts: bytes, for_ever: bytes = b"") -> Behaviour:
    """Answer a request with these bytes, and then with others as fast as they are taken."""

    answer = b"".join(parts)

    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.send(answer)
        while for_ever:
            await visit.send(for_ever)
        await visit.silence()

    return behave


def dripping(answer: bytes, *, head: bytes = b"") -> Behaviour:
    """Answer a byte at a time."""

    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.send(head)
        for position in range(len(answer)):
            await visit.send(answer[position : position + 1])
            await asyncio.sleep(0.05)
        await visit.silence()

    return behave


def ending(answer: bytes, *, rude: bool = False) -> Behaviour:
    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.send(answer)
        if rude:
            visit.reset()

    return behave


async def says_nothing(visit: Visit) -> None:
    await visit.silence()


async def hangs_up(_visit: Visit) -> None:
    pass


async def answers_without_reading(visit: Visit) -> None:
    await visit.reader.readuntil(b"\r\n\r\n")
    await visit.send(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
    # It never takes the body: the sender has to go.
    await asyncio.sleep(0.3)
    await visit.silence()


async def answers_before_all(visit: Visit) -> None:
    await visit.send(OK)
    await visit.silence()


HEAD = b"HTTP/1.1 200 OK\r\n"
BOMB = gzip.compress(b"\0" * 10_000_000)
HOSTILE: Final[dict[str, tuple[Behaviour, int | None, str | None]]] = {
    "says nothing": (says_nothing, None, NO_ANSWER),
    "drips its head": (dripping(HEAD * 100), None, NO_ANSWER),
    "drips its body": (dripping(b"x" * 100, head=HEAD + b"Content-Length: 100\r\n\r\n"), 200, None),
    "drips the body of an error": (
        dripping(b"x" * 100, head=b"HTTP/1.1 400 No\r\nContent-Length: 100\r\n\r\n"), 400, "The answer was 400."),
    "sends no body after its head": (sending(HEAD + b"Content-Length: 100\r\n\r\n"), 200, None),
    "sends an endless body": (sending(HEAD, b"\r\n", for_ever=b"x" * 65536), 200, None),
    "sends a body of 10 GB": (
        sending(HEAD, b"Content-Length: 10000000000\r\n\r\n", for_ever=b"x" * 65536), 200, None),
    "sends endless chunks of a byte": (
        sending(HEAD, b"Transfer-Encoding: chunked\r\n\r\n", for_ever=b"1\r\nx\r\n" * 10_000), 200, None),
    "sends a chunk whose size never ends": (
        sending(HEAD, b"Transfer-Encoding: chunked\r\n\r\n1;", for_ever=b"x" * 65536), 200, None),
    "sends endless trailers": (
        sending(HEAD, b"Transfer-Encoding: chunked\r\n\r\n0\r\n", for_ever=b"A: b\r\n" * 10_000), 200, None),
    "sends an error with an endless body": (
        sending(b"HTTP/1.1 500 No\r\n\r\n", for_ever=b"x" * 65536), 500, "The answer was 500."),
    "sends 10 MB of headers": (
        sending(HEAD, *[b"X-%d: y\r\n" % number for number in range(1_000_000)], b"\r\n"), None,
        "The head of the answer is too long."),
    "sends one header of 10 MB": (
        sending(HEAD, b"X: ", b"y" * 10_000_000, b"\r\n\r\n"), None, "The head of the answer is too long."),
    "sends an endless line": (sending(for_ever=b"x" * 65536), None, "The head of the answer is too long."),
    "sends 100 for ever": (
        sending(for_ever=b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), None, "The head of the answer is too long."),
    "sends many 100 and then 200": (sending(b"HTTP/1.1 100 Continue\r\n\r\n" * 100 + OK), 200, None),
    "redirects": (
        sending(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"), 302,
        "The answer was a redirect (302); redirects are not followed."),
    "changes the protocol": (
        sending(b"HTTP/1.1 101 Go\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), None,
        "The answer is not HTTP, or ended early."),
    "resets": (ending(b"", rude=True), None, "The connection was closed without an answer."),
    "hangs up at once": (hangs_up, None, "The connection was closed without an answer."),
    "hangs up after the request": (ending(b""), None, "The connection was closed without an answer."),
    "hangs up in its head": (ending(HEAD), None, "The answer is not HTTP, or ended early."),
    "resets in its head": (ending(HEAD, rude=True), None, "The answer is not HTTP, or ended early."),
    "hangs up in its body": (ending(HEAD + b"Content-Length: 9\r\n\r\nx"), 200, None),
    "answers without reading": (answers_without_reading, 413, "The answer was 413."),
    "answers before the request": (answers_before_all, 200, None),
    "speaks another protocol": (ending(b"SSH-2.0-OpenSSH_9.9\r\n"), None, "The answer is not HTTP, or ended early."),
    "has two lengths": (
        ending(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nok"), None,
        "The answer is not HTTP, or ended early."),
    "has a header with a control character": (
        ending(HEAD + b"X: a\0b\r\n\r\n"), None, "The answer is not HTTP, or ended early."),
    "sends a bomb": (
        sending(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB), 200, None),
    "asks to wait for ever": (
        sending(b"HTTP/1.1 503 No\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n"), 503,
        "The answer was 503."),
}  # fmt: skip
