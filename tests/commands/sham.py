"""A server in place of the operator's API: whatever is asked, it gives the answer that a test wants.

The real one would refuse most of what is tried here, or take long to come to it; a proxy, a later version or a thief at
the other end may say anything.
"""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    key: str | None


@dataclass
class Sham:
    """What the server answers, and what it was asked since ``begin``."""

    url: str = ""
    status: int = 200
    answer: bytes | None = b"{}"
    retry_after: str | None = None
    before: list[bytes | None] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def begin(self) -> None:
        """Forget what was asked."""
        self.asked.clear()
        self.before.clear()
        self.retry_after = None
        self.will_answer({})

    def will_answer(self, value: Any, status: int = 200) -> None:
        """Answer this from now on; a cursor `more` is another one each time."""
        self.status, self.answer = status, json.dumps(value).encode()

    def will_hang_up(self) -> None:
        """Read each request from now on, and close the connection."""
        self.answer = None

    def will_first(self, *answers: bytes | None) -> None:
        """Answer each of these once, as 503, before anything else; None hangs up."""
        self.before[:] = answers


@contextlib.contextmanager
def serving_sham() -> Iterator[Sham]:
    """A sham that answers until the block is left."""
    sham = Sham()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            sham.asked.append(Asked(self.command, self.path, self.headers.get("Idempotency-Key")))
            self.close_connection = True
            status, answer = (
                (503, sham.before.pop(0)) if sham.before else (sham.status, sham.answer)
            )
            if answer is not None:
                answer = answer.replace(b'"more"', b'"more-%d"' % len(sham.asked))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                if sham.retry_after is not None:
                    self.send_header("Retry-After", sham.retry_after)
                self.end_headers()
                self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_PATCH = answer

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that goes away is what some tests are about."""

    with Server(("127.0.0.1", 0), Handler) as server:
        sham.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield sham
        finally:
            server.shutdown()
            thread.join()
