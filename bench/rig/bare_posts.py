"""The least that could send webhooks: ``httpcore2`` alone, in a process of its own.

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
    """So many times the same request, so many at a time, in turn to these addresses."""

    urls: list[str]
    headers: dict[str, str]
    body: bytes
    count: int
    at_a_time: int


async def send(work: BareWork) -> None:
    """Send it."""
    numbers = iter(range(work.count))
    async with httpcore2.AsyncConnectionPool(
        max_connections=work.at_a_time, max_keepalive_connections=work.at_a_time
    ) as pool:

        async def one_after_the_other() -> None:
            for number in numbers:
                url = work.urls[number % len(work.urls)]
                answer = await pool.request("POST", url, headers=work.headers, content=work.body)
                assert answer.status == 204

        await asyncio.gather(*(one_after_the_other() for _ in range(work.at_a_time)))


if __name__ == "__main__":
    uvloop.run(send(pickle.load(sys.stdin.buffer)))
