"""Restoring to an instant, to the newest, and what is refused with a sentence that says why."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.backup.conftest import Archived, words_in
from tests.support.serving import assert_refused, layers

from embedded_postgres import DatabaseStartError, EmbeddedPostgres
from embedded_postgres.backup.errors import BackupError
from partner_api.backup.catalog import BASES, read_catalog
from partner_api.backup.leftover import find_leftover
from partner_api.backup.restoring import plan_restore, restore
from partner_api.backup.target import open_target
from partner_api.clock import parse_timestamp

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.backup.leftover import Leftover


def restore_into(
    data_dir: Path,
    archived: Archived,
    to: datetime | None = None,
    *,
    leftover: Leftover | None = None,
    timeline: int | None = None,
) -> None:
    target = open_target(str(archived.target))
    plan = plan_restore(
        read_catalog(target), to=to, timeline=timeline, base_id=None, leftover=leftover
    )
    restore(target, plan, data_dir, None, leftover=leftover, on_progress=lambda *_: None)


def test_an_instant_is_restored(archived: Archived, home: Path) -> None:
    restore_into(home / "new", archived, archived.words["first"])
    assert words_in(home / "new") == ["first"]


def test_an_instant_after_the_last_commit_is_restored(archived: Archived, home: Path) -> None:
    until = read_catalog(open_target(str(archived.target))).timelines[1].as_of
    assert until > archived.words["third"]
    restore_into(home / "new", archived, until)
    assert words_in(home / "new") == ["first", "second", "third"]


def test_what_was_not_archived_any_more_is_on_the_dead_disk(archived: Archived, home: Path) -> None:
    leftover = find_leftover(archived.data_dir, archived.base.system_identifier)
    restore_into(home / "all", archived, leftover=leftover)
    assert words_in(home / "all") == ["first", "second", "third", "unarchived"]


def test_an_instant_out_of_reach_is_refused_with_the_range_that_can_be_reached(
    archived: Archived, home: Path
) -> None:
    for instant, why in (
        (archived.base.finished_at - timedelta(seconds=1), "before the first backup"),
        (archived.words["unarchived"] + timedelta(days=1), "after the last instant"),
    ):
        with pytest.raises(BackupError, match=f"{why}.*Every instant from 20.*Z to 20.*Z can be"):
            restore_into(home / "new", archived, instant)
    assert not (home / "new").exists()


def test_a_missing_segment_is_named_and_what_is_before_it_can_be_restored(
    archived: Archived, home: Path
) -> None:
    missing = sorted((archived.target / "wal").rglob("*[0-9A-F].gz"))[-1]
    missing.unlink()
    named = f"{missing.name.partition('.')[0]} is missing"
    with pytest.raises(BackupError, match=named):
        restore_into(home / "new", archived)
    with pytest.raises(BackupError, match=f"{named}.*instants up to 20.*Z can be") as refused:
        restore_into(home / "new", archived, archived.words["second"])
    (until,) = re.findall(r"up to (\S+Z)", str(refused.value))
    assert parse_timestamp(until) < archived.words["first"]
    restore_into(home / "new", archived, parse_timestamp(until))
    assert words_in(home / "new") in ([], ["first"])


def test_a_flipped_byte_is_found_before_anything_is_there(archived: Archived, home: Path) -> None:
    base = archived.target / BASES / archived.base.id
    segment = sorted((archived.target / "wal").rglob("*[0-9A-F].gz"))[-1]
    for path, name in (
        (segment, segment.name),
        (base / "pg_wal.tar.gz", "pg_wal.tar.gz is not what was written"),
        (base / "base.tar.gz", "base.tar.gz is not what was written"),
    ):
        content = bytearray(path.read_bytes())
        # Near the beginning: behind is nothing but zeros, which some other bits mean too.
        content[100] ^= 1
        path.write_bytes(content)
        with pytest.raises(BackupError, match=name):
            restore_into(home / "new", archived)
        assert not (home / "new" / "postgres").exists()
        with pytest.raises(DatabaseStartError, match="was not finished"):
            EmbeddedPostgres(home / "new").start()


def test_a_half_written_backup_is_none(archived: Archived, home: Path) -> None:
    (archived.target / BASES / archived.base.id / "backup.json").unlink()
    catalog = read_catalog(open_target(str(archived.target)))
    assert (catalog.bases, catalog.unfinished) == ([], [archived.base.id])
    with pytest.raises(BackupError, match="no backup"):
        restore_into(home / "new", archived)


def test_a_restore_that_is_killed_leaves_no_database_and_can_be_done_again(
    archived: Archived, home: Path
) -> None:
    # As if the target took for ever at the end, when PostgreSQL has recovered.
    program = (
        "import sys, time, tests.backup.test_restoring as t\n"
        "from partner_api.backup import restoring\n"
        "restoring._fetch_files = lambda *_: (print('recovered', flush=True), time.sleep(600))\n"
        "a = t.Archived(None, t.Path(sys.argv[1]), None, {})\n"
        "t.restore_into(t.Path(sys.argv[2]), a)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, archived.target, home / "new"],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"recovered\n"
    with pytest.raises(DatabaseStartError, match="Another server"):
        restore_into(home / "new", archived)
    process.kill()
    process.communicate()
    assert not (home / "new" / "postgres").exists()
    with pytest.raises(DatabaseStartError, match="was not finished"):
        EmbeddedPostgres(home / "new").start()
    restore_into(home / "new", archived)
    assert (home / "new" / "postgres" / "PG_VERSION").exists()
    assert not list((home / "new").glob(".*-*"))


def test_existing_data_is_never_overwritten(archived: Archived, home: Path) -> None:
    folder = home / "new" / "postgres"
    folder.mkdir(parents=True)
    (folder / "PG_VERSION").write_text("18\n")
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    with pytest.raises(BackupError, match="never overwrites"):
        restore_into(home / "new", archived)
    assert (folder / "PG_VERSION").read_text() == "18\n"


def test_wal_of_another_database_is_refused(archived: Archived, home: Path) -> None:
    with pytest.raises(BackupError, match="has another database"):
        find_leftover(archived.data_dir, "1234567890")
    with pytest.raises(BackupError, match="has no database"):
        find_leftover(home, archived.base.system_identifier)


def test_a_database_of_ones_own_is_backed_up_otherwise(home: Path) -> None:
    result = layers("restore", str(home), DATABASE_URL="postgresql://a:b@127.0.0.1:1/c")
    assert_refused(result, "pgBackRest, Barman")
