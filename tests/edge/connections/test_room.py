"""Limits on how many connections there are, as clients meet them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from tests.edge.connections.served import (
    WAIT_SECONDS,
    Client,
    Server,
    SmallApp,
    get,
    serving,
    small_edge,
)

from partner_api.metrics.registry import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 40
MOST_OF_ADDRESS = 8


@pytest.fixture
def server(app: SmallApp) -> Iterator[Server]:
    """A server with room for a few."""
    with serving(small_edge(app), most=MOST, most_of_address=MOST_OF_ADDRESS) as server:
        yield server


@pytest.fixture
def clients() -> Iterator[contextlib.ExitStack]:
    """What closes them all in the end."""
    with contextlib.ExitStack() as stack:
        yield stack


def refused() -> float:
    """How many connections found no room so far."""
    labels = {"reason": "refused"}
    return REGISTRY.get_sample_value("layers_http_connections_closed_total", labels) or 0


def connect(
    server: Server, clients: contextlib.ExitStack, count: int, address: str = "127.0.0.1"
) -> list[Client]:
    """Connect several times from one address, and wait until the server has noticed."""
    made = []
    for _ in range(count):
        client = clients.enter_context(server.connect(address))
        client.send(b"GET /o")
        made.append(client)
    return made


def test_whoever_holds_many_idle_connections_keeps_nobody_out(
    server: Server, clients: contextlib.ExitStack
) -> None:
    """From one address or from several, silent or amid a head."""
    held = [
        client
        for number in range(2, 12)
        for client in connect(server, clients, 2 * MOST_OF_ADDRESS, f"127.0.0.{number}")
    ]
    for address in ("127.0.0.1", "127.0.0.2", "127.0.0.99"):
        client = clients.enter_context(server.connect(address))
        assert client.ask(get("/ok")).status == 200
    assert server.call(lambda: server.connections.unknown) <= MOST // 2
    assert held[0].rest() == b""


def test_of_one_address_the_longest_idle_one_goes(
    server: Server, clients: contextlib.ExitStack
) -> None:
    used = connect(server, clients, MOST_OF_ADDRESS)
    for client in used:
        assert client.ask(b"k HTTP/1.1\r\n\r\n").status == 200
    assert used[0].ask(get("/ok")).status == 200
    new = clients.enter_context(server.connect())
    assert new.ask(get("/ok")).status == 200
    assert used[1].rest() == b""
    for client in (*used[2:], used[0]):
        assert client.ask(get("/ok")).status == 200


def test_whoever_was_known_stays(server: Server, clients: contextlib.ExitStack) -> None:
    known = []
    for _ in range(MOST // 2):
        client = clients.enter_context(server.connect())
        assert client.ask(get("/known")).status == 200
        known.append(client)
    for number in range(2, 12):
        connect(server, clients, 2 * MOST_OF_ADDRESS, f"127.0.0.{number}")
    server.wait_until(lambda: server.connections.unknown == MOST // 2)
    assert server.call(lambda: server.connections.known) == len(known)
    for client in known:
        assert client.ask(get("/ok")).status == 200


def test_one_too_many_is_told_so_when_all_are_worked_for(
    server: Server, app: SmallApp, clients: contextlib.ExitStack
) -> None:
    before = refused()
    busy = [clients.enter_context(server.connect()) for _ in range(MOST_OF_ADDRESS)]
    for client in busy:
        client.send(get("/wait"))
        assert app.waiting.acquire(timeout=WAIT_SECONDS)
    with server.connect() as client:
        answer = client.answer()
        assert (answer.status, answer.error["code"]) == (503, "UNAVAILABLE")
        assert "connections" in answer.error["message"]
        assert (answer.headers["Retry-After"], answer.headers["Connection"]) == ("1", "close")
        assert client.rest() == b""
    assert refused() == before + 1
    other = clients.enter_context(server.connect("127.0.0.2"))
    assert other.ask(get("/ok")).status == 200
    server.call(app.release.set)
    assert all(client.answer().status == 200 for client in busy)
    with server.connect() as client:
        assert client.ask(get("/ok")).status == 200


def test_whoever_waits_for_a_body_of_a_stranger_may_go(
    server: Server, app: SmallApp, clients: contextlib.ExitStack
) -> None:
    """As no route reads a body before it knows the caller, this is one that nobody wants."""
    half = [clients.enter_context(server.connect()) for _ in range(MOST_OF_ADDRESS)]
    for client in half:
        client.send(get("/echo", "Content-Length: 1000", method="POST"))
    server.wait_until(lambda: len(app.scopes) == MOST_OF_ADDRESS)
    with server.connect() as client:
        assert client.ask(get("/ok")).status == 200
    assert half[0].rest() == b""
    server.wait_until(lambda: app.events == ["cut off"])
    half[1].send(b"x" * 1000)
    assert half[1].answer().body == b"x" * 1000


def test_those_who_leave_make_room(server: Server) -> None:
    for _ in range(3 * MOST):
        with server.connect() as client:
            assert client.ask(get("/known")).status == 200
    server.wait_until(lambda: server.connections.known == server.connections.unknown == 0)
