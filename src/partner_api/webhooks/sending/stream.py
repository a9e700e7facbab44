"""One connection to a receiver, as httpcore2 uses it: bytes in both directions, and no more than are allowed."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, Final, cast

import httpcore2

from partner_api.webhooks.sending.failures import NothingAnswered, SendFailure, TooLongAnswer

if TYPE_CHECKING:
    import ssl

    from partner_api.webhooks.sending.failures import Progress

# What arrives is read little by little: reading costs time too, in which nothing else is done here.
_PIECE_BYTES: Final = 16 * 1024
MOST_HEAD_BYTES: Final = 32 * 1024
"""Of an answer, with the answers 100 before it, of which h11 would take any number."""
MOST_ANSWER_BYTES: Final = 128 * 1024
"""Of an answer in all, as it arrives."""
_MOST_HELD_BYTES: Final = 64 * 1024


class Stream(asyncio.Protocol, httpcore2.AsyncNetworkStream):
    """One connection, of which httpcore2 writes a request and reads the answer.

    What is written is sent when the answer is read, at once and without waiting for the receiver to take it: some
    answer before they have. Nothing here has a limit of time: whoever sends has one around all of it.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._transport: asyncio.Transport | None = None
        self._unsent: list[bytes] = []
        self._received: deque[bytes] = deque()
        self._held_bytes = 0
        self._answer_bytes = 0
        self._most_bytes = MOST_HEAD_BYTES
        self._is_paused = False
        self._is_over = False
        self._waiter: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin: asyncio has connected."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Hold what has arrived, and take no more for now if that is much."""
        self._received.append(data)
        self._held_bytes += len(data)
        if self._held_bytes > _MOST_HELD_BYTES and not self._is_paused and self._transport:
            self._transport.pause_reading()
            self._is_paused = True
        self._wake()

    def eof_received(self) -> None:
        """End: the other side sends no more."""
        self._is_over = True
        self._wake()

    def connection_lost(self, _error: Exception | None) -> None:
        """End: there is no connection any more."""
        self._is_over = True
        self._wake()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Send what was written; return the next bytes of the answer as they arrived, none at its end.

        Raises:
            NothingAnswered: it ended before it began.
            TooLongAnswer: there are too many, with those returned before.
        """
        self._send()
        if not self._received and not self._is_over:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        if not self._received:
            if not self._answer_bytes:
                raise NothingAnswered("The connection was closed without an answer.")
            return b""
        data = self._received.popleft()
        if len(data) > _PIECE_BYTES:
            self._received.appendleft(data[_PIECE_BYTES:])
            data = data[:_PIECE_BYTES]
        if self._answer_bytes >= self._most_bytes:
            raise TooLongAnswer("The head of the answer is too long.")
        self._held_bytes -= len(data)
        self._answer_bytes += len(data)
        if self._is_paused and not self._received and not self._is_over and self._transport:
            self._transport.resume_reading()
            self._is_paused = False
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Put bytes of the request with those that are sent next."""
        self._unsent.append(buffer)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Stream:
        """Go on encrypted.

        Raises:
            ssl.SSLError: the certificate is not valid for the name, or there was no agreement.
            SendFailure: the other side does not speak TLS, or closed the connection.
        """
        # What came before would be taken for a part of the answer that comes encrypted.
        if self._received or self._is_over or self._transport is None:
            raise SendFailure("The receiver does not speak TLS on this port.")
        self._progress.awaited = "end of the TLS handshake"
        try:
            self._transport = await asyncio.get_running_loop().start_tls(
                self._transport, self, ssl_context, server_hostname=server_hostname
            )
        except ConnectionError:
            self.close()
            raise SendFailure("The connection was closed in the TLS handshake.") from None
        except BaseException:
            self.close()
            raise
        self._progress.awaited = "answer"
        return self

    async def aclose(self) -> None:
        """Do as ``close`` does."""
        self.close()

    def get_extra_info(self, info: str) -> Any:
        """Return whether another request would find an end, or bytes that no answer has: then it is not used again."""
        if info == "is_readable":
            is_sending = self._transport is None or self._transport.get_write_buffer_size() > 0
            return self._is_over or bool(self._received) or is_sending
        return self._transport.get_extra_info(info) if self._transport else None

    def expect_body(self) -> None:
        """Let the rest of the answer come: its head has been read.

        Raises:
            NothingAnswered: it was there before the request was sent, behind the answer to the last one.
        """
        if self._unsent:
            raise NothingAnswered("The answer came before the request.")
        self._most_bytes = MOST_ANSWER_BYTES

    def close(self) -> None:
        """Close the connection at once: nothing polite is awaited from the other side."""
        self._is_over = True
        self._received.clear()
        self._unsent.clear()
        if self._transport is not None:
            self._transport.abort()

    def _send(self) -> None:
        if self._unsent:
            self._answer_bytes = 0
            self._most_bytes = MOST_HEAD_BYTES
            if self._transport is not None and not self._is_over:
                self._transport.write(b"".join(self._unsent))
            self._unsent.clear()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
