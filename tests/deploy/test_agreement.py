"""Image, Compose, chart and units speak of the same commands, accounts, ports, folders and times."""

from __future__ import annotations

import re
import shlex
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import typer.main
from tests.deploy.files import (
    CADDYFILE,
    CHART,
    COMPOSE,
    DOCKERFILE,
    ROOT,
    RULES,
    UNITS,
    VALUES,
    image_variables,
    seconds,
    unit_lines,
)

from partner_api import installed_version
from partner_api.app import ROUTES
from partner_api.commands.application import app

SERVERS = ("migrate", "api", "worker")
TEMPLATES = {path.name: path.read_text("utf-8") for path in (CHART / "templates").iterdir()}


def commands() -> list[list[str]]:
    """Every command of ours that one of the files runs, without ``layers``."""
    in_image = re.findall(r'CMD \["layers", (.+)\]|^CMD \[(.+)\]', DOCKERFILE, re.MULTILINE)
    found = [re.findall(r'"([^"]+)"', one or other) for one, other in in_image]
    found += [COMPOSE["services"][name]["command"] for name in SERVERS]
    for text in TEMPLATES.values():
        found += [
            line.replace("{{ if .Values.worker.render }}", "").replace("{{ end }}", "").split(", ")
            for line in re.findall(r"^ +args: \[(.+)\]$", text, re.MULTILINE)
        ]
        found += [line.split(", ") for line in re.findall(r"command: \[layers, (.+)\]", text)]
        found += [line.split() for line in re.findall(r"layers (ops bootstrap|db migrate)", text)]
    for unit in UNITS:
        found += [shlex.split(value)[1:] for name, value in unit_lines(unit) if name == "ExecStart"]
    return found


def test_every_command_exists_with_its_options() -> None:
    found = commands()
    assert {tuple(command) for command in found} >= {
        ("serve",),
        ("status",),
        ("db", "migrate"),
        ("worker", "--render"),
    }
    for command in found:
        current: Any = typer.main.get_command(app)
        for word in command:
            if word.startswith("-"):
                assert word in set(chain.from_iterable(p.opts for p in current.params)), command
            else:
                assert word in getattr(current, "commands", ()), command
                current = current.commands[word]
        assert not hasattr(current, "commands"), command


def test_the_account_is_the_same_number_everywhere() -> None:
    assert "USER 10001:10001" in DOCKERFILE
    assert "--uid 10001" in DOCKERFILE
    for name in SERVERS:
        assert COMPOSE["services"][name]["user"] == "10001:10001"
    assert set(
        re.findall(r"(?:runAsUser|runAsGroup|fsGroup): (\d+)", TEMPLATES["_helpers.tpl"])
    ) == {"10001"}


def test_the_port_is_the_same_everywhere() -> None:
    assert image_variables()["LAYERS_PORT"] == "8000"
    assert image_variables()["LAYERS_HOST"] == "0.0.0.0"
    assert "\nEXPOSE 8000\n" in DOCKERFILE
    assert "api:8000" in CADDYFILE
    assert "containerPort: 8000" in TEMPLATES["api.yaml"]
    assert "- port: 8000" in TEMPLATES["networkpolicy.yaml"]


def test_the_one_folder_that_is_written_to_is_a_mount_everywhere() -> None:
    variables = image_variables()
    folder = variables["LAYERS_DATA_DIR"]
    assert {variables["HOME"], variables["TMPDIR"]} == {folder}
    assert f'VOLUME ["{folder}"]' in DOCKERFILE
    for name in SERVERS:
        service = COMPOSE["services"][name]
        mounts = [one.split(":")[1] for one in service.get("volumes", ())]
        mounts += [one.split(":")[0] for one in service["tmpfs"]]
        assert folder in mounts, name
    assert f"mountPath: {folder}\n" in TEMPLATES["_helpers.tpl"]
    assert f"mountPath: {folder}\n" in TEMPLATES["migration.yaml"]
    for unit in UNITS:
        lines = unit_lines(unit)
        assert ("Environment", f"LAYERS_DATA_DIR={folder}") in lines
        assert ("Environment", f"TMPDIR={folder}") in lines
        assert ("StateDirectory", folder.removeprefix("/var/lib/")) in lines


def test_server_and_worker_share_the_files_of_content() -> None:
    shared = [
        {one for one in COMPOSE["services"][name]["volumes"] if one.endswith("/files")}
        for name in ("api", "worker")
    ]
    assert shared[0] == shared[1] == {"files:/var/lib/layers/files"}
    # A named volume gets the owner of the folder that the image has there.
    assert re.search(r"install --directory .* /var/lib/layers/files\n", DOCKERFILE)
    assert "mountPath: /var/lib/layers/files\n" in TEMPLATES["_helpers.tpl"]


def test_whoever_stops_a_server_waits_longer_than_it_takes() -> None:
    for name in SERVERS:
        service = COMPOSE["services"][name]
        assert seconds(service["stop_grace_period"]) > seconds(
            service["environment"]["LAYERS_SHUTDOWN_SECONDS"]
        )
    assert "add .Values.drainSeconds .Values.shutdownSeconds 5" in TEMPLATES["_helpers.tpl"]
    for name in ("api.yaml", "worker.yaml"):
        assert 'terminationGracePeriodSeconds: {{ include "layers.grace" . }}' in TEMPLATES[name]
    for unit in UNITS:
        lines = dict(unit_lines(unit))
        takes = dict(value.partition("=")[::2] for name, value in unit_lines(unit) if "=" in value)
        if lines["Type"] == "exec":
            assert seconds(lines["TimeoutStopSec"]) > int(takes["LAYERS_SHUTDOWN_SECONDS"])
            assert lines["KillMode"] == "mixed"


def test_probes_and_paths_of_the_proxies_are_routes() -> None:
    served = {route.template for route in chain.from_iterable(ROUTES)}
    probed = set(re.findall(r"path: (/\w+), port: http", TEMPLATES["api.yaml"]))
    assert probed == {"/healthz", "/readyz"} <= served
    assert "path: /metrics\n" in TEMPLATES["servicemonitor.yaml"]
    public = VALUES["ingress"]["paths"]
    # Made by the reference and the portal themselves, not declared as routes of the API.
    others = {"/portal", "/docs", "/docs.md", "/llms.txt", "/openapi.json"}
    assert {path for path in public if not any(one.startswith(path) for one in served)} <= others
    assert not {"/ops", "/console", "/metrics", "/readyz", "/"} & set(public)
    [outsiders] = re.findall(r"path (/ops.*)\n", CADDYFILE)
    assert outsiders.split() == ["/ops", "/ops/*", "/console", "/console/*", "/metrics"]


def test_the_alerts_find_the_servers_of_the_chart() -> None:
    rules = RULES.read_text("utf-8")
    asked = set(re.findall(r'job=~"([^"]+)"', rules))
    monitor = TEMPLATES["servicemonitor.yaml"]
    [job] = re.findall(r"targetLabel: job\n +replacement: (\S.*)\n", monitor)
    assert {bool(re.fullmatch(pattern, job)) for pattern in asked} == {True}


def test_the_chart_has_the_alerts_by_a_link_and_not_a_copy() -> None:
    link = CHART / "files/rules.yml"
    assert link.is_symlink()
    assert link.resolve() == RULES.resolve()
    template = (CHART / "templates/prometheusrule.yaml").read_text("utf-8")
    assert '.Files.Get "files/rules.yml"' in template
    assert template.startswith("{{- if .Values.monitoring.prometheusRule.enabled }}\n")
    assert VALUES["monitoring"]["prometheusRule"] == {"enabled": False, "labels": {}}


def test_liveness_does_not_depend_on_the_database() -> None:
    [liveness] = re.findall(r"livenessProbe:\n +httpGet: (.+)\n", TEMPLATES["api.yaml"])
    assert liveness == "{path: /healthz, port: http}"


def test_versions_are_those_of_the_product() -> None:
    chart = (CHART / "Chart.yaml").read_text("utf-8")
    version = installed_version()
    assert f"\nappVersion: {version}\n" in chart
    assert f"ARG VERSION={version}\n" in DOCKERFILE
    images = {COMPOSE["services"][name]["image"] for name in SERVERS}
    assert images == {f"${{IMAGE:-layers-partner-api:{version}}}"}


@pytest.mark.parametrize("name", ["postgres", "proxy", *SERVERS])
def test_containers_have_no_rights_and_nothing_to_write_to(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert ("ports" in service) == (name == "proxy")
    assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")


def test_what_the_image_copies_reaches_the_builder() -> None:
    kept = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    }
    copied: set[str] = set()
    for words in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        copied |= set(words.split()[:-1])
    assert copied == kept
    assert all(Path(ROOT, name).exists() for name in copied)


def test_the_roles_are_made_as_the_page_about_production_says() -> None:
    page = (ROOT / "docs/run.md").read_text("utf-8")
    [block] = re.findall(r"```sql\n(CREATE ROLE.+?)```", page, re.DOTALL)
    script = (ROOT / "deploy/compose/postgres/roles.sh").read_text("utf-8")
    [made] = re.findall(r"^(CREATE ROLE.+?)^SQL$", script, re.DOTALL | re.MULTILINE)
    passwords = re.compile(r"PASSWORD \S+;")
    assert passwords.sub("", made) == passwords.sub("", block)
