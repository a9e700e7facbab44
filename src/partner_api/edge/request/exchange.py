"""One request and its answer, from the first byte to the log line."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from partner_api.ids import new_request_id
from partner_api.time_limits import BODY_SILENCE_SECONDS, DISCARD_SECONDS, JSON_BODY_SECONDS

if TYPE_CHECKING:
    from partner_api.errors import Code
    from partner_api.services import Services

EXCHANGE = "partner_api.exchange"
"""Where the connection's scope has it."""


class DrainLimit(NamedTuple):
    """How much of a body that nobody wants is read all the same, and for how long."""

    most_bytes: int = 4 * 1024 * 1024
    seconds: float = DISCARD_SECONDS


class BodyLimits(NamedTuple):
    """How long a body may take: between two of its bytes, and as a whole if it is JSON."""

    silence_seconds: float = BODY_SILENCE_SECONDS
    json_seconds: float = JSON_BODY_SECONDS


_USUAL_DRAIN_LIMIT = DrainLimit()
NO_DRAINING = DrainLimit(0, 0)


class Exchange:
    """One request and its answer, as logs and metrics see it."""

    __slots__ = (
        "body_limits",
        "bucket",
        "caller_id",
        "drain_limit",
        "failure",
        "method",
        "request_id",
        "services",
        "started_ns",
        "status",
        "template",
    )

    def __init__(self, method: str, services: Services | None, body_limits: BodyLimits) -> None:
        self.request_id = new_request_id(time.time_ns() // 1_000_000)
        self.started_ns = time.perf_counter_ns()
        self.method = method
        self.services = services
        self.body_limits = body_limits
        self.template: str | None = None
        self.caller_id: str | None = None
        self.status = 500
        # The code of the error that is answered, where the status alone does not say it.
        self.failure: Code | None = None
        self.drain_limit = _USUAL_DRAIN_LIMIT
        # The headers that name the rate limit's bucket, for whatever is answered.
        self.bucket: list[tuple[bytes, bytes]] = []
