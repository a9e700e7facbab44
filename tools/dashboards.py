"""Writes the dashboards for Grafana: ``python -m tools.dashboards`` from the root of the repository.

They are files to load as they are. They are written by this program, because a panel of Grafana's JSON is a hundred
lines of which five say something; those five stand here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

FOLDER: Final = Path(__file__).parents[1] / "deploy" / "monitoring" / "grafana"
# That of Grafana 11; later ones bring it up to date when they load it.
SCHEMA_VERSION: Final = 39
RUNBOOK: Final = "operate.md"
_DATASOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
_COLUMNS: Final = 24
_ALL_OF_JOB: Final = 'job="$job"'
_OF_SERVERS: Final = 'job="$job",instance=~"$instance"'


class Query(NamedTuple):
    """One line of a panel; ``@`` in its expression stands for the labels of the servers, ``%`` for those of the job."""

    expression: str
    legend: str = ""

    def whole(self) -> str:
        """Return the expression with its labels."""
        return self.expression.replace("@", _OF_SERVERS).replace("%", _ALL_OF_JOB)


class Panel(NamedTuple):
    """A panel: what it shows, from which value on that is yellow and red, and the alerts that go with it."""

    title: str
    description: str
    queries: tuple[Query, ...]
    unit: str = "short"
    yellow: float | None = None
    red: float | None = None
    alerts: tuple[str, ...] = ()
    kind: Literal["stat", "timeseries"] = "timeseries"
    falls: bool = False
    """Whether less is worse."""


class Row(NamedTuple):
    """Panels under a headline, so many side by side."""

    title: str
    panels: tuple[Panel, ...]
    side_by_side: int
    height: int


class Dashboard(NamedTuple):
    """A dashboard."""

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]


def as_json(dashboard: Dashboard) -> str:
    """Return the file of a dashboard."""
    model = {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": ["layers"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "utc",
        "annotations": {"list": []},
        "links": [
            {
                "type": "dashboards",
                "title": "Layers",
                "tags": ["layers"],
                "asDropdown": False,
                "includeVars": True,
                "keepTime": True,
            }
        ],
        "templating": {"list": _variables()},
        "panels": _panels(dashboard.rows),
    }
    return json.dumps(model, indent=2) + "\n"


def _variables() -> list[dict[str, Any]]:
    return [
        {
            "name": "datasource",
            "label": "Prometheus",
            "type": "datasource",
            "query": "prometheus",
            "current": {},
        },
        _query_variable("job", "Installation", 'label_values(up{job=~"layers.*"}, job)'),
        {
            **_query_variable("instance", "Server", 'label_values(up{job="$job"}, instance)'),
            "multi": True,
            "includeAll": True,
            "allValue": ".*",
            "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        },
        {
            "name": "docs",
            "label": "Where docs/ is",
            "type": "textbox",
            "query": "https://git.example.com/layers/docs",
            "current": {
                "text": "https://git.example.com/layers/docs",
                "value": "https://git.example.com/layers/docs",
            },
        },
    ]


def _query_variable(name: str, label: str, query: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": _DATASOURCE,
        "query": {"query": query, "refId": name},
        "definition": query,
        "refresh": 2,
        "sort": 1,
    }


def _panels(rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    panels: list[dict[str, Any]] = []
    top = 0
    for row in rows:
        place = {"x": 0, "y": top, "w": _COLUMNS, "h": 1}
        panels.append(
            {
                "id": len(panels) + 1,
                "type": "row",
                "title": row.title,
                "collapsed": False,
                "gridPos": place,
                "panels": [],
            }
        )
        top += 1
        width = _COLUMNS // row.side_by_side
        for number, panel in enumerate(row.panels):
            line, column = divmod(number, row.side_by_side)
            place = {
                "x": column * width,
                "y": top + line * row.height,
                "w": width,
                "h": row.height,
            }
            panels.append(_panel(len(panels) + 1, panel, place))
        top += -(-len(row.panels) // row.side_by_side) * row.height
    return panels


def _panel(number: int, panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "gridPos": place,
        "datasource": _DATASOURCE,
        "links": [
            {
                "title": f"What to do: {alert}",
                "url": f"${{docs}}/{RUNBOOK}#{alert.lower()}",
                "targetBlank": True,
            }
            for alert in panel.alerts
        ],
        "targets": [
            {
                "refId": chr(ord("A") + position),
                "datasource": _DATASOURCE,
                "editorMode": "code",
                "expr": query.whole(),
                "legendFormat": query.legend or "__auto",
                "range": panel.kind == "timeseries",
                "instant": panel.kind == "stat",
            }
            for position, query in enumerate(panel.queries)
        ],
        "fieldConfig": {"defaults": _field(panel), "overrides": []},
        "options": _STAT_OPTIONS if panel.kind == "stat" else _SERIES_OPTIONS,
    }


def _field(panel: Panel) -> dict[str, Any]:
    field: dict[str, Any] = {
        "unit": panel.unit,
        "color": {"mode": "thresholds" if panel.kind == "stat" else "palette-classic"},
        "thresholds": {"mode": "absolute", "steps": _steps(panel)},
    }
    if not panel.falls:
        field["min"] = 0
    if panel.kind == "timeseries":
        limited = panel.red is not None or panel.yellow is not None
        field["custom"] = {
            "lineWidth": 1,
            "fillOpacity": 10,
            "showPoints": "never",
            "thresholdsStyle": {"mode": "dashed" if limited else "off"},
        }
    return field


def _steps(panel: Panel) -> list[dict[str, Any]]:
    if panel.falls:
        steps = [("red", None), ("yellow", panel.red), ("green", panel.yellow)]
    else:
        steps = [("green", None), ("yellow", panel.yellow), ("red", panel.red)]
    return [
        {"color": color, "value": value}
        for position, (color, value) in enumerate(steps)
        if value is not None or position == 0
    ]


_STAT_OPTIONS: Final = {
    "colorMode": "background",
    "graphMode": "none",
    "justifyMode": "center",
    "textMode": "value_and_name",
    "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
}
_SERIES_OPTIONS: Final = {
    "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
    "tooltip": {"mode": "multi", "sort": "desc"},
}


def main() -> None:
    """Write both files."""
    from tools.dashboard_panels import DASHBOARDS

    FOLDER.mkdir(parents=True, exist_ok=True)
    for dashboard in DASHBOARDS:
        path = FOLDER / f"{dashboard.uid}.json"
        path.write_text(as_json(dashboard), encoding="utf-8")


if __name__ == "__main__":
    main()
