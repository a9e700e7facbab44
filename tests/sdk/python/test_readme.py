"""Every block of Python in the library's README runs as it stands there, and strict type checkers accept it."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.docs.pages import blocks_of
from tests.support.installation import EVERYTHING

if TYPE_CHECKING:
    from tests.support.installation import Installation
    from tests.support.serving import Service

ROOT = Path(__file__).parents[3]
README = ROOT / "sdk/python/README.md"
BLOCKS = [block.text for block in blocks_of(README) if block.language == "python"]


async def test_the_blocks_run_in_their_order(
    server: Service,
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # The test environment ends the job of the README by itself.
    partner = await installation.test_tenant(await installation.partner())
    key = await installation.key(partner, *EVERYTHING, env="test")
    admin = await installation.operator("admin")
    monkeypatch.setenv("LAYERS_API_KEY", key.text)
    monkeypatch.setenv("LAYERS_OPERATOR_TOKEN", admin["Authorization"].removeprefix("Bearer "))
    monkeypatch.setenv("LAYERS_BASE_URL", server.base_url)
    monkeypatch.setattr(logging.getLogger("layers_partner"), "level", logging.NOTSET)
    names: dict[str, Any] = {"__name__": "readme"}

    def run() -> None:
        try:
            for number, block in enumerate(BLOCKS):
                exec(compile(block, f"README, block {number}", "exec", dont_inherit=True), names)
        finally:
            names["layers"].close()

    await asyncio.to_thread(run)
    assert names["job"]["status"] == "completed"
    assert names["again"]["id"] == names["allocation"]["id"]
    assert "'added': 1, 'rejected': 0" in capsys.readouterr().out


def test_the_blocks_are_typed(tmp_path: Path) -> None:
    program = tmp_path / "readme.py"
    program.write_text("\n\n".join(BLOCKS), encoding="utf-8")
    checked = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file", os.devnull),
            *(f"--cache-dir={tmp_path / 'cache'}", program),
        ],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(ROOT / "sdk/python/src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
