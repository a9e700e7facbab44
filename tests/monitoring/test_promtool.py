"""What Prometheus itself says of the files: that they are right, and that each alert fires when it should."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.monitoring.files import FOLDER, expressions

if TYPE_CHECKING:
    from pathlib import Path

_PROMTOOL = shutil.which("promtool")
pytestmark = pytest.mark.skipif(
    _PROMTOOL is None, reason="promtool, which comes with Prometheus, is not installed"
)


def promtool(*arguments: str) -> None:
    """Run it; what it prints is the reason of a failure."""
    assert _PROMTOOL is not None
    result = subprocess.run(
        [_PROMTOOL, *arguments],
        cwd=FOLDER / "prometheus",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_example_and_its_rules_are_right() -> None:
    promtool("check", "config", "--lint-fatal", "prometheus.example.yml")


def test_alerts_fire_above_their_limits_and_are_quiet_below() -> None:
    promtool("test", "rules", "tests.yml")


def test_the_queries_of_the_dashboards_can_be_read(tmp_path: Path) -> None:
    rules = [
        {"record": f"query:{number}", "expr": expression}
        for number, expression in enumerate(expressions().values())
    ]
    file = tmp_path / "queries.yml"
    file.write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}))
    promtool("check", "rules", str(file))
