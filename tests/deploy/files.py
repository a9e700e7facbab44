"""The files of a deployment, read: the Dockerfile, Compose, the chart and the units of systemd."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from partner_api.settings.secret_files import file_variable
from partner_api.settings.table import SETTINGS

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm/layers-partner-api"
RULES = DEPLOY / "monitoring/prometheus/rules.yml"
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
CADDYFILE = (DEPLOY / "compose/Caddyfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose/compose.yaml").read_text("utf-8"))
BUCKET: dict[str, Any] = yaml.safe_load((DEPLOY / "compose/compose.bucket.yaml").read_text("utf-8"))
VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))

SECRETS = {setting.variable for setting in SETTINGS if setting.mask}
VARIABLES = {setting.variable for setting in SETTINGS} | {
    name for name in map(file_variable, SETTINGS) if name is not None
}
# A chart that needs nothing but a bucket, and one with everything.
PLAIN = {"files.storageUrl": "s3://bucket/prefix"}
EVERYTHING = {
    **PLAIN,
    "ingress.enabled": "true",
    "ingress.host": "api.example.com",
    "ingress.tlsSecret": "certificate",
    "autoscaling.enabled": "true",
    "networkPolicy.enabled": "true",
    "monitoring.serviceMonitor.enabled": "true",
    "monitoring.prometheusRule.enabled": "true",
    "monitoring.prometheusRule.labels.release": "prometheus",
    "files.existingClaim": "files",
    "secrets.environment": "bucket",
    "secrets.server.rateLimitUrlKey": "rate-limit-url",
    "secrets.server.webhookProxyKey": "webhook-proxy",
}


def deployment_files() -> list[Path]:
    """Return the Dockerfile and the text files of this folder's subject."""
    folders = [DEPLOY / name for name in ("compose", "helm", "systemd")]
    # What a link leads to is somebody else's.
    found = [
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    ]
    # What an installation keeps there is nobody's to read.
    mine = {".env", "secrets", "certificates"}
    return [ROOT / "Dockerfile", *(path for path in found if not mine & set(path.parts))]


def program(name: str) -> str:
    """Return the path of a program that only some machines have; without it, the test is left out."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed here")
    return path


def render(values: dict[str, str], *more: str) -> list[dict[str, Any]]:
    """Return the objects that the chart makes of these values."""
    done = run_helm(values, *more)
    assert done.returncode == 0, done.stderr
    return [item for item in yaml.safe_load_all(done.stdout) if item]


def run_helm(values: dict[str, str], *more: str) -> subprocess.CompletedProcess[str]:
    """Run `helm template` with these values."""
    given = [part for path, text in values.items() for part in ("--set", f"{path}={text}")]
    command = [program("helm"), "template", "partners", str(CHART), "--kube-version", "1.31.0"]
    return subprocess.run(
        [*command, *given, *more], capture_output=True, text=True, timeout=60, check=False
    )


def image_variables() -> dict[str, str]:
    """Return the variables of the image that runs, which the last stage sets."""
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    [instruction] = re.findall(r"^ENV ((?:.*\\\n)*.*)$", last, re.MULTILINE)
    return dict(re.findall(r"(\w+)=(\S+)", instruction))


def unit_lines(unit: Path) -> list[tuple[str, str]]:
    """Return the directives of a unit, in order."""
    return re.findall(r"^(\w+)=(.*)$", unit.read_text("utf-8"), re.MULTILINE)


def seconds(text: str) -> int:
    """Read a time such as 40s."""
    return int(text.removesuffix("s"))
