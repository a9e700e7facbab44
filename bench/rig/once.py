"""Requests that are each sent once, in order, over a few connections: for what must not be repeated."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING

import uvloop

from rig.api import HOST
from rig.command import MeasurementError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PATIENCE_SECONDS = 60


def request(method: str, path: str, key: str | None, idempotency_key: str | None = None) -> bytes:
    """Write a request without a body."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}"]
    if key is not None:
        lines.append(f"Authorization: Bearer {key}")
    if idempotency_key is not None:
        lines.append(f"Idempotency-Key: {idempotency_key}")
    if method != "GET":
        lines.append("Content-Length: 0")
    return "\r\n".join([*lines, "", ""]).encode()


def send_each(port: int, requests: Sequence[bytes], *, connections: int) -> float:
    """Send all requests; gives seconds for each: the whole time divided by their number.

    Raises:
        MeasurementError: an answer was not 2xx.
    """
    return uvloop.run(_send_each(port, requests, connections))


async def _send_each(port: int, requests: Sequence[bytes], connections: int) -> float:
    waiting = iter(requests)
    streams = [await asyncio.open_connection(HOST, port) for _ in range(connections)]
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), asyncio.TaskGroup() as tasks:
            began = perf_counter()
            for reader, writer in streams:
                tasks.create_task(_send(reader, writer, waiting))
        return (perf_counter() - began) / len(requests)
    except* MeasurementError as failures:
        raise failures.exceptions[0] from None
    finally:
        for _, writer in streams:
            writer.close()


async def _send(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, waiting: Iterator[bytes]
) -> None:
    for one in waiting:
        writer.write(one)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 2"):
            raise MeasurementError(f"an answer was {head.splitlines()[0].decode('latin-1')}")
        length = head.partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
