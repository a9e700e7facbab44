"""The header ``traceparent`` of W3C Trace Context: which span a request belongs to, as its sender says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from partner_api.tracing.span import SpanContext

if TYPE_CHECKING:
    from collections.abc import Iterable

_SAMPLED: Final = 1
# A later version may be longer.
_MOST_BYTES: Final = 256
_MOST_STATE_BYTES: Final = 512
_FORM: Final = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
# As the recommendation's first level has it: what OpenTelemetry does not take, it writes to the log, for every span.
_STATE: Final = re.compile(
    r"([a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})"
    r"=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"
)


class Caller(NamedTuple):
    """What a caller says of its span."""

    context: SpanContext
    sampled: bool
    """Whether it records it. Anybody can say so."""


def read_caller(headers: Iterable[tuple[bytes, bytes]]) -> Caller | None:
    """Read which span a request comes from; None without the header, and if it is not as the specification has it.

    A ``tracestate`` that is not, or that is longer than 512 bytes, is left out.
    """
    parents = []
    states = []
    for name, value in headers:
        if name == b"traceparent":
            parents.append(value)
        elif name == b"tracestate":
            states.append(value)
    if len(parents) != 1 or len(parents[0]) > _MOST_BYTES:
        return None
    match = _FORM.fullmatch(parents[0].strip(b" \t"))
    if match is None:
        return None
    version, trace_id, span_id, flags, more = match.groups()
    if version == b"ff" or (version == b"00" and more is not None):
        return None
    context = SpanContext(int(trace_id, 16), int(span_id, 16), _state(states), True)
    if not context.trace_id or not context.span_id:
        return None
    return Caller(context, bool(int(flags, 16) & _SAMPLED))


def write_traceparent(context: SpanContext) -> str:
    """Write the header for a span, which is recorded."""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-01"


def _state(values: list[bytes]) -> str:
    text = b",".join(values)
    if not text or len(text) > _MOST_STATE_BYTES:
        return ""
    members = [member.strip(" \t") for member in text.decode("latin-1").split(",")]
    members = [member for member in members if member]
    keys = {member.partition("=")[0] for member in members}
    if len(keys) < len(members) or len(members) > 32:
        return ""
    return ",".join(members) if all(map(_STATE.fullmatch, members)) else ""
