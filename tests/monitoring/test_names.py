"""What rules and dashboards read is what a running server says: metrics, their types, labels and values."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.docs.pages import ROOT
from tests.monitoring.files import (
    OF_THE_TARGET,
    RULES,
    Selector,
    expressions,
    groupings_of,
    legends,
    selectors_of,
)
from tests.support.serving import wait_until

from partner_api.app import ROUTES
from partner_api.database import skipped_rows
from partner_api.edge.connections import numbers as connections
from partner_api.errors import CODES
from partner_api.metrics import backup, lanes
from partner_api.tracing import metrics as tracing

if TYPE_CHECKING:
    from tests.support.serving import Service

EXPRESSIONS = expressions()
LEGENDS = legends()
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
_SUFFIX = re.compile(r"_(bucket|sum|count)$")
_COUNTED = re.compile(r"\b(?:rate|increase)\(\s*([\w:]+)")
_MEASURED = re.compile(r"\b(?:deriv|predict_linear)\(\s*([\w:]+)")
_LARGEST = re.compile(r"\b(?:max|min)(?: by \([^)]*\))? ?\((?:deriv\()?([\w:]+)")
# What has no series before it happens for the first time, which a test need not wait for: its labels.
NOT_YET = {
    "layers_skipped_rows_total": skipped_rows._SKIPPED,
    "layers_http_connections_closed_total": connections._CLOSED,
    "layers_money_calls_total": lanes._CALLS,
    "layers_money_items_total": lanes._ITEMS,
}
# What only a server has that archives, or that traces.
BY_SETTING = (
    backup._LAG,
    backup._UNARCHIVED,
    backup._SEGMENTS,
    backup._FAILURES,
    tracing._SPANS,
)
# Values that a server has only after somebody has asked for something.
STATUSES = {"402"}


class Family(NamedTuple):
    """A metric as the server has it."""

    kind: str
    meaning: str
    labels: dict[str, set[str]]


@pytest.fixture(scope="module")
def families(server: Service) -> dict[str, Family]:
    """The metrics of the server by the name that queries use, when it has measured those of a minute."""

    def text() -> str:
        return server.get("/metrics").text

    def has_measured() -> bool:
        now = text()
        return all(f'what="{what}"' in now for what in ("database", "disks"))

    wait_until(has_measured, 120)
    found: dict[str, Family] = {}
    for family in text_string_to_metric_families(text()):
        # Gauges have their name before they have a value.
        found[family.name] = Family(family.type, family.documentation, {})
        for sample in family.samples:
            known = found.setdefault(
                sample.name, Family(family.type, family.documentation, {})
            ).labels
            for label, value in sample.labels.items():
                known.setdefault(label, set()).add(value)
    for name, counter in NOT_YET.items():
        found.setdefault(
            name, Family("counter", "", {label: set() for label in counter._labelnames})
        )
    for metric in BY_SETTING:
        (described,) = metric.describe()
        name = described.name + ("_total" if described.type == "counter" else "")
        labels: dict[str, set[str]] = {label: set() for label in metric._labelnames}
        found.setdefault(name, Family(described.type, described.documentation, labels))
    return found


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_metrics_and_labels_exist(place: str, families: dict[str, Family]) -> None:
    expression = EXPRESSIONS[place]
    read = selectors_of(expression)
    assert read
    labels = set(OF_THE_TARGET)
    for selector in read:
        if selector.name == "up":
            continue
        if selector.name in RECORDED:
            # They have the labels by which they were summed.
            labels |= {"class", "le"} if "class" in selector.name else set()
            continue
        family = families[selector.name]
        labels |= family.labels.keys()
        for label, kind, value in selector.matchers:
            assert label in family.labels.keys() | OF_THE_TARGET, f"{selector.name} has no {label}"
            if label not in OF_THE_TARGET and kind in {"=", "=~"}:
                known = values_of(selector, label, family)
                assert any(re.fullmatch(value, one) for one in known), f"{label}={value}"
    assert groupings_of(expression) | LEGENDS.get(place, set()) <= labels


def values_of(selector: Selector, label: str, family: Family) -> set[str]:
    """What a label may be: what the server has, or may have."""
    if label == "route":
        return {route.template for route in chain.from_iterable(ROUTES)}
    if label == "method":
        return {"GET", "POST"}
    if label == "code":
        return set(CODES)
    return family.labels[label] | (STATUSES if label == "status" else set())


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_rates_are_of_counters_and_trends_of_gauges(
    place: str, families: dict[str, Family]
) -> None:
    expression = EXPRESSIONS[place]
    for name in _COUNTED.findall(expression):
        assert families[name].kind in {"counter", "histogram"}, name
    for name in _MEASURED.findall(expression):
        assert families[name].kind == "gauge", name
    counted = _COUNTED.findall(expression)
    for selector in selectors_of(expression):
        known = families.get(selector.name)
        if known is not None and (known.kind == "counter" or _SUFFIX.search(selector.name)):
            assert selector.name in counted, f"{selector.name} says nothing without rate"


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_what_every_server_reports_is_not_summed(place: str, families: dict[str, Family]) -> None:
    expression = EXPRESSIONS[place]
    of_all = [
        selector.name
        for selector in selectors_of(expression)
        if selector.name in families and "take the max" in families[selector.name].meaning
    ]
    assert of_all == [name for name in _LARGEST.findall(expression) if name in of_all]


def test_each_metric_stands_on_the_page_about_running(families: dict[str, Family]) -> None:
    explained = set(re.findall(r"`(layers_\w+)", (ROOT / "docs" / "run.md").read_text()))
    served = {
        _SUFFIX.sub("", name) for name, family in families.items() if family.kind == "histogram"
    }
    served |= {name for name, family in families.items() if family.kind == "gauge"}
    served |= {
        name
        for name, family in families.items()
        if family.kind == "counter" and name.endswith("_total")
    }
    assert explained - {"layers_listen"} == served


def test_each_class_of_requests_has_routes() -> None:
    """And none that waits for something to happen."""
    routes = list(chain.from_iterable(ROUTES))
    classes = [rule for rule in RULES if "class" in rule.get("labels", {})]
    assert len(classes) == 4
    for rule in classes:
        (selector,) = selectors_of(rule["expr"])
        chosen = [route for route in routes if _matches(selector, route.method, route.template)]
        assert chosen, rule["labels"]
        assert [route.template for route in chosen if route.declared.waits] == []


def _matches(selector: Selector, method: str, route: str) -> bool:
    asked = {"method": method, "route": route}
    for label, kind, value in selector.matchers:
        same = re.fullmatch(value if "~" in kind else re.escape(value), asked[label]) is not None
        if same != (kind in {"=", "=~"}):
            return False
    return True
