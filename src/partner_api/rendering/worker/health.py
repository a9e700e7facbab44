"""Whether the slots of a worker get on with their work."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from partner_api.time_limits import BEAT_SECONDS, RENDERING_STEP_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


class Steps:
    """When each slot has begun its current step, which has a limit."""

    def __init__(self) -> None:
        self._begun: dict[str, float] = {}

    def begin(self, slot: str) -> None:
        """Note that a slot begins another step."""
        self._begun[slot] = asyncio.get_running_loop().time()

    def are_short(self) -> bool:
        """Return whether no slot is in a step that takes too long."""
        oldest = asyncio.get_running_loop().time() - RENDERING_STEP_SECONDS
        return all(begun >= oldest for begun in self._begun.values())

    @contextlib.asynccontextmanager
    async def telling(self, beat: Callable[[], None] | None) -> AsyncIterator[None]:
        """Call ``beat`` twice in BEAT_SECONDS while the block runs, as long as every slot gets on."""

        async def tell() -> None:
            while beat is not None:
                if self.are_short():
                    beat()
                await asyncio.sleep(BEAT_SECONDS / 2)

        task = asyncio.create_task(tell(), name="rendering beat")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
