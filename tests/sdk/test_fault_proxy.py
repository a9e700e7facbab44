"""The proxy of faults does what the tests of the libraries rely on."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest
from tests.support.fault_proxy import (
    Answer,
    Cut,
    Drip,
    FaultProxy,
    Pass,
    Reset,
    Swallow,
    refusal,
)
from tests.support.serving import wait_until

HELLO = b"Hello from the server, as long as it takes."


class Upstream(ThreadingHTTPServer):
    """A server that remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, bytes]] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def serve(self) -> None:
        assert isinstance(self.server, Upstream)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.command, self.path, body))
        self.send_response(201 if self.command == "POST" else 200)
        self.send_header("X-Request-Id", "req_1")
        self.send_header("Content-Length", str(len(HELLO)))
        self.end_headers()
        self.wfile.write(HELLO)

    do_GET = do_POST = serve

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as upstream:
        thread = threading.Thread(target=upstream.serve_forever, args=(0.05,))
        thread.start()
        yield upstream
        upstream.shutdown()
        thread.join()


@pytest.fixture
def proxy(upstream: Upstream) -> Iterator[FaultProxy]:
    with FaultProxy(upstream.server_address[1]) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: FaultProxy) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=proxy.base_url, trust_env=False, timeout=60) as client:
        yield client


def test_a_request_without_a_fault_is_passed_on(
    proxy: FaultProxy, upstream: Upstream, client: httpx2.Client
) -> None:
    answer = client.post("/a?b=c", content=b"body", headers={"Idempotency-Key": "k1"})
    assert (answer.status_code, answer.content) == (201, HELLO)
    assert answer.headers["X-Request-Id"] == "req_1"
    assert upstream.asked == [("POST", "/a?b=c", b"body")]
    (exchange,) = proxy.exchanges
    assert (exchange.method, exchange.path, exchange.body) == ("POST", "/a?b=c", b"body")
    assert (exchange.status, exchange.answer_body) == (201, HELLO)
    assert proxy.keys() == ["k1"]


def test_a_body_of_unknown_size_is_passed_on(upstream: Upstream, client: httpx2.Client) -> None:
    assert client.post("/a", content=iter([b"one", b"two"])).status_code == 201
    assert upstream.asked == [("POST", "/a", b"onetwo")]


def test_faults_meet_requests_in_their_order(
    proxy: FaultProxy, upstream: Upstream, client: httpx2.Client
) -> None:
    proxy.script(
        refusal(503, "UNAVAILABLE", Retry_After="1"),
        Answer(502, b"<html>", {"Content-Type": "text/html"}),
        Answer(304, headers={"ETag": "x"}),
        Pass(),
    )
    answers = [client.get("/a") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [503, 502, 304, 200, 200]
    assert answers[0].json()["error"]["code"] == "UNAVAILABLE"
    assert answers[0].headers["Retry-After"] == "1"
    assert answers[1].text == "<html>"
    assert len(upstream.asked) == 2
    assert proxy.is_over


def test_an_answer_can_replace_that_of_the_server(
    proxy: FaultProxy, upstream: Upstream, client: httpx2.Client
) -> None:
    proxy.script(Answer(502, forwarded=True))
    assert client.get("/a").status_code == 502
    assert len(upstream.asked) == 1


@pytest.mark.parametrize("forwarded", [False, True])
def test_a_reset_connection(
    proxy: FaultProxy, upstream: Upstream, client: httpx2.Client, forwarded: bool
) -> None:
    called = []
    proxy.script(Reset(forwarded=forwarded, then=lambda: called.append(len(upstream.asked))))
    with pytest.raises(httpx2.ReadError):
        client.get("/a")
    assert called == [int(forwarded)]
    assert client.get("/a").status_code == 200


def test_an_answer_that_is_cut(proxy: FaultProxy, client: httpx2.Client) -> None:
    proxy.script(Cut(5))
    connection = http.client.HTTPConnection(proxy.base_url.removeprefix("http://"), timeout=60)
    connection.request("GET", "/a")
    with pytest.raises(http.client.IncompleteRead) as caught:
        connection.getresponse().read()
    assert caught.value.partial == HELLO[:5]
    connection.close()
    proxy.script(Cut(5))
    with pytest.raises(httpx2.RemoteProtocolError):
        client.get("/a")


def test_an_answer_that_drips(proxy: FaultProxy, client: httpx2.Client) -> None:
    proxy.script(Drip(piece_bytes=7, pause_seconds=0.001))
    with client.stream("GET", "/a") as answer:
        pieces = [piece for piece in answer.iter_raw() if piece]
    assert b"".join(pieces) == HELLO
    assert len(pieces) > 1


@pytest.mark.parametrize("forwarded", [False, True])
def test_a_request_that_nobody_answers(
    proxy: FaultProxy, upstream: Upstream, client: httpx2.Client, forwarded: bool
) -> None:
    proxy.script(Swallow(forwarded=forwarded))
    with pytest.raises(httpx2.ReadTimeout):
        client.get("/a", timeout=httpx2.Timeout(60, read=0.2))
    if forwarded:
        wait_until(lambda: len(upstream.asked) == 1)
    assert client.get("/a").status_code == 200
    assert len(upstream.asked) == 1 + forwarded


def test_a_server_that_is_gone_is_a_reset_connection(upstream: Upstream) -> None:
    with (
        FaultProxy(1) as proxy,
        httpx2.Client(base_url=proxy.base_url, trust_env=False, timeout=60) as client,
    ):
        with pytest.raises(httpx2.ReadError):
            client.get("/a")
        proxy.upstream_port = upstream.server_address[1]
        assert client.get("/a").status_code == 200


def test_connections_are_counted(proxy: FaultProxy) -> None:
    with httpx2.Client(base_url=proxy.base_url, trust_env=False) as client:
        client.get("/a")
        assert proxy.open_connections == 1
    proxy.wait(lambda: proxy.open_connections == 0)


def test_closing_ends_what_is_open(upstream: Upstream) -> None:
    with FaultProxy(upstream.server_address[1]) as proxy:
        proxy.script(Swallow())
        client = httpx2.Client(base_url=proxy.base_url, trust_env=False, timeout=60)
        failed = threading.Event()

        def ask() -> None:
            with pytest.raises(httpx2.TransportError):
                client.get("/a")
            failed.set()

        thread = threading.Thread(target=ask)
        thread.start()
        proxy.wait_for_exchanges(1)
    assert failed.wait(60)
    thread.join()
    client.close()
