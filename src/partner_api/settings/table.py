"""What can be set from outside: environment variables, read and checked at start.

Each is a field of ``Settings``, which says everything about it: type, meaning, form, default. Reading, checking and
listing are computed from the fields.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, get_args, get_type_hints

import msgspec

from partner_api.redaction import redact
from partner_api.settings import places
from partner_api.settings import tracing as traces
from partner_api.settings.parsers import (
    account_name,
    boolean,
    choice,
    data_folder,
    host,
    mask_keys,
    mask_login,
    mask_whole,
    operator_token,
    postgres_url,
    proxy_url,
    redis_url,
    secret_keys,
    server_url,
    whole_number,
)
from partner_api.settings.secret_files import read_secret_files
from partner_api.settings.setting import Setting, SettingsError

LogFormat = Literal["console", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one process, in the order in which they are listed.

    Make one with ``load_settings``. Its ``repr`` hides secrets.
    """

    database_url: Annotated[
        str | None,
        Setting(
            "PostgreSQL 16 or newer to use, postgresql://user:password@host:port/database. "
            "Without it the server starts a PostgreSQL of its own in the data folder.",
            postgres_url,
            mask=redact,
            variable="DATABASE_URL",
        ),
    ]
    migration_database_url: Annotated[
        str | None,
        Setting(
            "The same database with the role that owns the tables, for migrations, "
            "if DATABASE_URL has another one.",
            postgres_url,
            mask=redact,
        ),
    ]
    data_dir: Annotated[
        Path,
        Setting(
            "Folder for what the server keeps: its own PostgreSQL, keys, uploaded files.",
            data_folder,
            "data",
        ),
    ]
    embedded_user: Annotated[
        str | None,
        Setting(
            "Account that runs the server's own PostgreSQL when the server is started as "
            "root. Without it: who owns the data, else postgres, else nobody.",
            account_name,
        ),
    ]
    host: Annotated[
        str,
        Setting(
            "Address to listen on; 0.0.0.0 is every one that the machine has.", host, "127.0.0.1"
        ),
    ]
    port: Annotated[int, Setting("Port to listen on.", whole_number(1, 65_535), "8000")]
    workers: Annotated[int, Setting("Processes that answer requests.", whole_number(1, 256), "1")]
    shutdown_seconds: Annotated[
        int,
        Setting(
            "How long a stop of the whole server may take, in seconds.", whole_number(1, 600), "10"
        ),
    ]
    database_pool_size: Annotated[
        int,
        Setting(
            "Most connections to the database that one process opens for requests.",
            whole_number(1, 1_000),
            "10",
        ),
    ]
    batch_size: Annotated[
        int,
        Setting(
            "Most movements of credits or money of one partner that are committed together; 1 "
            "commits each alone.",
            whole_number(1, 1_000),
            "100",
        ),
    ]
    max_connections: Annotated[
        int,
        Setting(
            "Most connections of clients that one process has open; at most half of them "
            "without a valid key.",
            whole_number(10, 100_000),
            "1000",
        ),
    ]
    max_connections_per_address: Annotated[
        int,
        Setting(
            "Most connections of one client address without a valid key, in one process.",
            whole_number(1, 100_000),
            "100",
        ),
    ]
    secret_keys: Annotated[
        str | None,
        Setting(
            "Keys that API keys are hashed and secrets encrypted with, id:key,id:key; the "
            "first is used for new ones. `openssl rand -hex 32` makes a key.",
            secret_keys,
            mask=mask_keys,
        ),
    ]
    development: Annotated[
        bool,
        Setting(
            "Development mode: the clock can be moved and webhooks may go to this machine. "
            "Never for a database with real customers.",
            boolean,
            "false",
        ),
    ]
    rate_limit_url: Annotated[
        str | None,
        Setting(
            "Redis or Valkey, redis://host:port/0, in which several processes count requests "
            "together. Without it each process counts its own, up to its share of the limit.",
            redis_url,
            mask=redact,
        ),
    ]
    storage_url: places.Files
    backup_target: places.Backups
    font_dir: Annotated[
        Path | None,
        Setting("Folder of further fonts for slides, used before the machine's own.", data_folder),
    ]
    render_processes: Annotated[
        int,
        Setting(
            "Slideshows that one worker renders at a time, each in a process of its own.",
            whole_number(1, 64),
            "1",
        ),
    ]
    webhook_proxy: Annotated[
        str | None,
        Setting(
            "Proxy that webhooks are sent through, http://user:password@host:port. It looks names "
            "up itself, and has to refuse addresses that are not public. Without it: directly.",
            proxy_url,
            mask=mask_login,
        ),
    ]
    public_url: Annotated[
        str | None,
        Setting(
            "Where browsers find this server, such as https://api.example.com, for links to the portal. "
            "Without it: where the request for the link was sent, with https outside development mode.",
            server_url,
        ),
    ]
    console_confirm_cents: Annotated[
        int,
        Setting(
            "Above this many cents the console asks an operator once more before it moves cash.",
            whole_number(0, 999_999_999),
            "100000",
        ),
    ]
    console_confirm_credits: Annotated[
        int,
        Setting(
            "Above this many credits the console asks an operator once more before it moves them.",
            whole_number(0, 999_999_999),
            "10000",
        ),
    ]
    log_format: Annotated[
        LogFormat,
        Setting(
            "console (for people) or json (one object a line). "
            "Without it: console in a terminal, else json.",
            choice("console", "json"),
        ),
    ]
    log_level: Annotated[
        LogLevel,
        Setting(
            "Least important lines to log: debug, info, warning or error.",
            choice("debug", "info", "warning", "error"),
            "info",
        ),
    ]
    tracing: traces.Mode
    tracing_callers: traces.Callers
    tracing_webhooks: traces.Webhooks
    api_url: Annotated[
        str,
        Setting(
            "Server that `layers ops` talks to.",
            server_url,
            "http://127.0.0.1:8000",
            variable="LAYERS_URL",
        ),
    ]
    operator_token: Annotated[
        str | None,
        Setting("Token that `layers ops` shows to the server.", operator_token, mask=mask_whole),
    ]

    def __repr__(self) -> str:
        """Show every setting as ``layers settings`` does."""
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"Settings({shown})"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """Hide secrets in Rich's output too: a Struct would show it every field as it is."""
        return [
            (setting.attribute, setting.show(getattr(self, setting.attribute)))
            for setting in SETTINGS
        ]


def _named(attribute: str, annotation: object) -> Setting:
    setting: Setting = get_args(annotation)[1]
    variable = setting.variable or f"LAYERS_{attribute.upper()}"
    return msgspec.structs.replace(setting, attribute=attribute, variable=variable)


SETTINGS: Final[tuple[Setting, ...]] = tuple(
    _named(attribute, annotation)
    for attribute, annotation in get_type_hints(Settings, include_extras=True).items()
)


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read and check every setting.

    An empty or blank variable counts as not set, so that a shell can clear one. A secret may be in a file.

    Args:
        environ: variables and their texts, as in ``os.environ``.

    Raises:
        SettingsError: with a sentence for each variable that cannot be used.
    """
    values: dict[str, object] = {}
    environ, problems = read_secret_files(environ, SETTINGS)
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
        environ.get("DATABASE_URL", "").strip() or environ.get("DATABASE_URL_FILE", "").strip()
    ):
        problems.append(
            "LAYERS_MIGRATION_DATABASE_URL is set, but DATABASE_URL is not: "
            "set both, or neither to use the server's own PostgreSQL."
        )
    if problems:
        raise SettingsError(problems)
    values["log_format"] = values["log_format"] or ("console" if sys.stderr.isatty() else "json")
    return msgspec.convert(values, Settings)
