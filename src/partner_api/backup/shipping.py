"""The copying of WAL to a target, while the server runs."""

from __future__ import annotations

import gzip
import time
import zlib
from typing import TYPE_CHECKING, Final

import msgspec

from embedded_postgres.backup.errors import BackupError
from embedded_postgres.backup.wal import SEGMENT_BYTES, Segment, history_name
from partner_api.backup.catalog import (
    TimelineRecord,
    has_backup_from,
    history_place,
    read_installation,
    read_record,
    segment_name,
    timeline_name,
)

if TYPE_CHECKING:
    from pathlib import Path

    from embedded_postgres.backup.slot import Position
    from partner_api.backup.target import Target

SHIP_SECONDS: Final = 5.0
"""From one copying to the next: whatever is committed is at the target so much later, and as long as that takes."""
NO_BACKUP: Final = "There is no backup at the target, or its disk is not mounted. Make one: `layers backup create`."
# Without anything new, how far the WAL goes is still said so often.
_SAY_SECONDS: Final = 30.0
# Somebody else who has said so within this time is at work.
_ALIVE_SECONDS: Final = 60.0
# Far less than what an answer of the target may take.
_MOST_SECONDS: Final = 20.0
_COMPRESSION: Final = 1


class Shipper:
    """Copies the WAL of one server to a target: whole segments, and the last one as far as it has come.

    Args:
        target: where to.
        cluster: the cluster, whose WAL can be read.
        writer: who this is, for another one that would write the same.
        after_gap: whether WAL was given up before what is there now, which a target that was never written to cannot
            know.
    """

    def __init__(
        self, target: Target, cluster: Path, writer: str, *, after_gap: bool = False
    ) -> None:
        self._target = target
        self._wal = cluster / "pg_wal"
        self._writer = writer
        self._next: Segment | None = None
        self._partial: tuple[Segment, int] | None = None
        self._said: TimelineRecord | None = None
        self._resumed_lsn: int | None = None
        self._after_gap = after_gap
        self.segments_shipped = 0
        self.is_behind = False
        """True when there is more on disk than could be copied in the time that one copying has."""

    @property
    def has_gap(self) -> bool:
        """Whether WAL was given up before it was copied, and no backup was made since."""
        return self._resumed_lsn is not None

    def ship(self, position: Position) -> int:
        """Copy what is on disk and not yet at the target; return the LSN before which WAL is not needed here.

        After some time it stops at the end of a segment, and ``is_behind`` says so: the server can remove what was
        copied, and whoever waits for an answer of the target sees that there is one.

        Raises:
            BackupError: the target cannot be used, or has something else under a name of this time line.
        """
        # Each time: without its disk, the folder is an empty one on another disk, and can be written.
        if read_installation(self._target) is None:
            raise BackupError(NO_BACKUP)
        if self._next is None or self._next.timeline != position.timeline:
            self._begin(position)
        segment = self._next
        assert segment is not None  # noqa: S101 - begun above
        last, used = divmod(position.flushed, SEGMENT_BYTES)
        until = time.monotonic() + _MOST_SECONDS
        self.is_behind = False
        while segment.number < last:
            self._ship_whole(segment)
            segment = self._next = Segment(segment.timeline, segment.number + 1)
            if segment.number < last and time.monotonic() > until:
                self.is_behind = True
                self._say_so_far(segment)
                return segment.number * SEGMENT_BYTES
        if used and self._partial != (segment, used):
            with (self._wal / segment.name).open("rb") as file:
                # What is behind is not on disk yet, or an old segment's.
                content = file.read(used).ljust(SEGMENT_BYTES, b"\0")
            self._target.write(segment_name(segment, partial=True), _compressed(content))
            self._partial = (segment, used)
        if self._resumed_lsn is not None and has_backup_from(
            self._target, position.timeline, self._resumed_lsn
        ):
            self._resumed_lsn = None
        self._say(position)
        return segment.number * SEGMENT_BYTES

    def _begin(self, position: Position) -> None:
        """Find where to begin, and see that nobody else copies this time line."""
        record = read_record(self._target, timeline_name(position.timeline), TimelineRecord)
        if (
            record is not None
            and record.writer != self._writer
            and (position.as_of - record.as_of).total_seconds() < _ALIVE_SECONDS
        ):
            raise BackupError(
                f"Another server ({record.writer}) archives the same time line of this database to the "
                "same target. Stop one of the two: one is a copy of the other."
            )
        timeline = position.timeline
        history = self._wal / history_name(timeline)
        if timeline > 1 and history.exists():
            self._put_once(history_place(timeline), history.read_bytes())
        number = position.kept_from // SEGMENT_BYTES
        # A time line begins in the midst of the WAL; what is before has another one's name.
        while number < position.flushed // SEGMENT_BYTES:
            if (self._wal / Segment(timeline, number).name).exists():
                break
            number += 1
        self._next = Segment(timeline, number)
        self._said = None
        # The target remembers it: this process may be another one than that which gave WAL up.
        self._resumed_lsn = None if record is None else record.resumed_lsn
        if record is not None and number > record.shipped_lsn // SEGMENT_BYTES:
            self._resumed_lsn = number * SEGMENT_BYTES
        if self._after_gap:
            self._resumed_lsn = number * SEGMENT_BYTES
            self._after_gap = False

    def _ship_whole(self, segment: Segment) -> None:
        path = self._wal / segment.name
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise BackupError(
                f"The WAL segment {segment.name} was removed before it was copied. Make a new backup "
                "with `layers backup create`: what happened meanwhile cannot be restored."
            ) from error
        self._put_once(segment_name(segment), content, compressed=True)
        self._target.delete(segment_name(segment, partial=True))
        self.segments_shipped += 1

    def _put_once(self, name: str, content: bytes, *, compressed: bool = False) -> None:
        """Write something that never changes; what is there already has to be the same."""
        try:
            found = self._target.read(name)
            there = expanded(found, name) if compressed else found
        except FileNotFoundError:
            self._target.write(name, _compressed(content) if compressed else content)
            return
        if there != content:
            raise BackupError(
                f"{name} in the target is not what this server wrote. Another server archives there, "
                "or it was changed: choose another target in LAYERS_BACKUP_TARGET, and make a new backup."
            )

    def _say_so_far(self, segment: Segment) -> None:
        """Say which segments were copied, so that it is no gap to the next one who begins there; no instant is new."""
        name = timeline_name(segment.timeline)
        record = read_record(self._target, name, TimelineRecord)
        if record is not None:
            record = msgspec.structs.replace(
                record,
                shipped_lsn=segment.number * SEGMENT_BYTES,
                writer=self._writer,
                resumed_lsn=self._resumed_lsn,
            )
            self._target.write(name, msgspec.json.encode(record))

    def _say(self, position: Position) -> None:
        said = self._said
        if (
            said is not None
            and said.shipped_lsn == position.flushed
            and said.resumed_lsn == self._resumed_lsn
            and (position.as_of - said.as_of).total_seconds() < _SAY_SECONDS
        ):
            return
        record = TimelineRecord(
            position.timeline, position.flushed, position.as_of, self._writer, self._resumed_lsn
        )
        self._target.write(timeline_name(position.timeline), msgspec.json.encode(record))
        self._said = record


def expanded(content: bytes, name: str) -> bytes:
    """Expand a segment of a target.

    Raises:
        BackupError: it is damaged.
    """
    try:
        found = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(name) from error
    if len(found) != SEGMENT_BYTES:
        raise _damaged(name)
    return found


def _damaged(name: str) -> BackupError:
    return BackupError(
        f"{name} in the target is damaged. Instants after it cannot be restored from backups before "
        "it; make a new backup with `layers backup create`."
    )


def _compressed(content: bytes) -> bytes:
    # Always the same bytes for the same content: without the time.
    return gzip.compress(content, _COMPRESSION, mtime=0)
