"""A real HTTP proxy on the loopback address that does to requests what networks and bad days do.

It stands between a client and a server, follows a script of faults, one for each request, and remembers what it saw.
Without a fault left it passes requests on, each on a connection of its own.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import struct
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

_UPSTREAM_SECONDS = 120.0
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


@dataclass(frozen=True)
class Pass:
    """Pass the request on and its answer back; ``first`` is called before, ``then`` between the two."""

    first: Callable[[], object] | None = None
    then: Callable[[], object] | None = None


@dataclass(frozen=True)
class Answer:
    """Answer this; the server hears of the request only when it is ``forwarded``."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    forwarded: bool = False


@dataclass(frozen=True)
class Reset:
    """Reset the connection; ``then`` is called before, when the server has answered what was ``forwarded``."""

    forwarded: bool = False
    then: Callable[[], object] | None = None


@dataclass(frozen=True)
class Cut:
    """Pass the request on, and end the connection after so many bytes of the answer's body."""

    body_bytes: int = 10


@dataclass(frozen=True)
class Drip:
    """Pass the request on, and the answer back in pieces with a pause after each."""

    piece_bytes: int = 16
    pause_seconds: float = 0.05


@dataclass(frozen=True)
class Swallow:
    """Read the request and say nothing until the client gives up; the server hears of what is ``forwarded``."""

    forwarded: bool = False


Fault = Pass | Answer | Reset | Cut | Drip | Swallow


def refusal(status: int, code: str, **headers: str) -> Answer:
    """Return an error of the API as an answer; headers are named with ``_`` for ``-``."""
    body = b'{"error": {"code": "%s", "message": "Refused.", "requestId": "req_x"}}' % code.encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, body, {"Content-Type": "application/json", **named})


@dataclass
class Exchange:
    """One request, and what became of it."""

    method: str
    path: str
    headers: dict[str, str]
    """With lower-case names."""
    body: bytes
    fault: Fault
    began: float
    """On the monotonic clock."""
    status: int | None = None
    """What the client was told; None when nothing."""
    answer_headers: list[tuple[str, str]] = field(default_factory=list)
    answer_body: bytes = b""

    @property
    def idempotency_key(self) -> str | None:
        """The key that the request carried."""
        return self.headers.get("idempotency-key")


@dataclass(frozen=True)
class _Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def encoded(self) -> tuple[bytes, bytes]:
        """Its head and its body as they are sent."""
        named = {name.lower() for name, _ in self.headers}
        lines = [f"HTTP/1.1 {self.status} {http.client.responses.get(self.status, '')}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        bodiless = self.status in (204, 304)
        if not bodiless:
            lines.append(f"Content-Length: {len(self.body)}")
        if "date" not in named:
            lines.append("Date: Thu, 01 Jan 2026 00:00:00 GMT")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        return head, b"" if bodiless else self.body


class FaultProxy:
    """Listens until it is closed; use it in a ``with`` block.

    Args:
        upstream_port: of the server on this machine that requests are passed on to.
    """

    def __init__(self, upstream_port: int) -> None:
        self.upstream_port = upstream_port
        self.exchanges: list[Exchange] = []
        self._script: deque[Fault] = deque()
        self._changed = threading.Condition()
        self._connections: set[socket.socket] = set()
        self._listener = _Listener(self)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.05,))

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.shutdown()
        with self._changed:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        # Waits for the threads of the connections too.
        self._listener.server_close()
        self._thread.join()

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

    @property
    def open_connections(self) -> int:
        """How many connections of clients are open."""
        with self._changed:
            return len(self._connections)

    def script(self, *faults: Fault) -> None:
        """Do this to the next requests, in their order, and forget what was seen before."""
        with self._changed:
            self._script = deque(faults)
            self.exchanges = []

    @property
    def is_over(self) -> bool:
        """Whether every fault of the script has met its request."""
        with self._changed:
            return not self._script

    def wait(self, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until the condition holds; it is looked at whenever a request or connection begins or ends."""
        with self._changed:
            assert self._changed.wait_for(condition, seconds), "it did not happen in time"

    def wait_for_exchanges(self, count: int) -> None:
        """Wait until so many requests have arrived."""
        self.wait(lambda: len(self.exchanges) >= count)

    def keys(self) -> list[str | None]:
        """The Idempotency-Key of each request, in their order."""
        return [exchange.idempotency_key for exchange in self.exchanges]

    # What the connections' threads call.

    def opened(self, connection: socket.socket) -> None:
        """Note a client's connection."""
        with self._changed:
            self._connections.add(connection)
            self._changed.notify_all()

    def closed(self, connection: socket.socket) -> None:
        """Note its end."""
        with self._changed:
            self._connections.discard(connection)
            self._changed.notify_all()

    def began(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Exchange:
        """Note a request, and choose what happens to it."""
        with self._changed:
            fault = self._script.popleft() if self._script else Pass()
            exchange = Exchange(method, path, headers, body, fault, time.monotonic())
            self.exchanges.append(exchange)
            self._changed.notify_all()
            return exchange

    def told(self, exchange: Exchange, status: int) -> None:
        """Note what the client is told."""
        with self._changed:
            exchange.status = status
            self._changed.notify_all()


class _Listener(ThreadingHTTPServer):
    # The threads are waited for: what they still do would disturb the next test.
    daemon_threads = False
    request_queue_size = 128

    def __init__(self, proxy: FaultProxy) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.proxy = proxy


class _Connection(BaseHTTPRequestHandler):
    """One connection of a client, with one request after the other."""

    protocol_version = "HTTP/1.1"
    # A head and a body that are sent apart would wait for each other.
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self._proxy = cast("_Listener", self.server).proxy
        self._proxy.opened(self.connection)

    def finish(self) -> None:
        self._proxy.closed(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def handle(self) -> None:
        # Clients that go away are what this is for.
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on standard error."""

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        exchange = self._proxy.began(self.command, self.path, headers, self._read_body())
        fault = exchange.fault
        match fault:
            case Answer(status=status, body=body, headers=named, forwarded=forwarded):
                if forwarded:
                    self._ask(exchange)
                self._reply(exchange, _Reply(status, list(named.items()), body))
            case Reset(forwarded=forwarded, then=then):
                if forwarded:
                    self._ask(exchange)
                _call(then)
                self._reset()
            case Swallow(forwarded=forwarded):
                if forwarded:
                    self._ask(exchange)
                while self.connection.recv(1024):
                    pass
                self.close_connection = True
            case Pass(first=first):
                _call(first)
                self._pass_on(exchange, fault)
            case Cut() | Drip():
                self._pass_on(exchange, fault)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            pieces = []
            while size := int(self.rfile.readline().partition(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _ask(self, exchange: Exchange) -> _Reply:
        """Ask the server."""
        upstream = http.client.HTTPConnection(
            "127.0.0.1", self._proxy.upstream_port, timeout=_UPSTREAM_SECONDS
        )
        with contextlib.closing(upstream):
            sent = {
                name: value for name, value in exchange.headers.items() if name not in _HOP_BY_HOP
            }
            sent["connection"] = "close"
            upstream.request(exchange.method, exchange.path, exchange.body or None, sent)
            answer = upstream.getresponse()
            kept = [
                (name, value)
                for name, value in answer.getheaders()
                if name.lower() not in _HOP_BY_HOP
            ]
            return _Reply(answer.status, kept, answer.read())

    def _pass_on(self, exchange: Exchange, fault: Pass | Cut | Drip) -> None:
        try:
            reply = self._ask(exchange)
        except (OSError, http.client.HTTPException):
            # To the client the server's end is the connection's.
            self._reset()
            return
        head, body = reply.encoded()
        match fault:
            case Cut(body_bytes=count):
                self.connection.sendall(head + body[:count])
                self.close_connection = True
            case Drip(piece_bytes=size, pause_seconds=pause):
                whole = head + body
                for start in range(0, len(whole), size):
                    self.connection.sendall(whole[start : start + size])
                    time.sleep(pause)
                self._proxy.told(exchange, reply.status)
            case Pass(then=then):
                _call(then)
                self._reply(exchange, reply)

    def _reply(self, exchange: Exchange, reply: _Reply) -> None:
        # Noted first: whoever has the answer may look at once.
        exchange.answer_headers = reply.headers
        exchange.answer_body = reply.body
        self._proxy.told(exchange, reply.status)
        head, body = reply.encoded()
        self.connection.sendall(head if exchange.method == "HEAD" else head + body)

    def _reset(self) -> None:
        """End the connection with a RST, as a process that is killed does with unread bytes."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # As long as a file of it is open, it is too.
        self.rfile.close()
        self.connection.close()


def _call(function: Callable[[], object] | None) -> None:
    if function is not None:
        function()
