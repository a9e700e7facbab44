"""Sending one request to a receiver: what it answered, or a sentence that says why it did not.

Nothing that a receiver does takes longer, or more memory, than is allowed to it here.
"""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import ssl
import time
from datetime import UTC
from typing import TYPE_CHECKING, Final, NamedTuple

import httpcore2
import structlog

from partner_api.time_limits import WEBHOOK_BODY_SECONDS, WEBHOOK_SECONDS
from partner_api.webhooks.sending.addresses import UnusableUrl, read_url
from partner_api.webhooks.sending.connections import Connections
from partner_api.webhooks.sending.failures import NothingAnswered, Progress, failure_sentence
from partner_api.webhooks.sending.lookups import Lookups

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from partner_api.webhooks.sending.addresses import Destination
    from partner_api.webhooks.sending.connections import Connection

MOST_BODY_BYTES: Final = 64 * 1024
"""Of an answer are read."""
KEPT_BODY_BYTES: Final = 2048
"""Of an answer are kept, for the partner to see."""
# A body of many tiny chunks takes long to read, in which nothing else is done here.
_MOST_PIECES: Final = 256
_MOST_RETRY_AFTER_SECONDS: Final = 86_400
_LONGEST_RETRY_AFTER: Final = 64
_OWN_HEADERS: Final = (
    (b"User-Agent", b"Layers-Webhooks/1"),
    (b"Content-Type", b"application/json"),
    (b"Accept", b"*/*"),
)

_log = structlog.get_logger()


class Answer(NamedTuple):
    """What became of a request."""

    status: int | None
    """None: there was no answer."""
    error: str | None
    """A sentence, unless the status is 2xx."""
    body: bytes
    """The first 2,048 bytes, as they came: in whatever encoding."""
    duration_ms: int
    retry_after_seconds: int | None
    """What the answer asks to wait, at most a day."""


class _Exchange:
    """How far a request has come."""

    def __init__(self) -> None:
        self.progress = Progress()
        self.status: int | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()


class WebhookClient:
    """Sends requests for the tasks of one event loop; any number at a time.

    Args:
        development: whether this machine may be a receiver.
        proxy: what others are reached through, ``http://user:password@host:port``.
        lookups: of names; by default the system's resolver.
    """

    def __init__(
        self, *, development: bool, proxy: str | None = None, lookups: Lookups | None = None
    ) -> None:
        self._development = development
        context = httpcore2.default_ssl_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._connections = Connections(
            lookups or Lookups(), context, development=development, proxy=proxy
        )

    async def send(
        self, url: str, headers: Mapping[str, str], body: bytes, *, whose: Hashable = None
    ) -> Answer:
        """Send a request by POST, and return what became of it; nothing is raised but that the task is cancelled.

        A status that arrives within the limit counts, whatever becomes of the body after it.

        Args:
            url: of the endpoint; it is checked here, whatever was checked before.
            headers: beside those that say what the body is and who sends it.
            body: JSON.
            whose: the request is, as ``Lookups.addresses`` has it: nobody else waits for this one's names.
        """
        started = time.monotonic()
        exchange = _Exchange()
        sentence: str | None = None
        host = ""
        try:
            destination = read_url(url, development=self._development)
            host = destination.host
            async with asyncio.timeout(WEBHOOK_SECONDS) as limit:
                await self._send(destination, headers, body, whose, exchange, limit)
        except UnusableUrl as error:
            sentence = str(error)
        except TimeoutError:
            sentence = exchange.progress.late()
        except Exception as error:
            sentence = failure_sentence(error, host)
            if sentence is None:
                _log.exception("webhook_not_sent", host=host)
                sentence = "The request could not be sent."
        duration_ms = int((time.monotonic() - started) * 1000)
        if exchange.status is None:
            return Answer(None, sentence, b"", duration_ms, None)
        return Answer(
            exchange.status,
            _status_sentence(exchange.status),
            bytes(exchange.body),
            duration_ms,
            _retry_after(exchange.headers),
        )

    async def aclose(self) -> None:
        """Close the connections that are kept; those in use are closed when their request is over."""
        self._connections.close()

    async def _send(
        self,
        destination: Destination,
        headers: Mapping[str, str],
        body: bytes,
        whose: Hashable,
        exchange: _Exchange,
        limit: asyncio.Timeout,
    ) -> None:
        request = httpcore2.Request(
            "POST",
            destination.url,
            headers=[
                (b"Host", destination.host_header.encode()),
                *_OWN_HEADERS,
                (b"Content-Length", str(len(body)).encode()),
                *[(name.encode(), value.encode()) for name, value in headers.items()],
            ],
            content=body,
            extensions={"sni_hostname": destination.host},
        )
        connection = self._connections.take(destination, whose)
        try:
            await self._exchange(connection, request, exchange, limit)
        except NothingAnswered:
            # Closed by the receiver before it had seen the request: it is not to blame. One that was just opened is.
            if not connection.is_used:
                raise
            connection = self._connections.take(destination, whose, fresh=True)
            await self._exchange(connection, request, exchange, limit)

    async def _exchange(
        self,
        connection: Connection,
        request: httpcore2.Request,
        exchange: _Exchange,
        limit: asyncio.Timeout,
    ) -> None:
        try:
            response = await connection.http.handle_async_request(request)
            connection.network.expect_body()
            exchange.status = response.status
            exchange.headers = response.headers
            limit_at = asyncio.get_running_loop().time() + WEBHOOK_BODY_SECONDS
            limit.reschedule(min(limit.when() or limit_at, limit_at))
            if await _read_body(response, exchange.body):
                await response.aclose()
        finally:
            exchange.progress = connection.network.progress
            self._connections.give_back(connection)


async def _read_body(response: httpcore2.Response, kept: bytearray) -> bool:
    """Read a body into ``kept``, as much as is kept; return whether it came to its end."""
    pieces = read_bytes = 0
    async with contextlib.aclosing(response.aiter_stream()) as chunks:
        async for chunk in chunks:
            kept += chunk[: KEPT_BODY_BYTES - len(kept)]
            pieces += 1
            read_bytes += len(chunk)
            if read_bytes > MOST_BODY_BYTES or pieces > _MOST_PIECES:
                return False
    return True


def _status_sentence(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"The answer was a redirect ({status}); redirects are not followed."
    return f"The answer was {status}."


def _retry_after(headers: list[tuple[bytes, bytes]]) -> int | None:
    """Return the seconds that the header ``Retry-After`` asks for, as a number or as a date."""
    value = next((value for name, value in headers if name.lower() == b"retry-after"), None)
    if value is None or len(value) > _LONGEST_RETRY_AFTER:
        return None
    text = value.decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return min(int(text), _MOST_RETRY_AFTER_SECONDS)
    try:
        date = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    seconds = date.replace(tzinfo=date.tzinfo or UTC).timestamp() - time.time()
    return max(0, min(int(seconds), _MOST_RETRY_AFTER_SECONDS))
