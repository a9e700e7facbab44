"""Both sides of `layers listen`, each a real HTTP server that can go away and come back: the feed, and a receiver."""

from __future__ import annotations

import contextlib
import json
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.support.serving import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Nothing waits longer than it has to.
_SECONDS = 120.0
ORGANIZATION = "org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


@dataclass(frozen=True)
class Said:
    """An answer; without a status the connection ends instead."""

    status: int | None = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.path).query)

    @property
    def event_id(self) -> str:
        return str(json.loads(self.body)["id"])


class StandIn:
    """A server on one port of this machine, which `stop` frees and `start` takes again."""

    def __init__(self) -> None:
        self.port = free_port()
        self.asked: list[Asked] = []
        self.changed = threading.Condition()
        self._before: deque[Said] = deque()
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self._server = _Server(("127.0.0.1", self.port), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Take no requests any more; those that wait are ended."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            with self.changed:
                self.changed.notify_all()
            server.server_close()

    @property
    def is_there(self) -> bool:
        return self._server is not None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def first(self, *said: Said) -> None:
        """Answer the next requests so."""
        self._before.extend(said)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait for something that a request brings about."""
        with self.changed:
            assert self.changed.wait_for(condition, _SECONDS), "it did not happen in time"

    def answer(self, asked: Asked) -> Said:
        """What a request is answered with."""
        return Said(204, b"")

    def take(self, asked: Asked) -> Said:
        with self.changed:
            self.asked.append(asked)
            self.changed.notify_all()
            if self._before:
                return self._before.popleft()
        return self.answer(asked)


class Receiver(StandIn):
    """Takes every event with 204, unless told otherwise."""

    def ids(self) -> list[str]:
        """The events that have arrived, in their order."""
        return [asked.event_id for asked in self.asked]


class FeedStandIn(StandIn):
    """The routes that `layers listen` asks, with events that a test adds; a cursor is `c` and how many are before it.

    Attributes:
        oldest: how many events are gone.
    """

    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []
        self.oldest = 0

    def happen(self, *kinds: str, **data: Any) -> list[str]:
        """Have events of these types happen, and return their ids."""
        with self.changed:
            ids = [self._add(kind, data) for kind in kinds]
            self.changed.notify_all()
        return ids

    def polls(self) -> list[Asked]:
        """The requests for events."""
        return [asked for asked in self.asked if asked.path.startswith("/v1/events")]

    def answer(self, asked: Asked) -> Said:
        if asked.path == "/v1/whoami":
            return _json({"organizationId": ORGANIZATION, "organizationName": "Kiln \x1b[31m"})
        query = asked.query
        with self.changed:
            after = self._after(query)
            if after < self.oldest:
                details = {"oldestCursor": f"c{self.oldest}-{self._filters(query)}"}
                error = {"code": "VALIDATION", "message": "Gone.", "requestId": "req_1"}
                return _json({"error": {**error, "details": details}}, 422)
            if wait := int(query["wait"][0]):
                self.changed.wait_for(lambda: len(self.events) > after or not self.is_there, wait)
            if not self.is_there:
                return Said(None)
            page = self.events[after : after + int(query["limit"][0])]
            kinds = query.get("type")
            items = [event for event in page if kinds is None or event["type"] in kinds]
            return _json(
                {"items": items, "nextCursor": f"c{after + len(page)}-{self._filters(query)}"}
            )

    def _after(self, query: Mapping[str, list[str]]) -> int:
        since = query.get("since", [""])[0]
        if "cursor" in query:
            number, _, filters = query["cursor"][0].removeprefix("c").partition("-")
            assert filters == self._filters(query), "a cursor is one of a filter"
            return int(number)
        return sum(event["createdAt"] < since for event in self.events)

    @staticmethod
    def _filters(query: Mapping[str, list[str]]) -> str:
        named = [query.get(name, []) for name in ("type", "scope", "since")]
        return json.dumps(named).encode().hex()

    def _add(self, kind: str, data: Mapping[str, Any]) -> str:
        number = len(self.events)
        event_id = f"evt_{number:026}"
        created_at = f"2026-06-01T00:{number // 60:02}:{number % 60:02}.000Z"
        self.events.append(
            {
                **{"id": event_id, "type": kind, "apiVersion": "v1", "createdAt": created_at},
                **{"organizationId": ORGANIZATION, "data": {"number": number, **data}},
            }
        )
        return event_id


def _json(value: Any, status: int = 200) -> Said:
    return Said(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """Clients that go away are what some tests are about."""


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def serve(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            said = stand_in.take(Asked(self.command, self.path, headers, body))
            self.close_connection = True
            if said.status is None:
                return
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(said.body)

        do_GET = do_POST = serve

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
