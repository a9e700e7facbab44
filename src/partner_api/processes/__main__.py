"""``python -m partner_api.processes <kind>``: one part of a server, as its supervisor starts it."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from partner_api.logs import configure_logging
from partner_api.processes.link import Beat, Link
from partner_api.processes.status import PartKind
from partner_api.settings.setting import SettingsError
from partner_api.settings.table import load_settings

if TYPE_CHECKING:
    from partner_api.installation import Installation
    from partner_api.settings.table import Settings

_LOOK_SECONDS = 0.2


def main() -> int:
    """Run the part that the command line names, and return the exit status."""
    arguments = _parse(sys.argv[1:])
    link = Link(arguments.link)
    link.end_with_supervisor()
    try:
        settings = load_settings(os.environ)
    except SettingsError as error:
        link.say(Beat(working=False, fatal=str(error)))
        return 1
    configure_logging(settings.log_format, settings.log_level)
    count_as(arguments.name)
    if arguments.kind == "database":
        from partner_api.processes.database import keep_database

        return keep_database(settings, link)
    return _run(arguments, settings, link)


def count_as(name: str) -> None:
    """Keep the metrics of this process under its part's name, where the process that it replaces kept them.

    Kept by process id, they would leave files behind with each process that ends. Call it before any metric is
    created. Gauges start anew: what the process before counted has gone with it.
    """
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder is not None:
        from prometheus_client import values

        for gauge in Path(folder).glob(f"gauge_*_{name}.db"):
            gauge.unlink()
        values.ValueClass = values.MultiProcessValue(lambda: name)  # type: ignore[no-untyped-call]


def _run(arguments: argparse.Namespace, settings: Settings, link: Link) -> int:
    import uvloop

    from partner_api.crypto import SecretKeyError
    from partner_api.storage.errors import StorageUnavailable
    from partner_api.tracing.errors import TracingUnavailable
    from partner_api.tracing.starting import tracing

    try:
        installation = _open_installation(settings, link)
        if arguments.kind == "api":
            from partner_api.processes.api import run_api_part

            sockets = [socket.socket(fileno=number) for number in arguments.listen]
            with tracing(settings, arguments.name):
                uvloop.run(run_api_part(settings, installation, link, sockets, arguments.status))
        elif arguments.kind == "sweeps":
            from partner_api.processes.sweeps import run_sweeps_part

            with tracing(settings, arguments.name):
                uvloop.run(run_sweeps_part(settings, installation, link))
        elif arguments.kind == "archive":
            from partner_api.processes.archive import run_archive_part

            uvloop.run(run_archive_part(settings, installation, link))
        else:
            from partner_api.processes.rendering import run_rendering_part

            uvloop.run(run_rendering_part(settings, installation, link))
    except (SecretKeyError, StorageUnavailable, TracingUnavailable) as error:
        # A restart would not help.
        link.say(Beat(working=False, fatal=str(error)))
        return 1
    return 0


def _open_installation(settings: Settings, link: Link) -> Installation:
    """Find database and keys; wait for the server's own database, which may be restarting.

    There is no limit: PostgreSQL may have much to recover.
    """
    import structlog

    from embedded_postgres import DatabaseStartError
    from partner_api.installation import open_installation

    told = False
    while True:
        try:
            return open_installation(settings)
        except DatabaseStartError as error:
            link.say(Beat(working=False, error=str(error)))
            if not told:
                structlog.get_logger(__name__).warning("database_waited_for", reason=str(error))
                told = True
            time.sleep(_LOOK_SECONDS)


def _parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m partner_api.processes",
        description="One part of a server. `layers serve` and `layers worker` start it.",
    )
    parser.add_argument("kind", choices=get_args(PartKind), help="which part")
    parser.add_argument("--name", required=True, help="how its supervisor calls it")
    parser.add_argument("--link", type=int, help="descriptor of the socket to the supervisor")
    parser.add_argument(
        "--listen", type=int, nargs="*", default=[], help="descriptors of listening sockets"
    )
    parser.add_argument("--status", type=Path, help="folder with the state of all parts")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
