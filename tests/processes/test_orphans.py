"""The supervisor as the first process of a container."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NAMESPACE = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc")


def _can_make_namespaces() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(
    not _can_make_namespaces(), reason="a namespace of processes cannot be made here"
)
def test_the_first_process_of_a_container_leaves_no_zombies(tmp_path: Path) -> None:
    program = str(Path(__file__).with_name("first_process.py"))
    done = subprocess.run(
        [*NAMESPACE, sys.executable, program, str(tmp_path / "orphan")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
