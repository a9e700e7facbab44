"""Spans: a name, a beginning, an end, and what else is known of what happened in between."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Self

from partner_api.tracing import live

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Token
    from types import TracebackType

Kind = Literal["internal", "server", "client"]
Value = str | int | bool
MOST_LINKS: Final = 128
"""Of one span. A busy batch has more requests; its size says how many."""
_MOST_HELD: Final = 500


class SpanContext(NamedTuple):
    """What names a span everywhere."""

    trace_id: int
    span_id: int
    state: str = ""
    """The header ``tracestate`` of a caller that is trusted."""
    is_remote: bool = False


class Span:
    """Something that takes time. Only what is sampled has one.

    As a context manager it is what the block is a part of, and ends with it.

    Args:
        send: takes it when it has ended.
        name: says what, of a small number of possible ones: never a value that a client has sent.
        context: its ids.
        parent: the span that it is a part of, or the caller's; None for the root of a trace.
        kind: as OpenTelemetry has it.
    """

    __slots__ = (
        "_send",
        "_token",
        "attributes",
        "context",
        "end_ns",
        "error",
        "events",
        "held",
        "kind",
        "links",
        "name",
        "parent",
        "root",
        "start_ns",
        "wanted",
    )

    def __init__(
        self,
        send: Callable[[Span], None],
        name: str,
        context: SpanContext,
        parent: Span | SpanContext | None = None,
        kind: Kind = "internal",
    ) -> None:
        self._send = send
        self._token: Token[Span | None] | None = None
        self.name = name
        self.context = context
        self.kind: Kind = kind
        self.root: Span = parent.root if isinstance(parent, Span) else self
        self.parent = parent.context if isinstance(parent, Span) else parent
        self.attributes: dict[str, Value] = {}
        self.events: list[tuple[int, str]] = []
        self.links: list[SpanContext] = []
        self.error: str | None = None
        """The kind of what went wrong; never a message."""
        self.held: list[Span] | None = None
        """Parts of a root that may turn out not to be wanted, until it has ended."""
        self.wanted = True
        self.start_ns = time.time_ns()
        self.end_ns: int | None = None

    def child(self, name: str, kind: Kind = "internal") -> Span:
        """Begin a part of it."""
        context = SpanContext(self.context.trace_id, new_span_id(), self.context.state)
        return Span(self._send, name, context, self, kind)

    def link(self, context: SpanContext) -> None:
        """Say that it has to do with another span, as far as it has room for that."""
        if len(self.links) < MOST_LINKS:
            self.links.append(context)

    def note(self, event: str) -> None:
        """Note that something happened now."""
        self.events.append((time.time_ns(), event))

    def end(self, end_ns: int | None = None) -> None:
        """End it, now or at another time, and hand it over; a second end changes nothing."""
        if self.end_ns is not None:
            return
        self.end_ns = end_ns or time.time_ns()
        root = self.root
        if root is self:
            held, self.held = self.held, None
            if self.wanted:
                self._send(self)
                for part in held or ():
                    self._send(part)
        elif root.held is not None:
            if len(root.held) < _MOST_HELD:
                root.held.append(self)
        elif root.wanted:
            self._send(self)

    def __enter__(self) -> Self:
        self._token = live.current.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self.error = type(error).__name__
        if self._token is not None:
            live.current.reset(self._token)
            self._token = None
        self.end()


def new_span_id() -> int:
    """Create the id of a span: it has to be different, not secret."""
    return random.getrandbits(64) or 1
