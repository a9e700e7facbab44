import base64
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from partner_api.settings.parsers import parse_secret_keys
from partner_api.settings.setting import SettingsError
from partner_api.settings.table import (
    SETTINGS,
    Settings,
    load_settings,
)
from partner_api.settings.variables import describe

HEX_KEY = "0123456789abcdef" * 4
BASE64_KEY = base64.urlsafe_b64encode(b"\xfb\xff" * 16).decode()
OPERATOR_TOKEN = "lpo_01HX9Y6K7EJ4T2AB_4QZpN0123456789"


def problems_of(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    return caught.value.problems


def test_defaults() -> None:
    settings = load_settings({})
    assert settings.database_url is None
    assert settings.migration_database_url is None
    assert settings.data_dir == Path.cwd() / "data"
    assert settings.embedded_user is None
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)
    assert settings.database_pool_size == 10
    assert settings.shutdown_seconds == 10
    assert settings.secret_keys is None
    assert settings.development is False
    assert settings.log_level == "info"
    assert settings.api_url == "http://127.0.0.1:8000"
    assert settings.operator_token is None


def test_every_field_has_exactly_one_variable() -> None:
    assert sorted(s.attribute for s in SETTINGS) == sorted(Settings.__struct_fields__)
    assert len({s.variable for s in SETTINGS}) == len(SETTINGS)


def test_values_are_read() -> None:
    settings = load_settings(
        {
            "DATABASE_URL": "postgresql://app:pw@db.example:6432/layers",
            "LAYERS_MIGRATION_DATABASE_URL": "postgresql://owner:pw@db.example:6432/layers",
            "LAYERS_DATA_DIR": "/srv/layers",
            "LAYERS_EMBEDDED_USER": "_postgres",
            "LAYERS_HOST": "[::1]",
            "LAYERS_PORT": " 9000 ",
            "LAYERS_WORKERS": "4",
            "LAYERS_SHUTDOWN_SECONDS": "30",
            "LAYERS_DATABASE_POOL_SIZE": "25",
            "LAYERS_BATCH_SIZE": "7",
            "LAYERS_MAX_CONNECTIONS": "300",
            "LAYERS_MAX_CONNECTIONS_PER_ADDRESS": "20",
            "LAYERS_SECRET_KEYS": f"new:{HEX_KEY},old:{BASE64_KEY}",
            "LAYERS_DEVELOPMENT": "Yes",
            "LAYERS_RATE_LIMIT_URL": "redis://:pw@cache.example:6379/0",
            "LAYERS_STORAGE_URL": "s3://files/layers?endpoint=http://minio:9000&region=eu-west-1",
            "LAYERS_BACKUP_TARGET": "/srv/backups",
            "LAYERS_FONT_DIR": "/srv/fonts",
            "LAYERS_RENDER_PROCESSES": "3",
            "LAYERS_WEBHOOK_PROXY": "http://layers:pw@proxy.example:3128",
            "LAYERS_PUBLIC_URL": "https://api.example",
            "LAYERS_CONSOLE_CONFIRM_CENTS": "0",
            "LAYERS_CONSOLE_CONFIRM_CREDITS": "500",
            "LAYERS_LOG_FORMAT": "JSON",
            "LAYERS_LOG_LEVEL": "warning",
            "LAYERS_TRACING": "otlp",
            "LAYERS_TRACING_CALLERS": "trust",
            "LAYERS_TRACING_WEBHOOKS": "yes",
            "LAYERS_URL": "https://api.example/",
            "LAYERS_OPERATOR_TOKEN": OPERATOR_TOKEN,
        }
    )
    assert settings == Settings(
        database_url="postgresql://app:pw@db.example:6432/layers",
        migration_database_url="postgresql://owner:pw@db.example:6432/layers",
        data_dir=Path("/srv/layers"),
        embedded_user="_postgres",
        host="::1",
        port=9000,
        workers=4,
        shutdown_seconds=30,
        database_pool_size=25,
        batch_size=7,
        max_connections=300,
        max_connections_per_address=20,
        secret_keys=f"new:{HEX_KEY},old:{BASE64_KEY}",
        development=True,
        rate_limit_url="redis://:pw@cache.example:6379/0",
        storage_url="s3://files/layers?endpoint=http://minio:9000&region=eu-west-1",
        backup_target="/srv/backups",
        font_dir=Path("/srv/fonts"),
        render_processes=3,
        webhook_proxy="http://layers:pw@proxy.example:3128",
        public_url="https://api.example",
        console_confirm_cents=0,
        console_confirm_credits=500,
        log_format="json",
        log_level="warning",
        tracing="otlp",
        tracing_callers="trust",
        tracing_webhooks=True,
        api_url="https://api.example",
        operator_token=OPERATOR_TOKEN,
    )


def test_an_empty_variable_counts_as_not_set() -> None:
    blank = {setting.variable: " " for setting in SETTINGS}
    assert load_settings(blank) == load_settings({})


@pytest.mark.parametrize(("terminal", "expected"), [(True, "console"), (False, "json")])
def test_log_format_goes_by_the_terminal(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, expected: str
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    assert load_settings({}).log_format == expected
    assert load_settings({"LAYERS_LOG_FORMAT": "json"}).log_format == "json"
    assert load_settings({"LAYERS_LOG_FORMAT": "console"}).log_format == "console"


def test_home_folder_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    assert load_settings({"LAYERS_DATA_DIR": "~/layers"}).data_dir == Path("/home/someone/layers")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://localhost/layers",
        "postgres://user@localhost/layers",
        "postgresql:///layers",
        "postgresql://user:pw@/layers?host=/run/postgresql&port=5432",
        "postgresql://user:p%40%2F%23@[::1]:5433/layers?sslmode=require",
        "postgresql://user:pw@one:5432,two:5433/layers",
        "postgresql://user:p@ss@localhost/layers",
    ],
)
def test_usable_database_urls(url: str) -> None:
    assert load_settings({"DATABASE_URL": url}).database_url == url


@pytest.mark.parametrize(
    ("variable", "texts"),
    [
        ("LAYERS_PORT", ["0", "65536", "-1", "80.5", "eight", "8000/tcp", "٨٠٠٠", "1" * 30]),
        ("LAYERS_WORKERS", ["0", "257", "many"]),
        ("LAYERS_SHUTDOWN_SECONDS", ["0", "601", "10s"]),
        ("LAYERS_DATABASE_POOL_SIZE", ["0", "1001", "1e2"]),
        ("LAYERS_DEVELOPMENT", ["maybe", "2", "truee"]),
        (
            "LAYERS_STORAGE_URL",
            [
                "/srv/files",
                "https://bucket.example/",
                "s3://",
                "s3://UPPER/",
                "s3://bucket/a/../b",
                "s3://bucket/a b",
                "s3://bucket?endpoint=minio",
                "s3://bucket?endpoint=http://a&endpoint=http://b",
                "s3://bucket?secret=x",
            ],
        ),
        ("LAYERS_RENDER_PROCESSES", ["0", "65"]),
        ("LAYERS_LOG_FORMAT", ["xml"]),
        ("LAYERS_LOG_LEVEL", ["verbose", "10"]),
        (
            "LAYERS_HOST",
            ["http://localhost", "localhost:8000", "1.2.3", "256.1.1.1", "a b", "-a", "*", "/tmp"],
        ),
        ("LAYERS_DATA_DIR", ["a\0b", "https://example/data", "~no-such-account-here/x"]),
        ("LAYERS_EMBEDDED_USER", ["two words", "-x", "0", "a/b"]),
        (
            "LAYERS_URL",
            [
                "localhost:8000",
                "/v1",
                "ftp://example",
                "http://",
                "http://example:99999",
                "http://example/?a=b",
                "http://exa mple",
            ],
        ),
    ],
)
def test_unusable_values_are_refused_with_their_name_and_text(
    variable: str, texts: list[str]
) -> None:
    for text in texts:
        [problem] = problems_of({variable: text})
        assert problem.startswith(f"{variable} is {text[:60]!r}, but "), problem
        assert problem.endswith(".")
        assert "\n" not in problem


@pytest.mark.parametrize(
    "url",
    [
        "layers",
        "localhost:5432/layers",
        "mysql://user:hunter2@localhost/layers",
        "postgresql+asyncpg://user:hunter2@localhost/layers",
        "postgresql:/user:hunter2@localhost/layers",
        "postgresql://user:hunter2@localhost",
        "postgresql://user:hunter2@localhost/",
        "postgresql://user:hunter2@localhost/one/two",
        "postgresql://user:hunter2@localhost:port/layers",
        "postgresql://user:hunter2@localhost:0/layers",
        "postgresql://user:hunter2@localhost:65536/layers",
        "postgresql://user:hunter2@[::1/layers",
        "postgresql://user:hunter2@localhost/layers#x",
        "postgresql://user:hunter2@local host/layers",
    ],
)
@pytest.mark.parametrize("variable", ["DATABASE_URL", "LAYERS_MIGRATION_DATABASE_URL"])
def test_unusable_database_urls_are_refused_and_not_repeated(variable: str, url: str) -> None:
    usable = "postgresql://user@localhost/layers"
    [problem] = problems_of({"DATABASE_URL": usable, variable: url})
    assert problem.startswith(f"{variable} is set, but it ")
    assert "hun" not in problem
    assert "ter2" not in problem


@pytest.mark.parametrize("password", ["hun/ter2", "hun?ter2", "hun#ter2", "12/ter2"])
def test_a_password_that_was_not_escaped_gets_advice(password: str) -> None:
    [problem] = problems_of({"DATABASE_URL": f"postgresql://user:{password}@localhost/layers"})
    assert "%2F" in problem
    assert "ter2" not in problem


@pytest.mark.parametrize(
    "url",
    [
        "proxy.example:3128",
        "https://layers:hunter2@proxy.example",
        "socks5://layers:hunter2@proxy.example:1080",
        "http://layers:hunter2@",
        "http://layers:hunter2@proxy.example:99999",
        "http://layers:hunter2@proxy.example/path",
        "http://layers:hunter2@proxy.example?a=b",
        "http://layers:hunter2@proxy example",
    ],
)
def test_unusable_proxies_are_refused_and_not_repeated(url: str) -> None:
    [problem] = problems_of({"LAYERS_WEBHOOK_PROXY": url})
    assert problem.startswith("LAYERS_WEBHOOK_PROXY is set, but it ")
    assert "hunter2" not in problem


def test_a_migration_url_alone_is_refused() -> None:
    [problem] = problems_of({"LAYERS_MIGRATION_DATABASE_URL": "postgresql://u@localhost/layers"})
    assert "DATABASE_URL is not" in problem


@pytest.mark.parametrize(
    ("text", "because"),
    [
        (HEX_KEY, "its entry 1 is not id:key"),
        (f":{HEX_KEY}", "its entry 1 is not id:key"),
        (f"A:{HEX_KEY}", "its entry 1 is not id:key"),
        (f"{'a' * 17}:{HEX_KEY}", "its entry 1 is not id:key"),
        (f"a:{HEX_KEY},", "its entry 2 is not id:key"),
        ("a:", "the key with the id a"),
        (f"a:{HEX_KEY[:62]}", "the key with the id a"),  # 31 bytes
        (f"a:{HEX_KEY}0", "the key with the id a"),  # half a byte too many
        (f"a:{BASE64_KEY[:42]}", "the key with the id a"),  # 31 bytes
        (f"a:{BASE64_KEY[:20]}+{BASE64_KEY[21:]}", "the key with the id a"),
        (f"a:{HEX_KEY},a:{BASE64_KEY}", "two of its keys have the id a"),
        (f"a:{HEX_KEY},b:{HEX_KEY.upper()}", "the key with the id b is there under another id"),
    ],
)
def test_unusable_secret_keys_are_refused_and_not_repeated(text: str, because: str) -> None:
    [problem] = problems_of({"LAYERS_SECRET_KEYS": text})
    assert problem.startswith(f"LAYERS_SECRET_KEYS is set, but {because}")
    assert HEX_KEY[:20] not in problem.lower()
    assert BASE64_KEY[:20] not in problem


def test_secret_keys_are_decoded_in_order() -> None:
    keys = parse_secret_keys(f"2026-06:{BASE64_KEY}, old_1:{HEX_KEY.upper()},x:{BASE64_KEY[:-2]}AA")
    assert list(keys) == ["2026-06", "old_1", "x"]
    assert keys["2026-06"] == b"\xfb\xff" * 16
    assert keys["old_1"] == bytes.fromhex(HEX_KEY)


def test_an_unusable_operator_token_is_not_repeated() -> None:
    [problem] = problems_of({"LAYERS_OPERATOR_TOKEN": "lp_live_01HX9Y6K7EJ4T2AB_hunter2"})
    assert problem.startswith("LAYERS_OPERATOR_TOKEN is set, but ")
    assert "hunter2" not in problem


def test_a_secret_in_the_wrong_variable_is_not_repeated() -> None:
    url = f"postgresql://{'u' * 50}:hunter2@localhost/layers"
    [host] = problems_of({"LAYERS_HOST": url})
    [server] = problems_of({"LAYERS_URL": "https://user:hunter2@example"})
    assert "hunter2" not in host + server


def test_all_problems_are_reported_together() -> None:
    problems = problems_of(
        {"LAYERS_PORT": "x", "DATABASE_URL": "x", "LAYERS_DEVELOPMENT": "x", "LAYERS_HOST": "ok"}
    )
    assert [problem.split()[0] for problem in problems] == [
        "DATABASE_URL",
        "LAYERS_PORT",
        "LAYERS_DEVELOPMENT",
    ]
    assert str(SettingsError(problems)) == "\n".join(problems)


def test_the_list_shows_everything_but_secrets() -> None:
    settings = load_settings(
        {
            "DATABASE_URL": "postgresql://app:hunter2@db/layers?password=hunter2",
            "LAYERS_MIGRATION_DATABASE_URL": "postgresql://owner:hunter2@db/layers",
            "LAYERS_SECRET_KEYS": f"new:{HEX_KEY},old:{BASE64_KEY}",
            "LAYERS_OPERATOR_TOKEN": OPERATOR_TOKEN,
            "LAYERS_WEBHOOK_PROXY": "http://hunter2:hunter2@proxy.example:3128",
            "LAYERS_PORT": "9000",
        }
    )
    lines = {line.variable: line for line in describe(settings)}
    assert list(lines) == [setting.variable for setting in SETTINGS]
    assert lines["DATABASE_URL"].value == "postgresql://app:****@db/layers?password=****"
    assert lines["LAYERS_MIGRATION_DATABASE_URL"].value == "postgresql://owner:****@db/layers"
    assert lines["LAYERS_SECRET_KEYS"].value == "new:****,old:****"
    assert lines["LAYERS_OPERATOR_TOKEN"].value == "****"
    assert lines["LAYERS_WEBHOOK_PROXY"].value == "http://****@proxy.example:3128"
    assert (lines["LAYERS_PORT"].value, lines["LAYERS_PORT"].default) == ("9000", "8000")
    assert lines["LAYERS_DEVELOPMENT"].value == "false"
    assert lines["LAYERS_EMBEDDED_USER"].value == "not set"
    assert lines["LAYERS_EMBEDDED_USER"].default == "not set"
    assert all(line.meaning.endswith(".") for line in lines.values())

    console = Console(width=200, record=True)
    with console.capture() as shown_by_rich:
        console.print(settings)
    for shown in (repr(settings), str(settings), shown_by_rich.get()):
        assert "9000" in shown
        for secret in ("hunter2", HEX_KEY, BASE64_KEY, OPERATOR_TOKEN):
            assert secret not in shown


def test_settings_cannot_be_changed() -> None:
    settings = load_settings({})
    with pytest.raises(AttributeError):
        settings.port = 1  # type: ignore[misc]
    assert msgspec.structs.replace(settings, port=1).port == 1
