"""Node, where it is there, and the TypeScript library as it is built."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess

import pytest
from tests.sdk.node_caller import PACKAGE

_OLDEST = 20
_BUILD_SECONDS = 280


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
def built_package() -> None:
    """Install what the package is built with, if that is not there yet, and build it."""
    if not (PACKAGE / "node_modules").exists():
        _npm("ci")
    _npm("run", "build")


def _npm(*arguments: str) -> None:
    subprocess.run(["npm", *arguments], cwd=PACKAGE, check=True, timeout=_BUILD_SECONDS)
