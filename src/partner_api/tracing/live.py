"""Whether this process traces, and what the code that runs now is a part of."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from partner_api.tracing.span import Span
    from partner_api.tracing.tracer import Tracer

tracer: Tracer | None = None
"""None while traces are off. Look at it as ``live.tracer``, each time: it is set when the process starts."""

current: Final[ContextVar[Span | None]] = ContextVar("current", default=None)
"""The span that is recorded now; None where nothing is, as in a request that is not sampled."""


def trace_fields() -> dict[str, str]:
    """Return the fields of a log line that say which trace it belongs to; none where nothing is recorded."""
    if tracer is None or (span := current.get()) is None:
        return {}
    return {
        "trace_id": f"{span.context.trace_id:032x}",
        "span_id": f"{span.context.span_id:016x}",
    }
