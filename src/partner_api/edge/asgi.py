"""The outermost layer: what holds for every answer, also for those that no route gives."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

import msgspec

from partner_api.edge.connections.limits import DISCARD_PAUSE_SECONDS
from partner_api.edge.request.exchange import EXCHANGE, BodyLimits, DrainLimit, Exchange
from partner_api.edge.request.paths import is_plain_path
from partner_api.edge.wire.access_log import AccessLine, AccessLog, timestamp
from partner_api.edge.wire.reply import error_reply
from partner_api.errors import CODES, KINDS, not_found
from partner_api.metrics import http as metrics
from partner_api.time_limits import DISCARD_SECONDS
from partner_api.tracing import live
from partner_api.tracing.live import trace_fields
from partner_api.tracing.requests import begin_request, end_request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping, Sequence

    from partner_api.edge.route import Route
    from partner_api.services import Services
    from partner_api.settings.table import Settings

    Message = MutableMapping[str, Any]
    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_OTHER_METHOD = "OTHER"
_NO_ROUTE = "none"
# From this status on.
_REFUSED = 300
_FAILED = 500
_UNAVAILABLE = KINDS["UNAVAILABLE"].status


class Edge:
    """Wraps the application: request id, log line, numbers, and an answer whatever happens.

    ``routes`` are all that it serves. ``services`` is set by the application when it has started.
    ``fixed_headers`` are in every answer.
    """

    def __init__(self, app: Application, routes: Sequence[Route], settings: Settings) -> None:
        self._app = app
        self.routes = routes
        self._rate_classes: dict[tuple[str, str], str] = {
            (route.method, route.template): route.endpoint_class for route in routes
        }
        self._access_log = AccessLog(settings)
        metrics.begin(code for code in CODES if KINDS[code].status >= _FAILED)
        self.fixed_headers = [(b"x-layers-development", b"true")] if settings.development else []
        self.body_limits = BodyLimits()
        self.services: Services | None = None

    def stop_waiting(self) -> None:
        """Let requests that wait for something to happen answer at once: the server is about to stop."""
        if self.services is not None:
            self.services.stopping.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection, as an ASGI application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else _OTHER_METHOD
        exchange = Exchange(method, self.services, self.body_limits)
        span = None if live.tracer is None else begin_request(live.tracer, exchange, scope)
        # The server has its own idea of the request, which this must not change.
        scope = {**scope, EXCHANGE: exchange}
        if method == "HEAD":
            # The same as GET, up to the moment when the body would be sent.
            scope["method"] = "GET"
        body = _body_of(scope, receive)
        started = False
        identify = (b"x-request-id", exchange.request_id.encode())

        async def send_marked(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                if body is not None and body.unread:
                    await body.drop_rest(exchange.drain_limit)
                exchange.status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    identify,
                    *exchange.bucket,
                    *self.fixed_headers,
                ]
            elif method == "HEAD":
                if message.get("more_body", False):
                    return
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        try:
            if not is_plain_path(scope["raw_path"]):
                # The application would find a route for other spellings too.
                raise not_found()
            await self._app(scope, body or receive, send_marked)
        except Exception as error:
            reply = error_reply(
                error, exchange.request_id, where=method, repeatable=method in ("GET", "HEAD")
            )
            # Half an answer cannot be taken back; the connection then ends without its rest.
            if started:
                raise
            await reply(scope, receive, send_marked)
        finally:
            self._record(exchange)
            if span is not None:
                end_request(span, exchange, self._rate_classes)

    def _record(self, exchange: Exchange) -> None:
        if (
            exchange.services is not None
            and exchange.method in _WRITES
            and exchange.status < _REFUSED
        ):
            # What it has changed may be an event.
            exchange.services.bell.ring("outbox")
        seconds = (time.perf_counter_ns() - exchange.started_ns) / 1e9
        metrics.observe(exchange.method, exchange.template or _NO_ROUTE, exchange.status, seconds)
        if exchange.status >= _FAILED:
            code = exchange.failure or (
                "UNAVAILABLE" if exchange.status == _UNAVAILABLE else "INTERNAL"
            )
            metrics.count_failure(exchange.template, code)
        if self._access_log.enabled:
            line = AccessLine(
                timestamp(),
                exchange.method,
                exchange.template,
                exchange.status,
                round(seconds * 1000, 2),
                exchange.request_id,
                exchange.caller_id,
            )
            if live.tracer is not None:
                line = msgspec.structs.replace(line, **trace_fields())
            self._access_log.write(line)


class _Body:
    """The body of a request, on its way to whoever reads it."""

    def __init__(self, receive: Receive, announced_bytes: int, *, held_back: bool) -> None:
        self._receive = receive
        self._announced_bytes = announced_bytes
        # Whether the client sends it only when it is asked to.
        self._held_back = held_back
        # Whether there may be more of it that nobody has read.
        self.unread = True

    async def __call__(self) -> Message:
        self._held_back = False
        message = await self._receive()
        self.unread = message.get("more_body", False)
        return message

    async def drop_rest(self, drain_limit: DrainLimit) -> None:
        """Read what nobody has read, before the answer is sent, unless it is too much.

        Otherwise the connection is closed under a client that is still sending, and the client
        sees that instead of the answer. Where this stops, the server closes the connection, so
        that the rest is never taken for another request.
        """
        if (
            self._held_back
            or not drain_limit.seconds
            or self._announced_bytes > drain_limit.most_bytes
        ):
            return
        dropped = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(drain_limit.seconds):
                while self.unread and dropped <= drain_limit.most_bytes:
                    async with asyncio.timeout(DISCARD_SECONDS):
                        message = await self()
                    dropped += len(message.get("body", b""))
                    await asyncio.sleep(DISCARD_PAUSE_SECONDS)


def _body_of(scope: Scope, receive: Receive) -> _Body | None:
    """Return the body of a request that has one."""
    announced: int | None = None
    held_back = False
    for name, value in scope["headers"]:
        if name == b"content-length":
            announced = int(value[:20]) if value.isdigit() else 0
            if not announced:
                return None
        elif name == b"transfer-encoding":
            announced = 0
        elif name == b"expect":
            held_back = value.lower() == b"100-continue"
    return None if announced is None else _Body(receive, announced, held_back=held_back)
