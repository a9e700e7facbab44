"""Each alert says what it is about, has a section that says what to do, and a test of its limit."""

from __future__ import annotations

import re

import pytest
import yaml
from tests.docs.pages import ROOT
from tests.monitoring.files import ALERTS, FOLDER, TESTS_FILE

OPERATE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
SECTIONS = dict(
    zip(*[iter(re.split(r"^### (Layers\w+)\n", OPERATE, flags=re.MULTILINE)[1:])] * 2, strict=True)
)
PAGE = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
_UNITS = {"s": "second", "m": "minute", "h": "hour"}


def test_each_alert_has_a_section_and_each_section_an_alert() -> None:
    assert list(SECTIONS) == list(ALERTS)


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_what_to_do(name: str) -> None:
    alert = ALERTS[name]
    assert alert["labels"].keys() == {"severity"}
    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert alert["annotations"].keys() == {"summary", "description", "runbook"}
    assert alert["annotations"]["runbook"] == f"docs/operate.md#{name.lower()}"
    # The section says how urgent it is, and what to look at.
    assert re.search(rf"\({alert['labels']['severity']}\b", SECTIONS[name])
    assert "](#" in SECTIONS[name] or "```sh" in SECTIONS[name]


def test_the_table_of_alerts_is_right() -> None:
    shown = re.findall(
        r"^\| \[(Layers\w+)\]\((\S+)\) \| \d* \| (\w+) \| .+ \| ([^|]+) \|$", PAGE, re.MULTILINE
    )
    assert shown == [
        (
            name,
            f"operate.md#{name.lower()}",
            alert["labels"]["severity"],
            _in_words(alert.get("for")),
        )
        for name, alert in ALERTS.items()
    ]


def _in_words(duration: str | None) -> str:
    if duration is None:
        return "at once"
    number, unit = duration[:-1], _UNITS[duration[-1]]
    return f"{number} {unit}{'s' if number != '1' else ''}"


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_is_tested_above_and_below_its_limit(name: str) -> None:
    (group,) = [
        each for each in yaml.safe_load(TESTS_FILE.read_text())["tests"] if each["name"] == name
    ]
    asked = group["promql_expr_test"]
    assert all(f'alertname="{name}"' in each["expr"] for each in asked)
    assert {bool(each["exp_samples"]) for each in asked} == {True, False}


def test_the_example_reads_the_rules() -> None:
    example = yaml.safe_load((FOLDER / "prometheus" / "prometheus.example.yml").read_text())
    assert [FOLDER / "prometheus" / name for name in example["rule_files"]] == [
        FOLDER / "prometheus" / "rules.yml"
    ]
    (job,) = example["scrape_configs"]
    assert job["job_name"].startswith("layers")
    assert job["metrics_path"] == "/metrics"
