"""Names of WAL segments and time lines, and what is read of their files.

The WAL is one long sequence of bytes; a position in it is an LSN. Files of 16 MiB, the segments, hold it. Recovery to
an instant begins a new time line, which has a file that says where it left the one before.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from embedded_postgres.backup.errors import BackupError

if TYPE_CHECKING:
    from pathlib import Path

SEGMENT_BYTES: Final = 16 * 1024 * 1024
_SEGMENTS_PER_NAME: Final = 0x1_0000_0000 // SEGMENT_BYTES
_SEGMENT = re.compile(r"[0-9A-F]{24}")
_HISTORY = re.compile(r"([0-9A-F]{8})\.history")
_HISTORY_LINE = re.compile(r"\s*(\d+)\s+([0-9A-F]+/[0-9A-F]+)")
# Of the first page: magic number, flags, time line, and the position that it begins at.
_PAGE_HEADER: Final = struct.Struct("=HHIQ")


class Segment(NamedTuple):
    """One file of the WAL: its time line, and its number in the sequence."""

    timeline: int
    number: int

    @property
    def name(self) -> str:
        """The name that PostgreSQL has for it."""
        high, low = divmod(self.number, _SEGMENTS_PER_NAME)
        return f"{self.timeline:08X}{high:08X}{low:08X}"

    @classmethod
    def parse(cls, name: str) -> Segment | None:
        """Return the segment of this name; None if it is the name of something else."""
        if not _SEGMENT.fullmatch(name):
            return None
        timeline, high, low = (int(name[start : start + 8], 16) for start in (0, 8, 16))
        return cls(timeline, high * _SEGMENTS_PER_NAME + low)


class Ancestor(NamedTuple):
    """A time line on the way to another one, and the LSN at which it was left."""

    timeline: int
    left_at: int


def parse_lsn(text: str) -> int:
    """Return the LSN that PostgreSQL writes as two hexadecimal numbers, such as `0/3000028`."""
    high, _, low = text.partition("/")
    return int(high, 16) << 32 | int(low, 16)


def format_lsn(lsn: int) -> str:
    """Write an LSN as PostgreSQL does."""
    return f"{lsn >> 32:X}/{lsn & 0xFFFF_FFFF:X}"


def history_name(timeline: int) -> str:
    """Return the name of the file that says where a time line comes from."""
    return f"{timeline:08X}.history"


def timeline_of_history(name: str) -> int | None:
    """Return the time line whose history has this name; None if it is the name of something else."""
    match = _HISTORY.fullmatch(name)
    return None if match is None else int(match[1], 16)


def parse_history(text: str) -> list[Ancestor]:
    """Read the ancestors of a time line, the oldest first.

    Raises:
        BackupError: the file has another form.
    """
    ancestors = []
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _HISTORY_LINE.match(line)
        if match is None:
            raise BackupError("A file of a time line's history is damaged.")
        ancestors.append(Ancestor(int(match[1]), parse_lsn(match[2])))
    return ancestors


def is_really(segment: Segment, path: Path) -> bool:
    """Return whether a file holds the segment that its name says.

    PostgreSQL gives old files the names of segments to come; their first page then says otherwise.
    """
    with path.open("rb") as file:
        head = file.read(_PAGE_HEADER.size)
    if len(head) < _PAGE_HEADER.size:
        return False
    _, _, timeline, position = _PAGE_HEADER.unpack(head)
    # The first segment of a time line begins with a copy of the one before.
    return bool(position == segment.number * SEGMENT_BYTES and 0 < timeline <= segment.timeline)
