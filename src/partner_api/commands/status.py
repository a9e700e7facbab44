"""``layers status``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from partner_api.commands.environment import checked_settings
from partner_api.commands.terminal import print_json, print_line, print_table

if TYPE_CHECKING:
    from partner_api.processes.status import PartStatus, ServerStatus

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print it for programs.")] = False,
) -> None:
    """Show the parts of the servers that run with this data folder.

    Status 0: all of them do their work. Status 1: one does not, or no server
    runs here.
    """
    from partner_api.processes.run_folder import live_run_folders
    from partner_api.processes.startup import StartupError
    from partner_api.processes.status import read_status

    settings = checked_settings()
    found = [read_status(folder) for folder in live_run_folders(settings.data_dir)]
    servers = [server for server in found if server is not None]
    if not servers:
        raise StartupError(
            f"No server runs with the data folder {settings.data_dir}. Start one with `layers serve`, "
            "or name the folder of the one that runs in LAYERS_DATA_DIR."
        )
    now = time.time()
    troubles = {server.pid: server.troubles(now) for server in servers}
    if as_json:
        _print_json(servers, troubles)
    else:
        _print_tables(servers, troubles, now)
    if any(troubles.values()):
        raise typer.Exit(1)


def _print_json(servers: list[ServerStatus], troubles: dict[int, dict[str, str]]) -> None:
    import msgspec

    items = [
        {**msgspec.to_builtins(server), "degraded": troubles[server.pid]} for server in servers
    ]
    print_json({"items": items})


def _print_tables(
    servers: list[ServerStatus], troubles: dict[int, dict[str, str]], now: float
) -> None:
    for server in servers:
        trouble = troubles[server.pid]
        print_line(
            f"layers {server.command}, pid {server.pid}, up {_span(now - server.started_at)}: "
            f"{'degraded' if trouble else 'all parts work'}"
        )
        if "supervisor" in trouble:
            print_line(
                f"Its supervisor has written nothing for {_span(now - server.written_at)}; what follows is as old."
            )
        headings = ("part", "pid", "state", "up", "restarts", "lag", "last error")
        print_table(headings, [_row(part, trouble, now) for part in server.parts])


def _row(part: PartStatus, trouble: dict[str, str], now: float) -> tuple[str, ...]:
    error = ""
    if part.last_error is not None and part.last_error_at is not None:
        error = f"{part.last_error}, {_span(now - part.last_error_at)} ago"
    return (
        part.name,
        "" if part.pid is None else str(part.pid),
        trouble.get(part.name, "working"),
        "" if part.pid is None else _span(now - part.started_at),
        str(part.restarts),
        "" if part.lag_seconds is None else _span(part.lag_seconds),
        error,
    )


def _span(seconds: float) -> str:
    """Write a length of time as people say it."""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"
