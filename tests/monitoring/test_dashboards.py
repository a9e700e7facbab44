"""The dashboards are what their program writes, and what Grafana can load."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.monitoring.files import ALERTS, DASHBOARD_FILES, DASHBOARDS, panels_of
from tools.dashboard_panels import DASHBOARDS as WRITTEN
from tools.dashboards import as_json

each_dashboard = pytest.mark.parametrize("name", DASHBOARDS)


def test_the_files_are_what_the_program_writes() -> None:
    """``python -m tools.dashboards`` writes them."""
    assert {path.stem: path.read_text(encoding="utf-8") for path in DASHBOARD_FILES} == {
        dashboard.uid: as_json(dashboard) for dashboard in WRITTEN
    }


@each_dashboard
def test_a_dashboard_asks_which_prometheus_and_which_servers(name: str) -> None:
    dashboard = DASHBOARDS[name]
    assert dashboard["uid"] == name
    assert len(dashboard["uid"]) <= 40
    assert dashboard["title"].startswith("Layers: ")
    # Only what comes from a database of dashboards has one.
    assert "id" not in dashboard
    variables = {each["name"]: each for each in dashboard["templating"]["list"]}
    assert variables.keys() == {"datasource", "job", "instance", "docs"}
    assert variables["datasource"]["type"] == "datasource"
    for each in (*panels_of(dashboard), *(t for p in panels_of(dashboard) for t in p["targets"])):
        assert each["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    for each in ("job", "instance"):
        assert variables[each]["datasource"]["uid"] == "${datasource}"


@each_dashboard
def test_each_panel_says_what_it_shows(name: str) -> None:
    panels = panels_of(DASHBOARDS[name])
    assert len({panel["title"] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["description"].endswith("."), panel["title"]
        assert panel["targets"], panel["title"]
        field = panel["fieldConfig"]["defaults"]
        assert field["unit"] in {"short", "s", "reqps", "ops", "bytes", "Bps", "percentunit"}
        steps = [step["value"] for step in field["thresholds"]["steps"]]
        assert steps[0] is None
        assert steps[1:] == sorted(steps[1:])
        for target in panel["targets"]:
            assert 'job="$job"' in target["expr"], panel["title"]


@each_dashboard
def test_panels_lead_to_what_to_do(name: str) -> None:
    for panel in panels_of(DASHBOARDS[name]):
        for link in panel["links"]:
            alert = link["title"].removeprefix("What to do: ")
            assert link["url"] == f"${{docs}}/operate.md#{alert.lower()}"
            assert alert in ALERTS


def test_each_alert_has_a_panel() -> None:
    linked = {
        link["title"].removeprefix("What to do: ")
        for panel in panels_of(DASHBOARDS["layers-overview"])
        for link in panel["links"]
    }
    assert linked == ALERTS.keys()


def test_the_overview_begins_with_the_ten_numbers() -> None:
    titles = [panel["title"] for panel in panels_of(DASHBOARDS["layers-overview"])]
    numbers = [int(found[1]) for title in titles if (found := re.match(r"(\d+) · ", title))]
    assert sorted(set(numbers)) == list(range(1, 11))
    assert numbers == sorted(numbers)


@each_dashboard
def test_panels_do_not_lie_on_each_other(name: str) -> None:
    panels = DASHBOARDS[name]["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        cells = _cells(panel["gridPos"])
        assert not cells & taken, panel["title"]
        taken |= cells
    assert max(x for x, _ in taken) < 24


def _cells(place: dict[str, Any]) -> set[tuple[int, int]]:
    return {
        (x, y)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    }
