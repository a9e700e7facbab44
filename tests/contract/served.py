"""The server as customers meet it: `serve` in a process of its own, on a free port of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
from tests.conftest import DatabaseUrls

from partner_api.database.connection import connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 30


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> int:
        """Ask it to stop, as a process supervisor does; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)


@dataclass(frozen=True)
class RawAnswer:
    """What came back for bytes that no HTTP client would send."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@contextlib.contextmanager
def own_database(urls: DatabaseUrls) -> Iterator[DatabaseUrls]:
    """An empty database beside the suite's, with the same two roles.

    A served process sweeps its whole database, at the machine's time. The other tests' tenants
    live at times of their own, and a sweep would end their periods and jobs under their hands.
    """
    name = f"layers_served_{secrets.token_hex(4)}"
    asyncio.run(_execute(urls.owner, f"CREATE DATABASE {name}"))
    try:
        yield DatabaseUrls(_in_database(urls.owner, name), _in_database(urls.app, name))
    finally:
        asyncio.run(_execute(urls.owner, f"DROP DATABASE {name} WITH (FORCE)"))


@contextlib.contextmanager
def serving(urls: DatabaseUrls, secret_keys: str, folder: Path) -> Iterator[Server]:
    """Serve a database in development mode, which also migrates it, until the block ends."""
    port = _free_port()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name != "DATABASE_URL" and not name.startswith("LAYERS_")
    }
    environment |= {
        "DATABASE_URL": urls.app,
        "LAYERS_MIGRATION_DATABASE_URL": urls.owner,
        "LAYERS_SECRET_KEYS": secret_keys,
        "LAYERS_DEVELOPMENT": "true",
        "LAYERS_DATA_DIR": str(folder / "data"),
        "LAYERS_PORT": str(port),
        "LAYERS_LOG_FORMAT": "json",
    }
    log = folder / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "partner_api", "serve"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(port, process, log)
    try:
        _wait_until_ready(server)
        yield server
        if process.poll() is None:
            assert server.stop() == 0, log.read_text()[-4000:]
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def send_raw(server: Server, request: bytes) -> RawAnswer:
    """Send these bytes on a connection of their own, and read one answer."""
    return await asyncio.to_thread(_send_raw, server, request)


async def send_slowly(server: Server, parts: Sequence[bytes], *, pause_seconds: float) -> RawAnswer:
    """Send a request part by part; every part must be taken."""

    def send() -> RawAnswer:
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause_seconds)
            return _read_answer(connection, parts[0])

    return await asyncio.to_thread(send)


async def logged(server: Server, *words: str) -> str:
    """The first line of the server's log with all these words, which may be just about to come."""
    deadline = time.monotonic() + 5
    while True:
        for line in server.log.read_text().splitlines():
            if all(word in line for word in words):
                return line
        assert time.monotonic() < deadline, f"nothing about {words}"
        await asyncio.sleep(0.01)


def request_line(target: bytes, *headers: bytes, method: bytes = b"GET") -> bytes:
    """The head of a request, for `send_raw`."""
    lines = [b"%s %s HTTP/1.1" % (method, target), b"Host: localhost", b"Connection: close"]
    return b"\r\n".join([*lines, *headers, b"", b""])


def _send_raw(server: Server, request: bytes) -> RawAnswer:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        # Whoever refuses a request may close before having read all of it.
        with contextlib.suppress(ConnectionError):
            connection.sendall(request)
        return _read_answer(connection, request)


def _read_answer(connection: socket.socket, request: bytes) -> RawAnswer:
    response = http.client.HTTPResponse(connection, method=request.split(b" ", 1)[0].decode())
    response.begin()
    return RawAnswer(response.status, response.headers, response.read())


def _wait_until_ready(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(base_url=server.base_url, trust_env=False, timeout=5) as client:
        while True:
            with contextlib.suppress(httpx.TransportError):
                if client.get("/readyz").status_code == httpx.codes.OK:
                    return
            assert server.process.poll() is None, server.log.read_text()
            assert time.monotonic() < deadline, server.log.read_text()
            time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _in_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


async def _execute(url: str, statement: str) -> None:
    connection = await connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
