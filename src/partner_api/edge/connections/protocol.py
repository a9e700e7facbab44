"""A client's connection: HTTP/1.1 as uvicorn reads it, with limits on everything that a client decides."""

from __future__ import annotations

import asyncio
import urllib.parse
from typing import TYPE_CHECKING, Any, Final

import httptools

from partner_api.edge.connections import numbers
from partner_api.edge.connections.cycle import Cycle, HeldFlow
from partner_api.edge.connections.limits import DISCARD_PAUSE_SECONDS
from partner_api.edge.connections.reader import RequestReader
from partner_api.edge.connections.refusals import no_room, raw_answer
from partner_api.edge.connections.registry import address_of
from partner_api.edge.connections.watch import Watch

if TYPE_CHECKING:
    from uvicorn.config import Config

    from partner_api.edge.connections.limits import ConnectionLimits
    from partner_api.edge.connections.numbers import Reason
    from partner_api.edge.connections.registry import Connections
    from partner_api.edge.connections.state import ProcessState
    from partner_api.edge.connections.watch import Watched
    from partner_api.errors import ApiError

_NO_ADDRESS: Final = "none"


class ClientConnection(RequestReader):
    """One connection.

    Args:
        config: of uvicorn, with the application.
        server_state: what goes on in this process.
        app_state: what requests begin with as their state.
        connections: of this process.
        limits: of a connection.
        fixed_headers: what every answer of this server has.
    """

    def __init__(
        self,
        config: Config,
        server_state: ProcessState,
        app_state: dict[str, Any],
        *,
        connections: Connections,
        limits: ConnectionLimits,
        fixed_headers: list[tuple[bytes, bytes]],
    ) -> None:
        super().__init__(config, server_state, app_state, limits)
        self.address = _NO_ADDRESS
        self._registry = connections
        self._fixed_headers = fixed_headers
        self._note_end = server_state.note_end
        self._is_known = False
        # An error that is answered after the requests before it.
        self._refusal: ApiError | None = None
        # What comes after the last answer is read and thrown away.
        self._lingering = False
        self._discarded_bytes = 0
        self._watch = Watch(self.loop, self._on_time)
        self._unsent_bytes = 0

    # --- the connection --------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection in, or refuse it when there is no room for it."""
        super().connection_made(transport)
        self.flow = HeldFlow(transport)
        if self.client is not None:
            self.address = address_of(self.client[0])
        if self._registry.admit(self):
            self._watch_idle()
        else:
            numbers.count_closed("refused")
            transport.write(self._raw(no_room()))
            self._close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything; whoever waits for this client waits no more."""
        self._registry.forget(self)
        self._watch.close()
        self.queue.clear()
        if self.answering is not None:
            self.answering.disconnect()
        super().connection_lost(exc)
        self.cycle = self.answering = None
        self._note_end()

    def mark_known(self) -> None:
        """Note that a request on this connection was authenticated."""
        if not self._is_known:
            self._is_known = True
            self._registry.know(self)

    def evict(self) -> None:
        """Close the connection, which makes room for another one."""
        self._close_for("evicted")

    def shutdown(self) -> None:
        """Close the connection now if it is idle, else after the requests that it has."""
        if self.answering is not None and self.cycle is not None:
            self.cycle.closes = True
        elif not self._lingering:
            self._close_for("shutdown")

    def _close_for(self, reason: Reason) -> None:
        if self.transport.is_closing():
            return
        numbers.count_closed(reason)
        self._registry.forget(self)
        # Whoever has not taken the last answer until now will not take it.
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def _close(self) -> None:
        """Close the connection when the client has taken what was sent, or takes no more of it."""
        self.transport.close()
        if self.transport.get_write_buffer_size():
            self._watch_unsent()

    def data_received(self, data: bytes) -> None:
        """Read what came, as long as it is wanted."""
        if self._lingering:
            self._discarded_bytes += len(data)
            if self._discarded_bytes > self.limits.linger_bytes:
                self.transport.abort()
            else:
                self.flow.pause_reading()
                self.loop.call_later(DISCARD_PAUSE_SECONDS, self._discard_more)
            return
        if self._watch.what == "idle":
            self._watch.start("head", self.limits.head_seconds)
        self.parse(data)

    def on_message_complete(self) -> None:
        """Note the end of a request, which waits for its client no more."""
        super().on_message_complete()
        if self.answering is not None:
            self._registry.busy(self)

    def refuse(self, error: ApiError) -> None:
        """Answer what cannot be read, after the requests before it; it is the end of the connection."""
        self.go_deaf()
        if self.answering is None:
            self.answer(error)
        elif self.cycle is not None and self.cycle.more_body:
            self.cycle.break_off()
        else:
            self._refusal = error

    # --- answering -------------------------------------------------------------------------------

    def begin(self, method: bytes, version: str, *, keeps: bool) -> None:
        """Answer the request whose head was read, or put it behind those before it."""
        self.scope["method"] = method.decode("ascii")
        self.scope["http_version"] = version
        url = httptools.parse_url(self.url)
        path = (url.path or b"/").decode("ascii")
        self.scope["path"] = urllib.parse.unquote(path) if "%" in path else path
        # All of the target: one with a scheme and a host, or with a fragment, is another spelling of its path.
        self.scope["raw_path"] = self.url.partition(b"?")[0]
        self.scope["query_string"] = url.query or b""
        self.cycle = Cycle(
            self,
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue and version == "1.1",
            keep_alive=keeps,
            on_response=self.on_response_complete,
        )
        if self.answering is None:
            self._registry.busy(self)
            if self._watch.what != "send":
                self._watch.stop()
            self._start(self.cycle)
        else:
            self.queue.append(self.cycle)
            self.flow.held = True
            self.flow.pause_reading()

    def _start(self, cycle: Cycle) -> None:
        self.answering = cycle
        cycle.task = self.loop.create_task(cycle.run_asgi(self.app))
        cycle.task.add_done_callback(self.tasks.discard)
        cycle.task.add_done_callback(self._note_end)
        self.tasks.add(cycle.task)

    def waits_for_body(self) -> None:
        """Note that the request waits for its client; for one that is unknown, nobody else has to wait."""
        if not self._is_known:
            self._registry.idle(self)

    def answer(self, error: ApiError) -> None:
        """Send the last answer of this connection, to what no route can answer."""
        if not self.transport.is_closing():
            self.transport.write(self._raw(error))
            self._linger()

    def on_response_complete(self) -> None:
        """Go on with the next request, if there may be one."""
        answered, self.answering = self.answering, None
        if answered is None or self.transport.is_closing():
            return
        if answered.closes and (answered.more_body or self.deaf):
            self._linger()
        elif answered.closes:
            self._close()
        elif self.queue:
            self.flow.held = self.deaf or len(self.queue) > 1
            self._start(self.queue.popleft())
        elif self._refusal is not None:
            self.answer(self._refusal)
        else:
            self._registry.idle(self)
            self.flow.held = False
            self.flow.resume_reading()
            self._watch_idle()

    def _linger(self) -> None:
        """End the connection so that a client that is still sending sees the answer.

        Whoever closes with something unread makes the system throw away also what the client has not read yet.
        """
        self.queue.clear()
        self._lingering = True
        self._registry.idle(self)
        self.transport.write_eof()
        self.flow.held = False
        self.flow.resume_reading()
        self._watch.start("linger", self.limits.linger_seconds)

    def _discard_more(self) -> None:
        if not self.transport.is_closing():
            self.flow.resume_reading()

    def _raw(self, error: ApiError) -> bytes:
        return raw_answer(error, [*self.server_state.default_headers, *self._fixed_headers])

    # --- waiting for the client ------------------------------------------------------------------

    def pause_writing(self) -> None:
        """Note that the client takes less than it is sent."""
        super().pause_writing()
        self._watch_unsent()

    def resume_writing(self) -> None:
        """Note that the client has taken most of it."""
        super().resume_writing()
        if self.answering is not None:
            self._watch.stop()
        elif not self.transport.is_closing():
            self._watch_idle()

    def _watch_idle(self) -> None:
        if self._lingering:
            self._watch.start("linger", self.limits.linger_seconds)
        elif self.flow.write_paused:
            self._watch_unsent()
        elif self.in_head:
            self._watch.start("head", self.limits.head_seconds)
        elif self._is_known:
            self._watch.start("idle", self.limits.idle_seconds)
        else:
            self._watch.start("idle", self.limits.unknown_idle_seconds)

    def _watch_unsent(self) -> None:
        self._unsent_bytes = self.transport.get_write_buffer_size()
        self._watch.start("send", self.limits.send_silence_seconds)

    def _on_time(self, what: Watched) -> None:
        unsent_bytes = self.transport.get_write_buffer_size()
        if what == "idle" or what == "head":
            self._close_for(what)
        elif unsent_bytes and (what == "linger" or unsent_bytes < self._unsent_bytes):
            self._watch_unsent()
        else:
            if what == "send":
                numbers.count_closed(what)
            self.transport.abort()
