"""The variables in the files of a deployment are settings, and secrets are in files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.deploy.files import (
    BUCKET,
    CHART,
    COMPOSE,
    DEPLOY,
    ROOT,
    SECRETS,
    UNITS,
    VALUES,
    VARIABLES,
    deployment_files,
    image_variables,
    unit_lines,
)

from partner_api.settings.table import load_settings
from partner_api.storage.bucket import BUCKET_KEYS


@pytest.mark.parametrize(
    "path", deployment_files(), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_every_variable_is_a_setting(path: Path) -> None:
    named = set(re.findall(r"\b(?:LAYERS|DATABASE)_[A-Z][A-Z_]*[A-Z]\b", path.read_text("utf-8")))
    assert named <= VARIABLES


def test_the_values_of_variables_are_accepted() -> None:
    load_settings(image_variables())
    load_settings(VALUES["settings"])
    load_settings(
        dict(
            line.split("=", 1)
            for line in (DEPLOY / "systemd/layers.env.example").read_text("utf-8").splitlines()
            if line and not line.startswith("#")
        )
    )
    for name in ("migrate", "api", "worker"):
        settings = {
            variable: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)
            for variable, text in COMPOSE["services"][name]["environment"].items()
            if variable not in VARIABLES or not variable.endswith("_FILE")
        }
        assert load_settings(settings).shutdown_seconds == 30


def test_no_secret_is_in_a_variable_but_an_address_without_a_password() -> None:
    services = COMPOSE["services"]
    named = {name for service in services.values() for name in service.get("environment", ())}
    named |= {
        value.partition("=")[0]
        for unit in UNITS
        for directive, value in unit_lines(unit)
        if directive == "Environment"
    }
    named |= set(re.findall(r"name: ([A-Z_]+)", (CHART / "templates/_helpers.tpl").read_text()))
    named |= set(VALUES["settings"]) | set(image_variables())
    # Compose passes a Redis of the same machine on.
    assert named & SECRETS <= {"LAYERS_RATE_LIMIT_URL"}
    assert {"DATABASE_URL_FILE", "LAYERS_SECRET_KEYS_FILE"} <= named


def test_the_keys_of_a_bucket_are_files_that_whoever_reads_it_has() -> None:
    for name in ("api", "worker"):
        service = BUCKET["services"][name]
        for variable, path in service["environment"].items():
            assert variable.removesuffix("_FILE") in BUCKET_KEYS
            assert Path(path).name in service["secrets"]
    assert BUCKET["secrets"].keys() == set(BUCKET["services"]["api"]["secrets"])
    assert not BUCKET["secrets"].keys() & COMPOSE["secrets"].keys()


def test_only_the_migration_gets_the_role_that_owns_the_tables() -> None:
    owners = "LAYERS_MIGRATION_DATABASE_URL_FILE"
    services = COMPOSE["services"]
    assert [
        name for name, service in services.items() if owners in service.get("environment", ())
    ] == ["migrate"]
    assert [
        name for name, service in services.items() if "owner-url" in service.get("secrets", ())
    ] == ["migrate"]
    assert [unit.name for unit in UNITS if owners in unit.read_text()] == ["layers-migrate.service"]
    templates = (CHART / "templates").iterdir()
    assert [path.name for path in templates if owners in path.read_text()] == ["migration.yaml"]


def test_the_chart_takes_no_secret_as_a_value() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    refused = set(schema["properties"]["settings"]["propertyNames"]["not"]["enum"])
    assert SECRETS | {f"{name}_FILE" for name in SECRETS} <= refused <= VARIABLES
    assert not refused & set(VALUES["settings"])


def test_every_value_of_the_chart_is_in_its_schema() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))

    def missing(values: object, part: dict[str, object], path: str) -> list[str]:
        properties = part.get("properties")
        if not isinstance(values, dict) or not isinstance(properties, dict):
            return []
        assert part["additionalProperties"] is False, path
        return [
            line
            for name, value in values.items()
            for line in (
                missing(value, properties[name], f"{path}.{name}")
                if name in properties
                else [f"{path}.{name}"]
            )
        ]

    assert missing(VALUES, schema, "") == []
