"""``layers worker``."""

from __future__ import annotations

import asyncio
import signal

from partner_api.commands.environment import settings_from_environment


def worker() -> None:
    """Do the background work only, until Ctrl-C; `layers serve` does it too.

    Any number may run on one database, on any machine. Without DATABASE_URL it uses the database
    that a `layers serve` with the same data folder has started.
    """
    from partner_api.database.location import locate
    from partner_api.generation.storage import open_storage
    from partner_api.server import sweep_until
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
        await sweep_until(location.application_url, storage, stop, development=settings.development)

    run_with_database(work())
