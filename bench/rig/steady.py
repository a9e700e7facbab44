"""A well-behaved client: one request after the other at a fixed rate, whatever else the server has to do."""

from __future__ import annotations

import asyncio
import math
import time
from typing import NamedTuple

import uvloop

from rig.api import HOST
from rig.load import Target

_CONNECTIONS = 4
# What takes longer has failed.
_ANSWER_SECONDS = 10.0


class Steady(NamedTuple):
    """What it met: how long requests took, from the moment when they were due, and how many failed."""

    milliseconds: list[float]
    failed: int

    def quantile(self, part: float) -> float:
        """Return the milliseconds that this part of the requests took at most; one that failed took for ever."""
        place = math.ceil(part * (len(self.milliseconds) + self.failed)) - 1
        return sorted(self.milliseconds)[place] if place < len(self.milliseconds) else math.inf


def ask_steadily(target: Target, *, rate: float, seconds: float) -> Steady:
    """Ask for one address ``rate`` times a second, over a few connections that stay.

    A request that has to wait for the one before it has waited all the same: its time begins when it was due.
    """
    return uvloop.run(_ask(target, rate, seconds))


async def _ask(target: Target, rate: float, seconds: float) -> Steady:
    count = int(rate * seconds)
    began = time.perf_counter() + 0.05
    found = Steady([], 0)
    clients = [
        _client(target, [began + n / rate for n in range(first, count, _CONNECTIONS)])
        for first in range(_CONNECTIONS)
    ]
    for milliseconds, failed in await asyncio.gather(*clients):
        found = Steady(found.milliseconds + milliseconds, found.failed + failed)
    return found


async def _client(target: Target, due: list[float]) -> Steady:
    request = (
        f"GET {target.path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: {target.authorization}\r\n\r\n"
    ).encode()
    milliseconds: list[float] = []
    failed = 0
    ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    give_up = due[-1] + _ANSWER_SECONDS
    for at in due:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        if time.perf_counter() > give_up:
            failed += 1
            continue
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                if ends is None:
                    ends = await asyncio.open_connection(HOST, target.port)
                await _exchange(request, *ends)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            failed += 1
            if ends is not None:
                ends[1].transport.abort()
            ends = None
        else:
            milliseconds.append((time.perf_counter() - at) * 1000)
    if ends is not None:
        ends[1].close()
    return Steady(milliseconds, failed)


async def _exchange(
    request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        raise OSError(head.partition(b"\r\n")[0].decode("latin-1"))
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.partition(b":")[2]))
