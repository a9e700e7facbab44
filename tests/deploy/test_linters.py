"""What the programs that read these files say of them, where they are installed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from tests.deploy.files import (
    BUCKET,
    CHART,
    COMPOSE,
    DEPLOY,
    EVERYTHING,
    PLAIN,
    ROOT,
    RULES,
    UNITS,
    deployment_files,
    program,
    render,
    run_helm,
)

YAMLLINT = "{extends: default, rules: {line-length: {max: 120}, document-start: disable}}"


def run(*command: str | Path, **variables: str) -> str:
    """Run a program that has to find nothing wrong, and return what it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env={**os.environ, **variables},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_hadolint() -> None:
    run(program("hadolint"), ROOT / "Dockerfile")


def test_shellcheck() -> None:
    scripts = [path for path in deployment_files() if path.suffix == ".sh"]
    assert len(scripts) == 2
    run(program("shellcheck"), *scripts)
    for path in scripts:
        assert path.stat().st_mode & 0o111, path


def test_yamllint() -> None:
    files = [path for path in deployment_files() if path.suffix in {".yaml", ".yml"}]
    run(
        program("yamllint"),
        "--strict",
        "-d",
        YAMLLINT,
        *[path for path in files if path.parent.name != "templates"],
    )


def test_caddy_validates_the_proxy(tmp_path: Path) -> None:
    for tls in ("internal", "operations@example.com"):
        run(
            program("caddy"),
            "validate",
            "--adapter=caddyfile",
            f"--config={DEPLOY / 'compose/Caddyfile'}",
            XDG_DATA_HOME=str(tmp_path),
            XDG_CONFIG_HOME=str(tmp_path),
            SITE_ADDRESS="api.example.com",
            SITE_TLS=tls,
            OPERATOR_RANGES="10.8.0.0/24 10.9.0.0/24",
        )


def test_compose_reads_its_file() -> None:
    compose = (program("docker-compose"), "--project-directory", DEPLOY / "compose")
    example = DEPLOY / "compose/.env.example"
    printed = run(
        *compose,
        "--file",
        DEPLOY / "compose/compose.yaml",
        "--env-file",
        example,
        "config",
        "--format=json",
    )
    services = json.loads(printed)["services"]
    assert services.keys() == COMPOSE["services"].keys()
    assert services["api"]["environment"]["LAYERS_PUBLIC_URL"] == "https://localhost"
    assert services["api"]["read_only"] is True
    assert services["worker"]["cap_drop"] == ["ALL"]


def test_compose_adds_the_keys_of_a_bucket_to_what_server_and_worker_have() -> None:
    folder = DEPLOY / "compose"
    both = (folder / "compose.yaml", folder / "compose.bucket.yaml")
    files = [part for path in both for part in ("--file", path)]
    compose = (program("docker-compose"), "--project-directory", folder)
    printed = run(
        *compose, *files, "--env-file", folder / ".env.example", "config", "--format=json"
    )
    services = json.loads(printed)["services"]
    assert services["api"]["environment"]["DATABASE_URL_FILE"] == "/run/secrets/server-url"
    for name in ("api", "worker"):
        assert {one["source"] for one in services[name]["secrets"]} > BUCKET["secrets"].keys()
        assert services[name]["environment"].keys() > BUCKET["services"][name]["environment"].keys()


@pytest.mark.parametrize("values", [PLAIN, EVERYTHING], ids=["plain", "everything"])
def test_helm_lints_the_chart(values: Mapping[str, str]) -> None:
    given = [part for path, text in values.items() for part in ("--set", f"{path}={text}")]
    run(program("helm"), "lint", "--strict", "--quiet", CHART, *given)


def test_the_chart_waits_for_a_stop_and_sets_every_probe() -> None:
    made = render(EVERYTHING, "--set", "shutdownSeconds=55")
    assert sorted(item["kind"] for item in made) == [
        *("Deployment", "Deployment", "HorizontalPodAutoscaler", "Ingress", "Job"),
        *("NetworkPolicy", "PodDisruptionBudget", "PrometheusRule", "Service", "ServiceAccount"),
        "ServiceMonitor",
    ]
    for item in made:
        if item["kind"] not in {"Deployment", "Job"}:
            continue
        pod = item["spec"]["template"]["spec"]
        [container] = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert {"requests", "limits"} <= container["resources"].keys()
        variables = {one["name"]: one["value"] for one in container["env"]}
        assert len(variables) == len(container["env"])
        if item["kind"] == "Deployment":
            stop = int(variables["LAYERS_SHUTDOWN_SECONDS"])
            assert stop == 55
            assert pod["terminationGracePeriodSeconds"] > stop + 5
        if container["name"] == "api":
            assert {"startupProbe", "livenessProbe", "readinessProbe"} <= container.keys()
            assert item["spec"].get("replicas") is None


def test_the_rules_of_the_chart_are_those_of_the_file_to_the_letter() -> None:
    assert not [item for item in render(PLAIN) if item["kind"] == "PrometheusRule"]
    [rule] = [item for item in render(EVERYTHING) if item["kind"] == "PrometheusRule"]
    assert rule["spec"] == yaml.safe_load(RULES.read_text("utf-8"))
    assert rule["metadata"]["labels"]["release"] == "prometheus"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "Several pods need one place for files"),
        ({**PLAIN, "settings.LAYERS_SECRET_KEYS": "k1:x"}, "LAYERS_SECRET_KEYS"),
        ({**PLAIN, "api.replica": "3"}, "replica"),
        ({**PLAIN, "ingress.enabled": "true"}, "ingress.host is needed"),
        ({"files.storageUrl": "/srv/files"}, "files"),
    ],
)
def test_the_chart_refuses_what_cannot_work(values: dict[str, str], said: str) -> None:
    done = run_helm(values)
    assert done.returncode != 0
    assert said in done.stderr


@pytest.mark.parametrize("version", ["1.27"])
def test_kubernetes_takes_all_that_the_chart_makes(tmp_path: Path, version: str) -> None:
    checker = program("kubernetes-validate")
    # These are of the Prometheus Operator, whose schemas the program does not have.
    operators = {"ServiceMonitor", "PrometheusRule"}
    known = [item for item in render(EVERYTHING) if item["kind"] not in operators]
    made = tmp_path / "made.yaml"
    made.write_text(yaml.safe_dump_all(known))
    run(checker, "--strict", "--kubernetes-version", version, made)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_verifies_a_unit_and_finds_it_closed(unit: Path, tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    # Its program is not on this machine.
    copy = tmp_path / unit.name
    text = unit.read_text("utf-8")
    copy.write_text(text.replace("ExecStart=/opt/layers/bin/layers ", "ExecStart=/bin/true "))
    assert copy.read_text() != text
    assert run(analyze, "verify", "--man=no", copy) == ""
    run(analyze, "security", "--offline=true", "--threshold=15", copy)
