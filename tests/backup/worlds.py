"""Targets made by hand: a record of each copy and time line, and segments of nothing but their first page."""

from __future__ import annotations

import gzip
import struct
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from embedded_postgres.backup.slot import Position
from embedded_postgres.backup.wal import SEGMENT_BYTES, Segment
from partner_api.backup.catalog import (
    BASES,
    FILES,
    INSTALLATION,
    BaseRecord,
    InstallationRecord,
    StoredObject,
    TimelineRecord,
    segment_name,
    timeline_name,
)
from partner_api.backup.target import open_target

if TYPE_CHECKING:
    from pathlib import Path

    from partner_api.backup.target import Target

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SYSTEM = "7714054059827804945"


def make_target(folder: Path) -> Target:
    target = open_target(str(folder))
    target.write(INSTALLATION, msgspec.json.encode(InstallationRecord(1, SYSTEM)))
    return target


def add_base(target: Target, number: int, *, timeline: int = 1, files: tuple[str, ...] = ()) -> str:
    """Put a copy there that begins in a segment, so many hours after noon."""
    at = NOON + timedelta(hours=number)
    base_id = f"{at:%Y%m%dT%H%M%S}.000Z"
    content = b"a copy"
    target.write(f"{BASES}/{base_id}/base.tar.gz", content)
    listed = gzip.compress(msgspec.json.encode(files))
    target.write(f"{BASES}/{base_id}/files.json.gz", listed)
    for name in files:
        target.write(f"{FILES}/{name}", b"a file")
    start = number * SEGMENT_BYTES + 40
    record = BaseRecord(
        id=base_id,
        version="0.1.0",
        schema_revision="0022",
        postgres_major="18",
        system_identifier=SYSTEM,
        timeline=timeline,
        start_lsn=start,
        end_lsn=start + 1000,
        started_at=at,
        finished_at=at + timedelta(minutes=1),
        objects={"base.tar.gz": StoredObject(len(content), "")},
        files_copied=len(files),
    )
    target.write(f"{BASES}/{base_id}/backup.json", msgspec.json.encode(record))
    return base_id


def add_wal(target: Target, timeline: int, first: int, last: int) -> None:
    """Put whole segments there, and say that this is all up to an hour after noon for each."""
    for number in range(first, last + 1):
        target.write(segment_name(Segment(timeline, number)), gzip.compress(b"wal"))
    as_of = NOON + timedelta(hours=last + 1)
    record = TimelineRecord(timeline, (last + 1) * SEGMENT_BYTES, as_of, "a server")
    target.write(timeline_name(timeline), msgspec.json.encode(record))


def add_history(target: Target, timeline: int, parent: int, left_at: int) -> None:
    """Say where a time line comes from."""
    line = f"{parent}\t0/{left_at:X}\tbefore 2026-06-01\n".encode()
    target.write(f"wal/{timeline:08X}.history", line)


def write_segment(cluster: Path, segment: Segment, filling: bytes = b"wal") -> None:
    """Write a segment as a server has it."""
    path = cluster / "pg_wal" / segment.name
    path.parent.mkdir(parents=True, exist_ok=True)
    head = struct.pack("=HHIQ", 0xD118, 0, segment.timeline, segment.number * SEGMENT_BYTES)
    path.write_bytes((head + filling).ljust(SEGMENT_BYTES, b"\0"))


def position(segments: float, *, timeline: int = 1, seconds: float = 0) -> Position:
    """How far the WAL goes, in segments, and so many seconds after noon."""
    return Position(
        NOON + timedelta(seconds=seconds), int(segments * SEGMENT_BYTES), timeline, SEGMENT_BYTES
    )
