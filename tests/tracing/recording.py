"""Traces of this process, kept in a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from partner_api.tracing.span import Span
    from partner_api.tracing.traceparent import Caller


class Traced:
    """The spans that have ended, and which traces are sampled: all, unless ``samples`` says otherwise."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.all = True

    def samples(self, trace_id: int, caller: Caller | None = None) -> bool:
        """Sample those with an even id, if not all; of a caller who is trusted, what it says."""
        if caller is not None:
            return caller.sampled
        return self.all or trace_id % 2 == 0

    def named(self, name: str) -> list[Span]:
        """Those of a name, in the order in which they have ended."""
        return [span for span in self.spans if span.name == name]

    def one(self, name: str) -> Span:
        """The only one of a name."""
        (span,) = self.named(name)
        return span
