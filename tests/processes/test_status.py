"""The state of a server's parts: when something is wrong, and how people and programs see it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import msgspec
import pytest
from tests.processes.conftest import Here
from tests.support.serving import layers

from partner_api.processes.run_folder import run_folder
from partner_api.processes.status import (
    PartStatus,
    ServerStatus,
    read_status,
    troubles_of,
    write_status,
)

NOW = time.time()
SOUND = PartStatus("sweeps", "sweeps", "working", 4711, NOW - 90_061, 0, lag_seconds=0.0)


def server(*parts: PartStatus, written_at: float = NOW) -> ServerStatus:
    return ServerStatus("serve", 4242, NOW - 100_000, written_at, [*parts])


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({}, None),
        ({"state": "ended"}, "ended"),
        ({"state": "silent"}, "silent"),
        ({"state": "starting"}, "starting"),
        ({"problem": "failing: renewals"}, "failing: renewals"),
        ({"lag_seconds": 299.0}, None),
        ({"lag_seconds": 301.0}, "late"),
    ],
)
def test_what_is_wrong_with_a_part(changes: dict[str, object], trouble: str | None) -> None:
    part = msgspec.structs.replace(SOUND, **changes)
    assert part.trouble == trouble
    assert server(part).troubles(NOW) == ({} if trouble is None else {"sweeps": trouble})


def test_a_supervisor_that_writes_nothing_is_silent() -> None:
    assert server(SOUND, written_at=NOW - 14).troubles(NOW) == {}
    assert server(SOUND, written_at=NOW - 16).troubles(NOW) == {"supervisor": "silent"}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert read_status(tmp_path) is None
    assert troubles_of(tmp_path) == {"supervisor": "gone"}
    assert troubles_of(None) == {}
    status = server(SOUND)
    write_status(tmp_path, status)
    assert read_status(tmp_path) == status
    assert [entry.name for entry in tmp_path.iterdir()] == ["status.json"]


class TestTheCommand:
    """`layers status`, on what a server has written."""

    def test_says_when_no_server_runs(self, tmp_path: Path) -> None:
        result = layers("status", LAYERS_DATA_DIR=str(tmp_path))
        assert result.returncode == 1
        assert f"No server runs with the data folder {tmp_path}. Start one" in result.stderr

    def test_shows_each_part_and_status_0_when_all_work(self, here: Here, tmp_path: Path) -> None:
        with run_folder(tmp_path, development=False) as folder:
            # Whatever ran between the import of this file and now.
            now = time.time()
            part = msgspec.structs.replace(SOUND, started_at=now - 90_061)
            status = server(part, written_at=now + 60)
            write_status(folder, msgspec.structs.replace(status, started_at=now - 98_000))
            result = here("status", LAYERS_DATA_DIR=str(tmp_path), COLUMNS="120")
        assert result.returncode == 0, result.stderr
        assert "layers serve, pid 4242, up 1 d 3 h: all parts work" in result.stdout
        line = result.stdout.splitlines()[-1]
        assert line.split() == ["sweeps", "4711", "working", "1", "d", "1", "h", "0", "0", "s"]

    def test_shows_what_is_wrong_and_ends_with_status_1(self, here: Here, tmp_path: Path) -> None:
        hostile = "[/x] \x1b[31m"
        broken = msgspec.structs.replace(
            SOUND, problem="failing: periods", last_error=hostile, last_error_at=time.time() - 150
        )
        with run_folder(tmp_path, development=False) as folder:
            write_status(folder, server(broken, written_at=time.time() + 60))
            table = here("status", LAYERS_DATA_DIR=str(tmp_path), COLUMNS="200")
            listed = here("status", "--json", LAYERS_DATA_DIR=str(tmp_path))
        assert (table.returncode, listed.returncode) == (1, 1)
        assert "degraded" in table.stdout
        assert "failing: periods" in table.stdout
        assert "[/x]" in table.stdout
        assert "2 min ago" in table.stdout
        assert "\x1b" not in table.stdout
        assert r"\x1b[31m" in table.stdout
        (item,) = json.loads(listed.stdout)["items"]
        assert item["degraded"] == {"sweeps": "failing: periods"}
        assert item["parts"][0]["lastError"] == hostile

    def test_says_when_the_supervisor_itself_stands_still(self, here: Here, tmp_path: Path) -> None:
        with run_folder(tmp_path, development=False) as folder:
            write_status(folder, server(SOUND, written_at=time.time() - 120))
            result = here("status", LAYERS_DATA_DIR=str(tmp_path), COLUMNS="120")
        assert result.returncode == 1
        assert "Its supervisor has written nothing for 2 min" in result.stdout

    def test_reads_nothing_of_the_folder_of_a_server_that_is_gone(
        self, here: Here, tmp_path: Path
    ) -> None:
        left = tmp_path / "run" / "left"
        left.mkdir(parents=True)
        (left / "lock").touch()
        write_status(left, server(SOUND))
        assert here("status", LAYERS_DATA_DIR=str(tmp_path)).returncode == 1
        assert os.path.exists(left)
