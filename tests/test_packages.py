"""What is in the packages of this repository: the server, and the client library of Python."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[1]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What git tracks, and beside it what the tools of TypeScript leave there."""
    if not (ROOT / ".git").exists():
        pytest.skip("only a checkout has a list of what is of it")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    for folder in ("node_modules/a", "build/projects", "dist"):
        left = tmp_path / "sdk" / "typescript" / folder
        left.mkdir(parents=True)
        (left / "index.js").write_text("")
    return tmp_path


def test_a_source_package_has_nothing_that_was_installed_or_built(checkout: Path) -> None:
    names = [one.relative_path for one in SdistBuilder(str(checkout)).recurse_included_files()]
    assert "sdk/typescript/src/index.ts" in names
    assert [name for name in names if name.endswith("index.js")] == []


def test_a_package_has_the_files_beside_its_modules(checkout: Path) -> None:
    builder = WheelBuilder(str(checkout))
    names = {one.distribution_path for one in builder.recurse_included_files()}
    assert {
        "partner_api/py.typed",
        "partner_api/reference/introduction.md",
        "partner_api/reference/libraries.md",
        "partner_api/reference/reference.css",
        "partner_api/reference/reference.js",
    } <= names
    builder = WheelBuilder(str(checkout / "sdk" / "python"))
    names = {one.distribution_path for one in builder.recurse_included_files()}
    assert {"layers_partner/py.typed", "layers_partner/partner/types.py"} <= names
