"""Beginning the spans that are roots here: of requests, batches, steps of sweeps and deliveries.

The trace of a request has its id: the 128 bits of the ULID in ``req_…``, and the last 64 of them name its first span.
So whatever knows the id of a request can link to it, in another process and days later, and nothing of a trace has to
be kept in the database.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final, Literal, Protocol

from partner_api.ids import MalformedId, decode_id
from partner_api.tracing import live
from partner_api.tracing.span import Kind, Span, SpanContext, new_span_id
from partner_api.tracing.traceparent import Caller, read_caller, write_traceparent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Callers = Literal["link", "trust", "ignore"]
_HALF: Final = (1 << 64) - 1


class Sampler(Protocol):
    """Decides whether a trace is recorded; the same for a trace whenever it is asked."""

    def __call__(self, trace_id: int, caller: Caller | None = None, /) -> bool:
        """Return whether, given what a caller says who is trusted."""
        ...


class Tracer:
    """Begins spans, as far as they are sampled.

    Args:
        send: takes each span that has ended.
        samples: decides which are recorded.
        callers: what ``traceparent`` of a request does.
        tells_receivers: whether webhooks carry one.
    """

    def __init__(
        self,
        send: Callable[[Span], None],
        samples: Sampler,
        *,
        callers: Callers = "link",
        tells_receivers: bool = False,
    ) -> None:
        self._send = send
        self._samples = samples
        self._callers: Callers = callers
        self.tells_receivers = tells_receivers

    def request(
        self, request_id: str, headers: Iterable[tuple[bytes, bytes]], name: str
    ) -> Span | None:
        """Begin a request.

        A caller that is trusted has it in its own trace, and decides whether it is sampled. Of others it has a trace
        of its own, which links to theirs: anybody can send the header.
        """
        caller = None if self._callers == "ignore" else read_caller(headers)
        if caller is not None and self._callers == "trust":
            of = caller.context
            if not self._samples(of.trace_id, caller):
                return None
            context = SpanContext(of.trace_id, new_span_id(), of.state)
            return Span(self._send, name, context, of, "server")
        context = context_of_request(request_id)
        if not self._samples(context.trace_id):
            return None
        span = Span(self._send, name, context, None, "server")
        if caller is not None:
            span.link(caller.context)
        return span

    def batch(self, name: str) -> Span:
        """Begin what is done together for several requests, of which at least one is recorded."""
        return self._root(name, random.getrandbits(128) or 1)

    def step(self, sweep: str) -> Span | None:
        """Begin a step of a sweep. Its parts are held until it has ended: most find nothing to do."""
        trace_id = random.getrandbits(128) or 1
        if not self._samples(trace_id):
            return None
        span = self._root(f"sweep {sweep}", trace_id)
        span.held = []
        span.attributes["layers.sweep.name"] = sweep
        return span

    def delivery(self, event_type: str, request_ids: Sequence[str]) -> Span | None:
        """Begin an attempt to send a webhook.

        It links to the requests behind its event, and is recorded if one of them is. That of a request in the trace
        of a caller is not known any more: then it has no link, as one without a request has none.
        """
        requests = (
            [] if self._callers == "trust" else [context_of_request(each) for each in request_ids]
        )
        trace_id = random.getrandbits(128) or 1
        sampled = [context for context in requests if self._samples(context.trace_id)]
        if not (sampled if requests else self._samples(trace_id)):
            return None
        span = self._root(f"webhook {event_type}", trace_id, "client")
        for context in sampled:
            span.link(context)
        return span

    def _root(self, name: str, trace_id: int, kind: Kind = "internal") -> Span:
        return Span(self._send, name, SpanContext(trace_id, new_span_id()), None, kind)


def context_of_request(request_id: str) -> SpanContext:
    """Return the ids of the first span of a request, which follow from its own."""
    try:
        bits = decode_id("req", request_id)
    except MalformedId:
        # One that another version has written.
        bits = 0
    return SpanContext(bits or 1, bits & _HALF or 1)


def begin(span: Span | None) -> Span | None:
    """Let a span be what the rest of this task is a part of; with None, nothing is recorded."""
    live.current.set(span)
    return span


def outgoing_headers() -> dict[str, str]:
    """Return the header that names the span of what is sent; none where nothing is recorded."""
    span = live.current.get()
    return {} if span is None else {"traceparent": write_traceparent(span.context)}
