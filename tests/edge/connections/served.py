"""`serve_http` on a loop of its own, as an API process has it, and clients that send it raw bytes."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import http.client
import io
import json
import socket
import threading
from typing import TYPE_CHECKING, Any, cast

import uvloop

from partner_api.edge.asgi import Edge
from partner_api.edge.connections.registry import Connections, mark_known
from partner_api.edge.connections.server import serve_http
from partner_api.settings.table import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from partner_api.edge.connections.limits import ConnectionLimits

WAIT_SECONDS = 60.0
"""So long that a busy machine is no failure; nothing waits longer than it has to."""

PIECE = b"x" * 2**16


class SmallApp:
    """An application with what the tests of connections need, and no database."""

    def __init__(self) -> None:
        # What `/wait` waits for, and who waits.
        self.release = asyncio.Event()
        self.waiting = threading.Semaphore(0)
        # What has happened to requests, in order.
        self.events: list[str] = []
        self.scopes: list[dict[str, Any]] = []
        self.start_error: Exception | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or live as long as the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        self.scopes.append(scope)
        body = b'"ok"'
        path = scope["path"]
        if path == "/known":
            mark_known(scope)
        elif path == "/echo":
            body = await self._read(receive)
        elif path == "/wait":
            # As routes that wait for something watch their client.
            watching = asyncio.create_task(receive())
            self.waiting.release()
            try:
                await self.release.wait()
            except asyncio.CancelledError:
                self.events.append("cancelled")
                raise
            finally:
                watching.cancel()
        elif path == "/gone":
            self.waiting.release()
            while (await receive())["type"] != "http.disconnect":
                pass
            self.events.append("gone")
            self.waiting.release()
        elif path == "/endless":
            await self._send_for_ever(send)
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-length", b"%d" % len(body))],
            }
        )
        await send({"type": "http.response.body", "body": body})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        if self.start_error is not None:
            raise self.start_error
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.events.append("closed")
        await send({"type": "lifespan.shutdown.complete"})

    async def _read(self, receive: Any) -> bytes:
        parts = []
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.events.append("cut off")
                return b"cut off"
            parts.append(message["body"])
            if not message["more_body"]:
                return b"".join(parts)

    async def _send_for_ever(self, send: Any) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            while True:
                await send({"type": "http.response.body", "body": PIECE, "more_body": True})
        finally:
            self.events.append("endless ended")
            self.waiting.release()


def small_edge(app: SmallApp, **environment: str) -> Edge:
    """The edge around it."""
    return Edge(app, (), load_settings({"LAYERS_LOG_LEVEL": "error", **environment}))


class Server:
    """A server on a thread of its own."""

    def __init__(self, edge: Edge, *, connections: Connections, drain_seconds: float) -> None:
        self.edge = edge
        self.connections = connections
        self._drain_seconds = drain_seconds
        self._listening = socket.socket()
        self._listening.bind(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._loop = uvloop.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.ended: concurrent.futures.Future[None] = concurrent.futures.Future()

    def start(self, limits: ConnectionLimits | None) -> None:
        """Start it, and wait until it takes requests or has failed."""
        self._limits = limits
        self._thread.start()
        while not self._ready.wait(0.01):
            if self.ended.done():
                self.ended.result()
                return

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            try:
                runner.run(
                    serve_http(
                        self.edge,
                        [self._listening],
                        connections=self.connections,
                        stop=self._stop,
                        drain_seconds=self._drain_seconds,
                        on_ready=self._ready.set,
                        limits=self._limits,
                    )
                )
            except BaseException as error:
                self.ended.set_exception(error)
            else:
                self.ended.set_result(None)

    def call(self, function: Callable[[], Any]) -> Any:
        """Call something on the server's loop."""

        async def called() -> Any:
            return function()

        return asyncio.run_coroutine_threadsafe(called(), self._loop).result(WAIT_SECONDS)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds on the server's loop."""

        async def holds() -> None:
            give_up = asyncio.get_running_loop().time() + WAIT_SECONDS
            while not condition():
                assert asyncio.get_running_loop().time() < give_up, "it did not happen in time"
                await asyncio.sleep(0.01)

        asyncio.run_coroutine_threadsafe(holds(), self._loop).result(2 * WAIT_SECONDS)

    def begin_stop(self) -> None:
        """Ask it to stop, as a signal does."""
        self._loop.call_soon_threadsafe(self._stop.set)

    def stop(self) -> None:
        """Stop it, and wait for its end."""
        if not self.ended.done():
            self.begin_stop()
        self._thread.join(WAIT_SECONDS)
        assert not self._thread.is_alive(), "the server does not stop"

    def connect(self, address: str = "127.0.0.1") -> Client:
        """Connect to it from an address of this machine."""
        return Client(self.port, address)

    def ask(self, request: bytes) -> Answer:
        """Send one request on a connection of its own."""
        with self.connect() as client:
            client.send(request)
            return client.answer(request)


class Answer:
    """What came back."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def error(self) -> dict[str, Any]:
        """The error in it, after checking the shape that every error has."""
        assert self.headers["Content-Type"] == "application/json"
        error: dict[str, Any] = json.loads(self.body)["error"]
        assert error["requestId"] == self.headers["X-Request-Id"]
        assert error["message"].endswith(".")
        return error


class _Reader(io.BufferedReader):
    """What comes on a connection, of which one answer leaves the next."""

    def makefile(self, _mode: str) -> _Reader:
        """Return itself, where a socket returns a file."""
        return self

    def close(self) -> None:
        """Stay open when an answer has been read."""


class Client:
    """A connection of a client."""

    def __init__(self, port: int, address: str) -> None:
        self.socket = socket.socket()
        self.socket.settimeout(WAIT_SECONDS)
        self.socket.bind((address, 0))
        self.socket.connect(("127.0.0.1", port))
        self._reader = _Reader(socket.SocketIO(self.socket, "r"))

    def __enter__(self) -> Client:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send these bytes; whoever has had enough may close meanwhile."""
        with contextlib.suppress(ConnectionError):
            self.socket.sendall(data)

    def answer(self, request: bytes = b"GET") -> Answer:
        """Read one answer."""
        method = "HEAD" if request.startswith(b"HEAD ") else "GET"
        response = http.client.HTTPResponse(cast("Any", self._reader), method=method)
        response.begin()
        return Answer(response)

    def ask(self, request: bytes) -> Answer:
        """Send a request and read its answer."""
        self.send(request)
        return self.answer(request)

    def rest(self) -> bytes:
        """Everything up to the end of the connection, which must come."""
        received = b""
        with contextlib.suppress(ConnectionError):
            while data := self._reader.read1():
                received += data
        return received

    @property
    def is_open(self) -> bool:
        """Whether the other end has neither closed nor sent anything."""
        self.socket.setblocking(False)
        try:
            return bool(self.socket.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        finally:
            self.socket.settimeout(WAIT_SECONDS)


@contextlib.contextmanager
def serving(
    edge: Edge,
    *,
    limits: ConnectionLimits | None = None,
    most: int = 100,
    most_of_address: int = 50,
    drain_seconds: float = WAIT_SECONDS,
) -> Iterator[Server]:
    """Serve until the block ends."""
    server = Server(
        edge, connections=Connections(most, most_of_address), drain_seconds=drain_seconds
    )
    server.start(limits)
    try:
        yield server
    finally:
        server.stop()
    server.ended.result()


def get(path: str, *fields: str, method: str = "GET") -> bytes:
    """The head of a request."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: test", *fields, "", ""]).encode()


def post(path: str, body: bytes, *fields: str) -> bytes:
    """A request with a body."""
    return get(path, f"Content-Length: {len(body)}", *fields, method="POST") + body
