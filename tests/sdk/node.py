"""Node, where it is there, and the TypeScript library, built and installed as its users have it."""

from __future__ import annotations

import fcntl
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "sdk" / "typescript"
NAME = "@layers/partner"
_OLDEST = 20
_SECONDS = 280
_COMPILER = {
    "target": "ES2022",
    "lib": ["ES2022"],
    "module": "NodeNext",
    "types": ["node"],
    "typeRoots": [str(SOURCE / "node_modules" / "@types")],
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "noUncheckedIndexedAccess": True,
    # The library's own are checked where each kind of program finds them; Node's take longer than all else.
    "skipLibCheck": True,
}


def node_program() -> str:
    """Return the program, or skip the test with a sentence; where CI=true it is required."""
    program = shutil.which("node")
    reason = "Node is not installed"
    if program is not None:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        found = re.match(r"v(\d+)\.", said.stdout)
        if found and int(found[1]) >= _OLDEST:
            return program
        reason = f"Node {said.stdout.strip()} is too old"
    sentence = (
        f"{reason}: the TypeScript library was not tested, which needs Node {_OLDEST} or newer"
    )
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


@functools.cache
def node_tools() -> Path:
    """Return the folder of the programs that the library is built and checked with; install them, the first time."""
    lock_file = (SOURCE / "package-lock.json").read_bytes()
    stamp = SOURCE / "node_modules" / ".installed"
    # The suite runs in several processes, and all begin at the same time.
    with Path(tempfile.gettempdir(), "layers-node-modules.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_bytes() != lock_file:
            subprocess.run(["npm", "ci"], cwd=SOURCE, check=True, timeout=_SECONDS)
            stamp.write_bytes(lock_file)
    return SOURCE / "node_modules" / ".bin"


@functools.cache
def built_library() -> Path:
    """Return the folder of the library as its users build it; build it unless that was done since a change."""
    tools = node_tools()
    stamp = SOURCE / "node_modules" / ".built"
    source = _fingerprint()
    with Path(tempfile.gettempdir(), "layers-node-modules.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        is_there = (SOURCE / "dist" / "index.js").exists() and stamp.exists()
        if not is_there or stamp.read_text() != source:
            command = [node_program(), "scripts/check.mjs", "build"]
            done = subprocess.run(
                command, cwd=SOURCE, capture_output=True, text=True, timeout=_SECONDS, check=False
            )
            assert done.returncode == 0, f"{done.stdout}{done.stderr}"
            stamp.write_text(source)
    return tools.parents[1] / "dist"


def _fingerprint() -> str:
    """Of all that a build depends on."""
    globs = ("*.json", "*.ts", "src/**/*.ts", "scripts/check.mjs")
    files = [file for glob in globs for file in SOURCE.glob(glob)]
    made = hashlib.sha256()
    for file in sorted(files):
        made.update(b"%b %b\n" % (bytes(file), hashlib.sha256(file.read_bytes()).digest()))
    return made.hexdigest()


def install_library(folder: Path) -> None:
    """Install the library into a folder, from which it can then be imported by its name."""
    package = folder / "node_modules" / NAME
    package.mkdir(parents=True)
    shutil.copy(SOURCE / "package.json", package)
    shutil.copytree(built_library(), package / "dist")


def compile_program(folder: Path, text: str) -> Path:
    """Write a program of TypeScript beside the library, compile it strictly, and return it.

    Raises:
        AssertionError: it has faults.
    """
    (folder / "program.mts").write_text(text, encoding="utf-8")
    settings = {"compilerOptions": _COMPILER, "files": ["program.mts"]}
    (folder / "tsconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    done = subprocess.run(
        [str(node_tools() / "tsc")],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return folder / "program.mjs"
