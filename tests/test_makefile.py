"""What is made in a working copy is no part of it, and goes away again."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_clean_removes_what_is_installed_and_built() -> None:
    (ours,) = (ROOT / ".gitignore").read_text().split("# made by installing and building it\n")[1:]
    made = [line.strip("/") for line in ours.partition("\n#")[0].splitlines()]
    library = Path("sdk/typescript")
    for line in (ROOT / library / ".gitignore").read_text().splitlines():
        made.append(str(library / line.strip("/")))
    command = ["make", "--dry-run", "clean", "VENV=.venv"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert ".venv" in made and "sdk/python/dist" in made
    assert "sdk/typescript/node_modules" in made
    assert not set(made) - set(said.split())
