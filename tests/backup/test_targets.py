"""What holds for backups wherever they are kept."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from tests.storage.conftest import s3_endpoint

from embedded_postgres.backup.errors import BackupError
from partner_api.backup.target import open_target, require_outside

if TYPE_CHECKING:
    from pathlib import Path

    from partner_api.backup.target import Target

__all__ = ["s3_endpoint"]


@pytest.fixture(params=["folder", "bucket"])
def target(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Target:
    if request.param == "folder":
        return open_target(str(tmp_path / "target"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    endpoint = request.getfixturevalue("s3_endpoint")
    return open_target(f"s3://files/backups?endpoint={endpoint}&region=us-east-1")


def test_what_is_kept_is_read_listed_replaced_and_removed(target: Target, tmp_path: Path) -> None:
    assert target.names("bases") == {}
    with pytest.raises(FileNotFoundError):
        target.read("bases/1/backup.json")
    with pytest.raises(FileNotFoundError):
        target.download("bases/1/backup.json", tmp_path / "none")
    target.write("bases/1/backup.json", b"{}")
    target.write("bases/1/backup.json", b"[1]")
    (tmp_path / "large").write_bytes(b"0123456789" * 1_700_000)
    target.upload("bases/1/base.tar.gz", tmp_path / "large")
    target.write("basesother", b"")
    assert target.names("bases") == {"1/backup.json": 3, "1/base.tar.gz": 17_000_000}
    assert target.read("bases/1/backup.json") == b"[1]"
    target.download("bases/1/base.tar.gz", tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "large").read_bytes()
    for name in ("1/backup.json", "1/base.tar.gz", "1/none"):
        target.delete(f"bases/{name}")
    assert target.names("bases") == {}


def test_a_name_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"of somebody else")
    target = open_target(str(tmp_path / "target"))
    target.write("files/a", b"")
    for name in ("files/../../precious", "../precious", str(precious)):
        with pytest.raises(BackupError, match="leads elsewhere"):
            target.delete(name)
        with pytest.raises(BackupError, match="leads elsewhere"):
            target.write(name, b"changed")
        with pytest.raises(BackupError, match="leads elsewhere"):
            target.read(name)
    assert precious.read_bytes() == b"of somebody else"


def test_nobody_else_can_look_into_the_folder(tmp_path: Path) -> None:
    open_target(str(tmp_path / "above" / "target")).write("wal/00000001/x.gz", b"")
    made = [tmp_path / "above", *(tmp_path / "above").rglob("*")]
    assert len(made) == 5
    assert [path for path in made if path.stat().st_mode & 0o077] == []


def test_a_target_in_the_data_folder_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (tmp_path / "link").symlink_to(data)
    for inside in ("data", "data/files", "data/postgres/b", "link/b", "x/../data/b"):
        with pytest.raises(BackupError, match="is in the data folder"):
            require_outside(str(tmp_path / inside), data)
    for outside in (str(tmp_path / "database"), str(tmp_path), "s3://data/files"):
        require_outside(outside, data)


def test_drafts_of_writers_that_were_killed_go_after_a_day(tmp_path: Path) -> None:
    target = open_target(str(tmp_path))
    target.write("bases/2/backup.json", b"{}")
    old, young = tmp_path / "bases/1/.draft-old", tmp_path / "bases/2/.draft-young"
    for draft in (old, young):
        draft.parent.mkdir(exist_ok=True)
        draft.write_bytes(b"half")
    two_days_ago = time.time() - 2 * 86_400
    for path in (old, tmp_path / "bases/2/backup.json"):
        os.utime(path, (two_days_ago, two_days_ago))
    target.tidy()
    assert not old.parent.exists()
    assert young.exists()
    assert target.names("bases") == {"2/backup.json": 2}


def test_a_place_that_cannot_be_used_is_said_without_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BackupError, match=r"folder for backups .*/file/x cannot be used"):
        open_target(str(tmp_path / "file" / "x")).write("a/b", b"")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAWHO")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "verysecret")
    closed = open_target("s3://nowhere/x?endpoint=http://127.0.0.1:9&region=us-east-1")
    with pytest.raises(BackupError, match="bucket for backups cannot be used") as refused:
        closed.read("a")
    assert "verysecret" not in str(refused.value)
    assert "AKIAWHO" not in str(refused.value)
