"""Handing spans over to OpenTelemetry, which sends them: the only module that imports it, and only when traces are on.

``OTEL_…`` variables mean what they mean everywhere, because the library reads them: the address of the collector, its
headers, the sampler, the size of a batch. What is in the way of a collector is in nobody else's way: spans wait in a
bounded queue, a thread sends them, and what finds no room is dropped and counted.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import TYPE_CHECKING, Final

import structlog
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanKind,
    TraceFlags,
    set_span_in_context,
)
from opentelemetry.trace import SpanContext as SentContext
from opentelemetry.trace.span import TraceState
from opentelemetry.trace.status import Status, StatusCode

from partner_api import installed_version
from partner_api.logs import OncePerMinute
from partner_api.redaction import redact
from partner_api.tracing import metrics
from partner_api.tracing.errors import TracingUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.tracing.span import Span, SpanContext
    from partner_api.tracing.traceparent import Caller

_log = structlog.get_logger(__name__)
_VERSION: Final = installed_version()
_SCOPE: Final = InstrumentationScope("partner_api", _VERSION)
_KINDS: Final = {
    "internal": SpanKind.INTERNAL,
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
}
_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
_UNSET: Final = Status(StatusCode.UNSET)
_ERROR: Final = Status(StatusCode.ERROR)
_NO_PARENT: Final = Context()
_UNNAMED: Final = "unknown_service"
_DEFAULT_QUEUE: Final = 2_048
# They log every attempt that fails; what they say is in our line, once a minute.
_TALKATIVE: Final = (
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.exporter.otlp.common.http",
    "opentelemetry.sdk._shared_internal",
    "opentelemetry.sdk.trace.export",
)


class Export:
    """Takes spans that have ended, and has them sent.

    Args:
        exporter: sends them.
        part: of the server, whose they are.
    """

    def __init__(self, exporter: SpanExporter, part: str) -> None:
        provider = TracerProvider(resource=_resource(part), shutdown_on_exit=False)
        self._sampler = provider.sampler
        self._resource = provider.resource
        self._room = _queue_size()
        # Two counts, each of which one thread writes; what is between them waits.
        self._given = 0
        self._sending = _Sending(exporter)
        self._processor = BatchSpanProcessor(self._sending, max_queue_size=self._room)

    def samples(self, trace_id: int, caller: Caller | None = None) -> bool:
        """Return what the sampler says of a trace, and of what a caller says who is trusted."""
        parent = _NO_PARENT
        if caller is not None:
            flags = TraceFlags(TraceFlags.SAMPLED if caller.sampled else TraceFlags.DEFAULT)
            of = SentContext(caller.context.trace_id, caller.context.span_id, True, flags)
            parent = set_span_in_context(NonRecordingSpan(of), _NO_PARENT)
        decision = self._sampler.should_sample(parent, trace_id, "").decision
        return decision is Decision.RECORD_AND_SAMPLE

    def send(self, span: Span) -> None:
        """Have a span sent, if there is room."""
        if self._given - self._sending.taken >= self._room:
            metrics.count("dropped")
            return
        self._given += 1
        self._processor.on_end(self._readable(span))

    def stop(self, seconds: float) -> None:
        """Send what is left, for so long; a collector that is away holds up no stop."""
        stopping = threading.Thread(target=self._processor.shutdown, daemon=True)
        stopping.start()
        stopping.join(seconds)

    def _readable(self, span: Span) -> ReadableSpan:
        context = _sent(span.context)
        attributes = dict(span.attributes)
        if span.error is not None:
            attributes["error.type"] = span.error
        return ReadableSpan(
            name=span.name,
            context=context,
            parent=None if span.parent is None else _sent(span.parent),
            resource=self._resource,
            attributes=attributes,
            events=[Event(name, timestamp=at_ns) for at_ns, name in span.events],
            links=[Link(_sent(link)) for link in span.links],
            kind=_KINDS[span.kind],
            status=_UNSET if span.error is None else _ERROR,
            start_time=span.start_ns,
            end_time=span.end_ns,
            instrumentation_scope=_SCOPE,
        )


class _Sending(SpanExporter):
    """Sends batches in the thread of the processor, and counts what came of them."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._failures = OncePerMinute()
        self._said = _LastWords()
        for name in _TALKATIVE:
            logging.getLogger(name).addFilter(self._said)
        self.taken = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send a batch."""
        self.taken += len(spans)
        self._said.text = ""
        try:
            result = self._exporter.export(spans)
        except Exception as error:
            self._said.text = type(error).__name__
            result = SpanExportResult.FAILURE
        if result is SpanExportResult.SUCCESS:
            metrics.count("sent", len(spans))
            return result
        metrics.count("failed", len(spans))
        left_out = self._failures.admit()
        if left_out is not None:
            _log.warning(
                "traces_not_sent", spans=len(spans), reason=self._said.text, left_out=left_out
            )
        return result

    def shutdown(self) -> None:
        """End the exporter."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Do nothing: nothing waits here."""
        return True


class _LastWords(logging.Filter):
    """Keeps what a library would have logged, and lets none of it through."""

    text = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the line of a record instead of logging it."""
        self.text = record.getMessage()[:300]
        return False


def open_export(form: str, part: str) -> Export | None:
    """Return what sends the spans of this process; None if ``OTEL_SDK_DISABLED`` says so.

    Args:
        form: ``otlp``, or ``console`` for standard error.
        part: of the server.

    Raises:
        TracingUnavailable: a variable of OpenTelemetry cannot be used.
    """
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None
    metrics.begin()
    try:
        return Export(_exporter(form), part)
    except ValueError as error:
        raise TracingUnavailable(
            f"A variable OTEL_… cannot be used: {redact(str(error))}. Correct it, or unset it or LAYERS_TRACING."
        ) from error


def _exporter(form: str) -> SpanExporter:
    if form == "console":
        return ConsoleSpanExporter(out=sys.stderr, formatter=_line)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()


def _line(span: ReadableSpan) -> str:
    return f"{span.to_json(indent=None)}\n"


def _sent(context: SpanContext) -> SentContext:
    state = TraceState.from_header([context.state]) if context.state else None
    return SentContext(context.trace_id, context.span_id, context.is_remote, _SAMPLED, state)


def _resource(part: str) -> Resource:
    """Return what is said of this process with every span; what ``OTEL_…`` says of it wins."""
    own = Resource.create({"service.version": _VERSION, "layers.part": part})
    if str(own.attributes["service.name"]).startswith(_UNNAMED):
        own = own.merge(Resource({"service.name": "layers"}))
    return own


def _queue_size() -> int:
    """Return how many spans may wait, as ``OTEL_BSP_MAX_QUEUE_SIZE`` says; as the library does, without it too."""
    text = os.environ.get("OTEL_BSP_MAX_QUEUE_SIZE", "")
    return int(text) if text.isascii() and text.isdigit() and int(text) else _DEFAULT_QUEUE
