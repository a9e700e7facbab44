"""Clients of a process that was forked: no answer of one process reaches the other."""

from __future__ import annotations

import asyncio
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from tests.sdk.python.conftest import KEY

from layers_partner import AsyncLayers, Layers

if TYPE_CHECKING:
    from collections.abc import Iterator


class Counting(ThreadingHTTPServer):
    """Answers with the number of the connection."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Numbered)
        self.connections = 0


class _Numbered(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Counting

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1
        self.number = self.server.connections

    def do_GET(self) -> None:
        """Answer."""
        body = str(self.number).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def base_url() -> Iterator[str]:
    """A server."""
    with Counting() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_forked_process_opens_connections_of_its_own(base_url: str) -> None:
    with Layers(api_key=KEY, base_url=base_url, max_retries=0) as layers:
        copy = layers.with_options(timeout=10)
        assert layers.request("GET", "/v1/a") == 1
        child = os.fork()
        if child == 0:
            # The test ends here for the child, whatever happens.
            try:
                number = copy.request("GET", "/v1/a")
                os._exit(number if layers.request("GET", "/v1/a") == number else 99)
            finally:
                os._exit(98)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
        assert layers.request("GET", "/v1/a") == 1


async def test_a_forked_process_opens_asynchronous_connections_of_its_own(base_url: str) -> None:
    async with AsyncLayers(api_key=KEY, base_url=base_url, max_retries=0) as layers:
        assert await layers.request("GET", "/v1/a") == 1
        child = os.fork()
        if child == 0:
            try:
                os._exit(asyncio.run(layers.request("GET", "/v1/a")))
            finally:
                os._exit(98)
        status = (await asyncio.to_thread(os.waitpid, child, 0))[1]
        assert os.waitstatus_to_exitcode(status) == 2
        assert await layers.request("GET", "/v1/a") == 1
