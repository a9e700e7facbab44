"""WAL comes to the target once, whole, and in order; whatever is there already has to be the same."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest
from tests.backup.worlds import SYSTEM, add_base, make_target, position, write_segment

from embedded_postgres.backup.errors import BackupError
from embedded_postgres.backup.wal import SEGMENT_BYTES, Segment
from partner_api.backup import shipping
from partner_api.backup.catalog import read_catalog, require_own, segment_name
from partner_api.backup.shipping import Shipper, expanded

if TYPE_CHECKING:
    from pathlib import Path

    from partner_api.backup.target import Target


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return make_target(tmp_path / "target")


@pytest.fixture
def cluster(tmp_path: Path) -> Path:
    for number in (1, 2, 3):
        write_segment(tmp_path / "cluster", Segment(1, number))
    return tmp_path / "cluster"


def test_whole_segments_go_once_and_the_last_as_far_as_it_has_come(
    target: Target, cluster: Path
) -> None:
    shipper = Shipper(target, cluster, "a server")
    assert shipper.ship(position(2.5)) == 2 * SEGMENT_BYTES
    catalog = read_catalog(target)
    assert catalog.segments == {Segment(1, 1)}
    assert catalog.partials == {Segment(1, 2)}
    partial = segment_name(Segment(1, 2), partial=True)
    assert len(expanded(target.read(partial), partial)) == SEGMENT_BYTES
    assert shipper.ship(position(3, seconds=5)) == 3 * SEGMENT_BYTES
    catalog = read_catalog(target)
    assert catalog.segments == {Segment(1, 1), Segment(1, 2)}
    assert catalog.partials == set()
    assert catalog.timelines[1].as_of == position(3, seconds=5).as_of
    # A server that is started again begins where its slot is, and finds all of it there.
    again = Shipper(target, cluster, "a server")
    assert again.ship(position(3, seconds=6)) == 3 * SEGMENT_BYTES


def test_what_is_behind_the_end_of_the_wal_stays_at_home(target: Target, cluster: Path) -> None:
    write_segment(cluster, Segment(1, 1), b"committed, and what an old segment had here")
    Shipper(target, cluster, "a server").ship(position(1 + 25 / SEGMENT_BYTES))
    name = segment_name(Segment(1, 1), partial=True)
    content = expanded(target.read(name), name)
    assert content[16:].rstrip(b"\0") == b"committed"


def test_something_else_under_the_name_of_a_segment_is_never_overwritten(
    target: Target, cluster: Path
) -> None:
    Shipper(target, cluster, "a server").ship(position(2))
    before = target.read(segment_name(Segment(1, 1)))
    write_segment(cluster, Segment(1, 1), b"of a copy of the server")
    with pytest.raises(BackupError, match="is not what this server wrote"):
        Shipper(target, cluster, "a server").ship(position(2, seconds=100))
    assert target.read(segment_name(Segment(1, 1))) == before


def test_of_two_servers_on_one_time_line_the_second_is_refused_while_the_first_is_at_work(
    target: Target, cluster: Path
) -> None:
    Shipper(target, cluster, "the first").ship(position(2))
    second = Shipper(target, cluster, "the second")
    with pytest.raises(BackupError, match=r"Another server \(the first\) archives the same"):
        second.ship(position(2, seconds=30))
    assert second.ship(position(2.5, seconds=90)) == 2 * SEGMENT_BYTES


def test_the_target_of_another_database_is_refused(target: Target) -> None:
    assert require_own(target, SYSTEM)
    with pytest.raises(BackupError, match=f"another database .{SYSTEM}, and this is 1"):
        require_own(target, "1")


def test_a_segment_that_is_gone_is_said(target: Target, cluster: Path) -> None:
    (cluster / "pg_wal" / Segment(1, 2).name).unlink()
    with pytest.raises(BackupError, match="removed before it was copied"):
        Shipper(target, cluster, "a server").ship(position(4))


def test_a_gap_is_remembered_by_the_target_until_there_is_a_backup_of_after_it(
    target: Target, cluster: Path
) -> None:
    shipper = Shipper(target, cluster, "a server")
    shipper.ship(position(1.5))
    assert not shipper.has_gap
    # Segment 2 was given up, and nobody kept it; whoever comes next sees that, and whoever comes then is told.
    (cluster / "pg_wal" / Segment(1, 1).name).unlink()
    (cluster / "pg_wal" / Segment(1, 2).name).unlink()
    for seconds in (5, 10):
        shipper = Shipper(target, cluster, "a server")
        shipper.ship(position(3.25, seconds=seconds))
        assert shipper.has_gap
    add_base(target, 2)
    shipper.ship(position(3.5, seconds=15))
    assert shipper.has_gap
    add_base(target, 3)
    shipper.ship(position(3.5, seconds=20))
    assert not shipper.has_gap
    again = Shipper(target, cluster, "a server")
    again.ship(position(3.5, seconds=25))
    assert not again.has_gap


def test_wal_that_was_given_up_before_the_first_copying_is_a_gap(
    target: Target, cluster: Path
) -> None:
    """The target was never written to, so only whoever found the slot lost can know."""
    add_base(target, 0)
    shipper = Shipper(target, cluster, "a server", after_gap=True)
    shipper.ship(position(2.5))
    assert shipper.has_gap
    again = Shipper(target, cluster, "a server")
    again.ship(position(2.5, seconds=5))
    assert again.has_gap
    add_base(target, 2)
    again.ship(position(2.75, seconds=10))
    assert not again.has_gap


def test_a_slow_target_takes_what_waits_in_several_steps(
    target: Target, cluster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Shipper(target, cluster, "a server").ship(position(1.5))
    monkeypatch.setattr(shipping, "_MOST_SECONDS", -1.0)
    shipper = Shipper(target, cluster, "a server")
    for segments in (2, 3):
        assert shipper.ship(position(4, seconds=5)) == segments * SEGMENT_BYTES
        assert shipper.is_behind
        # Nothing later than before is said to be there.
        assert read_catalog(target).timelines[1].as_of == position(1.5).as_of
    # Whoever goes on where the slot is now finds no gap.
    (cluster / "pg_wal" / Segment(1, 1).name).unlink()
    (cluster / "pg_wal" / Segment(1, 2).name).unlink()
    shipper = Shipper(target, cluster, "a server")
    kept_from_3 = position(4, seconds=6)._replace(kept_from=3 * SEGMENT_BYTES)
    assert shipper.ship(kept_from_3) == 4 * SEGMENT_BYTES
    assert not shipper.is_behind
    assert not shipper.has_gap
    assert read_catalog(target).timelines[1].as_of == kept_from_3.as_of


def test_nothing_is_written_where_the_disk_of_the_target_was_unmounted(
    tmp_path: Path, target: Target, cluster: Path
) -> None:
    shipper = Shipper(target, cluster, "a server")
    shipper.ship(position(1.5))
    (tmp_path / "target").rename(tmp_path / "away")
    (tmp_path / "target").mkdir()
    with pytest.raises(BackupError, match="its disk is not mounted"):
        shipper.ship(position(2.5, seconds=5))
    assert list((tmp_path / "target").iterdir()) == []


def test_a_full_target_is_said_and_leaves_no_half_of_a_segment(
    target: Target, cluster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    shipper = Shipper(target, cluster, "a server")
    with monkeypatch.context() as patched:
        patched.setattr("partner_api.backup.folder.os.fsync", full)
        with pytest.raises(BackupError, match="cannot be used: No space left on device"):
            shipper.ship(position(2))
    assert target.names("wal") == {}
    # With room again it goes on where it was.
    assert shipper.ship(position(2)) == 2 * SEGMENT_BYTES
    assert read_catalog(target).segments == {Segment(1, 1)}
