"""Waking the workers that wait for jobs in this process."""

from __future__ import annotations

import asyncio


class Bell:
    """Rung when jobs may be waiting. Workers also look from time to time: other processes start jobs too."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake all who listen now."""
        self._rung.set()
        self._rung = asyncio.Event()

    def listen(self) -> asyncio.Event:
        """Give what will be set by the next ring; take it before looking for jobs."""
        return self._rung
