"""What can be set from outside: one table of environment variables, read and checked at start.

``SETTINGS`` is the only place that knows a variable's name, meaning, default and form; reading,
checking and listing all go by it.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from partner_api.redaction import redact
from partner_api.settings.parsers import (
    account_name,
    boolean,
    choice,
    data_folder,
    host,
    mask_keys,
    mask_whole,
    operator_token,
    postgres_url,
    redis_url,
    secret_keys,
    server_url,
    storage_url,
    whole_number,
)

LogFormat = Literal["console", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]


class SettingsError(Exception):
    """One or more variables cannot be used.

    ``problems`` has one sentence for each, without any secret; ``str()`` puts each on a line.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one process. What each means is said in ``SETTINGS``.

    Make one with ``load_settings``. Its ``repr`` hides secrets.
    """

    database_url: str | None
    migration_database_url: str | None
    data_dir: Path
    embedded_user: str | None
    host: str
    port: int
    workers: int
    shutdown_seconds: int
    database_pool_size: int
    start_batch_size: int
    max_connections: int
    max_connections_per_address: int
    secret_keys: str | None
    development: bool
    log_format: LogFormat
    log_level: LogLevel
    rate_limit_url: str | None
    storage_url: str | None
    font_dir: Path | None
    render_processes: int
    api_url: str
    operator_token: str | None

    def __repr__(self) -> str:
        """Show every setting as ``layers settings`` does."""
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"Settings({shown})"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """Hide secrets in Rich's output too: a Struct would show it every field as it is."""
        return [
            (setting.attribute, _shown(setting, getattr(self, setting.attribute)))
            for setting in SETTINGS
        ]


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One variable: where it goes, what it means, and how its text is read and shown.

    ``parse`` gets text that is never empty, and raises ValueError with the end of a sentence that
    begins "LAYERS_X is '…', but". ``mask`` is there if the value or a part of it is secret.
    """

    variable: str
    attribute: str
    meaning: str
    default: str | None
    parse: Callable[[str], object]
    mask: Callable[[str], str] | None = None


class SettingLine(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``layers settings``. All are texts for people; ``value`` hides secrets."""

    variable: str
    meaning: str
    value: str
    default: str


SETTINGS: tuple[Setting, ...] = (
    Setting(
        variable="DATABASE_URL",
        attribute="database_url",
        meaning="PostgreSQL 16 or newer to use, postgresql://user:password@host:port/database. "
        "Without it the server starts a PostgreSQL of its own in the data folder.",
        default=None,
        parse=postgres_url,
        mask=redact,
    ),
    Setting(
        variable="LAYERS_MIGRATION_DATABASE_URL",
        attribute="migration_database_url",
        meaning="The same database with the role that owns the tables, for migrations, "
        "if DATABASE_URL has another one.",
        default=None,
        parse=postgres_url,
        mask=redact,
    ),
    Setting(
        variable="LAYERS_DATA_DIR",
        attribute="data_dir",
        meaning="Folder for what the server keeps: its own PostgreSQL, keys, uploaded files.",
        default="data",
        parse=data_folder,
    ),
    Setting(
        variable="LAYERS_EMBEDDED_USER",
        attribute="embedded_user",
        meaning="Account that runs the server's own PostgreSQL when the server is started as "
        "root. Without it: who owns the data, else postgres, else nobody.",
        default=None,
        parse=account_name,
    ),
    Setting(
        variable="LAYERS_HOST",
        attribute="host",
        meaning="Address to listen on; 0.0.0.0 is every one that the machine has.",
        default="127.0.0.1",
        parse=host,
    ),
    Setting(
        variable="LAYERS_PORT",
        attribute="port",
        meaning="Port to listen on.",
        default="8000",
        parse=whole_number(1, 65_535),
    ),
    Setting(
        variable="LAYERS_WORKERS",
        attribute="workers",
        meaning="Processes that answer requests.",
        default="1",
        parse=whole_number(1, 256),
    ),
    Setting(
        variable="LAYERS_SHUTDOWN_SECONDS",
        attribute="shutdown_seconds",
        meaning="How long a stop of the whole server may take, in seconds.",
        default="10",
        parse=whole_number(1, 600),
    ),
    Setting(
        variable="LAYERS_DATABASE_POOL_SIZE",
        attribute="database_pool_size",
        meaning="Most connections to the database that one process opens for requests.",
        default="10",
        parse=whole_number(1, 1_000),
    ),
    Setting(
        variable="LAYERS_START_BATCH_SIZE",
        attribute="start_batch_size",
        meaning="Most starts of jobs of one partner that are committed together; 1 commits each "
        "alone.",
        default="100",
        parse=whole_number(1, 1_000),
    ),
    Setting(
        variable="LAYERS_MAX_CONNECTIONS",
        attribute="max_connections",
        meaning="Most connections of clients that one process has open; at most half of them "
        "without a valid key.",
        default="1000",
        parse=whole_number(10, 100_000),
    ),
    Setting(
        variable="LAYERS_MAX_CONNECTIONS_PER_ADDRESS",
        attribute="max_connections_per_address",
        meaning="Most connections of one client address without a valid key, in one process.",
        default="100",
        parse=whole_number(1, 100_000),
    ),
    Setting(
        variable="LAYERS_SECRET_KEYS",
        attribute="secret_keys",
        meaning="Keys that API keys are hashed and secrets encrypted with, id:key,id:key; the "
        "first is used for new ones. `openssl rand -hex 32` makes a key.",
        default=None,
        parse=secret_keys,
        mask=mask_keys,
    ),
    Setting(
        variable="LAYERS_DEVELOPMENT",
        attribute="development",
        meaning="Development mode: the clock can be moved and webhooks may go to this machine. "
        "Never for a database with real customers.",
        default="false",
        parse=boolean,
    ),
    Setting(
        variable="LAYERS_RATE_LIMIT_URL",
        attribute="rate_limit_url",
        meaning="Redis or Valkey, redis://host:port/0, in which several processes count requests "
        "together. Without it each process counts its own, up to its share of the limit.",
        default=None,
        parse=redis_url,
        mask=redact,
    ),
    Setting(
        variable="LAYERS_STORAGE_URL",
        attribute="storage_url",
        meaning="Bucket for the files of generated content, s3://bucket/prefix, with "
        "?endpoint=https://… for servers other than Amazon's. Without it: the data folder.",
        default=None,
        parse=storage_url,
    ),
    Setting(
        variable="LAYERS_FONT_DIR",
        attribute="font_dir",
        meaning="Folder of further fonts for slides, used before the machine's own.",
        default=None,
        parse=data_folder,
    ),
    Setting(
        variable="LAYERS_RENDER_PROCESSES",
        attribute="render_processes",
        meaning="Slideshows that one worker renders at a time, each in a process of its own.",
        default="1",
        parse=whole_number(1, 64),
    ),
    Setting(
        variable="LAYERS_LOG_FORMAT",
        attribute="log_format",
        meaning="console (for people) or json (one object a line). "
        "Without it: console in a terminal, else json.",
        default=None,
        parse=choice("console", "json"),
    ),
    Setting(
        variable="LAYERS_LOG_LEVEL",
        attribute="log_level",
        meaning="Least important lines to log: debug, info, warning or error.",
        default="info",
        parse=choice("debug", "info", "warning", "error"),
    ),
    Setting(
        variable="LAYERS_URL",
        attribute="api_url",
        meaning="Server that `layers ops` talks to.",
        default="http://127.0.0.1:8000",
        parse=server_url,
    ),
    Setting(
        variable="LAYERS_OPERATOR_TOKEN",
        attribute="operator_token",
        meaning="Token that `layers ops` shows to the server.",
        default=None,
        parse=operator_token,
        mask=mask_whole,
    ),
)


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read and check every setting.

    An empty or blank variable counts as not set, so that a shell can clear one.

    Args:
        environ: variables and their texts, as in ``os.environ``.

    Raises:
        SettingsError: with a sentence for each variable that cannot be used.
    """
    values: dict[str, object] = {}
    problems: list[str] = []
    for setting in SETTINGS:
        text = environ.get(setting.variable, "").strip() or setting.default
        if text is None:
            values[setting.attribute] = None
            continue
        try:
            values[setting.attribute] = setting.parse(text)
        except ValueError as error:
            shown = "set" if setting.mask else repr(redact(text)[:60])
            problems.append(f"{setting.variable} is {shown}, but {error}.")
    if environ.get("LAYERS_MIGRATION_DATABASE_URL", "").strip() and not (
        environ.get("DATABASE_URL", "").strip()
    ):
        problems.append(
            "LAYERS_MIGRATION_DATABASE_URL is set, but DATABASE_URL is not: "
            "set both, or neither to use the server's own PostgreSQL."
        )
    if problems:
        raise SettingsError(problems)
    values["log_format"] = values["log_format"] or ("console" if sys.stderr.isatty() else "json")
    return msgspec.convert(values, Settings)


def describe(settings: Settings) -> list[SettingLine]:
    """List every setting with its meaning, current value (secrets hidden) and default."""
    return [
        SettingLine(
            variable=setting.variable,
            meaning=setting.meaning,
            value=_shown(setting, getattr(settings, setting.attribute)),
            default=setting.default or "not set",
        )
        for setting in SETTINGS
    ]


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Name the LAYERS_ variables that nothing reads, sorted: most likely misspelt."""
    known = {setting.variable for setting in SETTINGS}
    return sorted(name for name in environ if name.startswith("LAYERS_") and name not in known)


def _shown(setting: Setting, value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    return setting.mask(str(value)) if setting.mask else str(value)
