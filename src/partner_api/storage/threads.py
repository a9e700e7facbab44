"""Operations on files, which may hang with their disk: in threads, and waited for only so long.

A thread cannot be stopped. Whoever gives it up leaves it what it uses, which is closed when it ends.
"""

from __future__ import annotations

import asyncio
import os
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from partner_api.database.pool import require_no_connection
from partner_api.storage.errors import StorageUnavailable
from partner_api.time_limits import STORAGE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")


async def in_thread(operation: Callable[..., T], *arguments: object) -> T:
    """Run an operation in a thread and return what it returns.

    Raises:
        StorageUnavailable: it took too long; it may still have its effect.
        Exception: what it raised.
    """
    return await _wait_for(_start(operation, *arguments))


class OpenFile:
    """A file that is open, for one operation at a time.

    Args:
        descriptor: of the file.
        size_bytes: how large it was when it was opened.
    """

    part_bytes = 256 * 1024

    def __init__(self, descriptor: int, size_bytes: int) -> None:
        self._descriptor = descriptor
        self.size_bytes = size_bytes
        self._running: asyncio.Future[Any] | None = None

    @classmethod
    async def open(cls, path: Path, flags: int, mode: int = 0o600) -> OpenFile:
        """Open a file as ``os.open`` does.

        Raises:
            StorageUnavailable: it took too long.
            OSError: it cannot be opened.
        """
        opening = _start(_open, path, flags, mode)
        try:
            return cls(*await _wait_for(opening))
        except BaseException:
            opening.add_done_callback(_close_opened)
            raise

    async def run(self, operation: Callable[..., T], *arguments: object) -> T:
        """Run an operation in a thread; it gets the descriptor first.

        Raises:
            StorageUnavailable: it took too long. The file can only be closed then.
            Exception: what it raised.
        """
        self._running = running = _start(operation, self._descriptor, *arguments)
        return await _wait_for(running)

    async def read(self, size: int, position: int) -> bytes:
        """Return up to ``size`` bytes from a position on; none behind the end.

        Raises:
            StorageUnavailable: it took too long.
            OSError: it cannot be read.
        """
        return await self.run(os.pread, size, position)

    def close(self) -> None:
        """Close the file, once nothing uses it any more: its number is then another file's."""
        if self._running is None or self._running.done():
            os.close(self._descriptor)
        else:
            self._running.add_done_callback(lambda _: os.close(self._descriptor))


def _start(operation: Callable[..., T], *arguments: object) -> asyncio.Future[T]:
    require_no_connection()
    running = asyncio.get_running_loop().run_in_executor(None, partial(operation, *arguments))
    running.add_done_callback(_retrieve)
    return running


async def _wait_for(running: asyncio.Future[T]) -> T:
    # Not cancelled: that would call something over which still goes on.
    done, _ = await asyncio.wait({running}, timeout=STORAGE_SECONDS)
    if not done:
        raise StorageUnavailable(f"The storage has not answered within {STORAGE_SECONDS:g} s.")
    return running.result()


def _retrieve(running: asyncio.Future[Any]) -> None:
    """Take note of an exception, so that one of an operation that was given up is not reported as lost."""
    if not running.cancelled():
        running.exception()


def _open(path: Path, flags: int, mode: int) -> tuple[int, int]:
    descriptor = os.open(path, flags, mode)
    return descriptor, os.fstat(descriptor).st_size


def _close_opened(opening: asyncio.Future[tuple[int, int]]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        os.close(opening.result()[0])
