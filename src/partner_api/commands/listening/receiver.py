"""The receiver that events are forwarded to, each as the server would send it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from partner_api.commands.listening.outages import Outage
from partner_api.commands.refusals import reason_of
from partner_api.time_limits import (
    RECEIVER_CONNECT_SECONDS,
    WEBHOOK_BODY_SECONDS,
    WEBHOOK_SECONDS,
)
from partner_api.visible_text import visible
from partner_api.webhooks.sending.client import KEPT_BODY_BYTES, MOST_BODY_BYTES
from partner_api.webhooks.sending.signatures import signature_headers

if TYPE_CHECKING:
    from typing import Self

    import httpx2

    from partner_api.commands.listening.feed import Event
    from partner_api.commands.listening.stops import Stops

_OWN_HEADERS: Final = {"User-Agent": "Layers-Webhooks/1", "Accept": "*/*"}
_OWN_HEADERS["Content-Type"] = "application/json"
_SUCCESS: Final = range(200, 300)


class Answer(NamedTuple):
    """What a receiver made of an event.

    Attributes:
        status: of its answer; None without one.
        error: why there is none.
        body: the first 2 kB.
        duration_ms: from connecting to the end of what is read of the answer.
    """

    status: int | None
    error: str | None
    body: str
    duration_ms: int

    @property
    def is_success(self) -> bool:
        """Whether the server would take it for delivered."""
        return self.status in _SUCCESS


class Receiver:
    """A receiver at an address of the user's choice; use it as a context manager.

    Args:
        url: http or https, with its query.
        secret: to sign with.
    """

    def __init__(self, url: str, secret: str) -> None:
        import httpx2

        self._url = url
        self.name = visible(urlsplit(url).netloc)
        self._secret = secret
        self._outage = Outage(f"{self.name} answers again.")
        self._http = httpx2.AsyncClient(
            timeout=httpx2.Timeout(WEBHOOK_SECONDS, connect=RECEIVER_CONNECT_SECONDS),
            trust_env=False,
            follow_redirects=False,
            # Whether a connection that was kept is still open is known only when it is too late.
            limits=httpx2.Limits(max_keepalive_connections=0),
        )
        # The server sends no others than those of each request.
        self._http.headers.clear()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def forward(self, event: Event, stops: Stops) -> Answer:
        """Send an event, again and again while nobody is there, and return the answer.

        Args:
            event: to send.
            stops: what may ask to end; a try is not cut off.

        Raises:
            Stopped: a signal came, and there was no answer to that try.
        """
        import httpx2

        body = msgspec.json.encode(event.envelope)
        while True:
            try:
                with stops.held():
                    answer = await self._send(event.id, body)
            except httpx2.HTTPError as error:
                stops.check()
                await self._outage.pause(
                    f"No answer from {self.name} ({reason_of(error)}). "
                    f"Sending {visible(event.id)} again until there is one."
                )
            else:
                self._outage.over()
                return answer

    async def _send(self, event_id: str, body: bytes) -> Answer:
        """Send it once.

        Raises:
            httpx2.HTTPError: there was no connection, or it ended before the answer.
        """
        import httpx2

        began = time.monotonic()
        status, error, received = None, None, bytearray()
        try:
            async with (
                asyncio.timeout(WEBHOOK_SECONDS) as limit,
                self._http.stream(
                    "POST", self._url, content=body, headers=self._headers(event_id, body)
                ) as response,
            ):
                # A status within the limit counts, whatever becomes of the body after it.
                status = response.status_code
                body_until = asyncio.get_running_loop().time() + WEBHOOK_BODY_SECONDS
                limit.reschedule(min(limit.when() or body_until, body_until))
                await _read_body(response, received)
        except (TimeoutError, httpx2.ReadTimeout, httpx2.WriteTimeout):
            if status is None:
                error = f"no answer within {WEBHOOK_SECONDS:g} s"
        text = received.decode("utf-8", "replace")
        return Answer(status, error, text, round((time.monotonic() - began) * 1000))

    def _headers(self, event_id: str, body: bytes) -> dict[str, str]:
        now = int(time.time())
        return {**_OWN_HEADERS, **signature_headers([self._secret], event_id, body, now)}


async def _read_body(response: httpx2.Response, kept: bytearray) -> None:
    """Read what there is of an answer, as it was sent, into ``kept``, as much as is kept."""
    import httpx2

    read_bytes = 0
    with contextlib.suppress(httpx2.NetworkError, httpx2.RemoteProtocolError):
        async for piece in response.aiter_raw():
            kept += piece[: KEPT_BODY_BYTES - len(kept)]
            read_bytes += len(piece)
            if read_bytes > MOST_BODY_BYTES:
                return
