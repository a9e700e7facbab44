"""A program that walks a list and keeps no item: ``Layers`` or ``AsyncLayers``, the method, and the marks.

It prints the most bytes that the process has had when so many items had come, as a JSON array. A program of its own,
since what else its process does would count; and the last mark is the end of the list.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from functools import reduce
from typing import Any

from layers_partner import AsyncLayers, Layers

# On macOS the system counts bytes.
_UNIT = 1 if sys.platform == "darwin" else 1024


class Marks:
    """Takes the items, and measures."""

    def __init__(self, marks: list[int]) -> None:
        self._marks = marks
        self._bytes: list[int] = []
        self._count = 0

    def take(self, item: dict[str, Any]) -> None:
        """Count one, whose ``eventId`` is its number, and let go of it."""
        assert item["eventId"] == str(self._count), "an item was left out or came again"
        self._count += 1
        if self._count in self._marks:
            self._bytes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT)

    def found(self) -> list[int]:
        """Return the bytes at the marks; no item may have come after the last."""
        assert self._count == self._marks[-1], f"{self._count} items came"
        return self._bytes


def walk(name: str, marks: Marks) -> None:
    """Iterate over all pages."""
    with Layers() as layers:
        method: Any = reduce(getattr, name.split("."), layers)
        for item in method():
            marks.take(item)


async def walk_async(name: str, marks: Marks) -> None:
    """Iterate over all pages."""
    async with AsyncLayers() as layers:
        method: Any = reduce(getattr, name.split("."), layers)
        async for item in method():
            marks.take(item)


def main() -> None:
    """Walk and print."""
    client, name, *numbers = sys.argv[1:]
    marks = Marks([int(number) for number in numbers])
    if client == "Layers":
        walk(name, marks)
    else:
        asyncio.run(walk_async(name, marks))
    print(json.dumps(marks.found()))


if __name__ == "__main__":
    main()
