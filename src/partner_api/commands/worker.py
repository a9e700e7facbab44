"""``layers worker``."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated

import typer

from partner_api.commands.environment import settings_from_environment


def worker(
    render: Annotated[
        bool, typer.Option("--render", help="Render slideshows too, each in a process of its own.")
    ] = False,
) -> None:
    """Do the background work only, until Ctrl-C; `layers serve` does it too.

    Any number may run on one database, on any machine. Without DATABASE_URL it uses the database
    that a `layers serve` with the same data folder has started.
    """
    from partner_api.database.location import locate
    from partner_api.generation.storage import open_storage
    from partner_api.server import work_until
    from partner_api.startup import load_secret_keys, prepare_database, run_with_database

    settings = settings_from_environment()
    location = locate(settings)

    async def work() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        secret_keys = load_secret_keys(settings)
        storage = open_storage(settings, secret_keys)
        await prepare_database(settings, location, secret_keys, migrate_first=False)
        await work_until(stop, settings, location, storage, render=render)

    run_with_database(work())
