"""Old backups go, with what only they needed; the last good one never does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.backup.worlds import NOON, add_base, add_history, add_wal, make_target

from embedded_postgres.backup.errors import BackupError
from embedded_postgres.backup.wal import SEGMENT_BYTES
from partner_api.backup.catalog import read_catalog
from partner_api.backup.pruning import prune

if TYPE_CHECKING:
    from pathlib import Path

    from partner_api.backup.target import Target

LATER = NOON + timedelta(days=30)


@pytest.fixture
def target(tmp_path: Path) -> Target:
    target = make_target(tmp_path)
    add_base(target, 2, files=("1/a/old.png", "1/a/both.png"))
    add_base(target, 4, files=("1/a/both.png", "1/b/new.png"))
    add_base(target, 6, files=("1/b/new.png",))
    add_wal(target, 1, 1, 8)
    return target


def test_what_only_old_backups_needed_is_removed(target: Target) -> None:
    removed = prune(target, read_catalog(target), 2, LATER)
    assert removed == (1, 3, 1)
    catalog = read_catalog(target)
    assert [base.start_lsn >> 24 for base in catalog.bases] == [4, 6]
    assert min(segment.number for segment in catalog.segments) == 4
    assert set(target.names("files")) == {"1/a/both.png", "1/b/new.png"}
    assert prune(target, read_catalog(target), 2, LATER) == (0, 0, 0)
    assert prune(target, read_catalog(target), 5, LATER) == (0, 0, 0)


def test_nothing_is_removed_when_the_newest_is_not_whole(target: Target) -> None:
    newest = read_catalog(target).bases[-1]
    target.write(f"bases/{newest.id}/base.tar.gz", b"half")
    before = target.names("")
    with pytest.raises(BackupError, match="Nothing was removed"):
        prune(target, read_catalog(target), 1, LATER)
    assert target.names("") == before


def test_those_of_the_current_time_line_are_counted_and_what_they_come_from_stays(
    target: Target,
) -> None:
    """After a restore to the middle of segment 5, the copies of before are the first ones of the new time line."""
    add_history(target, 2, 1, 5 * SEGMENT_BYTES + 4096)
    add_base(target, 10, timeline=2)
    add_wal(target, 2, 5, 11)
    assert prune(target, read_catalog(target), 3, LATER) == (0, 1, 0), "2, 4 and 10, and no 6"
    assert prune(target, read_catalog(target), 2, LATER)[0] == 1
    catalog = read_catalog(target)
    assert [base.start_lsn // SEGMENT_BYTES for base in catalog.bases] == [4, 6, 10]
    for base in catalog.bases_for(2):
        assert catalog.missing_after(base, 2) is None
    assert prune(target, read_catalog(target), 1, LATER)[0] == 2
    assert [base.start_lsn // SEGMENT_BYTES for base in read_catalog(target).bases] == [10]


def test_the_copies_of_a_drill_do_not_push_out_those_of_the_server(target: Target) -> None:
    add_history(target, 2, 1, 5 * SEGMENT_BYTES + 4096)
    add_base(target, 5, timeline=2)
    add_base(target, 7, timeline=2)
    add_wal(target, 2, 5, 7)
    # Archived up to noon and 9 hours, the server's; the drill's up to an hour less.
    assert prune(target, read_catalog(target), 2, LATER)[0] == 1
    found = [
        (base.timeline, base.start_lsn // SEGMENT_BYTES) for base in read_catalog(target).bases
    ]
    assert found == [(1, 4), (2, 5), (1, 6), (2, 7)]


def test_a_copy_of_another_time_line_that_begins_earlier_in_the_wal_keeps_its_wal(
    target: Target,
) -> None:
    """A time line that was begun early has copies that are young, and early in the WAL."""
    add_history(target, 2, 1, 2 * SEGMENT_BYTES + 4096)
    add_base(target, 3, timeline=2)
    record = f"bases/{NOON + timedelta(hours=3):%Y%m%dT%H%M%S}.000Z/backup.json"
    late = target.read(record).replace(b"2026-06-01T15:", b"2026-06-01T20:")
    target.write(record, late)
    add_wal(target, 2, 2, 4)
    prune(target, read_catalog(target), 1, LATER)
    catalog = read_catalog(target)
    young, servers = sorted(catalog.bases, key=lambda base: -base.timeline)
    assert (young.timeline, servers.start_lsn // SEGMENT_BYTES) == (2, 6)
    assert catalog.missing_after(young, 2) is None


class Killed(Exception):
    pass


def test_a_removal_that_is_cut_off_anywhere_is_finished_by_the_next(tmp_path: Path) -> None:
    reference = None
    for steps in range(100):
        target = make_target(tmp_path / str(steps))
        add_base(target, 2, files=("1/a/old.png",))
        add_base(target, 4, files=("1/b/new.png",))
        add_wal(target, 1, 1, 5)
        ended = _prune_with(target, steps)
        # Whatever is called whole is whole.
        for base in read_catalog(target).bases:
            assert f"{base.id}/base.tar.gz" in target.names("bases")
        prune(target, read_catalog(target), 1, LATER)
        if ended:
            reference = target.names("")
            break
    assert reference is not None
    assert steps > 5
    for earlier in range(steps):
        assert make_target(tmp_path / str(earlier)).names("") == reference


def _prune_with(target: Target, steps: int) -> bool:
    """Prune, but be killed after so many removals; return whether it came to its end."""
    delete, left = target.delete, steps

    def count(name: str) -> None:
        nonlocal left
        if left == 0:
            raise Killed
        left -= 1
        delete(name)

    target.delete = count  # type: ignore[method-assign]
    try:
        prune(target, read_catalog(target), 1, LATER)
    except Killed:
        return False
    finally:
        target.delete = delete  # type: ignore[method-assign]
    return True
