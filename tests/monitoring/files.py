"""The rules and dashboards as the tests read them, and as much of PromQL as they need."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import yaml
from tests.docs.pages import ROOT

FOLDER = ROOT / "deploy" / "monitoring"
RULES_FILE = FOLDER / "prometheus" / "rules.yml"
TESTS_FILE = FOLDER / "prometheus" / "tests.yml"
DASHBOARD_FILES = sorted((FOLDER / "grafana").glob("*.json"))
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(RULES_FILE.read_text())["groups"] for rule in group["rules"]
]
ALERTS = {rule["alert"]: rule for rule in RULES if "alert" in rule}
DASHBOARDS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text()) for path in DASHBOARD_FILES
}
_SELECTOR = re.compile(
    r"(?P<name>\b(?:layers_|job(?:_class)?:|up\b)[a-z0-9_:]*)(?:\{(?P<labels>[^}]*)\})?"
)
_MATCHER = re.compile(r'(?P<label>\w+)(?P<kind>=~|!~|!=|=)"(?P<value>[^"]*)"')
_GROUPING = re.compile(r"\b(?:by|on) ?\(([^)]*)\)")
# What Prometheus itself adds to every series.
OF_THE_TARGET = {"job", "instance"}


class Selector(NamedTuple):
    """A metric as an expression names it, with its matchers: label, kind, value."""

    name: str
    matchers: list[tuple[str, str, str]]


def panels_of(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """The panels that show something."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def expression_of_panel(target: dict[str, Any]) -> str:
    """A panel's expression with what Grafana puts into it."""
    expression: str = target["expr"]
    return (
        expression.replace("$__rate_interval", "1m")
        .replace("$job", "layers")
        .replace("$instance", ".*")
    )


def expressions() -> dict[str, str]:
    """Every expression of the rules and the dashboards, by where it stands."""
    found = {
        f"rules: {rule.get('alert') or rule['record']} {number}": rule["expr"]
        for number, rule in enumerate(RULES)
    }
    for name, dashboard in DASHBOARDS.items():
        for panel in panels_of(dashboard):
            for target in panel["targets"]:
                found[f"{name}: {panel['title']} {target['refId']}"] = expression_of_panel(target)
    return found


def legends() -> dict[str, set[str]]:
    """The labels that the legends of the dashboards show, by where they stand."""
    return {
        f"{name}: {panel['title']} {target['refId']}": set(
            re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])
        )
        for name, dashboard in DASHBOARDS.items()
        for panel in panels_of(dashboard)
        for target in panel["targets"]
    }


def selectors_of(expression: str) -> list[Selector]:
    """The metrics that an expression reads."""
    return [
        Selector(
            match["name"],
            [(m["label"], m["kind"], m["value"]) for m in _MATCHER.finditer(match["labels"] or "")],
        )
        for match in _SELECTOR.finditer(expression)
    ]


def groupings_of(expression: str) -> set[str]:
    """The labels by which an expression sums or joins."""
    return {
        label.strip() for labels in _GROUPING.findall(expression) for label in labels.split(",")
    }
