"""A receiver of webhooks on the loopback address, in the loop of the test."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import msgspec

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import TracebackType

# Nothing waits longer than it has to.
LONG = 120.0


class Received(NamedTuple):
    """One request."""

    path: str
    headers: Mapping[str, str]
    """By names in lower case."""
    body: bytes

    @property
    def event_id(self) -> str:
        """Of the event that it tells."""
        return self.headers["x-layers-event-id"]

    @property
    def event(self) -> dict[str, Any]:
        """The envelope."""
        event: dict[str, Any] = msgspec.json.decode(self.body)
        return event


class Reply(NamedTuple):
    """What the receiver answers."""

    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class Receiver:
    """Keeps each request, and answers as the test says.

    Args:
        answer: is given each request; without it, all are answered with 204.
    """

    def __init__(self, answer: Callable[[Received], Awaitable[Reply]] | None = None) -> None:
        self.answer = answer
        self.requests: list[Received] = []
        self.open: Counter[str] = Counter()
        """Requests that wait for their answer, by path."""
        self.most_open: Counter[str] = Counter()
        """The most of them at a time; of all paths together by the path ``*``."""
        self._news = asyncio.Condition()
        self._connections: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def url(self, path: str = "/hook") -> str:
        """The URL of one of its paths."""
        return f"http://127.0.0.1:{self.port}{path}"

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so, looking whenever a request begins or ends."""
        async with asyncio.timeout(LONG), self._news:
            await self._news.wait_for(condition)

    async def until_more(self, count: int) -> None:
        """Wait until so many more requests have begun."""
        wanted = len(self.requests) + count
        await self.until(lambda: len(self.requests) >= wanted)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    await self._serve(await _read(reader), writer)
        except asyncio.CancelledError:
            # Whoever stops the receiver waits for this.
            return
        finally:
            self._connections.discard(task)
            writer.close()

    async def _serve(self, request: Received, writer: asyncio.StreamWriter) -> None:
        self.requests.append(request)
        await self._count(request.path, 1)
        try:
            reply = Reply() if self.answer is None else await self.answer(request)
            writer.write(_written(reply))
            await writer.drain()
        finally:
            await self._count(request.path, -1)

    async def _count(self, path: str, change: int) -> None:
        self.open[path] += change
        self.most_open[path] = max(self.most_open[path], self.open[path])
        self.most_open["*"] = max(self.most_open["*"], self.open.total())
        async with self._news:
            self._news.notify_all()


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request, *lines = head.rstrip("\r\n").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(request.split(" ")[1], headers, body)


def _written(reply: Reply) -> bytes:
    headers = [
        *reply.headers,
        *([("Content-Length", str(len(reply.body)))] * (reply.status != 204)),
    ]
    lines = [f"HTTP/1.1 {reply.status} Said", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode() + reply.body
