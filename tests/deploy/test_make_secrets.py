"""The script that makes the secrets of an installation with Compose."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.deploy.files import COMPOSE, DEPLOY

from partner_api.settings.parsers import parse_secret_keys
from partner_api.settings.table import load_settings


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return Path(shutil.copy(DEPLOY / "compose/make-secrets.sh", tmp_path))


def run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(script), *arguments], capture_output=True, text=True, check=False
    )


def test_secrets_are_made_once_and_are_what_the_server_takes(script: Path) -> None:
    assert run(script).returncode == 0
    folder = script.with_name("secrets")
    assert folder.stat().st_mode & 0o777 == 0o700
    made = {path.name: path.read_text() for path in folder.iterdir()}
    assert {f"./secrets/{name}" for name in made} == {
        one["file"] for one in COMPOSE["secrets"].values()
    }
    # The containers have accounts of their own.
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o444}
    settings = load_settings(
        {
            "DATABASE_URL_FILE": str(folder / "server-url"),
            "LAYERS_MIGRATION_DATABASE_URL_FILE": str(folder / "owner-url"),
            "LAYERS_SECRET_KEYS_FILE": str(folder / "secret-keys"),
        }
    )
    assert settings.secret_keys is not None
    assert len(parse_secret_keys(settings.secret_keys)["k1"]) == 32
    for url, password in (
        (settings.database_url, made["server-password"]),
        (settings.migration_database_url, made["owner-password"]),
    ):
        parts = urlsplit(str(url))
        assert (parts.password, parts.hostname) == (password.strip(), "postgres")
        assert len(password.strip()) == 64
    assert len(set(made.values())) == len(made)

    again = run(script)
    assert again.returncode == 0
    assert again.stdout.count("is there already") == len(made)
    assert {path.name: path.read_text() for path in folder.iterdir()} == made


def test_it_says_what_it_does_and_takes_nothing_else(script: Path) -> None:
    assert run(script, "--help").stdout.startswith("usage: ")
    misused = run(script, "--force")
    assert (misused.returncode, misused.stdout) == (2, "")
    assert not script.with_name("secrets").exists()
