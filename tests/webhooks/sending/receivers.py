"""Receivers of webhooks that really run, each as bad as a test wants it, and the loops that they run on."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import os
import socket
import struct
from typing import TYPE_CHECKING, Any, Final

import pytest
import uvloop

from partner_api.webhooks.sending.client import WebhookClient
from partner_api.webhooks.sending.lookups import Lookups

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine

    Behaviour = Callable[["Visit"], Awaitable[None]]

PATIENCE_SECONDS: Final = 60
OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Visit:
    """One connection to a receiver."""

    def __init__(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.number = number
        """Of the connections to this receiver, from 1."""
        self.reader = reader
        self.writer = writer

    async def request(self) -> tuple[str, bytes]:
        """Return the head and the body of the next request; IncompleteReadError at the end of the connection."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        (length,) = [
            int(line.partition(":")[2])
            for line in head.split("\r\n")
            if line.lower().startswith("content-length:")
        ]
        return head, await self.reader.readexactly(length)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def silence(self) -> None:
        """Say nothing until the other side goes."""
        while await self.reader.read(65536):
            pass

    def reset(self) -> None:
        """End the connection in the rude way."""
        raw: socket.socket = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class Receiver:
    """A server of one behaviour; counts its connections and keeps what was sent to it."""

    def __init__(self, behave: Behaviour) -> None:
        self.connections = 0
        self.open = 0
        self.requests: list[tuple[str, bytes]] = []
        self.port = 0
        self._behave = behave
        self._all_gone = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self._all_gone.clear()
        visit = Visit(self.connections, reader, writer)
        try:
            await self._behave(visit)
        except (ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            pass
        finally:
            self.open -= 1
            if not self.open:
                self._all_gone.set()
            writer.transport.abort()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def all_gone(self) -> None:
        """Wait until nobody is connected."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._all_gone.wait()


@contextlib.asynccontextmanager
async def receiver(
    behave: Behaviour, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Receiver]:
    """Run a receiver; at the end all who are connected have to go by themselves."""
    made = Receiver(behave)
    server = await asyncio.start_server(made.serve, host, port, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
        if made.connections:
            await made.all_gone()
    finally:
        server.close()


def answering(*answers: bytes) -> Behaviour:
    """Answer each request of a connection with the next of these, over and over."""

    async def behave(visit: Visit) -> None:
        while True:
            for answer in answers:
                await visit.request()
                await visit.send(answer)

    return behave


@contextlib.asynccontextmanager
async def client(
    *addresses: str, development: bool = True, proxy: str | None = None
) -> AsyncIterator[WebhookClient]:
    """Open a client, for which every name stands for these addresses."""
    lookups = Lookups((lambda _name, _port: list(addresses)) if addresses else None)
    made = WebhookClient(development=development, proxy=proxy, lookups=lookups)
    try:
        yield made
    finally:
        await made.aclose()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that happens soon and says nothing when it does."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - files have no events
            await asyncio.sleep(0.01)


def open_files() -> int:
    """Return how many files and sockets this process has open."""
    return len(os.listdir("/dev/fd"))


def on_both_loops(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a test on asyncio's own event loop, and on uvloop's, which is what servers run on."""

    @functools.wraps(test)
    def run(new_loop: Callable[[], asyncio.AbstractEventLoop], **arguments: Any) -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(test(**arguments))

    signature = inspect.signature(test)
    own = inspect.Parameter("new_loop", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    run.__signature__ = signature.replace(parameters=[own, *signature.parameters.values()])  # type: ignore[attr-defined]
    loops = [asyncio.new_event_loop, uvloop.new_event_loop]
    marked: Callable[..., None] = pytest.mark.parametrize(
        "new_loop", loops, ids=["asyncio", "uvloop"]
    )(run)
    return marked
