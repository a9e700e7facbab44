"""Standard input, line by line, in a way that can be left at any moment.

The SDK reads it in a thread that a program waits for at its end, so that Ctrl-C would do nothing until the client
sends one more line. This thread is left behind. And a line has a limit here.
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

LONGEST_LINE_BYTES: Final = 4 * 1024 * 1024
_CHUNK_BYTES: Final = 64 * 1024
# What is no JSON, and is refused as such.
_TOO_LONG: Final = "a line that is too long"


class StandardInput:
    """The lines of a file descriptor, as text; an async iterator."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue(maxsize=1)
        threading.Thread(target=self._read, name="standard input", daemon=True).start()

    async def __aiter__(self) -> AsyncIterator[str]:
        """Go through the lines up to the end of the input."""
        while (line := await self._lines.get()) is not None:
            yield line

    def _read(self) -> None:
        try:
            for line in self._pieces():
                self._hand_over(line)
            self._hand_over(None)
        except RuntimeError:
            # The loop is closed: nobody reads any more.
            return

    def _hand_over(self, line: str | None) -> None:
        asyncio.run_coroutine_threadsafe(self._lines.put(line), self._loop).result()

    def _pieces(self) -> Iterator[str]:
        """Cut what is read into lines; what is longer than a line may be is left out up to its end."""
        held = bytearray()
        is_too_long = False
        while chunk := self._chunk():
            *ends, rest = chunk.split(b"\n")
            for end in ends:
                held += end
                yield _TOO_LONG if is_too_long or len(held) > LONGEST_LINE_BYTES else _text(held)
                held.clear()
                is_too_long = False
            held += rest
            if len(held) > LONGEST_LINE_BYTES:
                is_too_long = True
                held.clear()
        if held or is_too_long:
            yield _TOO_LONG if is_too_long else _text(held)

    def _chunk(self) -> bytes:
        try:
            return os.read(self._descriptor, _CHUNK_BYTES)
        except OSError:
            # A terminal that has gone away.
            return b""


def _text(line: bytearray) -> str:
    return line.decode(errors="replace")
