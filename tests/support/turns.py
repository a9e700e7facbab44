"""Turns of the event loop."""

from __future__ import annotations

import asyncio


async def settle() -> None:
    """Let everything that can run do so."""
    for _ in range(20):
        await asyncio.sleep(0)
