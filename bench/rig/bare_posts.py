"""The least that could send webhooks: connections of ``httpcore2`` alone, in a process of its own.

``python -m rig.bare_posts`` reads a pickled `BareWork`, sends all of it and ends.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from typing import NamedTuple

import httpcore2
import uvloop


class BareWork(NamedTuple):
    """So often the same request, on so many connections, in turn to these addresses."""

    urls: list[str]
    headers: list[tuple[str, str]]
    body: bytes
    times: int
    connections: int


async def send(work: BareWork) -> None:
    """Send it."""
    numbers = iter(range(work.times))

    async def one_after_the_other() -> None:
        async with httpcore2.AsyncHTTPConnection(httpcore2.URL(work.urls[0]).origin) as connection:
            for number in numbers:
                url = work.urls[number % len(work.urls)]
                answer = await connection.request(
                    "POST", url, headers=work.headers, content=work.body
                )
                assert answer.status == 204

    await asyncio.gather(*(one_after_the_other() for _ in range(work.connections)))


if __name__ == "__main__":
    uvloop.run(send(pickle.load(sys.stdin.buffer)))  # noqa: S301 - from the process that started this one
