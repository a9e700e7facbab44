"""The files of the numbers behind /metrics, on a disk that may be full."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import mmap_dict, values

_log = structlog.get_logger(__name__)
_FIRST_BYTES = 1 << 18
# What an entry takes beside its name: two lengths, two numbers, and what aligns them.
_ENTRY_BYTES = 64


class NumberFile(mmap_dict.MmapedDict):
    """A file of numbers all of whose bytes are on the disk before they are mapped.

    Writing to a mapped page for which the disk has no room ends the process with SIGBUS. So room is taken first, and
    when there is none, the numbers go on in memory: the process serves, and they are missing from /metrics.
    """

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        path = Path(filename)
        try:
            if not read_mode and not (path.exists() and path.stat().st_size):
                _extend(path, 0, _FIRST_BYTES)
            super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]
        except OSError as error:
            if read_mode:
                raise
            path.unlink(missing_ok=True)
            self._f: Any = None
            self._fname = filename
            self._positions: dict[str, int] = {}
            self._used = 8
            self._go_on_in_memory(_FIRST_BYTES, self._used.to_bytes(8, "little"), error)

    def _init_value(self, key: str) -> None:
        if self._used + len(key.encode()) + _ENTRY_BYTES > self._capacity:
            self._grow()
        super()._init_value(key)  # type: ignore[no-untyped-call]

    def _grow(self) -> None:
        size = 2 * self._capacity
        try:
            if self._f is None:
                raise OSError("they are in memory already")
            _extend(Path(self._fname), self._capacity, size)
            self._capacity = size
            self._m = mmap.mmap(self._f.fileno(), size)
        except OSError as error:
            self._go_on_in_memory(size, self._m[: self._used], error)

    def _go_on_in_memory(self, size: int, content: bytes, error: OSError) -> None:
        self._capacity = size
        self._m = mmap.mmap(-1, size)
        self._m[: len(content)] = content
        _log.error("numbers_kept_in_memory", file=self._fname, reason=error.strerror or str(error))


def _extend(path: Path, size: int, new_size: int) -> None:
    """Write zeros up to the new size; when there is no room for them, the file stays as it is.

    Raises:
        OSError: so it is.
    """
    with path.open("ab", buffering=0) as file:
        file.truncate(size)
        try:
            missing = new_size - size
            while missing:
                missing -= file.write(bytes(missing))
        except OSError:
            file.truncate(size)
            raise


def keep_numbers_safely() -> None:
    """Keep all numbers that are created from now on in such files, where processes share a folder for them."""
    values.MmapedDict = NumberFile  # type: ignore[attr-defined]
