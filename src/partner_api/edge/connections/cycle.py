"""One request and its answer, on the connection that it came on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from partner_api.errors import ApiError

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application, ASGIReceiveEvent, ASGISendEvent

    from partner_api.edge.connections.protocol import ClientConnection

_log = structlog.get_logger(__name__)


class HeldFlow(FlowControl):
    """Flow control that does not read on while ``held``, whoever asks for it."""

    held = False

    def resume_reading(self) -> None:
        """Read on, unless this is held or the connection is closing."""
        if not self.held and not self._transport.is_closing():
            super().resume_reading()


class _JoinedWrites:
    """A transport that sends the head of an answer together with what follows it, in one call of the system."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head: bytes | None = None
        self.is_closing = transport.is_closing
        self.close = transport.close
        # Whether what is written next is a head.
        self.holds_next = False

    def write(self, data: bytes) -> None:
        """Send, with the head before it if one waits; or let a head wait."""
        if self.holds_next:
            self.holds_next, self._head = False, data
            return
        if self._head is not None:
            data, self._head = self._head + data, None
        self._transport.write(data)

    def flush(self) -> None:
        """Send a head that nothing follows."""
        if self._head is not None:
            self.write(b"")


class Cycle(RequestResponseCycle):
    """A request whose connection decides what happens after the answer.

    ``closes``: this answer is the last one of the connection. ``broken``: what came as its body is none, so no more
    of it will come. ``task``: what answers it.
    """

    task: asyncio.Task[None] | None = None
    broken = False

    def __init__(self, connection: ClientConnection, **rest: Any) -> None:
        super().__init__(**rest)
        self.connection = connection
        self.closes = not self.keep_alive
        self._joined = _JoinedWrites(self.transport)
        # As much of a transport as the class above uses.
        self.transport = self._joined  # type: ignore[assignment]

    async def run_asgi(self, app: ASGI3Application) -> None:
        """Answer the request; whatever happens, there is an answer or the connection ends."""
        try:
            await app(self.scope, self.receive, self.send)
        except Exception as error:
            if not self.response_started:
                _log.error("request_failed", exc_info=error)
        finally:
            if not self.response_complete and not self.disconnected:
                self._give_up()
            # What has ended refers to its connection no more, so that both can be freed at once.
            self.on_response = _nothing

    def _give_up(self) -> None:
        """End the connection of a request that has no whole answer."""
        if self.response_started or self.task is None or self.task.cancelling():
            self.connection.transport.abort()
        else:
            self.response_complete = True
            self.connection.answer(ApiError("INTERNAL"))

    async def receive(self) -> ASGIReceiveEvent:
        """Return the next part of the body, or say that the client has gone or sends no body."""
        if self.more_body and not self.body and not self.broken and not self.disconnected:
            self.connection.waits_for_body()
        message = await super().receive()
        if self.broken and message["type"] == "http.request" and not message["body"]:
            return {"type": "http.disconnect"}
        return message

    async def send(self, message: ASGISendEvent) -> None:
        """Send a part of the answer.

        An answer to a request that has not been read to its end is the last one of its connection: what comes after it
        must never be taken for another request.
        """
        starts = message["type"] == "http.response.start"
        if starts:
            self.keep_alive = not (self.closes or self.more_body)
            self._joined.holds_next = True
        elif self.scope["method"] == "HEAD":
            # There is no body that it could go with.
            self._joined.flush()
        await super().send(message)
        if starts:
            self.closes = self.closes or not self.keep_alive
            # The connection ends itself, in its own way.
            self.keep_alive = True

    def break_off(self) -> None:
        """End a body that goes on with what is no body."""
        self.broken = self.closes = True
        self.message_event.set()

    def disconnect(self) -> None:
        """Note that the client has gone; an answer that it was getting is not sent on."""
        self.disconnected = True
        self.message_event.set()
        # What the request does is done before its answer begins; only the sending ends.
        if self.response_started and not self.response_complete and self.task is not None:
            self.task.cancel()


def _nothing() -> None:
    """Stand for the connection that a request had."""
