"""The server as customers meet it: `serve` in a process of its own, on a free port of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.serving import Service

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.support.databases import DatabaseUrls


@dataclass(frozen=True)
class RawAnswer:
    """What came back for bytes that no HTTP client would send."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@contextlib.contextmanager
def serving(
    urls: DatabaseUrls, secret_keys: str, folder: Path, **variables: str
) -> Iterator[Service]:
    """Serve a database in development mode, which also migrates it, until the block ends."""
    service = Service(
        folder,
        "serve",
        DATABASE_URL=urls.app,
        LAYERS_MIGRATION_DATABASE_URL=urls.owner,
        LAYERS_SECRET_KEYS=secret_keys,
        LAYERS_DEVELOPMENT="true",
        **variables,
    )
    try:
        service.start()
        yield service
        if not service.ended:
            assert service.stop() == 0, service.errors
    finally:
        if not service.ended:
            service.end()


async def send_raw(server: Service, request: bytes) -> RawAnswer:
    """Send these bytes on a connection of their own, and read one answer."""
    return await asyncio.to_thread(_send_raw, server, request)


async def send_slowly(
    server: Service, parts: Sequence[bytes], *, pause_seconds: float
) -> RawAnswer:
    """Send a request part by part; every part must be taken."""

    def send() -> RawAnswer:
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause_seconds)
            return _read_answer(connection, parts[0])

    return await asyncio.to_thread(send)


async def logged(server: Service, *words: str) -> str:
    """The first line of the server's log with all these words, which may be just about to come."""
    deadline = time.monotonic() + 60
    while True:
        for line in server.errors.splitlines():
            if all(word in line for word in words):
                return line
        assert time.monotonic() < deadline, f"nothing about {words}"
        await asyncio.sleep(0.01)


def request_line(target: bytes, *headers: bytes, method: bytes = b"GET") -> bytes:
    """The head of a request, for `send_raw`."""
    lines = [b"%s %s HTTP/1.1" % (method, target), b"Host: localhost", b"Connection: close"]
    return b"\r\n".join([*lines, *headers, b"", b""])


def _send_raw(server: Service, request: bytes) -> RawAnswer:
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        # Whoever refuses a request may close before having read all of it.
        with contextlib.suppress(ConnectionError):
            connection.sendall(request)
        return _read_answer(connection, request)


def _read_answer(connection: socket.socket, request: bytes) -> RawAnswer:
    response = http.client.HTTPResponse(connection, method=request.split(b" ", 1)[0].decode())
    response.begin()
    return RawAnswer(response.status, response.headers, response.read())
