"""Reading requests from a connection: HTTP/1.1 as uvicorn reads it, with limits on what a client may send."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from partner_api.edge.connections.refusals import head_too_large, not_http
from partner_api.edge.connections.registry import CONNECTION

if TYPE_CHECKING:
    from uvicorn.config import Config

    from partner_api.edge.connections.cycle import Cycle, HeldFlow
    from partner_api.edge.connections.limits import ConnectionLimits
    from partner_api.edge.connections.state import ProcessState
    from partner_api.errors import ApiError

_VERSIONS: Final = ("1.1", "1.0")
# So much is parsed at a time; between two pieces the limits are looked at.
_PIECE_BYTES: Final = 16 * 1024
# The parser knows the methods that are registered. Another one is no fault of form, and is for the routes to refuse.
_UNREGISTERED = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) (/[!-~]{0,8191}) HTTP/1\.[01]\r\n")


class _Unwanted(Exception):
    """Stops the parser."""


class RequestReader(HttpToolsProtocol):
    """The half of a connection that reads: it gives requests to ``begin``, and what is none to ``refuse``.

    ``cycle`` is the request that was read last, ``answering`` the one that is being answered, and ``queue`` has those
    in between.
    """

    cycle: Cycle | None  # type: ignore[assignment]
    flow: HeldFlow

    def __init__(
        self,
        config: Config,
        server_state: ProcessState,
        app_state: dict[str, Any],
        limits: ConnectionLimits,
    ) -> None:
        super().__init__(config, server_state, app_state)
        self.limits = limits
        self.answering: Cycle | None = None
        self.queue: deque[Cycle] = deque()
        # Nothing more is read as a request.
        self.deaf = False
        # Of the message that is being read.
        self.in_head = False
        self._head_bytes = 0
        self._fields = 0
        self._hidden_body: bytes | None = None
        self._replaying = False
        # What stopped the parser, if it is not simply that this is no HTTP.
        self._fault: ApiError | None = None
        # How often something was complete, and how much has come since.
        self._progress = 0
        self._pending_bytes = 0

    def begin(self, method: bytes, version: str, *, keeps: bool) -> None:
        """Answer the request whose head was read.

        Args:
            method: of it.
            version: of HTTP, 1.0 or 1.1.
            keeps: whether the client may send another one.
        """
        raise NotImplementedError

    def refuse(self, error: ApiError) -> None:
        """Answer what cannot be read, after the requests before it; it is the end of the connection."""
        raise NotImplementedError

    def go_deaf(self) -> None:
        """Read nothing more as a request."""
        self.deaf = self.flow.held = True
        self.flow.pause_reading()

    def parse(self, data: bytes) -> None:
        """Read requests, piece by piece, as long as they are wanted."""
        if len(data) <= _PIECE_BYTES:
            self._parse(data)
            return
        for start in range(0, len(data), _PIECE_BYTES):
            self._parse(data[start : start + _PIECE_BYTES])

    def _parse(self, piece: bytes) -> None:
        if self.deaf or self.transport.is_closing():
            return
        progress = self._progress
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:
            self._ignore_upgrade()
            if rest := piece[upgrade.args[0] :]:
                self._parse(rest)
            return
        except httptools.HttpParserInvalidMethodError:
            found = None
            if self.answering is None and not self._pending_bytes and progress == self._progress:
                found = _UNREGISTERED.match(piece)
            if found is None:
                self.refuse(not_http())
            else:
                self._begin_unregistered(found[1], found[2])
            return
        except httptools.HttpParserError:
            if not self.deaf:
                self.refuse(self._fault or not_http())
            return
        self._pending_bytes = self._pending_bytes + len(piece) if progress == self._progress else 0
        if self._pending_bytes > self.limits.head_bytes:
            self.refuse(self._too_large())

    def _begin_unregistered(self, method: bytes, target: bytes) -> None:
        """Let a request be answered of which the parser reads nothing but its first line."""
        self.go_deaf()
        self.url = target
        try:
            self.begin(method, "1.1", keeps=False)
        except httptools.HttpParserError:
            self.refuse(not_http())

    def on_message_begin(self) -> None:
        """Begin to read a request."""
        if self._replaying:
            return
        super().on_message_begin()
        self.scope[CONNECTION] = self  # type: ignore[typeddict-unknown-key]
        self.in_head = True
        self._head_bytes = self._fields = 0

    def on_url(self, url: bytes) -> None:
        """Take a part of the request's target."""
        if not self._replaying:
            self._count_head(len(url))
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header field; those behind a body mean nothing here."""
        if self._replaying:
            return
        self._fields += 1
        self._count_head(len(name) + len(value))
        if self.in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin to answer a request, or put it behind those before it."""
        if self._replaying:
            return
        self.in_head = False
        self._progress += 1
        if self.cycle is not None and (
            self.cycle.closes or len(self.queue) >= self.limits.pipelined
        ):
            # Whoever sends more gets the answers up to here, and then the end of the connection.
            self.cycle.closes = True
            self.go_deaf()
            raise _Unwanted
        version = self.parser.get_http_version()
        framing = [
            (name, value)
            for name, value in self.headers
            if name in (b"transfer-encoding", b"content-length")
        ]
        for name, value in framing:
            if name == b"transfer-encoding" and (version, value.strip().lower()) != (
                "1.1",
                b"chunked",
            ):
                raise _Unwanted
        if version not in _VERSIONS:
            raise _Unwanted
        if framing and self.parser.should_upgrade():
            self._hidden_body = b"%s: %s\r\n" % framing[0]
        self.begin(
            self.parser.get_method(),
            version,
            keeps=version == "1.1" and self.parser.should_keep_alive(),
        )

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._progress += 1
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note the end of a request."""
        if self._hidden_body is not None:
            return
        self._progress += 1
        super().on_message_complete()

    def _should_upgrade(self) -> bool:
        return False

    def _ignore_upgrade(self) -> None:
        """Read on after a request that asks for another protocol, as if it had not.

        The parser takes what follows for the other protocol, the body of this request too. So another one is told how
        long the body is, and goes on with it.
        """
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        if self._hidden_body is not None:
            framing, self._hidden_body = self._hidden_body, None
            self._replaying = True
            self.parser.feed_data(b"POST / HTTP/1.1\r\n%s\r\n" % framing)
            self._replaying = False

    def _count_head(self, more_bytes: int) -> None:
        self._head_bytes += more_bytes + len(b": \r\n")
        if self._head_bytes > self.limits.head_bytes or self._fields > self.limits.header_fields:
            self._fault = self._too_large()
            raise _Unwanted

    def _too_large(self) -> ApiError:
        return head_too_large(self.limits.head_bytes, self.limits.header_fields)
