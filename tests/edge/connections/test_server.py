"""Starting, and stopping in order and in time."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest
from tests.edge.connections.served import (
    WAIT_SECONDS,
    Server,
    SmallApp,
    get,
    serving,
    small_edge,
)

from partner_api.edge.connections.registry import Connections

# Of a server that has to end although something does not.
DRAIN_SECONDS = 0.5
# What comes on top, and what a busy machine needs; far less than anything that would not end.
END_SECONDS = 30.0


def test_a_request_in_flight_is_answered_at_a_stop(server: Server, app: SmallApp) -> None:
    with server.connect() as client, server.connect() as idle:
        assert idle.ask(get("/known")).status == 200
        client.send(get("/wait") + get("/ok"))
        assert app.waiting.acquire(timeout=WAIT_SECONDS)
        server.begin_stop()
        # Whoever asks nothing is left at once, known or not.
        assert idle.rest() == b""
        assert _refuses(server.port)
        server.call(app.release.set)
        answers = [client.answer() for _ in range(2)]
        assert [answer.status for answer in answers] == [200, 200]
        assert answers[1].headers["Connection"] == "close"
        assert client.rest() == b""
    server.ended.result(WAIT_SECONDS)
    assert app.events == ["closed"]


def test_a_request_that_does_not_end_is_ended(app: SmallApp) -> None:
    with (
        serving(small_edge(app), drain_seconds=DRAIN_SECONDS) as server,
        server.connect() as client,
    ):
        client.send(get("/wait"))
        assert app.waiting.acquire(timeout=WAIT_SECONDS)
        began = time.monotonic()
        server.begin_stop()
        assert client.rest() == b""
        server.ended.result(WAIT_SECONDS)
        assert time.monotonic() - began < END_SECONDS
    # What a request holds is given back before the application closes it.
    assert app.events == ["cancelled", "closed"]


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(get("/echo", "Content-Length: 10", method="POST"), id="a body never comes"),
        pytest.param(get("/endless"), id="an answer is never taken"),
        pytest.param(get("/ok", "Content-Length: 10", method="POST"), id="a body nobody wants"),
        pytest.param(b"GET /o", id="a head never ends"),
        pytest.param(b"hello\r\n\r\n", id="no request"),
    ],
)
def test_no_client_holds_a_stop_up(app: SmallApp, request_bytes: bytes) -> None:
    with (
        serving(small_edge(app), drain_seconds=DRAIN_SECONDS) as server,
        server.connect() as client,
        server.connect() as other,
    ):
        client.send(request_bytes)
        assert other.ask(get("/ok")).status == 200
        server.begin_stop()
        server.ended.result(END_SECONDS)
        client.rest()


def test_requests_that_come_amid_a_stop_are_not_begun(server: Server, app: SmallApp) -> None:
    with server.connect() as client:
        client.send(get("/wait"))
        assert app.waiting.acquire(timeout=WAIT_SECONDS)
        server.begin_stop()
        server.wait_until(lambda: _refuses(server.port))
        client.send(get("/ok"))
        server.call(app.release.set)
        assert client.answer().headers["Connection"] == "close"
        assert client.rest() == b""
    server.ended.result(WAIT_SECONDS)
    assert [scope["path"] for scope in app.scopes] == ["/wait"]


def _refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_an_application_that_cannot_start_says_why(app: SmallApp) -> None:
    app.start_error = RuntimeError("The database is not there. Start it.")
    server = Server(small_edge(app), connections=Connections(10, 10), drain_seconds=1)
    with pytest.raises(RuntimeError, match="Start it"):
        server.start(None)
    server.stop()
    assert _refuses(server.port)


def test_a_stop_while_it_starts_ends_it(app: SmallApp) -> None:
    class NeverStarted(SmallApp):
        async def _live(self, receive: object, send: object) -> None:
            self.waiting.release()
            await asyncio.Event().wait()

    never = NeverStarted()
    server = Server(small_edge(never), connections=Connections(10, 10), drain_seconds=WAIT_SECONDS)
    server.begin_stop()
    server.start(None)
    server.stop()
    server.ended.result()


def test_an_application_that_does_not_end_is_ended() -> None:
    class NeverEnded(SmallApp):
        async def _live(self, receive: object, send: object) -> None:
            await receive()  # type: ignore[operator]
            await send({"type": "lifespan.startup.complete"})  # type: ignore[operator]
            await asyncio.Event().wait()

    with serving(small_edge(NeverEnded())) as server:
        assert server.ask(get("/ok")).status == 200
        server.begin_stop()
        server.ended.result(END_SECONDS)


def test_a_fault_in_the_application_is_an_answer_too(app: SmallApp) -> None:
    class Faulty(SmallApp):
        async def __call__(self, scope: dict[str, object], receive: object, send: object) -> None:
            if scope["type"] == "http":
                raise RuntimeError("a secret")
            await super().__call__(scope, receive, send)

    with serving(small_edge(Faulty())) as server, server.connect() as client:
        for _ in range(2):
            answer = client.ask(get("/ok"))
            assert (answer.status, answer.error["code"]) == (500, "INTERNAL")
            assert b"secret" not in answer.body
