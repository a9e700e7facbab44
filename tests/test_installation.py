"""Every process finds the same database and the same secret keys."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from embedded_postgres import DatabaseStartError
from partner_api.crypto import SecretKeyError
from partner_api.installation import open_installation
from partner_api.settings.table import load_settings

if TYPE_CHECKING:
    from pathlib import Path

URL = "postgresql://app@localhost/layers"
KEYS = f"k1:{secrets.token_hex(32)}"


def test_keys_that_are_set_are_used_and_none_are_made(tmp_path: Path) -> None:
    location, keys = open_installation(
        load_settings(
            {
                "DATABASE_URL": URL,
                "LAYERS_SECRET_KEYS": KEYS,
                "LAYERS_DEVELOPMENT": "true",
                "LAYERS_DATA_DIR": str(tmp_path),
            }
        )
    )
    assert location.application_url == URL
    assert keys.current_id == "k1"
    assert list(tmp_path.iterdir()) == []


def test_in_development_mode_the_data_folder_has_the_keys(tmp_path: Path) -> None:
    settings = load_settings(
        {"DATABASE_URL": URL, "LAYERS_DEVELOPMENT": "true", "LAYERS_DATA_DIR": str(tmp_path)}
    )
    made = open_installation(settings).secret_keys
    assert open_installation(settings).secret_keys.check_values() == made.check_values()


def test_a_database_of_one_s_own_needs_keys_of_one_s_own(tmp_path: Path) -> None:
    settings = load_settings({"DATABASE_URL": URL, "LAYERS_DATA_DIR": str(tmp_path)})
    with pytest.raises(SecretKeyError, match="LAYERS_SECRET_KEYS is not set"):
        open_installation(settings)
    assert list(tmp_path.iterdir()) == []


def test_where_no_database_runs_no_keys_are_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseStartError, match="No database server is ready"):
        open_installation(load_settings({"LAYERS_DATA_DIR": str(tmp_path / "data")}))
    assert not (tmp_path / "data").exists()
