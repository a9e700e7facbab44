"""Clients that mean no good, from a process and an address of their own: ``python -m rig.hostile KIND`` with a plan on stdin.

Each does what one client can do with little: few connections, few bytes, seldom more than a few hundred attempts a
second. How many requests a server answers at most is another question.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from uuid import uuid4

import msgspec
import uvloop

from rig.api import HOST

# Real ones have machines of their own; here they take what the server and the measurement leave.
_NICENESS = 10
_PAUSE_SECONDS = 0.05
_READ_BYTES = 65_536
_MOST_CONNECTIONS = 1_100
_BODY_BYTES = 256 * 1024
_UNKNOWN_JOB = "job_01ARZ3NDEKTSV4RRFFQ69G5FAV"
_TAG_LETTER = "\U000e0041"
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class Plan(msgspec.Struct, frozen=True):
    """What they know of the server, as a client of it may.

    Args:
        port: where it is.
        source: the address they come from.
        seconds: for how long.
        key: of a partner with limits.
        project_path: its project.
        test_key: of its test environment.
        test_project_path: its project there.
        worker_token: of an operator who may only work.
        unknown_keys: well-formed ones that nobody has.
    """

    port: int
    source: str
    seconds: float
    key: str
    project_path: str
    test_key: str
    test_project_path: str
    worker_token: str
    unknown_keys: list[str]


class Outcome(msgspec.Struct):
    """How it went for them."""

    connections: int = 0
    refused: int = 0
    """Connections that were not taken, or closed before anything was said."""
    statuses: dict[str, int] = {}

    def count(self, answer: bytes) -> None:
        """Count an answer by its status; none that came is counted too."""
        status = answer[9:12].decode("latin-1") if answer.startswith(b"HTTP/1.1 ") else "none"
        self.statuses[status] = self.statuses.get(status, 0) + 1


class _Attack:
    """One spell of one kind."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.outcome = Outcome()
        self._until = time.monotonic() + plan.seconds

    @property
    def left(self) -> float:
        """Seconds until it is over."""
        return max(0.0, self._until - time.monotonic())

    @contextlib.asynccontextmanager
    async def connection(self):  # type: ignore[no-untyped-def]
        """Give a connection's two ends; where it breaks, that is all right."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection(
                HOST, self.plan.port, local_addr=(self.plan.source, 0)
            )
            self.outcome.connections += 1
            try:
                yield reader, writer
            finally:
                writer.transport.abort()
