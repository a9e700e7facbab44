"""What a running server keeps beside its data, and what becomes of it."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from partner_api.processes.run_folder import (
    RunFolderError,
    development_pid,
    live_run_folders,
    no_server_begins,
    run_folder,
)

HOLD = """
import os, sys
from pathlib import Path
from partner_api.processes.run_folder import run_folder
with run_folder(Path(sys.argv[1]), development=False) as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_it_is_there_for_its_owner_alone_and_gone_with_all_that_was_made_for_it(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    with run_folder(data, development=False) as folder:
        assert live_run_folders(data) == [folder]
        assert folder.stat().st_mode & 0o777 == 0o700
        assert (folder / "metrics").is_dir()
    assert not data.exists()


def test_a_data_folder_with_something_in_it_stays(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    with run_folder(tmp_path, development=False):
        pass
    assert [entry.name for entry in tmp_path.iterdir()] == ["files"]


def test_what_a_killed_server_left_is_swept_and_what_a_living_one_has_is_not(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    servers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    folders = []
    for server in servers:
        assert server.stdout is not None
        folders.append(Path(server.stdout.readline().strip()))
    killed, living = servers
    killed.kill()
    killed.wait()
    assert all(folder.exists() for folder in folders)
    with run_folder(tmp_path, development=False) as own:
        assert set(live_run_folders(tmp_path)) == {folders[1], own}
        assert not folders[0].exists()
        assert folders[1].exists()
    living.communicate("")
    assert not folders[1].exists()
    for server in servers:
        assert server.stdout is not None
        server.stdout.close()
        assert server.stdin is not None
        server.stdin.close()


def test_it_says_whether_its_server_is_in_development_mode(tmp_path: Path) -> None:
    assert development_pid(tmp_path) is None
    with run_folder(tmp_path, development=False):
        assert development_pid(tmp_path) is None
        with run_folder(tmp_path, development=True) as folder:
            assert development_pid(tmp_path) == os.getpid()
            left = tmp_path / "run" / "4711-killed"
            shutil.copytree(folder, left)
        # What a killed one left is no server.
        assert (left / "development").exists()
        assert development_pid(tmp_path) is None


def test_servers_that_start_wait_for_whoever_keeps_them_from_it(tmp_path: Path) -> None:
    with no_server_begins(tmp_path):
        assert list(tmp_path.iterdir()) == []
    with run_folder(tmp_path, development=True):
        turn = os.open(tmp_path / "run", os.O_RDONLY)
        try:
            with no_server_begins(tmp_path), pytest.raises(BlockingIOError):
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(turn)


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with (
        pytest.raises(RunFolderError, match=r"Not a directory.* with LAYERS_DATA_DIR"),
        run_folder(tmp_path / "data", development=False),
    ):
        pass


def test_a_lock_is_not_inherited(tmp_path: Path) -> None:
    """A part that outlives its supervisor must not look like one."""
    with run_folder(tmp_path, development=False) as folder:
        before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
        child = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
        )
        held = [
            path.readlink()
            for path in Path(f"/proc/{child.pid}/fd").glob("*")
            if before and str(folder) in str(path.readlink())
        ]
        child.communicate(b"")
        assert held == []
