"""A small real HTTP server on the loopback address, which answers as a test says and remembers what it was asked."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request that arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    """With names in lower case."""
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query, as it was sent."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        """The parameters of the query, in their order."""
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def json(self) -> Any:
        """What the body says."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """An answer."""

    status: int = 200
    body: object = None
    """Bytes as they are; everything else as JSON, and None as nothing."""
    headers: Mapping[str, str] = field(default_factory=dict)


def refusal(status: int, code: str, details: object = None, **headers: str) -> Reply:
    """An error of the API; ``Retry_After="1"`` is a header."""
    told = {"code": code, "message": "No.", "requestId": "req_1"}
    if details is not None:
        told["details"] = details  # type: ignore[assignment]
    return Reply(
        status, {"error": told}, {name.replace("_", "-"): value for name, value in headers.items()}
    )


Fault: TypeAlias = Callable[["Handler"], None]
Step: TypeAlias = Reply | Fault | Callable[[Asked], Reply]


def reset(handler: Handler) -> None:
    """Reset the connection instead of answering."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def hang(handler: Handler) -> None:
    """Do not answer until the test is over."""
    handler.scripted.is_over.wait()
    handler.close_connection = True


def drip_head(handler: Handler) -> None:
    """Send headers that never end, a few bytes at a time."""
    _drip(handler, b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n")


def drip_body(handler: Handler) -> None:
    """Send a body that never ends, a byte at a time."""
    _drip(handler, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" ")


def cut(handler: Handler) -> None:
    """End the connection in the middle of the body."""
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"cut":')
    handler.close_connection = True


def _drip(handler: Handler, begin: bytes, more: bytes) -> None:
    handler.close_connection = True
    try:
        handler.wfile.write(begin)
        while not handler.scripted.is_over.wait(0.02):
            handler.wfile.write(more)
    except OSError:
        handler.scripted.has_left.set()


class Scripted(ThreadingHTTPServer):
    """The server. What is not scripted is answered by `otherwise`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[Asked] = []
        self.steps: deque[Step] = deque()
        self.otherwise: Step = Reply(200, {})
        self.is_over = threading.Event()
        self.has_left = threading.Event()
        """Set when a client has gone while an answer dripped."""
        self.connections = 0
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def script(self, *steps: Step) -> None:
        """Answer the next requests so."""
        self.steps.extend(steps)

    def __enter__(self) -> Scripted:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, *_: Any) -> None:
        """Clients that are gone are part of the tests."""


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"

    @property
    def scripted(self) -> Scripted:
        """The server."""
        assert isinstance(self.server, Scripted)
        return self.server

    def setup(self) -> None:
        super().setup()
        self.scripted.connections += 1

    def handle_one_request(self) -> None:
        """Read a request, whatever its method, and answer it."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            asked = Asked(self.command, self.path, headers, self._body(headers))
        except EOFError:
            self.close_connection = True
            return
        self.scripted.asked.append(asked)
        steps = self.scripted.steps
        step = steps.popleft() if steps else self.scripted.otherwise
        if isinstance(step, Reply):
            self.reply(step)
        elif step in {reset, hang, drip_head, drip_body, cut}:
            step(self)
        else:
            self.reply(step(asked))  # type: ignore[arg-type]

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            size = int(headers.get("content-length", 0))
            body = self.rfile.read(size)
            if len(body) < size:
                raise EOFError
            return body
        pieces = []
        while size := int(self.rfile.readline() or self._end(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    @staticmethod
    def _end() -> bytes:
        raise EOFError

    def reply(self, reply: Reply | None) -> None:
        """Send an answer."""
        assert reply is not None
        body = reply.body
        if body is None:
            body = b""
        elif not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.send_response(reply.status)
        for name, value in {"X-Request-Id": "req_1", **reply.headers}.items():
            self.send_header(name, value)
        if reply.status not in {204, 304}:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
