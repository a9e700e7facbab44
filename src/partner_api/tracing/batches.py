"""Batches: what is done once for several requests is a trace of its own, and each of them links to it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from partner_api.tracing import live
from partner_api.tracing.tracer import begin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partner_api.tracing.span import Span


def begin_wait(batch: str) -> Span | None:
    """Begin, in a request that is recorded, its wait for a batch; None in another one.

    Args:
        batch: what it waits for, such as ``credits.allocate``.
    """
    span = live.current.get()
    return None if span is None else span.child(f"wait for {batch}")


def begin_flight() -> int:
    """Let what this task does from now on be no part of the request that has started it; return the time."""
    begin(None)
    return time.time_ns()


def begin_batch(batch: str, waits: Iterable[Span | None], size: int, since_ns: int) -> Span | None:
    """Begin a batch, which this task then works for; None if nobody who waits for it is recorded.

    Args:
        batch: what it is.
        waits: of ``begin_wait``, of those who are in it.
        size: how many operations or keys it has.
        since_ns: when it began to look for a connection.
    """
    tracer = live.tracer
    # Who asks for several keys waits once for all of them.
    recorded = [wait for wait in dict.fromkeys(waits) if wait is not None]
    if tracer is None or not recorded:
        return begin(None)
    span = tracer.batch(f"batch {batch}")
    span.start_ns = since_ns
    span.note("left")
    span.attributes["layers.batch.size"] = size
    for wait in recorded:
        if wait.parent is not None:
            span.link(wait.parent)
        wait.link(span.context)
    return begin(span)


def begin_alone(wait: Span | None) -> Span | None:
    """Begin an operation of a batch that failed, tried by itself; None if its batch is not recorded."""
    batch = live.current.get()
    if batch is None:
        return None
    span = batch.child("alone")
    span.attributes["layers.batch.size"] = 1
    if wait is not None and wait.parent is not None:
        span.link(wait.parent)
    return span


def note_put_back() -> None:
    """Note that a batch, which this task works for, waited for a lock as long as it may, and goes back to the queue."""
    batch = live.current.get()
    if batch is not None:
        batch.note("put back")
