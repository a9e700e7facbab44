"""A receiver of webhooks in a process of its own: ``python -m rig.receiving`` prints its port, and ends at SIGTERM.

By path: ``/ok`` answers at once, ``/hang`` never. ``GET /arrivals`` says when each event arrived, ``GET /count`` how
many and from when to when; ``POST /forget`` forgets them. Times are of the machine's monotonic clock.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, cast

import uvloop

from partner_api.processes.asynchronous import stop_on_signals
from rig.api import HOST

if TYPE_CHECKING:
    from typing import Any

_NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
_EVENT_ID = b"\r\nx-layers-event-id: "
_LENGTH = b"\r\ncontent-length: "


class _Arrivals:
    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.count = 0
        self.first = self.last = 0.0
        self.times: dict[str, float] = {}

    def add(self, event_id: str) -> None:
        self.last = time.monotonic()
        self.first = self.first or self.last
        self.count += 1
        self.times.setdefault(event_id, self.last)


class _Protocol(asyncio.Protocol):
    def __init__(self, arrivals: _Arrivals) -> None:
        self._arrivals = arrivals
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while True:
            head, end, rest = self._unread.partition(b"\r\n\r\n")
            if not end:
                return
            lower = head.lower()
            length = int(lower.partition(_LENGTH)[2].partition(b"\r\n")[0] or b"0")
            if len(rest) < length:
                return
            self._unread = rest[length:]
            self._answer(head, lower)

    def _answer(self, head: bytes, lower: bytes) -> None:
        path = head.split(b" ", 2)[1]
        if path.startswith(b"/ok"):
            start = lower.find(_EVENT_ID) + len(_EVENT_ID)
            self._arrivals.add(head[start:].partition(b"\r\n")[0].decode())
            self._transport.write(_NO_CONTENT)
        elif path == b"/arrivals":
            self._write(self._arrivals.times)
        elif path == b"/count":
            arrivals = self._arrivals
            self._write({"count": arrivals.count, "first": arrivals.first, "last": arrivals.last})
        elif path == b"/forget":
            self._arrivals.forget()
            self._transport.write(_NO_CONTENT)

    def _write(self, value: Any) -> None:
        body = json.dumps(value).encode()
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        )


async def receive() -> None:
    """Receive in this process until SIGTERM."""
    stop = asyncio.Event()
    stop_on_signals(stop)
    arrivals = _Arrivals()
    server = await asyncio.get_running_loop().create_server(lambda: _Protocol(arrivals), HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    uvloop.run(receive())
