"""What a target has: whose it is, copies of the database, WAL of each time line, and which instants these reach.

::

    installation.json                    whose backups these are; without it nothing else is written
    bases/<id>/base.tar.gz               the files of the database
    bases/<id>/pg_wal.tar.gz             the WAL from the beginning of the copy to its end
    bases/<id>/backup_manifest           the sum of each file
    bases/<id>/files.json.gz             the names of the generated files that the copy needs
    bases/<id>/backup.json               all about it; written last, so without it the copy is not whole
    wal/<time line>/<segment>.gz         a segment; `.partial.gz` the last one, up to where it had come
    wal/<time line>.history              where a time line comes from
    timelines/<time line>.json           how far the WAL goes, and up to which instant that is all
    files/…                              generated files
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import msgspec

from embedded_postgres.backup.base import FILES as BASE_FILES
from embedded_postgres.backup.errors import BackupError
from embedded_postgres.backup.wal import (
    SEGMENT_BYTES,
    Ancestor,
    Segment,
    history_name,
    parse_history,
    timeline_of_history,
)

if TYPE_CHECKING:
    from partner_api.backup.target import Target

INSTALLATION: Final = "installation.json"
BASES: Final = "bases"
WAL: Final = "wal"
TIMELINES: Final = "timelines"
FILES: Final = "files"
BASE_RECORD: Final = "backup.json"
FILE_LIST: Final = "files.json.gz"
FORMAT: Final = 1

T = TypeVar("T")


class InstallationRecord(msgspec.Struct, frozen=True):
    """Whose backups a target has."""

    format: int
    system_identifier: str


class StoredObject(msgspec.Struct, frozen=True):
    """A part of a copy: how large it is, and its SHA-256."""

    size_bytes: int
    sha256: str


class BaseRecord(msgspec.Struct, frozen=True):
    """A copy of the database. LSNs are numbers."""

    id: str
    version: str
    schema_revision: str | None
    postgres_major: str
    system_identifier: str
    timeline: int
    start_lsn: int
    end_lsn: int
    started_at: datetime
    finished_at: datetime
    objects: dict[str, StoredObject]
    files_copied: int | None
    """How many generated files belong to it; None when they are in a bucket, which is not copied."""


class TimelineRecord(msgspec.Struct, frozen=True):
    """How far the WAL of a time line goes: whatever was committed before ``as_of`` is in it."""

    timeline: int
    shipped_lsn: int
    as_of: datetime
    writer: str
    resumed_lsn: int | None = None
    """Where it goes on after a gap, until there is a copy that was begun behind it."""


class Catalog(NamedTuple):
    """All that a target has, as it was read once."""

    bases: list[BaseRecord]
    unfinished: list[str]
    timelines: dict[int, TimelineRecord]
    histories: dict[int, list[Ancestor]]
    segments: set[Segment]
    partials: set[Segment]

    def path_to(self, timeline: int) -> list[Ancestor]:
        """Return the time lines that lead to one, which is the last, with no end."""
        return [*self.histories.get(timeline, []), Ancestor(timeline, 2**63)]

    def newest_timeline(self) -> int:
        """Return the time line that was begun last."""
        known = {base.timeline for base in self.bases} | self.timelines.keys()
        return max(known | self.histories.keys(), default=1)

    def current_timeline(self) -> int:
        """Return the time line that was archived last, or begun last if none was."""
        archived = self.timelines.values()
        newest = max(archived, key=lambda one: (one.as_of, one.timeline), default=None)
        return self.newest_timeline() if newest is None else newest.timeline

    def bases_for(self, timeline: int) -> list[BaseRecord]:
        """Return the copies from which a time line can be reached, the oldest first."""
        ends = {one.timeline: one.left_at for one in self.path_to(timeline)}
        return [base for base in self.bases if base.end_lsn <= ends.get(base.timeline, -1)]

    def segments_from(self, base: BaseRecord, timeline: int) -> list[tuple[Segment, bool]]:
        """Return the segments that follow a copy without a gap, and whether each is partial; only the last can be."""
        path = self.path_to(timeline)
        starts = [0, *(one.left_at // SEGMENT_BYTES for one in path[:-1])]
        found = []
        number = base.start_lsn // SEGMENT_BYTES
        while True:
            # Where a time line begins, its first segment has what the one before had.
            one = next(
                Segment(ancestor.timeline, number)
                for ancestor, start in zip(reversed(path), reversed(starts), strict=True)
                if start <= number
            )
            if one in self.segments:
                found.append((one, False))
            else:
                if one in self.partials:
                    found.append((one, True))
                return found
            number += 1

    def missing_after(self, base: BaseRecord, timeline: int) -> Segment | None:
        """Return the first segment that is missing between a copy and the end of a time line."""
        record = self.timelines.get(timeline)
        if record is None or record.shipped_lsn <= base.end_lsn:
            return None
        last = (record.shipped_lsn - 1) // SEGMENT_BYTES
        found = self.segments_from(base, timeline)
        end = found[-1][0].number if found else base.start_lsn // SEGMENT_BYTES - 1
        return None if end >= last else Segment(timeline, end + 1)

    def reach(self, base: BaseRecord, timeline: int) -> datetime | None:
        """Return the last instant that a copy reaches by the WAL that is there; None if it reaches none by name.

        Without WAL, a copy is as the database was at some instant while it was made.
        """
        record = self.timelines.get(timeline)
        if record is None or self.missing_after(base, timeline) is not None:
            return None
        return record.as_of if record.as_of >= base.finished_at else None


def read_record(target: Target, name: str, kind: type[T]) -> T | None:
    """Read a record of a target; None when there is none.

    Raises:
        BackupError: it is damaged.
    """
    try:
        return msgspec.json.decode(target.read(name), type=kind)
    except FileNotFoundError:
        return None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BackupError(
            f"{name} in the target for backups is damaged. Restore that file from a copy of the "
            "target, or begin anew with an empty target."
        ) from error


def read_installation(target: Target) -> InstallationRecord | None:
    """Read whose backups a target has; None when it has none.

    Raises:
        BackupError: a newer version wrote it, or it is damaged.
    """
    record = read_record(target, INSTALLATION, InstallationRecord)
    if record is not None and record.format != FORMAT:
        raise BackupError(
            f"The target for backups has format {record.format}, and this version knows {FORMAT}. "
            "Use the version that wrote it."
        )
    return record


def require_own(target: Target, system_identifier: str) -> bool:
    """Check that a target has no other installation's backups; return whether it has this one's.

    Raises:
        BackupError: it has another's.
    """
    record = read_installation(target)
    if record is not None and record.system_identifier != system_identifier:
        raise BackupError(
            f"The target has the backups of another database ({record.system_identifier}, and this "
            f"is {system_identifier}). Each database needs a target of its own: choose another folder "
            "or prefix in LAYERS_BACKUP_TARGET."
        )
    return record is not None


def read_catalog(target: Target) -> Catalog:
    """Read what a target has.

    Raises:
        BackupError: there are no backups in it, or a record is damaged.
    """
    if read_installation(target) is None:
        raise BackupError(
            "There are no backups in the target. Check its name, and that its disk is mounted; "
            "`layers backup create` makes the first one."
        )
    ids = sorted({name.partition("/")[0] for name in target.names(BASES)})
    records = {
        base_id: read_record(target, f"{BASES}/{base_id}/{BASE_RECORD}", BaseRecord)
        for base_id in ids
    }
    for base_id, record in records.items():
        # What is written and removed under these names is on this machine.
        if record is not None and (
            record.id != base_id or not record.objects.keys() <= set(BASE_FILES)
        ):
            raise BackupError(f"The record of the backup {base_id} is not what was written.")
    lines = (
        read_record(target, f"{TIMELINES}/{name}", TimelineRecord)
        for name in target.names(TIMELINES)
    )
    histories: dict[int, list[Ancestor]] = {}
    segments: set[Segment] = set()
    partials: set[Segment] = set()
    for name in target.names(WAL):
        leaf = name.rpartition("/")[2]
        timeline = timeline_of_history(name)
        if timeline is not None:
            text = target.read(f"{WAL}/{name}").decode("ascii", errors="replace")
            histories[timeline] = parse_history(text)
        elif leaf.endswith(".gz"):
            segment = Segment.parse(leaf.partition(".")[0])
            if segment is not None:
                (partials if leaf.endswith(".partial.gz") else segments).add(segment)
    return Catalog(
        bases=[record for record in records.values() if record is not None],
        unfinished=[base_id for base_id, record in records.items() if record is None],
        timelines={line.timeline: line for line in lines if line is not None},
        histories=histories,
        segments=segments,
        partials=partials,
    )


def has_backup_from(target: Target, timeline: int, lsn: int) -> bool:
    """Return whether a whole copy of a time line was begun at an LSN or behind it."""
    names = (name for name in target.names(BASES) if name.endswith(f"/{BASE_RECORD}"))
    found = (read_record(target, f"{BASES}/{name}", BaseRecord) for name in names)
    return any(
        base is not None and base.timeline == timeline and base.start_lsn >= lsn for base in found
    )


def base_id_of(started_at: datetime) -> str:
    """Return the id of a copy, in the order of time."""
    return f"{started_at:%Y%m%dT%H%M%S}.{started_at.microsecond // 1000:03}Z"


def segment_name(segment: Segment, *, partial: bool = False) -> str:
    """Return the name of a segment in a target."""
    return f"{WAL}/{segment.timeline:08X}/{segment.name}{'.partial' if partial else ''}.gz"


def history_place(timeline: int) -> str:
    """Return the name of a time line's history in a target."""
    return f"{WAL}/{history_name(timeline)}"


def timeline_name(timeline: int) -> str:
    """Return the name of a time line's record in a target."""
    return f"{TIMELINES}/{timeline:08X}.json"
