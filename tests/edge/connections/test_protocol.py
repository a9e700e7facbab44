"""How long a client may be silent, how much it may ask at once, and how an answer comes to it."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import TYPE_CHECKING

import pytest
from tests.edge.connections.served import (
    PIECE,
    WAIT_SECONDS,
    Server,
    SmallApp,
    get,
    post,
    serving,
    small_edge,
)
from uvicorn.config import Config

from partner_api.edge.connections.limits import ConnectionLimits
from partner_api.edge.connections.protocol import ClientConnection
from partner_api.edge.connections.registry import Connections
from partner_api.edge.connections.state import ProcessState
from partner_api.metrics.registry import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORT = 0.2
QUICK = ConnectionLimits(
    head_seconds=SHORT,
    unknown_idle_seconds=SHORT,
    idle_seconds=SHORT,
    send_silence_seconds=SHORT,
    linger_seconds=SHORT,
)
# Where one limit is tried, the others are out of the way.
NEVER = 10 * WAIT_SECONDS
PATIENT = ConnectionLimits(
    head_seconds=NEVER,
    unknown_idle_seconds=NEVER,
    idle_seconds=NEVER,
    send_silence_seconds=NEVER,
    linger_seconds=NEVER,
)


@pytest.fixture
def quick(app: SmallApp) -> Iterator[Server]:
    """A server whose limits are all short."""
    with serving(small_edge(app), limits=QUICK) as server:
        yield server


def closed(reason: str) -> float:
    """How many connections the server has closed for a reason."""
    return (
        REGISTRY.get_sample_value("layers_http_connections_closed_total", {"reason": reason}) or 0
    )


# Silence ----------------------------------------------------------------------------------------


def test_a_client_that_asks_nothing_is_left(app: SmallApp) -> None:
    before = closed("idle")
    limits = PATIENT._replace(unknown_idle_seconds=SHORT)
    with serving(small_edge(app), limits=limits) as server, server.connect() as client:
        assert client.rest() == b""
    assert closed("idle") == before + 1


@pytest.mark.parametrize("first", [b"GET /ok HTTP/1.1\r\nX: ", b"GET /", b"\r\n"])
def test_a_head_that_does_not_end_in_time_is_none(app: SmallApp, first: bytes) -> None:
    """Also when some of it goes on coming."""
    before = closed("head")
    limits = PATIENT._replace(head_seconds=SHORT)
    with serving(small_edge(app), limits=limits) as server, server.connect() as client:
        client.send(first)
        client.socket.settimeout(0.02)
        give_up = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < give_up:
            try:
                if client.socket.recv(1) == b"":
                    break
            except TimeoutError:
                client.send(b"x" if first != b"\r\n" else b"\r\n")
            except ConnectionError:
                break
        else:
            pytest.fail("the connection stays open")
    assert closed("head") == before + 1
    assert app.scopes == []


def test_the_second_head_has_the_same_time(app: SmallApp) -> None:
    limits = PATIENT._replace(head_seconds=SHORT)
    with serving(small_edge(app), limits=limits) as server, server.connect() as client:
        client.send(get("/ok") + b"GET /o")
        assert client.answer().status == 200
        assert client.rest() == b""


def test_whoever_was_known_may_be_silent_for_longer(app: SmallApp) -> None:
    limits = PATIENT._replace(unknown_idle_seconds=SHORT)
    with (
        serving(small_edge(app), limits=limits) as server,
        server.connect() as known,
        server.connect() as unknown,
    ):
        assert known.ask(get("/known")).status == 200
        assert unknown.ask(get("/ok")).status == 200
        assert unknown.rest() == b""
        assert known.ask(get("/ok")).status == 200
        assert (server.connections.known, server.connections.unknown) == (1, 0)


def test_but_not_for_ever(app: SmallApp) -> None:
    limits = PATIENT._replace(idle_seconds=SHORT)
    with serving(small_edge(app), limits=limits) as server, server.connect() as client:
        assert client.ask(get("/known")).status == 200
        assert client.rest() == b""


def test_a_request_that_takes_its_time_is_not_silence(quick: Server, app: SmallApp) -> None:
    """Neither is the client's waiting for it, however short the limits are."""
    with quick.connect() as client, quick.connect() as idle:
        client.send(get("/wait"))
        assert app.waiting.acquire(timeout=WAIT_SECONDS)
        # When this one is gone, the other one has been silent for longer than it may.
        assert idle.rest() == b""
        quick.call(app.release.set)
        assert client.answer().status == 200


def test_a_client_that_takes_no_answer_is_left(app: SmallApp) -> None:
    """And what sends to it ends."""
    before = closed("send")
    limits = PATIENT._replace(send_silence_seconds=SHORT)
    with serving(small_edge(app), limits=limits) as server, server.connect() as client:
        client.send(get("/endless"))
        assert app.waiting.acquire(timeout=WAIT_SECONDS)
        assert app.events == ["endless ended"]
        server.wait_until(lambda: server.connections.unknown == 0)
    assert closed("send") == before + 1


class SlowTransport(asyncio.Transport):
    """A transport of which the client takes a little now and then, and in the end no more."""

    def __init__(self, unsent_bytes: list[int]) -> None:
        super().__init__()
        self.unsent_bytes = unsent_bytes
        self.aborted = asyncio.Event()

    def get_write_buffer_size(self) -> int:
        """What is left, less each time, and then the same for ever."""
        return self.unsent_bytes.pop(0) if len(self.unsent_bytes) > 1 else self.unsent_bytes[0]

    def abort(self) -> None:
        """Note that the connection was given up."""
        self.aborted.set()


async def test_a_client_that_takes_it_slowly_is_not(app: SmallApp) -> None:
    config = Config(small_edge(app), http=ClientConnection, ws="none", log_config=None)
    config.load()
    connection = ClientConnection(
        config,
        ProcessState(),
        {},
        connections=Connections(10, 10),
        limits=PATIENT._replace(send_silence_seconds=0.02),
        fixed_headers=[],
    )
    transport = SlowTransport(list(range(100, 0, -1)))
    connection.connection_made(transport)
    connection.pause_writing()
    async with asyncio.timeout(WAIT_SECONDS):
        await transport.aborted.wait()
    assert transport.unsent_bytes == [1]
    connection.connection_lost(ConnectionResetError())


def test_a_client_that_leaves_amid_its_answer_ends_it(server: Server, app: SmallApp) -> None:
    with server.connect() as client:
        client.send(get("/endless"))
        client.socket.recv(len(PIECE))
    assert app.waiting.acquire(timeout=WAIT_SECONDS)


def test_a_request_hears_that_its_client_has_gone(server: Server, app: SmallApp) -> None:
    with server.connect() as client:
        client.send(get("/gone"))
        assert app.waiting.acquire(timeout=WAIT_SECONDS)
    assert app.waiting.acquire(timeout=WAIT_SECONDS)
    assert app.events == ["gone"]


# Several requests at once -----------------------------------------------------------------------


def test_requests_behind_each_other_are_answered_in_order(server: Server) -> None:
    with server.connect() as client:
        client.send(b"".join(post("/echo", b"%d" % number) for number in range(17)))
        assert [client.answer().body for _ in range(17)] == [b"%d" % n for n in range(17)]
        assert client.ask(get("/ok")).status == 200


def test_only_so_many_wait_behind_one(server: Server, app: SmallApp) -> None:
    """Who sends more gets answers to the first of them, and has to connect again."""
    with server.connect() as client:
        client.send(get("/wait") + get("/ok") * 1000)
        assert app.waiting.acquire(timeout=WAIT_SECONDS)
        server.call(app.release.set)
        answers = [client.answer() for _ in range(17)]
        assert all(answer.status == 200 for answer in answers)
        assert answers[-1].headers["Connection"] == "close"
        assert client.rest() == b""
    assert len(app.scopes) == 17


@pytest.mark.parametrize("behind", [get("/ok"), b"hello\r\n\r\n"])
def test_nothing_is_read_while_requests_wait(server: Server, app: SmallApp, behind: bytes) -> None:
    """A client that goes on sending fills what is between the two, and keeps the server busy with nothing."""
    with server.connect() as client:
        client.send(get("/wait") + behind)
        assert app.waiting.acquire(timeout=WAIT_SECONDS)
        client.socket.settimeout(1.0)
        with pytest.raises(TimeoutError):
            client.socket.sendall(b" " * 2**26)
        server.call(app.release.set)


def test_a_client_that_asks_and_asks_and_takes_no_answer_is_left(app: SmallApp) -> None:
    limits = PATIENT._replace(send_silence_seconds=SHORT, pipelined=10**6)
    with serving(small_edge(app), limits=limits) as server, server.connect() as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        body = b"x" * 2**17
        client.socket.settimeout(1.0)
        with pytest.raises(OSError, match=r"timed out|reset|Broken pipe"):
            while True:
                client.socket.sendall(post("/echo", body) * 8)
        server.wait_until(lambda: server.connections.unknown == 0)


def test_a_client_that_leaves_takes_its_waiting_requests_along(
    server: Server, app: SmallApp
) -> None:
    with server.connect() as client:
        client.send(get("/wait") + get("/ok") * 5)
        assert app.waiting.acquire(timeout=WAIT_SECONDS)
    server.call(app.release.set)
    assert server.ask(get("/ok")).status == 200
    # The next one may have begun before the system said that the client is gone; the other four have not.
    assert len(app.scopes) <= 3


def test_what_is_no_request_is_refused_after_the_requests_before_it(
    server: Server, app: SmallApp
) -> None:
    with server.connect() as client:
        client.send(get("/wait") + get("/ok") + b"hello\r\n\r\n")
        assert app.waiting.acquire(timeout=WAIT_SECONDS)
        server.call(app.release.set)
        assert [client.answer().status for _ in range(3)] == [200, 200, 400]
        assert client.rest() == b""


def test_nothing_is_answered_after_the_last_one(server: Server, app: SmallApp) -> None:
    with server.connect() as client:
        client.send(get("/ok", "Connection: close") + get("/ok") * 3)
        assert client.answer().headers["Connection"] == "close"
        assert client.rest() == b""
    assert len(app.scopes) == 1


# Answers ----------------------------------------------------------------------------------------


def test_head_has_the_headers_and_nothing_behind_them(server: Server) -> None:
    with server.connect() as client:
        client.send(get("/ok", "Connection: close", method="HEAD"))
        head, end, rest = client.rest().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"content-length: 4" in head.lower()
    assert (end, rest) == (b"\r\n\r\n", b"")


def test_head_leaves_the_connection_in_use(server: Server) -> None:
    with server.connect() as client:
        for method in ("HEAD", "GET", "HEAD"):
            assert client.ask(get("/ok", method=method)).status == 200


def test_a_client_that_asks_first_is_told_to_go_on(server: Server) -> None:
    with server.connect() as client:
        client.send(get("/echo", "Content-Length: 4", "Expect: 100-continue", method="POST"))
        assert client.socket.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert client.ask(b"body").body == b"body"
        assert client.ask(get("/ok")).status == 200


def test_a_body_that_is_not_wanted_is_not_asked_for(server: Server) -> None:
    """The client holds it back; so the connection ends, as nobody knows whether it comes after all."""
    with server.connect() as client:
        client.send(get("/ok", "Content-Length: 4", "Expect: 100-continue", method="POST"))
        answer = client.rest()
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"connection: close" in answer


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(get("/ok", "Content-Length: 1000000000", method="POST"), id="a body"),
        pytest.param(b"hello\r\n\r\n", id="no request"),
    ],
)
def test_whoever_is_still_sending_sees_the_answer(app: SmallApp, request_bytes: bytes) -> None:
    """The connection takes what comes for a while, or the system would throw the answer away."""
    with serving(small_edge(app), limits=PATIENT) as server, server.connect() as client:
        client.send(request_bytes + b" " * 2**16)
        answer = client.answer()
        assert answer.headers["Connection"] == "close"
        assert client.rest() == b""
        for _ in range(16):
            client.socket.sendall(b" " * 2**16)


@pytest.mark.parametrize("framing", ["Transfer-Encoding: chunked", "Content-Length: 1000000000"])
def test_a_body_that_nobody_reads_does_not_go_on_for_ever(server: Server, framing: str) -> None:
    """The client gets its answer, and then the end of the connection."""
    piece = b"10000\r\n" + b"x" * 2**16 + b"\r\n"
    with server.connect() as client:
        client.send(get("/ok", framing, method="POST"))
        sent = 0
        try:
            while sent < 2**30:
                client.socket.sendall(piece)
                sent += len(piece)
        except ConnectionError:
            pass
        assert sent < 2**28
    with server.connect() as client:
        client.send(get("/ok", framing, method="POST") + piece * 16)
        answer = client.answer()
        assert (answer.status, answer.headers["Connection"]) == (200, "close")


def test_one_of_which_nothing_comes_does_not_go_on_for_ever_either(server: Server) -> None:
    with server.connect() as client:
        answer = client.ask(get("/ok", "Content-Length: 1000", method="POST"))
        assert (answer.status, answer.headers["Connection"]) == (200, "close")
        client.send(get("/smuggled"))
        assert client.rest() == b""


def test_a_small_body_that_nobody_reads_leaves_the_connection_in_use(server: Server) -> None:
    with server.connect() as client:
        for _ in range(3):
            assert client.ask(post("/ok", b"body")).status == 200


def test_a_large_body_in_chunks(server: Server) -> None:
    body = bytes(range(256)) * 2**12
    chunks = [body[start : start + 1000] for start in range(0, len(body), 1000)]
    coded = b"".join(b"%x;a=b\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    with server.connect() as client:
        head = get("/echo", "Transfer-Encoding: chunked", method="POST")
        assert client.ask(head + coded + b"0\r\n\r\n").body == body
        assert client.ask(get("/ok")).status == 200
