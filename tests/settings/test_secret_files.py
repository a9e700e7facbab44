from pathlib import Path

import pytest

from partner_api.settings.secret_files import MOST_BYTES, file_variable
from partner_api.settings.setting import SettingsError
from partner_api.settings.table import SETTINGS, load_settings
from partner_api.settings.variables import unknown_variables

DATABASE_URL = "postgresql://app:hunter2@db.example/layers"


def problems_of(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    return caught.value.problems


def test_secret_settings_alone_can_be_in_files() -> None:
    assert [name for name in map(file_variable, SETTINGS) if name] == [
        "DATABASE_URL_FILE",
        "LAYERS_MIGRATION_DATABASE_URL_FILE",
        "LAYERS_SECRET_KEYS_FILE",
        "LAYERS_RATE_LIMIT_URL_FILE",
        "LAYERS_WEBHOOK_PROXY_FILE",
        "LAYERS_OPERATOR_TOKEN_FILE",
    ]


def test_a_secret_is_read_from_its_file_without_the_line_end(tmp_path: Path) -> None:
    for name, text in {"url": DATABASE_URL, "keys": f"k1:{'0f' * 32}"}.items():
        (tmp_path / name).write_text(f"{text}\n")
    in_files = {
        "DATABASE_URL_FILE": str(tmp_path / "url"),
        "LAYERS_MIGRATION_DATABASE_URL_FILE": f" {tmp_path / 'url'} ",
        "LAYERS_SECRET_KEYS_FILE": str(tmp_path / "keys"),
    }
    settings = load_settings(in_files)
    assert settings.database_url == settings.migration_database_url == DATABASE_URL
    assert settings.secret_keys == f"k1:{'0f' * 32}"
    assert unknown_variables(in_files) == []


def test_what_is_read_from_a_file_is_checked_and_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("mysql://app:hunter2@db.example/layers")
    [problem] = problems_of({"DATABASE_URL_FILE": str(tmp_path / "url")})
    assert problem.startswith("DATABASE_URL is set, but it has to look like postgresql://")
    assert "hunter2" not in problem


def test_a_secret_in_two_places_is_refused(tmp_path: Path) -> None:
    (tmp_path / "url").write_text(DATABASE_URL)
    assert problems_of(
        {"DATABASE_URL": DATABASE_URL, "DATABASE_URL_FILE": str(tmp_path / "url")}
    ) == ["DATABASE_URL and DATABASE_URL_FILE are both set: unset one of them."]


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"\xff\xfe", "is not text in UTF-8"),
        (b"x" * (MOST_BYTES + 1), "has more than 65536 bytes"),
    ],
)
def test_an_unusable_file_is_refused(tmp_path: Path, content: bytes, because: str) -> None:
    (tmp_path / "secret").write_bytes(content)
    [problem] = problems_of({"LAYERS_SECRET_KEYS_FILE": str(tmp_path / "secret")})
    assert problem == f"LAYERS_SECRET_KEYS_FILE is set, but the file that it names {because}."


@pytest.mark.parametrize(
    "path", ["/nowhere/hunter2", "k1:hunter2\0", "hunter2" * 1000, "/", "/dev/zero"]
)
def test_a_path_that_cannot_be_read_is_refused_and_not_repeated(path: str) -> None:
    [problem] = problems_of({"LAYERS_SECRET_KEYS_FILE": path})
    assert problem.startswith("LAYERS_SECRET_KEYS_FILE is set, but ")
    assert "hunter2" not in problem


def test_a_file_that_cannot_be_read_is_the_only_problem_of_a_database() -> None:
    migrates = {"LAYERS_MIGRATION_DATABASE_URL": DATABASE_URL}
    [problem] = problems_of(migrates | {"DATABASE_URL_FILE": "/nowhere/url"})
    assert problem.startswith("DATABASE_URL_FILE is set, but ")


def test_a_blank_name_of_a_file_counts_as_not_set() -> None:
    blank = {f"{setting.variable}_FILE": " " for setting in SETTINGS}
    assert load_settings(blank) == load_settings({})


def test_a_setting_that_is_no_secret_has_no_file(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("9000")
    misspelt = {"LAYERS_PORT_FILE": str(tmp_path / "port")}
    assert load_settings(misspelt).port == 8000
    assert unknown_variables(misspelt) == ["LAYERS_PORT_FILE"]
