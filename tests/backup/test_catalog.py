"""Which instants a target reaches, by which copy, and along which time line."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.backup.worlds import (
    NOON,
    add_base,
    add_history,
    add_wal,
    make_target,
    write_segment,
)

from embedded_postgres.backup.errors import BackupError
from embedded_postgres.backup.wal import SEGMENT_BYTES, Segment, parse_lsn
from partner_api.backup.catalog import read_catalog, segment_name
from partner_api.backup.leftover import Leftover
from partner_api.backup.restoring import RestorePlan, plan_restore

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from partner_api.backup.target import Target


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return make_target(tmp_path)


def plan(target: Target, to: datetime | None, timeline: int | None = None) -> RestorePlan:
    return plan_restore(read_catalog(target), to=to, timeline=timeline, base_id=None, leftover=None)


def hours(number: float) -> datetime:
    return NOON + timedelta(hours=number)


def test_the_last_copy_before_the_instant_is_taken_with_no_more_wal_than_needed(
    target: Target,
) -> None:
    first, second = add_base(target, 2), add_base(target, 5)
    add_wal(target, 1, 1, 8)
    found = plan(target, hours(4))
    assert found.base.id == first
    assert [one.number for one, _ in found.segments] == [2, 3, 4, 5]
    newest = plan(target, None)
    assert newest.base.id == second
    assert [one.number for one, _ in newest.segments] == [5, 6, 7, 8]
    assert newest.reach == hours(9)
    # A copy is of no use for instants at which it was still being made.
    assert plan(target, hours(5)).base.id == first


def test_a_gap_hides_what_is_after_it_until_the_next_copy(target: Target) -> None:
    first = add_base(target, 2)
    add_wal(target, 1, 1, 8)
    target.delete(segment_name(Segment(1, 4)))
    with pytest.raises(BackupError, match=f"{Segment(1, 4).name} is missing"):
        plan(target, None)
    assert plan(target, hours(3)).missing == Segment(1, 4)
    second = add_base(target, 6)
    assert plan(target, None).base.id == second
    assert plan(target, hours(3)).base.id == first


def test_after_a_restore_both_ways_can_be_gone(target: Target) -> None:
    add_base(target, 2)
    add_wal(target, 1, 1, 6)
    # Restored to what was at the middle of the fourth segment; then the servers went on.
    left_at = 4 * SEGMENT_BYTES + SEGMENT_BYTES // 2
    add_history(target, 2, 1, left_at)
    add_wal(target, 2, 4, 9)
    newest = plan(target, None)
    assert newest.timeline == 2
    assert [tuple(one) for one, _ in newest.segments] == [
        *((1, number) for number in (2, 3)),
        *((2, number) for number in range(4, 10)),
    ]
    old = plan(target, None, timeline=1)
    assert [tuple(one) for one, _ in old.segments] == [(1, number) for number in range(2, 7)]
    # A copy that was made of the one is of no use for the other.
    late = add_base(target, 5)
    assert plan(target, None).base.id != late
    assert plan(target, None, timeline=1).base.id == late


def test_a_time_line_that_another_has_outlived_is_asked_for(target: Target) -> None:
    add_base(target, 2)
    add_wal(target, 1, 1, 9)
    # A drill, which archived for a while.
    add_history(target, 2, 1, 4 * SEGMENT_BYTES + SEGMENT_BYTES // 2)
    add_wal(target, 2, 4, 6)
    for to in (None, hours(3)):
        with pytest.raises(BackupError, match="but time line 1 was archived later"):
            plan(target, to)
    assert plan(target, None, timeline=1).timeline == 1
    assert plan(target, None, timeline=2).timeline == 2


def test_what_is_on_a_dead_disk_after_a_gap_is_refused(tmp_path: Path) -> None:
    archived = tmp_path / "archived"
    archived.mkdir()
    for number in (2, 3):
        (archived / Segment(1, number).name).touch()
    for number in (4, 5):
        write_segment(tmp_path / "dead", Segment(1, number))
    leftover = Leftover(tmp_path / "dead" / "pg_wal", 1, {})
    leftover.copy_into(archived, 2 * SEGMENT_BYTES)
    (archived / Segment(1, 3).name).unlink()
    with pytest.raises(BackupError, match=r"000000000000003 .* is missing between"):
        leftover.copy_into(archived, 2 * SEGMENT_BYTES)


def test_an_instant_out_of_reach_is_refused(target: Target) -> None:
    add_base(target, 2)
    add_wal(target, 1, 1, 3)
    said = "Every instant from 2026-06-01T14:01:00.000Z to 2026-06-01T16:00:00.000Z can"
    for instant in (hours(2), hours(4.01)):
        with pytest.raises(BackupError, match=said):
            plan(target, instant)
    assert plan(target, hours(4)).to == hours(4)


def test_without_wal_only_the_instant_of_the_copy_can_be_restored(target: Target) -> None:
    add_base(target, 2)
    assert plan(target, None).segments == []
    with pytest.raises(BackupError, match=r"after the last instant.*restore without --to"):
        plan(target, hours(3))


def test_a_folder_without_backups_is_no_target(tmp_path: Path) -> None:
    from partner_api.backup.target import open_target

    with pytest.raises(BackupError, match="its disk is mounted"):
        read_catalog(open_target(str(tmp_path / "nowhere")))


def test_names_that_were_put_into_a_target_lead_nowhere(target: Target) -> None:
    base_id = add_base(target, 9)
    target.write("wal/notes.history", b"what somebody wrote down")
    assert read_catalog(target).histories == {}
    place = f"bases/{base_id}/backup.json"
    record = target.read(place)
    for old, new in ((b"base.tar.gz", b"../../../../x"), (base_id.encode(), b"../x")):
        target.write(place, record.replace(old, new))
        with pytest.raises(BackupError, match="is not what was written"):
            read_catalog(target)


def test_names_of_segments_are_those_of_postgresql() -> None:
    lsn = parse_lsn("1A/FF000028")
    segment = Segment(3, lsn // SEGMENT_BYTES)
    assert segment.name == "000000030000001A000000FF"
    assert Segment.parse(segment.name) == segment
    assert Segment.parse("000000030000001A000000FF.partial") is None
