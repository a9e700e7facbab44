"""Waiting for something to happen while a client waits for its answer: long polls."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from partner_api.database.pool import require_no_connection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from partner_api.edge.request.api_request import ApiRequest


@contextlib.asynccontextmanager
async def watching_client(request: ApiRequest) -> AsyncIterator[asyncio.Task[None]]:
    """Return a task that ends when the client has gone, in a block that begins when the body has been read."""

    async def until_gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    task = asyncio.create_task(until_gone())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def wait_for_any(
    events: Sequence[asyncio.Event], seconds: float, *, gone: asyncio.Task[None] | None = None
) -> None:
    """Wait until one of the events is set, the client has gone, or the time is over."""
    require_no_connection()
    waits: list[asyncio.Task[Any]] = [asyncio.create_task(event.wait()) for event in events]
    ends = waits if gone is None else [*waits, gone]
    try:
        await asyncio.wait(ends, timeout=max(seconds, 0), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
