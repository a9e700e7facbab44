"""What goes on in a process that serves HTTP."""

from __future__ import annotations

import asyncio

from uvicorn.server import ServerState


class ProcessState(ServerState):
    """Its connections and the tasks that answer requests; whoever removes one says so."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = asyncio.Event()

    def note_end(self, _: object = None) -> None:
        """Say that a connection or a task has ended."""
        self._changed.set()

    async def wait_until_quiet(self) -> None:
        """Wait until there is neither a connection nor a task."""
        while self.connections or self.tasks:
            self._changed.clear()
            await self._changed.wait()
