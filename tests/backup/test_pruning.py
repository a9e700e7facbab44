"""Old backups go, with what only they needed; the last good one never does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.backup.worlds import NOON, add_base, add_wal, make_target

from embedded_postgres.backup.errors import BackupError
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
