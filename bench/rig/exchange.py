"""Requests over connections that stay, by a client that costs little beside what it measures."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, NamedTuple, cast

from rig.api import HOST
from rig.command import MeasurementError

_HEADER_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_STATUS = slice(9, 12)
# What takes longer is over: the server gives up sooner.
_ANSWER_SECONDS = 60.0


class Answer(NamedTuple):
    """The status and the body of an answer."""

    status: int
    body: bytes

    @property
    def done(self) -> bool:
        """Whether the request did what it was to do."""
        return 200 <= self.status < 300


class Exchange(asyncio.Protocol):
    """One connection, on which one request is under way at a time."""

    def __init__(self) -> None:
        self._received = b""
        self._answer: asyncio.Future[Answer] | None = None

    @classmethod
    async def open(cls, port: int) -> Exchange:
        """Connect to the server."""
        _, exchange = await asyncio.get_running_loop().create_connection(cls, HOST, port)
        return exchange

    async def send(self, request: bytes) -> Answer:
        """Send a request and return its answer, whatever its status.

        Raises:
            MeasurementError: the connection broke, or there was no answer in a minute.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._answer = answer
        timer = loop.call_later(_ANSWER_SECONDS, self._fail, "no answer came")
        try:
            self._transport.write(request)
            return await answer
        finally:
            timer.cancel()

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Look whether the answer is complete."""
        self._received += data
        head_ends = self._received.find(_HEADER_END)
        if head_ends < 0:
            return
        body = head_ends + len(_HEADER_END)
        length = _LENGTH.search(self._received, 0, body)
        if length is None:
            self._fail("an answer does not say how long it is")
        elif len(self._received) >= body + int(length[1]):
            answer = Answer(int(self._received[_STATUS]), self._received[body:])
            self._received = b""
            if self._answer is not None and not self._answer.done():
                self._answer.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let nobody wait for an answer any more."""
        self._fail("the connection broke")

    def _fail(self, reason: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(MeasurementError(reason))
        self._transport.close()


def get(path: str, key: str) -> bytes:
    """Write a read."""
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {key}\r\n\r\n".encode()


def post(path: str, key: str, body: Any, idempotency_key: str | None = None) -> bytes:
    """Write a POST, whose body becomes JSON."""
    content = json.dumps(body).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {HOST}",
        f"Authorization: Bearer {key}",
        f"Content-Length: {len(content)}",
    ]
    if idempotency_key is not None:
        lines.append(f"Idempotency-Key: {idempotency_key}")
    return "\r\n".join([*lines, "", ""]).encode() + content
