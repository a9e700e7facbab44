"""A body that stops arriving, and what becomes of its connection."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from tests.edge.connections.served import WAIT_SECONDS, Client, Server, get, serving
from tests.support.edges import add_operator, make_edge

from partner_api.edge.request.exchange import BodyLimits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.databases import DatabaseUrls
    from tests.support.edges import Family

    from partner_api.database.connection import Connection

SHORT = 0.2
NEVER = 10 * WAIT_SECONDS
BODY = b'{"name": "x", "credits": 1}'


@pytest.fixture(scope="module")
def server(database_urls: DatabaseUrls) -> Iterator[Server]:
    """The real application behind real sockets."""
    with serving(make_edge(database_urls)) as server:
        yield server


def limit(server: Server, *, silence: float = NEVER, json: float = NEVER) -> None:
    """Let bodies take so long."""
    server.edge.body_limits = BodyLimits(silence, json)


def head(family: Family, *fields: str) -> bytes:
    """The head of a request that makes a thing."""
    return get("/v1/things", f"Authorization: Bearer {family.partner.key}", *fields, method="POST")


def refused(client: Client) -> None:
    """The client is told that its body came too late, and nothing more is heard."""
    answer = client.answer()
    assert (answer.status, answer.error["code"]) == (408, "REQUEST_TIMEOUT")
    assert answer.headers.get_all("Connection") == ["close"]
    client.send(BODY + get("/open"))
    assert client.rest() == b""


@pytest.mark.parametrize(
    ("fields", "begun"),
    [
        (("Content-Length: 27",), b""),
        (("Content-Length: 27",), BODY[:5]),
        (("Transfer-Encoding: chunked",), b""),
        (("Transfer-Encoding: chunked",), b"5\r\n" + BODY[:5] + b"\r\n"),
        (("Transfer-Encoding: chunked",), b"1b\r\n" + BODY + b"\r\n"),
        (("Content-Length: 27", "Expect: 100-continue"), b""),
    ],
)
async def test_a_body_that_stops_arriving_is_408(
    server: Server, family: Family, fields: tuple[str, ...], begun: bytes
) -> None:
    limit(server, silence=SHORT)
    with server.connect() as client:
        client.send(head(family, *fields) + begun)
        if "Expect: 100-continue" in fields:
            assert client.socket.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        refused(client)


async def test_a_body_of_json_that_comes_too_slowly_is_408(server: Server, family: Family) -> None:
    """However steadily."""
    limit(server, json=SHORT)
    with server.connect() as client:
        client.send(head(family, "Content-Length: 100000"))
        client.socket.settimeout(0.01)
        while True:
            try:
                client.socket.recv(1, socket.MSG_PEEK)
                break
            except TimeoutError:
                client.send(b" ")
        client.socket.settimeout(WAIT_SECONDS)
        refused(client)


async def test_one_that_comes_in_time_is_read(server: Server, family: Family) -> None:
    limit(server)
    with server.connect() as client:
        client.send(head(family, "Content-Length: 27"))
        for byte in BODY:
            client.send(bytes([byte]))
        assert client.answer().status == 201
        assert client.ask(get("/open")).status == 200


async def test_an_upload_may_take_its_time_but_not_be_silent(
    server: Server, connection: Connection
) -> None:
    """The limit of a body of JSON is not for a file, which takes as long as it is large."""
    token = await add_operator(connection, "operator")
    file = b"handle,followers,vertical,language,geo\n"
    request = get(
        "/ops/v1/pool/accounts/import",
        f"Authorization: Bearer {token}",
        "Content-Type: text/csv",
        f"Content-Length: {len(file)}",
        method="POST",
    )
    limit(server, json=0.0)
    with server.connect() as client:
        client.send(request)
        for byte in file:
            client.send(bytes([byte]))
        assert client.answer().status == 200
    limit(server, silence=SHORT)
    with server.connect() as client:
        client.send(request + file[:5])
        refused(client)


async def test_whoever_is_refused_does_not_keep_a_body_coming(server: Server) -> None:
    """Nobody waits long for the body of a request that is refused in any case."""
    limit(server)
    with server.connect() as client:
        answer = client.ask(get("/v1/things", "Content-Length: 27", method="POST"))
        assert (answer.status, answer.error["code"]) == (401, "UNAUTHENTICATED")
        assert answer.headers["Connection"] == "close"
        client.send(BODY + get("/open"))
        assert client.rest() == b""


async def test_a_body_that_is_too_large_is_refused_and_the_answer_arrives(
    server: Server, family: Family
) -> None:
    limit(server)
    with server.connect() as client:
        answer = client.ask(head(family, "Content-Length: 1000000000") + b" " * 2**20)
        assert (answer.status, answer.headers["Connection"]) == (413, "close")
    with server.connect() as client:
        client.send(head(family, f"Content-Length: {2**20}") + b" " * 2**20)
        assert client.answer().status == 413
        assert client.ask(get("/open")).status == 200


async def test_a_connection_is_known_once_a_key_on_it_was_valid(
    server: Server, family: Family
) -> None:
    limit(server)
    known = server.connections.known
    wrong = family.partner.key[:-1] + ("A" if family.partner.key[-1] != "A" else "B")
    with server.connect() as client:
        for path, key in (("/open", family.partner.key), ("/v1/thing", wrong)):
            client.ask(get(path, f"Authorization: Bearer {key}"))
            assert server.connections.known == known
        client.ask(get("/v1/thing", f"Authorization: Bearer {family.child.key}"))
        assert server.connections.known == known + 1
