"""A bounded fake of a wallet's events, served by this file as a program of its own: as many pages as it is told.

Only the pages are not real: it would take a ledger of millions of rows to have as many.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys

PAGE_ITEMS = 200
_CURSOR = re.compile(rb"[?&]cursor=(\d+)")
_NUMBER = b'"NUMBER"'


class Feed(asyncio.Protocol):
    """One connection: each request is answered with the page of its cursor."""

    def __init__(self, pages: int) -> None:
        self._pages = pages
        event = {
            "eventId": "NUMBER",
            "projectId": "prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05",
            "credits": -40,
            "eventType": "usage",
            "format": "slideshow_builder",
            "containerId": "cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05",
            "workflowId": "job_01K0EJRPVYF888RF9FDTD4P705",
            "balanceAfterPrepaid": 5400,
            "balanceAfter": 6000,
            "usageAfterPeriod": 400,
            "description": None,
            "metadata": {"reason": "settled"},
            "createdAt": "2026-06-01T00:00:00.000Z",
        }
        self._around = json.dumps(event).encode().split(_NUMBER)
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole; they have no bodies."""
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            found = _CURSOR.search(head.partition(b"\r\n")[0])
            self._answer(int(found[1]) if found else 0)

    def _answer(self, page: int) -> None:
        before, after = self._around
        first = page * PAGE_ITEMS
        items = b",".join(
            b'%b"%d"%b' % (before, number, after) for number in range(first, first + PAGE_ITEMS)
        )
        following = b'"%d"' % (page + 1) if page + 1 < self._pages else b"null"
        body = b'{"items":[%b],"nextCursor":%b}' % (items, following)
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (len(body), body)
        )


async def serve(pages: int) -> None:
    """Serve until standard input ends; the port is the first line of standard output."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Feed(pages), "127.0.0.1", 0)
    async with server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
