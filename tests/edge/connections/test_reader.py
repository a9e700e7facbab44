"""What is a request, what is none, and what a client hears of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from tests.edge.connections.served import Server, SmallApp, get, post, serving, small_edge

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 32 * 1024
CHUNKED = ("Transfer-Encoding: chunked",)


def test_a_request_is_answered_and_the_connection_is_used_again(server: Server) -> None:
    with server.connect() as client:
        for _ in range(3):
            answer = client.ask(get("/ok"))
            assert (answer.status, answer.body) == (200, b'"ok"')
            assert answer.headers["X-Request-Id"].startswith("req_")
            assert answer.headers["Date"]
            assert "Server" not in answer.headers


def test_one_that_comes_byte_by_byte_is_the_same(server: Server) -> None:
    with server.connect() as client:
        for byte in post("/echo", b"body"):
            client.send(bytes([byte]))
        assert client.answer().body == b"body"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"hello\r\n\r\n", id="words"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="TLS"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2"),
        pytest.param(b"GET /ok HTTP/2.0\r\nHost: a\r\n\r\n", id="a version to come"),
        pytest.param(b"GET /ok HTTP/0.9\r\n\r\n", id="an old version"),
        pytest.param(b"GET /ok\r\n\r\n", id="no version"),
        pytest.param(b"GET /o\0k HTTP/1.1\r\nHost: a\r\n\r\n", id="NUL"),
        pytest.param(b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", id="no ASCII"),
        pytest.param(b"GET /ok HTTP/1.1\nHost: a\n\n", id="bare line feeds"),
        pytest.param(b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", id="CONNECT"),
        pytest.param(get("/ok", "X: a\r\n b"), id="a folded field"),
        pytest.param(get("/ok", "X(: a"), id="a field's name"),
        pytest.param(get("/ok", "X: a\0b"), id="a field's value"),
    ],
)
def test_what_is_no_request_gets_an_error_of_the_usual_shape(
    server: Server, app: SmallApp, data: bytes
) -> None:
    with server.connect() as client:
        answer = client.ask(data)
        assert (answer.status, answer.error["code"]) == (400, "VALIDATION")
        assert answer.headers["Connection"] == "close"
        assert client.rest() == b""
    assert app.scopes == []


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(("Content-Length: 3", *CHUNKED), id="both lengths"),
        pytest.param((*CHUNKED, "Content-Length: 3"), id="both lengths, the other way round"),
        pytest.param(("Content-Length: 3", "Content-Length: 4"), id="two lengths"),
        pytest.param(("Content-Length: 3, 4",), id="a list of lengths"),
        pytest.param(("Content-Length: +3",), id="a sign"),
        pytest.param(("Content-Length: 0x3",), id="hexadecimal"),
        pytest.param(("Content-Length: 99999999999999999999",), id="overflow"),
        pytest.param(("Transfer-Encoding: xchunked",), id="another encoding"),
        pytest.param(("Transfer-Encoding: chunked, identity",), id="chunked is not the last"),
        pytest.param(("Transfer-Encoding: gzip, chunked",), id="compressed"),
        pytest.param((*CHUNKED, "Transfer-Encoding: identity"), id="two encodings"),
        pytest.param(("Transfer-Encoding : chunked",), id="a space before the colon"),
        pytest.param(("Transfer-Encoding:\x0bchunked",), id="another space"),
    ],
)
def test_a_body_of_which_two_could_see_different_ends_is_refused(
    server: Server, app: SmallApp, head: tuple[str, ...]
) -> None:
    smuggled = get("/smuggled")
    with server.connect() as client:
        answer = client.ask(get("/echo", *head, method="POST") + b"0\r\n\r\n" + smuggled)
        assert (answer.status, answer.error["code"]) == (400, "VALIDATION")
        assert client.rest() == b""
    assert app.scopes == []


def test_chunks_are_for_http_1_1_alone(server: Server) -> None:
    head = b"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    assert server.ask(head).status == 400


def test_an_older_client_gets_one_answer(server: Server) -> None:
    with server.connect() as client:
        answer = client.ask(b"GET /ok HTTP/1.0\r\n\r\n")
        assert (answer.status, answer.headers["Connection"]) == (200, "close")
        assert client.rest() == b""


def test_a_method_that_nobody_knows_is_for_the_routes(server: Server, app: SmallApp) -> None:
    with server.connect() as client:
        assert client.ask(get("/ok?a=1", "X: y", method="BREW")).status == 200
        assert client.rest() == b""
    (scope,) = app.scopes
    assert (scope["method"], scope["path"], scope["query_string"]) == ("BREW", "/ok", b"a=1")


def test_the_target_of_a_request(server: Server, app: SmallApp) -> None:
    assert server.ask(get("/a%C3%A9b%20c?d=%20//")).status == 200
    assert server.ask(get("/")).status == 200
    assert [(scope["path"], scope["query_string"]) for scope in app.scopes] == [
        ("/aéb c", b"d=%20//"),
        ("/", b""),
    ]


@pytest.mark.parametrize(
    "target", ["//ok", "/ok/", "/a%2Fb", "http://test/ok", "http://test", "/ok#part", "/%6Fk"]
)
def test_another_spelling_of_a_target_reaches_no_route(
    server: Server, app: SmallApp, target: str
) -> None:
    assert server.ask(get(target)).error["code"] == "NOT_FOUND"
    assert app.scopes == []


def test_the_target_that_names_no_path(server: Server, app: SmallApp) -> None:
    assert server.ask(get("*", method="OPTIONS")).status == 404
    assert app.scopes == []


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([b"GET /", b"x" * LIMIT], id="a target"),
        pytest.param([b"GET /ok HTTP/1.1\r\nX: ", b"x" * LIMIT], id="a value"),
        pytest.param([b"GET /ok HTTP/1.1\r\n", b"x" * LIMIT], id="a name"),
        pytest.param([b"GET /ok HTTP/1.1\r\n", b"X: " + b"x" * 1000 + b"\r\n"], id="fields"),
        pytest.param([b"GET /ok HTTP/1.1\r\n", b"a:\r\n"], id="small fields"),
        pytest.param([b"", b"\r\n"], id="empty lines"),
        pytest.param([b"", get("/ok", *["X: " + "x" * 900] * 40)], id="a whole head"),
        pytest.param([b"", get("/ok", *["X: y"] * 100)], id="a whole head of many fields"),
    ],
)
def test_the_head_of_a_request_has_a_limit(
    server: Server, app: SmallApp, pieces: list[bytes]
) -> None:
    """However it is sent, what is beyond the limit is neither kept nor parsed."""
    first, more = pieces
    with server.connect() as client:
        client.send(first)
        for _ in range(0, 2 * LIMIT, len(more)):
            client.send(more)
        answer = client.answer()
        assert (answer.status, answer.error["code"]) == (400, "VALIDATION")
        assert "32 KiB" in answer.error["message"]
    assert app.scopes == []


def test_the_largest_head_is_read(server: Server, app: SmallApp) -> None:
    fields = [f"X-{number}: {'x' * 300}" for number in range(98)]
    head = get("/ok", *fields)
    assert 29 * 1024 < len(head) < LIMIT
    assert server.ask(head).status == 200
    assert len(app.scopes[0]["headers"]) == 99


def test_a_target_of_usual_length_is_read(server: Server) -> None:
    assert server.ask(get("/" + "x" * 8000)).status == 200


def test_what_goes_on_after_a_refusal_does_not_cost_memory(server: Server) -> None:
    """Frames of HTTP/2 that unfold to much, and whatever else somebody sends for ever."""
    before = _resident_bytes()
    with server.connect() as client:
        client.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        for _ in range(64):
            client.send(b"\0\xff\xff\x01\x04\0\0\0\x01" + b"\xbe" * 2**20)
        client.rest()
    assert _resident_bytes() - before < 32 * 2**20
    assert server.ask(get("/ok")).status == 200


def _resident_bytes() -> int:
    from pathlib import Path

    status: Path = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("this system does not show the memory of a process")
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize("upgrade", ["h2c", "websocket", "TLS/1.0"])
def test_another_protocol_is_not_spoken(server: Server, app: SmallApp, upgrade: str) -> None:
    """The request is answered as if it had not asked, with its body and what comes after it."""
    asks = (f"Upgrade: {upgrade}", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMA")
    with server.connect() as client:
        assert client.ask(get("/ok", *asks)).status == 200
        assert client.ask(post("/echo", b"body", *asks)).body == b"body"
        client.send(get("/echo", *CHUNKED, *asks, method="POST") + b"2\r\nbo\r\n")
        client.send(b"2\r\ndy\r\n0\r\n\r\n")
        assert client.answer().body == b"body"
        client.send(post("/echo", b"1", *asks) + post("/echo", b"2", *asks) + get("/ok"))
        assert [client.answer().body for _ in range(3)] == [b"1", b"2", b'"ok"']
    assert len(app.scopes) == 6


def test_fields_behind_a_body_mean_nothing(server: Server, app: SmallApp) -> None:
    with server.connect() as client:
        body = b"4\r\nbody\r\n0\r\nAuthorization: Bearer x\r\n\r\n"
        assert client.ask(get("/echo", *CHUNKED, method="POST") + body).body == b"body"
        assert client.ask(get("/ok")).status == 200
    assert all(b"authorization" not in dict(scope["headers"]) for scope in app.scopes)


@pytest.mark.parametrize(
    "flood",
    [
        pytest.param(b"0\r\nX: " + b"x" * 2**20, id="one field behind the body"),
        pytest.param(b"0\r\n" + b"X: y\r\n" * 2**14, id="many fields behind the body"),
        pytest.param(b"1;" + b"x" * 2**20, id="an extension of a chunk"),
    ],
)
def test_what_is_no_body_ends_it(server: Server, app: SmallApp, flood: bytes) -> None:
    with server.connect() as client:
        answer = client.ask(get("/echo", *CHUNKED, method="POST") + flood)
        assert (answer.body, answer.headers["Connection"]) == (b"cut off", "close")
    assert app.events == ["cut off"]


def test_nothing_of_it_is_logged(
    server: Server, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever clients do wrong is no news for the operator."""
    with caplog.at_level(logging.DEBUG):
        server.ask(b"hello\r\n\r\n")
        server.ask(get("/ok", *["X: y"] * 200))
        server.ask(get("/echo", *CHUNKED, method="POST") + b"zz\r\n")
    assert [record for record in caplog.records if record.levelno >= logging.INFO] == []
    assert capfd.readouterr().err == ""


def test_development_mode_is_in_every_answer(app: SmallApp) -> None:
    with serving(small_edge(app, LAYERS_DEVELOPMENT="true")) as server:
        for request in (get("/ok"), b"hello\r\n\r\n"):
            assert server.ask(request).headers["X-Layers-Development"] == "true"
