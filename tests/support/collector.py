"""A collector of traces on the loopback address, which takes what is sent over OTLP, or does not."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

if TYPE_CHECKING:
    from collections.abc import Callable

# Nothing waits longer than it has to.
_LONG_SECONDS = 120.0


class CollectedSpan(NamedTuple):
    """A span as it arrived; ids in hexadecimal, empty where there is none."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    kind: int
    links: tuple[tuple[str, str], ...]
    """The trace and the span of each."""
    attributes: dict[str, Any]
    events: tuple[str, ...]
    is_error: bool
    start_ns: int
    end_ns: int
    part: str
    """Of the server."""

    @property
    def place(self) -> tuple[str, str]:
        """What a link to it says."""
        return self.trace_id, self.span_id


class Collector:
    """Takes traces until its block ends.

    ``status`` is what it answers; while ``hangs`` is set, it answers nothing.
    """

    def __init__(self) -> None:
        self.status = 200
        self.hangs = threading.Event()
        self.bodies: list[bytes] = []
        self.requests = 0
        self._ended = threading.Event()
        collector = self

        class _Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.requests += 1
                while collector.hangs.is_set() and not collector._ended.is_set():
                    collector._ended.wait(0.01)
                if collector.status == 200:
                    collector.bodies.append(body)
                self.send_response(collector.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Its address, for OTEL_EXPORTER_OTLP_ENDPOINT."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a server that sends it everything, soon."""
        return {
            "LAYERS_TRACING": "otlp",
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.url,
            "OTEL_BSP_SCHEDULE_DELAY": "50",
            "OTEL_BSP_MAX_QUEUE_SIZE": "20000",
        }

    @property
    def spans(self) -> list[CollectedSpan]:
        """All that it has taken."""
        return [span for body in list(self.bodies) for span in _decoded(body)]

    def until(self, found: Callable[[CollectedSpan], bool]) -> CollectedSpan:
        """Wait for a span, and return it."""
        deadline = time.monotonic() + _LONG_SECONDS
        seen = 0
        while True:
            bodies = list(self.bodies)
            for body in bodies[seen:]:
                for span in _decoded(body):
                    if found(span):
                        return span
            seen = len(bodies)
            assert time.monotonic() < deadline, sorted({span.name for span in self.spans})
            time.sleep(0.01)


def _decoded(body: bytes) -> list[CollectedSpan]:
    request = ExportTraceServiceRequest.FromString(body)
    spans = []
    for resource in request.resource_spans:
        part = _values(resource.resource.attributes)["layers.part"]
        for scope in resource.scope_spans:
            spans += [_span(span, part) for span in scope.spans]
    return spans


def _span(span: Any, part: str) -> CollectedSpan:
    return CollectedSpan(
        name=span.name,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        kind=span.kind,
        links=tuple((link.trace_id.hex(), link.span_id.hex()) for link in span.links),
        attributes=_values(span.attributes),
        events=tuple(event.name for event in span.events),
        is_error=span.status.code == 2,
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
        part=part,
    )


def _values(attributes: Any) -> dict[str, Any]:
    return {
        each.key: getattr(each.value, each.value.WhichOneof("value") or "string_value")
        for each in attributes
    }
